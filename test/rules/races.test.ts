// In: two that act on the same machine, rule or alert at the same moment. Out: proof that one of them
// is first, that the other sees what it did, and that no sender pays for it.
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Machine, Series } from "../../src/core/machine";
import { RuleBench, TESTER } from "../harness/rules";

let bench: RuleBench;
let machine: Machine;
let series: Series;
let t0: number;

beforeEach(async () => {
  bench = await RuleBench.open();
  machine = await bench.machine("CNC Mill #1");
  series = await bench.series(machine);
  t0 = bench.clock.now();
});
afterEach(() => bench.close());

const hot = { type: "threshold", metric: "temperature", operator: ">", threshold: 85 } as const;

test("a reading that breaks a rule while it is being deleted is taken, and tells nobody", async () => {
  const rule = await bench.rule(hot);
  const release = bench.hold();
  const removed = bench.parts.desk.remove(TESTER, rule.id);
  const sent = bench.send(series, [t0, 90]);
  release();
  await removed;
  await sent;
  expect(bench.takeTold()).toEqual([]);
  expect(bench.parts.book.size()).toBe(0);
  expect(series.evaluatedUntil).toBe(t0);
});

test("a rule deleted while its alert is being triggered: the alert ends", async () => {
  const rule = await bench.rule(hot);
  const release = bench.hold();
  const sent = bench.send(series, [t0, 90]);
  const removed = bench.parts.desk.remove(TESTER, rule.id);
  release();
  await Promise.all([sent, removed]);
  expect(bench.takeTold()).toEqual(["triggered 1", "resolved 1"]);
  expect(bench.parts.book.size()).toBe(0);
});

test("a rule switched off while its alert is being triggered: the alert ends", async () => {
  const rule = await bench.rule(hot);
  const release = bench.hold();
  const changed = bench.parts.desk.update(TESTER, rule.id, { isActive: false });
  const sent = bench.send(series, [t0, 90]);
  release();
  await Promise.all([sent, changed]);
  expect(bench.takeTold()).toEqual(["triggered 1", "resolved 1"]);
});

test("a rule switched off while its silence waits to be told: nothing is told", async () => {
  const rule = await bench.rule({ type: "heartbeat", after_seconds: 5 });
  await bench.rule(hot);
  await bench.clock.advance(4_900);
  // The machine is busy when the sweeper finds it silent; the sweeper's turn comes after the change.
  const release = bench.hold();
  const sent = bench.parts.engine.evaluate([{ series, times: [t0], values: [90], count: 1 }], t0);
  const changed = bench.parts.desk.update(TESTER, rule.id, { isActive: false });
  const advanced = bench.clock.advance(1_500);
  await new Promise((resolve) => setImmediate(resolve));
  release();
  await Promise.all([sent, changed, advanced]);
  await bench.clock.advance(3_000);
  expect(bench.takeTold()).toEqual(["triggered 1"]);
});

test("two changes of one rule at once are both there", async () => {
  const rule = await bench.rule(hot);
  await Promise.all([
    bench.parts.desk.update(TESTER, rule.id, { name: "Renamed" }),
    bench.parts.desk.update(TESTER, rule.id, { severity: "info" }),
  ]);
  const { name, severity } = bench.parts.desk.find(TESTER.tenantId, rule.id);
  expect([name, severity]).toEqual(["Renamed", "info"]);
  expect(await bench.rows("SELECT name, severity FROM rules")).toEqual([["Renamed", "info"]]);
});

test("a rule that is deleted twice at once is gone for the second", async () => {
  const rule = await bench.rule(hot);
  const [first, second] = await Promise.allSettled([
    bench.parts.desk.remove(TESTER, rule.id),
    bench.parts.desk.remove(TESTER, rule.id),
  ]);
  expect(first.status).toBe("fulfilled");
  expect(second).toMatchObject({ status: "rejected", reason: { kind: "not_found" } });
});

test("readings that wait while their machine is deleted trigger nothing", async () => {
  await bench.rule(hot);
  const release = bench.hold();
  const removed = bench.remove(machine);
  const sent = bench.send(series, [t0, 90]);
  release();
  await Promise.all([removed, sent]);
  expect(bench.takeTold()).toEqual([]);
  expect(await bench.rows("SELECT COUNT(*) FROM alerts")).toEqual([[0]]);
});

test("a machine deleted while its alert is being triggered: the alert ends", async () => {
  await bench.rule(hot);
  const release = bench.hold();
  const sent = bench.send(series, [t0, 90]);
  const removed = bench.remove(machine);
  release();
  await Promise.all([sent, removed]);
  expect(bench.told.at(-1)?.alert.resolveReason).toBe("machine_removed");
  expect(bench.takeTold()).toEqual(["triggered 1", "resolved 1"]);
  expect(await bench.rows("SELECT phase FROM rule_states")).toEqual([]);
});

test("of two people who acknowledge at once, one is told that the other has", async () => {
  await bench.rule(hot);
  await bench.send(series, [t0, 90]);
  bench.takeTold();
  const results = await Promise.allSettled([
    bench.parts.alerts.acknowledge(TESTER, "1", null),
    bench.parts.alerts.acknowledge(TESTER, "1", null),
  ]);
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  expect(results[1]).toMatchObject({ reason: { kind: "conflict" } });
  expect(bench.takeTold()).toEqual(["acknowledged 1"]);
});

test("a person resolves while the reading that resolves is on its way: one of them does, the other hears 409", async () => {
  await bench.rule(hot);
  await bench.send(series, [t0, 90]);
  bench.takeTold();
  const release = bench.hold();
  const sent = bench.send(series, [t0 + 1, 20]);
  const resolved = bench.parts.alerts.resolve(TESTER, "1", null);
  release();
  const [, outcome] = await Promise.allSettled([sent, resolved]);
  expect(outcome).toMatchObject({ status: "rejected", reason: { kind: "conflict" } });
  expect(bench.takeTold()).toEqual(["resolved 1"]);
});

test("a person acknowledges while the reading that resolves is on its way: recorded, and nobody is told", async () => {
  await bench.rule(hot);
  await bench.send(series, [t0, 90]);
  bench.takeTold();
  const release = bench.hold();
  const sent = bench.send(series, [t0 + 1, 20]);
  const acknowledged = bench.parts.alerts.acknowledge(TESTER, "1", null);
  release();
  await sent;
  expect((await acknowledged).status).toBe("resolved");
  expect(bench.takeTold()).toEqual(["resolved 1"]);
});
