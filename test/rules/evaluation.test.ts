// In: readings over a moved clock. Out: proof of the rules of evaluation: what triggers, what
// resolves, what must not, and that a restart changes none of it.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
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

describe("thresholds", () => {
  test("one breach is one alert with the reading's time and value, resolved by the reading that clears", async () => {
    await bench.rule({ ...hot, clear_threshold: 80 });
    await bench.send(series, [t0, 84], [t0 + 1_000, 87.3], [t0 + 2_000, 90]);
    expect(
      bench.told.map(({ alert }) => [alert.metricValue, alert.thresholdValue, alert.triggeredAt]),
    ).toEqual([[87.3, 85, t0 + 1_000]]);
    await bench.send(series, [t0 + 3_000, 81]);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
    await bench.send(series, [t0 + 4_000, 79]);
    expect(bench.told[0]?.alert.resolvedAt).toBe(t0 + 4_000);
    expect(bench.told[0]?.alert.fleeting).toBe(false);
    expect(bench.takeTold()).toEqual(["resolved 1"]);
  });

  test("a breach that begins and ends inside one request is told twice and marked fleeting", async () => {
    await bench.rule(hot);
    await bench.send(series, [t0, 90], [t0 + 1_000, 70]);
    expect(bench.told.at(-1)?.alert.fleeting).toBe(true);
    expect(bench.takeTold()).toEqual(["triggered 1", "resolved 1"]);
    expect(bench.parts.book.size()).toBe(0);
  });

  test("a late reading changes no state, also after a restart", async () => {
    await bench.rule(hot);
    await bench.send(series, [t0 + 10_000, 90]);
    await bench.send(series, [t0 + 5_000, 20]);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
    await bench.restart();
    await bench.send(series, [t0 + 10_000, 90], [t0 + 9_000, 10]);
    expect(bench.takeTold()).toEqual([]);
  });

  test("the same request again, after a stop before its answer, gives no second alert", async () => {
    await bench.rule(hot);
    const request: [number, number][] = [
      [t0, 90],
      [t0 + 1_000, 60],
      [t0 + 2_000, 95],
    ];
    await bench.send(series, ...request);
    expect(bench.takeTold()).toEqual(["triggered 1", "resolved 1", "triggered 2"]);
    await bench.restart();
    await bench.send(series, ...request);
    expect(bench.takeTold()).toEqual([]);
  });

  test("two series of one machine are one alert, resolved when the last of them is clear", async () => {
    const spindle = await bench.series(machine, "temperature", { sensor: "spindle" });
    await bench.rule(hot);
    await bench.send(series, [t0, 90]);
    await bench.send(spindle, [t0, 91]);
    expect(bench.parts.book.size()).toBe(1);
    expect([...bench.parts.book.open()][0]?.occurrences).toBe(2);
    await bench.send(series, [t0 + 1_000, 20]);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
    await bench.send(spindle, [t0 + 1_000, 20]);
    expect(bench.takeTold()).toEqual(["resolved 1"]);
  });

  test("after a person resolved it, only a new breach triggers", async () => {
    await bench.rule(hot);
    await bench.send(series, [t0, 90]);
    await bench.parts.alerts.resolve(TESTER, "1", null);
    await bench.send(series, [t0 + 1_000, 99]);
    await bench.restart();
    await bench.send(series, [t0 + 2_000, 99]);
    expect(bench.takeTold()).toEqual(["triggered 1", "resolved 1"]);
    await bench.send(series, [t0 + 3_000, 20], [t0 + 4_000, 99]);
    expect(bench.takeTold()).toEqual(["triggered 2"]);
  });

  test("concurrent requests of one machine are decided in their order", async () => {
    await bench.rule(hot);
    await Promise.all([
      bench.send(series, [t0, 90]),
      bench.send(series, [t0 + 1_000, 20]),
      bench.send(series, [t0 + 2_000, 95]),
    ]);
    expect(bench.takeTold()).toEqual(["triggered 1", "resolved 1", "triggered 2"]);
  });

  test("a selector leaves other machines alone", async () => {
    const press = await bench.machine("Press", { type: "press", labels: { line: "2" } });
    const onPress = await bench.series(press);
    await bench.rule(hot, { selector: { machine_type: "press", labels: { line: "2" } } });
    await bench.send(series, [t0, 99]);
    await bench.send(onPress, [t0, 99]);
    expect(bench.told.map(({ alert }) => alert.machineName)).toEqual(["Press"]);
  });

  test("readings of a machine that waits for approval are not judged", async () => {
    machine.approval = "pending";
    await bench.rule(hot);
    await bench.send(series, [t0, 99]);
    expect(bench.takeTold()).toEqual([]);
  });
});

describe("delays", () => {
  const delayed = { ...hot, on_delay_seconds: 60 };

  test("the server's clock completes an on-delay when no reading follows", async () => {
    await bench.rule(delayed);
    await bench.send(series, [t0, 90]);
    await bench.clock.advance(58_000);
    expect(bench.takeTold()).toEqual([]);
    await bench.clock.advance(3_000);
    expect(bench.told[0]?.alert.triggeredAt).toBe(t0 + 60_000);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
  });

  test("a pending delay goes on over a restart from where it began", async () => {
    await bench.rule(delayed);
    await bench.send(series, [t0, 90]);
    await bench.clock.advance(40_000);
    await bench.restart();
    await bench.clock.advance(22_000);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
  });

  test("a short excursion is nothing, also for the sweeper", async () => {
    await bench.rule(delayed);
    await bench.send(series, [t0, 90]);
    await bench.clock.advance(30_000);
    await bench.send(series, [t0 + 30_000, 70]);
    await bench.clock.advance(120_000);
    expect(bench.takeTold()).toEqual([]);
  });

  test("an off-delay holds the alert until the clock completes it", async () => {
    await bench.rule({ ...hot, off_delay_seconds: 60 });
    await bench.send(series, [t0, 90]);
    await bench.send(series, [t0 + 1_000, 70]);
    await bench.clock.advance(58_000);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
    await bench.clock.advance(4_000);
    expect(bench.takeTold()).toEqual(["resolved 1"]);
  });

  test("vanished data never resolves", async () => {
    await bench.rule(hot);
    await bench.send(series, [t0, 90]);
    await bench.clock.advance(6 * 3_600_000);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
    expect(bench.parts.book.size()).toBe(1);
  }, 30_000);
});

describe("absence", () => {
  test("silence triggers after the server's time, a heartbeat ends it before it is answered", async () => {
    await bench.rule({ type: "heartbeat", after_seconds: 300 });
    await bench.heartbeat(machine);
    await bench.clock.advance(299_000);
    expect(bench.takeTold()).toEqual([]);
    await bench.clock.advance(2_000);
    const [first] = bench.told;
    expect([first?.alert.metricName, first?.alert.thresholdValue]).toEqual(["heartbeat", 300]);
    expect(first?.alert.metricValue).toBeGreaterThanOrEqual(300);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
    await bench.clock.advance(600_000);
    expect(bench.takeTold()).toEqual([]);
    await bench.heartbeat(machine);
    expect(bench.takeTold()).toEqual(["resolved 1"]);
  });

  test("a reading counts as a heartbeat, whatever its device time", async () => {
    await bench.rule({ type: "heartbeat", after_seconds: 300 });
    await bench.clock.advance(200_000);
    await bench.send(series, [5, 1]);
    await bench.clock.advance(200_000);
    expect(bench.takeTold()).toEqual([]);
  });

  test("our own downtime is not the machine's silence", async () => {
    await bench.rule({ type: "heartbeat", after_seconds: 300 });
    await bench.parts.engine.stop();
    bench.clock.setWall(t0 + 3_600_000);
    await bench.restart();
    await bench.clock.advance(298_000);
    expect(bench.takeTold()).toEqual([]);
    await bench.clock.advance(4_000);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
  });

  test("nor is a pause of ours, or a clock that is set: whoever reports afterwards was not missed", async () => {
    await bench.rule({ type: "heartbeat", after_seconds: 300 });
    await bench.clock.advance(100_000);
    bench.clock.setWall(t0 + 3_600_000);
    await bench.clock.advance(200_000);
    expect(bench.takeTold()).toEqual([]);
    await bench.heartbeat(machine);
    await bench.clock.advance(298_000);
    expect(bench.takeTold()).toEqual([]);
    await bench.clock.advance(4_000);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
  });

  test("an open absence alert stays open over a restart", async () => {
    await bench.rule({ type: "heartbeat", after_seconds: 5 });
    await bench.clock.advance(7_000);
    await bench.restart();
    await bench.clock.advance(20_000);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
    await bench.heartbeat(machine);
    expect(bench.takeTold()).toEqual(["resolved 1"]);
  });

  test("no data concerns one metric: others do not end it", async () => {
    const pressure = await bench.series(machine, "pressure");
    await bench.rule({ type: "no_data", metric: "temperature", after_seconds: 60 });
    await bench.send(series, [t0, 20]);
    await bench.clock.advance(62_000);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
    await bench.send(pressure, [t0, 1]);
    expect(bench.takeTold()).toEqual([]);
    await bench.send(series, [t0 + 70_000, 20]);
    expect(bench.takeTold()).toEqual(["resolved 1"]);
  });
});

describe("rules that come, change and go", () => {
  test("a new rule looks at the latest value when it is young, and not when it is old", async () => {
    await bench.send(series, [t0, 99]);
    await bench.rule(hot);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
    await bench.clock.advance(16 * 60_000);
    await bench.rule({ ...hot, threshold: 50 });
    expect(bench.takeTold()).toEqual([]);
  });

  test("a change re-evaluates once: the alert keeps its ID, or is resolved", async () => {
    const rule = await bench.rule(hot);
    await bench.send(series, [t0, 90]);
    const [open] = [...bench.parts.book.open()];
    bench.takeTold();
    await bench.parts.desk.update(TESTER, rule.id, {
      condition: { ...hot, threshold: 80 },
      severity: "warning",
    });
    const [kept] = [...bench.parts.book.open()];
    expect(kept?.alert.id).toBe(open?.alert.id as string);
    expect([kept?.alert.thresholdValue, kept?.alert.severity]).toEqual([80, "warning"]);
    expect(bench.takeTold()).toEqual([]);
    await bench.parts.desk.update(TESTER, rule.id, { condition: { ...hot, threshold: 95 } });
    expect(bench.takeTold()).toEqual(["resolved 1"]);
  });

  test("a change to another metric ends the alert as changed", async () => {
    const rule = await bench.rule(hot);
    await bench.send(series, [t0, 90]);
    await bench.parts.desk.update(TESTER, rule.id, { condition: { ...hot, metric: "pressure" } });
    expect(bench.told.at(-1)?.alert.resolveReason).toBe("rule_changed");
    expect(bench.takeTold()).toEqual(["triggered 1", "resolved 1"]);
  });

  for (const [how, act] of [
    ["deleting", (id: string) => bench.parts.desk.remove(TESTER, id)],
    ["switching off", (id: string) => bench.parts.desk.update(TESTER, id, { isActive: false })],
  ] as const)
    test(`${how} a rule resolves its alerts with the reason rule_removed`, async () => {
      const rule = await bench.rule(hot);
      await bench.send(series, [t0, 90]);
      await act(rule.id);
      expect(bench.told.at(-1)?.alert.resolveReason).toBe("rule_removed");
      expect(bench.takeTold()).toEqual(["triggered 1", "resolved 1"]);
      await bench.send(series, [t0 + 1_000, 99]);
      await bench.restart();
      expect(bench.takeTold()).toEqual([]);
    });

  test("switched on again, it looks at the latest value", async () => {
    const rule = await bench.rule(hot);
    await bench.send(series, [t0, 90]);
    await bench.parts.desk.update(TESTER, rule.id, { isActive: false });
    bench.takeTold();
    await bench.parts.desk.update(TESTER, rule.id, { isActive: true });
    expect(bench.takeTold()).toEqual(["triggered 2"]);
  });
});

describe("people", () => {
  test("acknowledging after the end is recorded and tells nobody; twice is a conflict", async () => {
    await bench.rule(hot);
    await bench.send(series, [t0, 90], [t0 + 1_000, 20]);
    bench.takeTold();
    const alert = await bench.parts.alerts.acknowledge(TESTER, "1", "saw it");
    expect([alert.status, alert.acknowledgedBy]).toEqual(["resolved", "tester"]);
    expect(bench.takeTold()).toEqual([]);
    await expect(bench.parts.alerts.acknowledge(TESTER, "1", null)).rejects.toThrow(/already/);
    await expect(bench.parts.alerts.resolve(TESTER, "1", null)).rejects.toThrow(/already/);
  });

  test("an acknowledged alert is resolved by the return to normal", async () => {
    await bench.rule(hot);
    await bench.send(series, [t0, 90]);
    await bench.parts.alerts.acknowledge(TESTER, "1", null);
    await bench.send(series, [t0 + 1_000, 20]);
    expect(bench.takeTold()).toEqual(["triggered 1", "acknowledged 1", "resolved 1"]);
  });
});

test("a machine that is deleted takes its open alerts with it, and is not missed", async () => {
  await bench.rule(hot);
  await bench.rule({ type: "heartbeat", after_seconds: 300 });
  await bench.send(series, [t0, 90]);
  await bench.remove(machine);
  expect(bench.told.at(-1)?.alert.resolveReason).toBe("machine_removed");
  expect(bench.takeTold()).toEqual(["triggered 1", "resolved 1"]);
});
