// When monitors are looked at: at once, at their interval with little jitter, never twice at a time, fairly beside
// slow ones, and not all together after a restart, a pause of the machine or a long sleep.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { silentLog } from "../../src/core/log";
import type { Monitor } from "../../src/monitors/book";
import { NEW_STATE } from "../../src/monitors/book";
import { createProbeRunner, type ProbeRunner } from "../../src/monitors/runner";
import type { MonitorRecord } from "../../src/monitors/schema";
import type { Sight } from "../../src/monitors/sight";
import { FakeClock } from "../harness/clock";
import { seededRandom } from "../harness/random";

const UP: Sight = {
  outcome: "up",
  reason: null,
  failure: null,
  code: null,
  latencyMs: 1,
  address: null,
  checks: [],
  answer: null,
};

const RECORD: MonitorRecord = {
  number: 0,
  id: "",
  tenantId: "t",
  projectId: "p",
  name: "",
  group: null,
  description: "",
  type: "tcp",
  given: {},
  expect: {},
  intervalSeconds: 60,
  timeoutSeconds: 10,
  failureThreshold: 1,
  successThreshold: 1,
  severity: "major",
  region: null,
  serviceId: null,
  serviceStatus: "down",
  isActive: true,
  createdAt: 0,
  updatedAt: 0,
};

let clock: FakeClock;
let monitors: Monitor[];
let runner: ProbeRunner;
/** When each look began, in ms since the start of the test. */
let looks: { monitor: Monitor; at: number }[];
let inFlight: Map<Monitor, number>;
let mostInFlight: number;
let settled: Monitor[];
/** How long a look at it takes. */
let takesMs: (monitor: Monitor) => number;
let random: () => number;

const add = (more: Partial<MonitorRecord> = {}, nextDueAt: number | null = null, host = "h"): Monitor => {
  const number = monitors.length;
  const monitor: Monitor = {
    record: { ...RECORD, number, id: `m${number}`, ...more },
    target: { type: "tcp", host: `${host}${number}`, port: 1 },
    state: { ...NEW_STATE, since: 0, nextDueAt },
    lastSeq: 0,
    isGone: false,
  };
  monitors.push(monitor);
  return monitor;
};

beforeEach(() => {
  clock = new FakeClock();
  monitors = [];
  looks = [];
  inFlight = new Map();
  mostInFlight = 0;
  settled = [];
  takesMs = () => 10;
  random = seededRandom(7);
  const started = clock.now();
  runner = createProbeRunner({
    book: { all: () => monitors },
    clock,
    log: silentLog,
    random: () => random(),
    hostOf: (target) => (target.type === "http" ? target.url : target.host),
    abandon: () => undefined,
    probe: (monitor) => {
      looks.push({ monitor, at: clock.now() - started });
      inFlight.set(monitor, (inFlight.get(monitor) ?? 0) + 1);
      mostInFlight = Math.max(mostInFlight, ...inFlight.values());
      return new Promise((resolve) => {
        clock.after(takesMs(monitor), () => {
          inFlight.set(monitor, (inFlight.get(monitor) ?? 1) - 1);
          resolve(UP);
        });
      });
    },
    settle: async (monitor) => void settled.push(monitor),
  });
});
afterEach(async () => {
  // Looks that still run end only when time moves.
  const stopped = runner.stop();
  await clock.advance(600_000);
  await stopped;
});

const timesOf = (monitor: Monitor): number[] =>
  looks.filter((look) => look.monitor === monitor).map(({ at }) => at);

test("a new one is looked at at once, then at its interval, a tenth of it apart at most", async () => {
  await runner.start();
  const monitor = add();
  runner.changed(monitor);
  await clock.advance(100 * 60_000);
  const times = timesOf(monitor);
  expect(times[0]).toBe(0);
  expect(times.length).toBeGreaterThanOrEqual(95);
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
  for (const gap of gaps) expect(Math.abs(gap - 60_000)).toBeLessThanOrEqual(3_000);
  expect(new Set(gaps.map(Math.round)).size).toBeGreaterThan(50);
  expect(monitor.state.nextDueAt).toBeGreaterThan(clock.now());
});

test("one that takes longer than its interval never overlaps itself", async () => {
  await runner.start();
  takesMs = () => 95_000;
  const monitor = add();
  runner.changed(monitor);
  runner.changed(monitor);
  await clock.advance(20 * 60_000);
  expect(mostInFlight).toBe(1);
  expect(timesOf(monitor).length).toBeGreaterThan(8);
});

test("one that changes while it is looked at is looked at again, and what was seen before is not taken", async () => {
  await runner.start();
  takesMs = () => 5_000;
  const monitor = add();
  runner.changed(monitor);
  await clock.advance(1_000);
  runner.changed(monitor);
  await clock.advance(4_500);
  expect(timesOf(monitor)).toEqual([0, 5_000]);
  expect(settled).toEqual([]);
  await clock.advance(5_000);
  expect(settled).toEqual([monitor]);
  expect(mostInFlight).toBe(1);
});

test("one that is paused or deleted is not looked at, and what is still seen of it is dropped", async () => {
  await runner.start();
  takesMs = () => 5_000;
  const paused = add();
  const gone = add();
  for (const monitor of monitors) runner.changed(monitor);
  await clock.advance(1_000);
  paused.record = { ...paused.record, isActive: false };
  gone.isGone = true;
  for (const monitor of monitors) runner.changed(monitor);
  await clock.advance(600_000);
  expect(looks).toHaveLength(2);
  expect(settled).toEqual([]);
});

describe("many", () => {
  test("hundreds that hang cost the others nothing", async () => {
    await runner.start();
    const slow = Array.from({ length: 400 }, () => add());
    const quick = add();
    takesMs = (monitor) => (monitor === quick ? 10 : 30_000);
    for (const monitor of slow) runner.changed(monitor);
    runner.changed(quick);
    await clock.advance(5_000);
    // 64 at once, and as many more each quarter of a second.
    expect(timesOf(quick)[0]).toBeLessThanOrEqual(2_000);
    await clock.advance(10 * 60_000);
    expect(timesOf(quick).length).toBeGreaterThanOrEqual(9);
  });

  test("a single host is not asked for all at once", async () => {
    await runner.start();
    let most = 0;
    takesMs = () => {
      most = Math.max(most, [...inFlight.values()].filter((count) => count > 0).length);
      return 100;
    };
    for (let count = 0; count < 200; count++) {
      const monitor = add();
      monitor.target = { type: "tcp", host: "one", port: count + 1 };
    }
    for (const monitor of monitors) runner.changed(monitor);
    await clock.advance(10_000);
    expect(new Set(looks.map(({ monitor }) => monitor)).size).toBe(200);
    expect(most).toBeLessThanOrEqual(16);
  });
});

describe("no burst", () => {
  /** The most that began within any single second. */
  const mostPerSecond = (): number => {
    const counts = new Map<number, number>();
    for (const { at } of looks) {
      const second = Math.floor(at / 1_000);
      counts.set(second, (counts.get(second) ?? 0) + 1);
    }
    return Math.max(...counts.values());
  };

  test("after a restart: who waited keeps his time, who is late is spread over a minute", async () => {
    const now = clock.now();
    for (let count = 0; count < 600; count++) add({}, now - 3_600_000);
    const later = add({}, now + 42_000);
    await runner.start();
    await clock.advance(63_000);
    expect(new Set(looks.map(({ monitor }) => monitor)).size).toBe(601);
    expect(timesOf(later).map(Math.round)).toEqual([42_000]);
    expect(mostPerSecond()).toBeLessThan(30);
  });

  test("after the machine slept: the same", async () => {
    for (let count = 0; count < 600; count++) add({}, clock.now() + count * 100);
    await runner.start();
    await clock.advance(65_000);
    looks.length = 0;
    // Timers stood still while the steady clock went on.
    (clock as unknown as { monotonic: () => number }).monotonic = (
      (real: () => number) => () =>
        real() + 900_000
    )(clock.monotonic.bind(clock));
    await clock.advance(65_000);
    expect(new Set(looks.map(({ monitor }) => monitor)).size).toBe(600);
    expect(mostPerSecond()).toBeLessThan(30);
  });

  test("a time from a clock that was wrong by years is not waited for", async () => {
    const monitor = add({}, clock.now() + 10 * 365 * 86_400_000);
    await runner.start();
    await clock.advance(60_000);
    expect(timesOf(monitor).length).toBeGreaterThanOrEqual(1);
  });
});

test("at a stop nothing begins any more, and what was cut off is not taken", async () => {
  await runner.start();
  takesMs = () => 5_000;
  const monitor = add();
  runner.changed(monitor);
  await clock.advance(1_000);
  const stopped = runner.stop();
  await clock.advance(10_000);
  await stopped;
  await clock.advance(600_000);
  expect(looks).toHaveLength(1);
  expect(settled).toEqual([]);
  expect(runner.inFlight).toBe(0);
});
