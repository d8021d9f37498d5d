// In: machines that change under open alerts, and selectors of every kind. Out: proof that an alert ends
// with what led to it, and that a rule looks at a machine as soon as it concerns it.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Machine, Series } from "../../src/core/machine";
import { RuleBench } from "../harness/rules";

let bench: RuleBench;
let machine: Machine;
let series: Series;
let t0: number;

beforeEach(async () => {
  bench = await RuleBench.open();
  machine = await bench.machine("CNC Mill #1", { labels: { line: "1" } });
  series = await bench.series(machine);
  t0 = bench.clock.now();
});
afterEach(() => bench.close());

const hot = { type: "threshold", metric: "temperature", operator: ">", threshold: 85 } as const;
const ofMills = { selector: { machine_type: "mill" } };
const ofLine1 = { selector: { labels: { line: "1" } } };
const MINUTE = 60_000;

describe("a rule that no longer concerns the machine", () => {
  for (const [what, selector, change] of [
    ["type", ofMills, { type: "press" }],
    ["labels", ofLine1, { labels: {} }],
  ] as const) {
    test(`its alert ends when the ${what} changes, and nothing triggers any more`, async () => {
      await bench.rule(hot, selector);
      await bench.send(series, [t0, 90]);
      await bench.clock.advance(5_000);
      await bench.change(machine, change);
      const [, resolved] = bench.told;
      expect([resolved?.alert.resolveReason, resolved?.alert.resolvedAt]).toEqual([
        "machine_changed",
        t0 + 5_000,
      ]);
      expect(bench.takeTold()).toEqual(["triggered 1", "resolved 1"]);
      await bench.send(series, [t0 + 6_000, 20], [t0 + 7_000, 99]);
      await bench.restart();
      expect(bench.takeTold()).toEqual([]);
    });

    test(`its pending delay is forgotten when the ${what} changes`, async () => {
      await bench.rule({ ...hot, on_delay_seconds: 60 }, selector);
      await bench.send(series, [t0, 90]);
      await bench.change(machine, change);
      await bench.clock.advance(2 * MINUTE);
      expect(bench.takeTold()).toEqual([]);
      expect(bench.parts.rules.pending.size).toBe(0);
    });

    test(`its silence ends when the ${what} changes`, async () => {
      await bench.rule({ type: "heartbeat", after_seconds: 60 }, selector);
      await bench.clock.advance(62_000);
      await bench.change(machine, change);
      expect(bench.takeTold()).toEqual(["triggered 1", "resolved 1"]);
      await bench.clock.advance(5 * MINUTE);
      expect(bench.takeTold()).toEqual([]);
    });
  }

  test("an alert of another rule stays open", async () => {
    await bench.rule(hot, ofMills);
    await bench.rule(hot);
    await bench.send(series, [t0, 90]);
    await bench.change(machine, { type: "press" });
    expect(bench.takeTold()).toEqual(["triggered 1", "triggered 2", "resolved 1"]);
  });

  test("a change that no rule looks at changes nothing", async () => {
    await bench.rule(hot, ofMills);
    await bench.send(series, [t0, 90]);
    await bench.change(machine, { labels: { line: "2", hall: "B" } });
    expect(bench.takeTold()).toEqual(["triggered 1"]);
    await bench.send(series, [t0 + 1, 20]);
    expect(bench.takeTold()).toEqual(["resolved 1"]);
  });
});

describe("a rule that concerns the machine from now on", () => {
  test("looks at its latest value at once", async () => {
    await bench.rule(hot, { selector: { machine_type: "press" } });
    await bench.send(series, [t0, 90]);
    expect(bench.takeTold()).toEqual([]);
    await bench.change(machine, { type: "press" });
    expect(bench.told[0]?.alert.triggeredAt).toBe(t0);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
  });

  test("does not look at a value of half an hour ago", async () => {
    await bench.rule(hot, { selector: { machine_type: "press" } });
    await bench.send(series, [t0, 90]);
    await bench.clock.advance(30 * MINUTE);
    await bench.change(machine, { type: "press" });
    expect(bench.takeTold()).toEqual([]);
  });

  test("looks at a machine that is approved, and at what it sent before", async () => {
    machine.approval = "pending";
    await bench.rule(hot);
    await bench.rule({ type: "heartbeat", after_seconds: 60 });
    await bench.send(series, [t0, 20]);
    await bench.send(series, [t0 + 1_000, 90]);
    await bench.clock.advance(90_000);
    expect(bench.takeTold()).toEqual([]);
    await bench.change(machine, { approval: "approved" });
    expect(bench.takeTold()).toEqual(["triggered 1"]);
    await bench.clock.advance(1_500);
    expect(bench.takeTold()).toEqual(["triggered 2"]);
    await bench.send(series, [t0 + 2_000, 20]);
    expect(bench.takeTold()).toEqual(["resolved 1", "resolved 2"]);
  });

  test("misses it as soon as its silence is long enough", async () => {
    await bench.rule({ type: "heartbeat", after_seconds: 60 }, { selector: { machine_type: "press" } });
    await bench.clock.advance(5 * MINUTE);
    await bench.change(machine, { type: "press" });
    await bench.clock.advance(1_500);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
  });
});

describe("selectors", () => {
  test("all keys must fit; none at all selects every machine", async () => {
    const press = await bench.series(await bench.machine("Press", { type: "press", labels: { line: "1" } }));
    await bench.rule(hot, { selector: { machine_type: "mill", labels: { line: "1" } } });
    await bench.send(press, [t0, 90]);
    expect(bench.takeTold()).toEqual([]);
    await bench.send(series, [t0, 90]);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
    await bench.rule(hot, { selector: {} });
    expect(bench.takeTold()).toEqual(["triggered 2", "triggered 3"]);
  });

  test("a series' own tags go before the machine's labels", async () => {
    const moved = await bench.series(machine, "temperature", { line: "2" });
    await bench.rule(hot, ofLine1);
    await bench.send(moved, [t0, 90]);
    expect(bench.takeTold()).toEqual([]);
    await bench.rule(hot, { selector: { labels: { line: "2" } } });
    expect(bench.told[0]?.alert.labels).toEqual({ line: "2" });
    expect(bench.takeTold()).toEqual(["triggered 1"]);
  });

  test("no data: labels that came with the readings are looked at", async () => {
    const spindle = await bench.series(machine, "temperature", { sensor: "spindle" });
    const motor = await bench.series(machine, "temperature", { sensor: "motor" });
    await bench.rule(
      { type: "no_data", metric: "temperature", after_seconds: 60 },
      { selector: { labels: { sensor: "spindle" } } },
    );
    await bench.send(spindle, [t0, 20]);
    await bench.clock.advance(59_000);
    await bench.send(motor, [t0, 20]);
    await bench.clock.advance(3_000);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
    await bench.send(motor, [t0 + 1_000, 20]);
    expect(bench.takeTold()).toEqual([]);
    await bench.send(spindle, [t0 + 1_000, 20]);
    expect(bench.takeTold()).toEqual(["resolved 1"]);
  });

  test("heartbeat: a label that came with the readings selects the machine", async () => {
    const silent = await bench.machine("Press");
    await bench.series(silent, "pressure", { hall: "B" });
    await bench.rule({ type: "heartbeat", after_seconds: 60 }, { selector: { labels: { hall: "B" } } });
    await bench.clock.advance(62_000);
    expect(bench.told.map(({ alert }) => alert.machineName)).toEqual(["Press"]);
  });

  test("no data: a machine that never sent the metric is not missed, unless the rule names it", async () => {
    const other = await bench.machine("Press");
    await bench.rule({ type: "no_data", metric: "pressure", after_seconds: 60 });
    await bench.rule(
      { type: "no_data", metric: "pressure", after_seconds: 60 },
      { selector: { machine_id: other.id } },
    );
    await bench.clock.advance(65_000);
    expect(bench.told.map(({ alert }) => alert.machineName)).toEqual(["Press"]);
  });

  test("no data: a metric that a machine sends later is watched from then on", async () => {
    await bench.rule({ type: "no_data", metric: "pressure", after_seconds: 60 });
    await bench.clock.advance(10 * MINUTE);
    const pressure = await bench.series(machine, "pressure");
    await bench.send(pressure, [t0, 1]);
    await bench.clock.advance(58_000);
    expect(bench.takeTold()).toEqual([]);
    await bench.clock.advance(4_000);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
  });

  test("another organization's machines are never concerned", async () => {
    const foreign = await bench.machine("Foreign", { tenantId: "0190a000-0000-7000-8000-0000000000ff" });
    const ofForeign = await bench.series(foreign);
    await bench.rule(hot);
    await bench.rule({ type: "heartbeat", after_seconds: 60 }, { selector: { machine_id: foreign.id } });
    await bench.rule(hot, { selector: { machine_id: foreign.id } });
    await bench.send(ofForeign, [t0, 99]);
    await bench.clock.advance(2 * MINUTE);
    expect(bench.takeTold()).toEqual([]);
  });
});
