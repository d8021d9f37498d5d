// Silence of jobs, by itself: whose fault it is not, what a disk that is full does to it, and many at once.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { silentLog } from "../../src/core/log";
import { NEW_STATE, type Monitor } from "../../src/monitors/book";
import { createHeartbeatWatch, type HeartbeatWatch } from "../../src/monitors/heartbeat/watch";
import type { HeartbeatTarget, MonitorRecord } from "../../src/monitors/schema";
import { momentsOf } from "../../src/operations/recurrence";
import { FakeClock } from "../harness/clock";

const TARGET: HeartbeatTarget = {
  type: "heartbeat",
  periodSeconds: 600,
  cron: null,
  timeZone: "UTC",
  graceSeconds: 60,
  slug: null,
  pingId: "",
  pushToken: "",
};
const DEADLINE_MS = 660_000;

let clock: FakeClock;
let monitors: Monitor[];
let watch: HeartbeatWatch;
let told: Monitor[];
let isFull: boolean;
let mostAtOnce: number;
let problem: string | null;

const add = (): Monitor => {
  const monitor: Monitor = {
    record: { id: `m${monitors.length}`, isActive: true, type: "heartbeat" } as MonitorRecord,
    target: TARGET,
    state: { ...NEW_STATE, status: "up", since: clock.now(), lastPingAt: clock.now() },
    lastSeq: 0,
    isGone: false,
  };
  monitors.push(monitor);
  return monitor;
};

beforeEach(async () => {
  clock = new FakeClock();
  monitors = [];
  told = [];
  isFull = false;
  mostAtOnce = 0;
  problem = null;
  let open = 0;
  watch = createHeartbeatWatch({
    book: { all: () => monitors },
    recorder: { touch: () => undefined },
    clock,
    log: silentLog,
    momentsOf,
    networkProblem: () => problem,
    reporter: {
      report: async (monitor) => {
        mostAtOnce = Math.max(mostAtOnce, ++open);
        await new Promise((resolve) => setImmediate(resolve));
        open--;
        if (isFull) throw new Error("The disk is full.");
        told.push(monitor);
        monitor.state = { ...monitor.state, status: "down" };
        return "fails";
      },
    },
  });
  await watch.start();
});
afterEach(() => watch.stop());

test("while our network is gone nobody is silent, and afterwards everybody has his grace", async () => {
  const monitor = add();
  watch.changed(monitor);
  problem = "no endpoint can be reached";
  await clock.advance(DEADLINE_MS + 3_600_000);
  expect(told).toEqual([]);
  problem = null;
  await clock.advance(59_000);
  expect(told).toEqual([]);
  await clock.advance(7_000);
  expect(told).toEqual([monitor]);
});

test("one that reports as soon as the network is back has not failed", async () => {
  const monitor = add();
  watch.changed(monitor);
  problem = "no endpoint can be reached";
  await clock.advance(DEADLINE_MS + 60_000);
  problem = null;
  await clock.advance(10_000);
  monitor.state = { ...monitor.state, lastPingAt: clock.now() };
  watch.reported(monitor);
  await clock.advance(DEADLINE_MS - 1_000);
  expect(told).toEqual([]);
});

test("what could not be written is told once it can be", async () => {
  const monitor = add();
  watch.changed(monitor);
  isFull = true;
  await clock.advance(DEADLINE_MS + 60_000);
  expect(told).toEqual([]);
  isFull = false;
  await clock.advance(5_000);
  await watch.idle();
  expect(told).toEqual([monitor]);
  await clock.advance(3_600_000);
  expect(told).toEqual([monitor]);
});

test("thousands at once are told in turns", async () => {
  for (let count = 0; count < 3_000; count++) watch.changed(add());
  await clock.advance(DEADLINE_MS);
  await watch.idle();
  expect(new Set(told).size).toBe(3_000);
  expect(told).toHaveLength(3_000);
  expect(mostAtOnce).toBeLessThanOrEqual(500);
});

test("one that is deleted or paused is not missed", async () => {
  const gone = add();
  const paused = add();
  for (const monitor of monitors) watch.changed(monitor);
  gone.isGone = true;
  paused.record = { ...paused.record, isActive: false };
  await clock.advance(DEADLINE_MS * 2);
  expect(told).toEqual([]);
});
