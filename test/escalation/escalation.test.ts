// In: an alert that nobody acknowledges. Out: proof of when the escalation goes out, and that nothing
// goes out once somebody has acknowledged or resolved, over restarts too.
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Series } from "../../src/core/machine";
import { RuleBench, TESTER } from "../harness/rules";

let bench: RuleBench;
let series: Series;
let t0: number;

const CHANNEL = "0190a000-0000-7000-8000-0000000000c1";
const OTHER_CHANNEL = "0190a000-0000-7000-8000-0000000000c2";
const MINUTE = 60_000;

beforeEach(async () => {
  bench = await RuleBench.open();
  bench.channels.add(CHANNEL);
  bench.channels.add(OTHER_CHANNEL);
  series = await bench.series(await bench.machine("CNC Mill #1"));
  t0 = bench.clock.now();
  await bench.rule({ type: "threshold", metric: "temperature", operator: ">", threshold: 85 });
});
afterEach(() => bench.close());

const policy = (waitMinutes: number, more: { isActive?: boolean; severity?: "critical" | "warning" } = {}) =>
  bench.parts.policies.create(TESTER, {
    name: "Critical, notify ops",
    severity: "critical",
    isActive: true,
    steps: [{ wait_minutes: waitMinutes, channel_id: CHANNEL }],
    isFlat: true,
    ...more,
  });

test("after the wait, and not before, the policy's channel is told once", async () => {
  const { id } = await policy(15);
  await bench.send(series, [t0, 90]);
  await bench.clock.advance(15 * MINUTE - 1);
  expect(bench.takeTold()).toEqual(["triggered 1"]);
  await bench.clock.advance(2);
  expect(bench.told[0]?.escalation).toEqual({
    policyId: id,
    policyName: "Critical, notify ops",
    waitMinutes: 15,
    step: 1,
  });
  expect(bench.takeTold()).toEqual(["escalated 1"]);
  await bench.clock.advance(60 * MINUTE);
  expect(bench.takeTold()).toEqual([]);
});

test("a fraction of a minute is a wait like any other", async () => {
  await policy(0.05);
  await bench.send(series, [t0, 90]);
  await bench.clock.advance(2_999);
  expect(bench.takeTold()).toEqual(["triggered 1"]);
  await bench.clock.advance(1);
  expect(bench.takeTold()).toEqual(["escalated 1"]);
});

for (const verb of ["acknowledge", "resolve"] as const)
  test(`${verb} stops it`, async () => {
    await policy(1);
    await bench.send(series, [t0, 90]);
    await bench.clock.advance(MINUTE / 2);
    await bench.parts.alerts[verb](TESTER, "1", null);
    bench.takeTold();
    await bench.restart();
    await bench.clock.advance(10 * MINUTE);
    expect(bench.takeTold()).toEqual([]);
  });

test("the return to normal stops it", async () => {
  await policy(1);
  await bench.send(series, [t0, 90]);
  await bench.send(series, [t0 + 1, 20]);
  await bench.clock.advance(10 * MINUTE);
  expect(bench.takeTold()).toEqual(["triggered 1", "resolved 1"]);
});

test("a restart keeps the wait, and what came due in between goes out at once", async () => {
  await policy(5);
  await bench.send(series, [t0, 90]);
  await bench.parts.runner.stop();
  bench.clock.setWall(t0 + 60 * MINUTE);
  bench.takeTold();
  await bench.restart();
  await bench.clock.advance(1);
  expect(bench.takeTold()).toEqual(["escalated 1"]);
});

test("severity matches exactly, several policies run side by side", async () => {
  await policy(1, { severity: "warning" });
  await policy(1);
  await policy(2);
  await bench.send(series, [t0, 90]);
  await bench.clock.advance(3 * MINUTE);
  expect(bench.takeTold()).toEqual(["triggered 1", "escalated 1", "escalated 1"]);
});

test("a new policy covers alerts that are already open, counted from their creation", async () => {
  await bench.send(series, [t0, 90]);
  await bench.clock.advance(4 * MINUTE);
  await policy(5);
  await bench.clock.advance(MINUTE - 1);
  expect(bench.takeTold()).toEqual(["triggered 1"]);
  await bench.clock.advance(2);
  expect(bench.takeTold()).toEqual(["escalated 1"]);
});

test("switched off it tells nobody; switched on again it covers the open alert", async () => {
  const { id } = await policy(5);
  await bench.send(series, [t0, 90]);
  bench.takeTold();
  await bench.parts.policies.update(TESTER, id, () => ({ isActive: false }));
  await bench.clock.advance(10 * MINUTE);
  expect(bench.takeTold()).toEqual([]);
  await bench.parts.policies.update(TESTER, id, () => ({ isActive: true }));
  await bench.clock.advance(1);
  expect(bench.takeTold()).toEqual(["escalated 1"]);
});

test("deleted, it tells nobody", async () => {
  const { id } = await policy(1);
  await bench.send(series, [t0, 90]);
  bench.takeTold();
  await bench.parts.policies.remove(TESTER, id);
  await bench.clock.advance(10 * MINUTE);
  expect(bench.takeTold()).toEqual([]);
});

test("the next step follows although the first step's channel is gone", async () => {
  await bench.parts.policies.create(TESTER, {
    name: "Two steps",
    severity: "critical",
    isActive: true,
    isFlat: false,
    steps: [
      { wait_minutes: 1, channel_id: CHANNEL },
      { wait_minutes: 2, channel_id: OTHER_CHANNEL },
    ],
  });
  bench.channels.delete(CHANNEL);
  await bench.send(series, [t0, 90]);
  await bench.clock.advance(3 * MINUTE + 1);
  expect(bench.told.map(({ channelId }) => channelId)).toEqual([undefined, OTHER_CHANNEL]);
  expect(bench.takeTold()).toEqual(["triggered 1", "escalated 1"]);
});

test("a policy for a channel that does not exist is refused with the field", async () => {
  bench.channels.clear();
  await expect(policy(1)).rejects.toMatchObject({ kind: "invalid", context: { field: "channel_id" } });
});
