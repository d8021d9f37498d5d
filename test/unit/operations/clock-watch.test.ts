// F9: the watch over the clock. A wall clock that is set is told apart from one that is slewed, from a
// machine that slept and from a process that was stopped; and over a restart, from time that passed.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { ClockJump } from "../../../src/core/clock-jump";
import { silentLog } from "../../../src/core/log";
import { createClockWatch, type ClockWatch } from "../../../src/operations/clock-watch";
import { FakeClock } from "../../harness/clock";
import { openTestStore, type TestStore } from "../../harness/store";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 365 * DAY_MS;

let clock: FakeClock;
let sleptMs: number;
let jumps: ClockJump[];

const watchOf = (bootId: string | null = "boot-1"): ClockWatch => {
  const watch = createClockWatch({
    clock,
    log: silentLog,
    sinceBoot: () => clock.monotonic() + sleptMs,
    bootId,
  });
  watch.onJump((jump) => jumps.push(jump));
  return watch;
};
const set = (byMs: number): void => clock.setWall(clock.now() + byMs);

beforeEach(() => {
  clock = new FakeClock();
  sleptMs = 0;
  jumps = [];
});

describe("while it runs", () => {
  for (const byMs of [HOUR_MS, -HOUR_MS, 10 * YEAR_MS, -2 * DAY_MS, 1_500, -clock0()])
    test(`set by ${byMs} ms: told once, with the moment after it`, async () => {
      const watch = watchOf();
      await clock.advance(5_000);
      set(byMs);
      watch.check();
      watch.check();
      expect(jumps).toEqual([{ byMs, now: clock.now() }]);
      await clock.advance(5_000);
      watch.check();
      expect(jumps).toHaveLength(1);
      expect(watch.jumps).toBe(1);
    });

  test("a clock that is slewed by half a part in a thousand for a day is followed, not told", async () => {
    const watch = watchOf();
    await watch.start();
    for (let minute = 0; minute < 24 * 60; minute++) {
      await clock.advance(60_000);
      set(30);
    }
    expect(jumps).toEqual([]);
    await watch.stop();
  });

  test("a machine that slept: time has passed", async () => {
    const watch = watchOf();
    await clock.advance(1_000);
    sleptMs += 8 * HOUR_MS;
    set(8 * HOUR_MS);
    watch.check();
    expect(jumps).toEqual([]);
    set(HOUR_MS);
    watch.check();
    expect(jumps.map(({ byMs }) => byMs)).toEqual([HOUR_MS]);
  });

  test("a process that was stopped between the two readings has not seen the clock being set", () => {
    const watch = watchOf();
    const now = clock.now.bind(clock);
    let reads = 0;
    clock.now = () => (++reads === 1 ? now() - 30_000 : now());
    watch.check();
    expect(jumps).toEqual([]);
  });

  test("before a timer runs, everybody knows", async () => {
    const watch = watchOf();
    const seen: number[] = [];
    watch.clock.after(10_000, () => seen.push(jumps.length));
    set(HOUR_MS);
    await clock.advance(10_000);
    expect(seen).toEqual([1]);
  });

  test("any sequence of jumps adds up to what it was set by in all", async () => {
    for (let seed = 1; seed <= 20; seed++) {
      clock = new FakeClock();
      jumps = [];
      const watch = watchOf();
      let all = 0;
      for (let step = 0; step < 50; step++) {
        await clock.advance(((seed * 7_919 + step * 104_729) % 90) * 1_000);
        const byMs = (((seed * 31 + step * 17) % 41) - 20) * 977_000;
        if (Math.abs(byMs) >= 1_000) {
          set(byMs);
          all += byMs;
        }
        watch.check();
      }
      expect(jumps.reduce((sum, { byMs }) => sum + byMs, 0)).toBe(all);
    }
  });

  test("a warning for an hour; a time from before the program was made for as long as it lasts", async () => {
    const watch = watchOf();
    expect(watch.problem).toBeNull();
    set(HOUR_MS);
    watch.check();
    expect(watch.problem).toContain("3600 s ahead");
    await clock.advance(HOUR_MS);
    expect(watch.problem).toBeNull();
    clock.setWall(1_000);
    watch.check();
    await clock.advance(2 * HOUR_MS);
    expect(watch.problem).toContain("set it");
  });

  test("after a leap of a day or more nothing is deleted for its age for a day", async () => {
    const watch = watchOf();
    set(HOUR_MS);
    watch.check();
    expect(watch.isTrusted).toBe(true);
    set(10 * YEAR_MS);
    watch.check();
    expect(watch.isTrusted).toBe(false);
    await clock.advance(DAY_MS - 1);
    expect(watch.isTrusted).toBe(false);
    await clock.advance(1);
    expect(watch.isTrusted).toBe(true);
  });
});

describe("over a restart", () => {
  let opened: TestStore;
  beforeEach(async () => {
    opened = await openTestStore();
  });
  afterEach(() => opened.remove());

  const active = (at: number) =>
    opened.store.engine.batch([
      {
        sql: "INSERT INTO journal (tenant_id, kind, subject_id, actor, at, data) VALUES ('t', 'machine.online', 's', '{}', ?, '{}')",
        params: [at],
      },
    ]);
  const recall = async (bootId: string | null = "boot-1"): Promise<number | null> =>
    (await watchOf(bootId).recall(opened.store.engine))?.byMs ?? null;

  test("set meanwhile, on a machine that went on: known exactly, in both directions", async () => {
    expect(await recall()).toBeNull();
    await clock.advance(HOUR_MS);
    expect(await recall()).toBeNull();
    for (const byMs of [HOUR_MS, -2 * DAY_MS, 10 * YEAR_MS]) {
      await opened.store.idle();
      set(byMs);
      await clock.advance(60_000);
      expect(await recall()).toBe(byMs);
      await opened.store.idle();
      expect(await recall()).toBeNull();
    }
  });

  test("the machine was started anew: time that passed is none; time that ran backwards is put right", async () => {
    await recall();
    await active(clock.now());
    set(5 * DAY_MS);
    expect(await recall("boot-2")).toBeNull();
    const last = clock.now();
    await active(last);
    clock.setWall(last - 3 * HOUR_MS);
    expect(await recall("boot-3")).toBe(-3 * HOUR_MS);
    clock.setWall(0);
    expect(await recall("boot-4")).toBe(-last);
  });

  test("where starts of the machine can't be told apart, only time that ran backwards counts", async () => {
    await recall(null);
    await active(clock.now());
    set(HOUR_MS);
    expect(await recall(null)).toBeNull();
    set(-2 * HOUR_MS);
    expect(await recall(null)).toBe(-HOUR_MS);
  });

  test("after a month of silence nothing is deleted for its age for a day", async () => {
    await active(clock.now());
    set(31 * DAY_MS);
    const watch = watchOf("boot-9");
    expect(await watch.recall(opened.store.engine)).toBeNull();
    expect(watch.isTrusted).toBe(false);
  });
});

/** What the fake clock begins with: set back by it, it says 1970. */
function clock0(): number {
  return new FakeClock().now();
}
