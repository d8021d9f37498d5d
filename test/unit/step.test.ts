// In: readings and the passing of time. Out: proof of when an alert begins and ends, delays included.
import { describe, expect, test } from "bun:test";
import { createLimit } from "../../src/rules/limit";
import { passTime, stepReading, type Delays, type StepState, type Turn } from "../../src/rules/step";

const limit = createLimit({
  type: "threshold",
  metric: "m",
  operator: ">",
  threshold: 10,
  clear_threshold: 8,
});

/** Readings as [time, value]; gives the turns as `begins@time=value`. */
const run = (
  readings: [number, number][],
  delays: Delays,
  state: StepState = { phase: "normal", since: null },
) => {
  const turns: string[] = [];
  const onTurn = (turn: Turn): void => void turns.push(`${turn.kind}@${turn.at}=${turn.value}`);
  let held = 0;
  for (const [at, value] of readings) {
    stepReading(state, limit, delays, { at, value, held }, onTurn);
    held = value;
  }
  return { turns, state, onTurn, held };
};

const AT_ONCE: Delays = { onMs: 0, offMs: 0 };

describe("without delays", () => {
  test("one breach begins once and ends once", () => {
    expect(
      run(
        [
          [1, 11],
          [2, 12],
          [3, 9],
          [4, 8],
          [5, 7],
          [6, 7],
        ],
        AT_ONCE,
      ).turns,
    ).toEqual(["begins@1=11", "ends@5=7"]);
  });

  test("between limit and clear value nothing changes, either way", () => {
    expect(
      run(
        [
          [1, 9],
          [2, 8.5],
        ],
        AT_ONCE,
      ).turns,
    ).toEqual([]);
    expect(
      run(
        [
          [1, 11],
          [2, 9],
          [3, 11],
          [4, 8.5],
        ],
        AT_ONCE,
      ).turns,
    ).toEqual(["begins@1=11"]);
  });
});

describe("on-delay", () => {
  const delays: Delays = { onMs: 60, offMs: 0 };

  test("begins at the reading that completes it", () => {
    expect(
      run(
        [
          [0, 11],
          [30, 12],
          [59, 12],
          [60, 13],
        ],
        delays,
      ).turns,
    ).toEqual(["begins@60=13"]);
  });

  test("a short excursion does not begin anything", () => {
    const { turns, state } = run(
      [
        [0, 11],
        [30, 9],
        [100, 11],
        [159, 11],
      ],
      delays,
    );
    expect(turns).toEqual([]);
    expect(state).toEqual({ phase: "pending_on", since: 100 });
  });

  test("a value holds until the next: a delay that ran out between two readings has run out", () => {
    expect(
      run(
        [
          [0, 11],
          [300, 7],
        ],
        delays,
      ).turns,
    ).toEqual(["begins@60=11", "ends@300=7"]);
  });

  test("time alone completes it, once", () => {
    const { turns, state, onTurn, held } = run([[0, 11]], delays);
    passTime(state, delays, 59, held, onTurn);
    expect(turns).toEqual([]);
    passTime(state, delays, 75, held, onTurn);
    passTime(state, delays, 99, held, onTurn);
    expect(turns).toEqual(["begins@60=11"]);
    expect(state).toEqual({ phase: "active", since: null });
  });

  test("goes on from a persisted since, without starting anew", () => {
    expect(run([[60, 11]], delays, { phase: "pending_on", since: 0 }).turns).toEqual(["begins@60=11"]);
  });

  test("begins at the same time and value whether the clock or a later reading finds it over", () => {
    const live = run([[0, 11]], delays);
    passTime(live.state, delays, 61, live.held, live.onTurn);
    stepReading(live.state, limit, delays, { at: 75, value: 13, held: live.held }, live.onTurn);
    const late = run(
      [
        [0, 11],
        [75, 13],
      ],
      delays,
    );
    expect(late.turns).toEqual(["begins@60=11"]);
    expect(late.turns).toEqual(live.turns);
  });

  test("a reading that ends the excursion at the very end of the delay comes too late", () => {
    expect(
      run(
        [
          [0, 11],
          [60, 7],
        ],
        delays,
      ).turns,
    ).toEqual(["begins@60=11", "ends@60=7"]);
  });
});

describe("off-delay", () => {
  const delays: Delays = { onMs: 0, offMs: 60 };

  test("ends at the same time whether the clock or a later reading finds it over", () => {
    expect(
      run(
        [
          [0, 11],
          [10, 7],
          [90, 6],
        ],
        delays,
      ).turns,
    ).toEqual(["begins@0=11", "ends@70=7"]);
  });

  test("ends when it was clear all the time", () => {
    expect(
      run(
        [
          [0, 11],
          [10, 7],
          [40, 7],
          [70, 7],
        ],
        delays,
      ).turns,
    ).toEqual(["begins@0=11", "ends@70=7"]);
  });

  test("a value that is not clear takes it back", () => {
    const { turns, state } = run(
      [
        [0, 11],
        [10, 7],
        [40, 9],
        [50, 7],
        [100, 7],
      ],
      delays,
    );
    expect(turns).toEqual(["begins@0=11"]);
    expect(state).toEqual({ phase: "pending_off", since: 50 });
  });

  test("a new breach after the delay ran out between readings is a new occurrence", () => {
    expect(
      run(
        [
          [0, 11],
          [10, 7],
          [200, 12],
        ],
        delays,
      ).turns,
    ).toEqual(["begins@0=11", "ends@70=7", "begins@200=12"]);
  });
});
