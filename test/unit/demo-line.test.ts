// The simulated line: the same in every run, crosses its limits exactly when the story says so, and
// nowhere else.
import { describe, expect, test } from "bun:test";
import { CHAPTER, isCompressorSilent, OVEN_CLEAR, OVEN_LIMIT, ROUND_SECONDS } from "../../src/demo/failure";
import { LINE, readingsAt } from "../../src/demo/line";

const ROUNDS = 20;
const seconds = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);

const valueOf = (second: number, machine: string, metric: string): number | undefined =>
  readingsAt(second).find((reading) => reading.machine === machine && reading.metric === metric)?.value;

describe("the simulated line", () => {
  test("has five machines with unlike names and two metrics each", () => {
    expect(LINE.map(({ name }) => name)).toEqual([
      "CNC Mill #1",
      "Press 7",
      "Oven 2",
      "Packer",
      "Compressor 3",
    ]);
    expect(new Set(LINE.map(({ type }) => type)).size).toBe(5);
    for (const { metrics } of LINE) expect(metrics).toHaveLength(2);
  });

  test("reports the same at the same second of every run, and never stands still", () => {
    for (const second of [-3_600, -1, 0, 17, 179, 180, 100_000])
      expect(readingsAt(second)).toEqual(readingsAt(second));
    const speeds = seconds(0, 60).map((second) => valueOf(second, "CNC Mill #1", "spindle_speed"));
    expect(new Set(speeds).size).toBeGreaterThan(50);
  });

  test("stays inside the span of each sensor", () => {
    const ranges = new Map(
      LINE.flatMap((machine) =>
        machine.metrics.map((metric) => [`${machine.name} ${metric.name}`, metric.range] as const),
      ),
    );
    for (const second of seconds(-86_400, ROUNDS * ROUND_SECONDS))
      for (const { machine, metric, value } of readingsAt(second)) {
        const [low, high] = ranges.get(`${machine} ${metric}`) ?? [Number.NaN, Number.NaN];
        if (!(value >= low && value <= high)) expect(`${machine} ${metric} ${value}`).toBe("in its span");
      }
  });

  test("the oven falls below its limit once a round, at its second, and clears once", () => {
    for (let round = 0; round < ROUNDS; round++) {
      const transitions: [string, number][] = [];
      let isOpen = false;
      for (const second of seconds(0, ROUND_SECONDS)) {
        const degrees = valueOf(round * ROUND_SECONDS + second, "Oven 2", "temperature") ?? Number.NaN;
        if (!isOpen && degrees < OVEN_LIMIT) {
          isOpen = true;
          transitions.push(["triggered", second]);
        } else if (isOpen && degrees > OVEN_CLEAR) {
          isOpen = false;
          transitions.push(["resolved", second]);
        }
      }
      expect(transitions).toEqual([
        ["triggered", CHAPTER.fallsBelowLimit],
        ["resolved", CHAPTER.recovers],
      ]);
    }
  });

  test("the day before the story is quiet", () => {
    for (const second of seconds(-86_400, 0)) {
      expect(valueOf(second, "Oven 2", "temperature")).toBeGreaterThan(80);
      expect(isCompressorSilent(second)).toBe(false);
    }
  });

  test("only the compressor falls silent, and only in its chapter", () => {
    for (const second of seconds(0, 2 * ROUND_SECONDS)) {
      const inRound = second % ROUND_SECONDS;
      const isSilent = inRound >= CHAPTER.compressorFallsSilent && inRound < CHAPTER.compressorReturns;
      const heard = new Set(readingsAt(second).map(({ machine }) => machine));
      expect(heard.has("Compressor 3")).toBe(!isSilent);
      expect(heard.size).toBe(isSilent ? 4 : 5);
    }
  });

  test("no rule of the demo but the two of the story is ever broken", () => {
    for (const second of seconds(-86_400, ROUNDS * ROUND_SECONDS))
      expect(valueOf(second, "CNC Mill #1", "vibration")).toBeLessThan(7.1);
  });
});
