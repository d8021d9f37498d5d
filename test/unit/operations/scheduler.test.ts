// In: jobs and a clock that is moved by hand. Out: runs at their times, one at a time, failures
// included.
import { afterEach, describe, expect, test } from "bun:test";
import { silentLog } from "../../../src/core/log";
import { createScheduler, type Job, type Scheduler } from "../../../src/operations/scheduler";
import { FakeClock } from "../../harness/clock";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let scheduler: Scheduler | undefined;
afterEach(() => scheduler?.stop());

const begin = async (clock: FakeClock, jobs: Job[]): Promise<Scheduler> => {
  scheduler = createScheduler({ jobs, clock, log: silentLog });
  await scheduler.start();
  return scheduler;
};

describe("jobs", () => {
  test("by interval run again after each run", async () => {
    const clock = new FakeClock();
    let runs = 0;
    await begin(clock, [{ name: "often", everyMs: MINUTE, run: () => void runs++ }]);
    await clock.advance(MINUTE - 1);
    expect(runs).toBe(0);
    await clock.advance(1);
    expect(runs).toBe(1);
    await clock.advance(3 * MINUTE);
    expect(runs).toBe(4);
  });

  test("by pattern run at its times, in UTC, once each", async () => {
    const clock = new FakeClock(Date.UTC(2026, 0, 1, 10, 20));
    const at: string[] = [];
    const run = (): void => void at.push(new Date(clock.now()).toISOString());
    await begin(clock, [{ name: "hourly", cron: "17 * * * *", run }]);
    await clock.advance(3 * HOUR);
    expect(at).toEqual(["2026-01-01T11:17:00.000Z", "2026-01-01T12:17:00.000Z", "2026-01-01T13:17:00.000Z"]);
  });

  test("by pattern, when the clock is set: no time twice, none left out, and never years of waiting", async () => {
    const clock = new FakeClock(Date.UTC(2026, 0, 1, 10, 20));
    const at: string[] = [];
    const run = (): void => void at.push(new Date(clock.now()).toISOString().slice(0, 16));
    await begin(clock, [{ name: "hourly", cron: "17 * * * *", run }]);
    await clock.advance(HOUR);
    expect(at).toEqual(["2026-01-01T11:17"]);
    clock.setWall(clock.now() - HOUR);
    await clock.advance(HOUR);
    expect(at).toHaveLength(1);
    await clock.advance(HOUR);
    expect(at).toEqual(["2026-01-01T11:17", "2026-01-01T12:17"]);
    clock.setWall(clock.now() + 5 * HOUR);
    await clock.advance(2 * MINUTE);
    expect(at.length).toBe(3);
    clock.setWall(Date.UTC(2036, 0, 1));
    await clock.advance(HOUR);
    const before = at.length;
    clock.setWall(Date.UTC(2026, 0, 2, 3, 0));
    await clock.advance(HOUR);
    expect(at.length).toBe(before + 1);
    expect(at.at(-1)).toBe("2026-01-02T03:17");
  });

  test("that fail are run again, and say when they last went well", async () => {
    const clock = new FakeClock();
    let runs = 0;
    const jobs: Job[] = [
      {
        name: "shaky",
        everyMs: MINUTE,
        run: () => {
          runs++;
          if (runs === 1) throw new Error("no");
        },
      },
    ];
    const made = await begin(clock, jobs);
    await clock.advance(MINUTE);
    expect(made.lastSuccess().get("shaky")).toBeNull();
    await clock.advance(MINUTE);
    expect(made.lastSuccess().get("shaky")).toBe(clock.now());
  });

  test("never run twice at a time", async () => {
    const clock = new FakeClock();
    const { promise, resolve } = Promise.withResolvers<void>();
    let runs = 0;
    const made = await begin(clock, [
      {
        name: "slow",
        everyMs: MINUTE,
        run: () => {
          runs++;
          return promise;
        },
      },
    ]);
    const first = made.runNow("slow");
    const second = made.runNow("slow");
    await clock.advance(5 * MINUTE);
    expect(runs).toBe(1);
    resolve();
    await Promise.all([first, second]);
    expect(runs).toBe(1);
  });

  test("stop with the scheduler, which waits for the one that runs", async () => {
    const clock = new FakeClock();
    let runs = 0;
    const made = await begin(clock, [{ name: "often", everyMs: MINUTE, run: () => void runs++ }]);
    await made.stop();
    await clock.advance(HOUR);
    expect(runs).toBe(0);
    expect(clock.pending).toBe(0);
  });

  test("with the same name or no pattern are refused", () => {
    const clock = new FakeClock();
    const run = (): void => undefined;
    const make = (jobs: Job[]) => () => createScheduler({ jobs, clock, log: silentLog });
    const twice: Job[] = [
      { name: "a", everyMs: 1, run },
      { name: "a", everyMs: 2, run },
    ];
    expect(make(twice)).toThrow("two jobs are called a");
    expect(make([{ name: "b", cron: "often", run }])).toThrow();
  });
});
