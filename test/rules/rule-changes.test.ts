// In: rules that change while delays run and alerts are open. Out: proof that each is looked at once
// under the rule as it is then, keeps its ID while it can, and says why it ended.
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

const update = (id: string, change: Parameters<typeof bench.parts.desk.update>[2]) =>
  bench.parts.desk.update(TESTER, id, change);

const onlyOpen = () => {
  const [open, ...more] = bench.parts.book.open();
  expect(more).toEqual([]);
  return open?.alert;
};

describe("a pending delay", () => {
  test("under a limit that the value keeps is forgotten, however short the new delay is", async () => {
    const { id } = await bench.rule({ ...hot, on_delay_seconds: 600 });
    await bench.send(series, [t0, 90]);
    await bench.send(series, [t0 + 120_000, 90]);
    await update(id, { condition: { ...hot, threshold: 95, on_delay_seconds: 10 } });
    await bench.clock.advance(900_000);
    expect(bench.takeTold()).toEqual([]);
  });

  test("goes on under another delay from where it began", async () => {
    const { id } = await bench.rule({ ...hot, on_delay_seconds: 600 });
    await bench.send(series, [t0, 90]);
    await bench.clock.advance(30_000);
    await update(id, { condition: { ...hot, on_delay_seconds: 60 } });
    await bench.clock.advance(28_000);
    expect(bench.takeTold()).toEqual([]);
    await bench.clock.advance(4_000);
    expect(bench.told[0]?.alert.triggeredAt).toBe(t0 + 60_000);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
  });

  test("an off-delay under a clear value that is not reached is taken back", async () => {
    const { id } = await bench.rule({ ...hot, off_delay_seconds: 60 });
    await bench.send(series, [t0, 90]);
    await bench.send(series, [t0 + 1_000, 80]);
    await update(id, { condition: { ...hot, clear_threshold: 70, off_delay_seconds: 60 } });
    await bench.clock.advance(300_000);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
  });
});

describe("an open alert", () => {
  test("ends when the limit moves away from the value, because of the change and at its time", async () => {
    const { id } = await bench.rule(hot);
    await bench.send(series, [t0, 90]);
    await bench.clock.advance(5_000);
    await update(id, { condition: { ...hot, threshold: 95 } });
    const resolved = bench.told.at(-1)?.alert;
    expect([resolved?.resolveReason, resolved?.resolvedAt]).toEqual(["rule_changed", t0 + 5_000]);
  });

  test("takes over name, severity, limit and message, and keeps the rest", async () => {
    const { id } = await bench.rule(hot, { message: "{{machine}}: {{value}} over {{threshold}}" });
    await bench.send(series, [t0, 90]);
    const before = onlyOpen();
    expect(before?.message).toBe("CNC Mill #1: 90 over 85");
    await update(id, {
      name: "Hot",
      severity: "warning",
      message: "over {{threshold}}",
      condition: { ...hot, threshold: 80 },
    });
    expect(onlyOpen()).toEqual({
      ...(before as NonNullable<typeof before>),
      name: "Hot",
      severity: "warning",
      message: "over 80",
      thresholdValue: 80,
    });
    expect(bench.takeTold()).toEqual(["triggered 1"]);
    expect(await bench.rows("SELECT name, severity, message, threshold_value FROM alerts")).toEqual([
      ["Hot", "warning", "over 80", 80],
    ]);
    const [row] = await bench.rows("SELECT data FROM journal WHERE kind = 'alert.updated'");
    expect(JSON.parse(String(row?.[0]))).toEqual({
      alertId: before?.id,
      changes: { name: "Hot", severity: "warning", message: "over 80", thresholdValue: 80 },
    });
  });

  test("a change of something else is no change of the alert", async () => {
    const { id } = await bench.rule(hot);
    await bench.send(series, [t0, 90]);
    await update(id, { condition: { ...hot, off_delay_seconds: 10 } });
    expect(await bench.rows("SELECT COUNT(*) FROM journal WHERE kind = 'alert.updated'")).toEqual([[0]]);
  });

  test("of another metric ends, and the new one that is broken too has its own", async () => {
    const pressure = await bench.series(machine, "pressure");
    const { id } = await bench.rule(hot);
    await bench.send(series, [t0, 90]);
    await bench.send(pressure, [t0, 99]);
    await update(id, { condition: { ...hot, metric: "pressure" } });
    expect(bench.takeTold()).toEqual(["triggered 1", "resolved 1", "triggered 2"]);
    expect([onlyOpen()?.metricName, onlyOpen()?.metricValue]).toEqual(["pressure", 99]);
  });

  test("of one of two series stays open while the other one is concerned and broken", async () => {
    const spindle = await bench.series(machine, "temperature", { sensor: "spindle" });
    const { id } = await bench.rule(hot);
    await bench.send(series, [t0, 90]);
    await bench.send(spindle, [t0, 90]);
    await update(id, { selector: { labels: { sensor: "spindle" } } });
    await bench.send(series, [t0 + 1, 20]);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
    await bench.send(spindle, [t0 + 1, 20]);
    expect(bench.takeTold()).toEqual(["resolved 1"]);
  });

  test("that a person resolved does not come back when the rule is renamed", async () => {
    const { id } = await bench.rule(hot);
    await bench.send(series, [t0, 90]);
    await bench.parts.alerts.resolve(TESTER, "1", null);
    await update(id, { name: "Renamed" });
    expect(bench.takeTold()).toEqual(["triggered 1", "resolved 1"]);
  });
});

describe("an open absence", () => {
  const silence = { type: "heartbeat", after_seconds: 60 } as const;

  test("ends when the rule grants more silence than there was, and comes back after that", async () => {
    const { id } = await bench.rule(silence);
    await bench.clock.advance(90_000);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
    await update(id, { condition: { ...silence, after_seconds: 300 } });
    expect(bench.told[0]?.alert.resolveReason).toBe("rule_changed");
    expect(bench.takeTold()).toEqual(["resolved 1"]);
    await bench.clock.advance(200_000);
    expect(bench.takeTold()).toEqual([]);
    await bench.clock.advance(12_000);
    expect(bench.takeTold()).toEqual(["triggered 2"]);
  });

  test("stays when the rule is renamed, over a restart of ours too", async () => {
    const { id } = await bench.rule(silence);
    await bench.clock.advance(90_000);
    await bench.restart();
    await update(id, { name: "Silent" });
    expect([onlyOpen()?.name, onlyOpen()?.status]).toEqual(["Silent", "triggered"]);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
  });

  test("a shorter limit finds the silence that is there", async () => {
    const { id } = await bench.rule({ ...silence, after_seconds: 3_600 });
    await bench.clock.advance(90_000);
    await update(id, { condition: silence });
    await bench.clock.advance(1_500);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
  });

  test("a rule of another kind has another alert", async () => {
    await bench.send(series, [t0, 90]);
    const { id } = await bench.rule(silence);
    await bench.clock.advance(90_000);
    await update(id, { condition: { type: "no_data", metric: "temperature", after_seconds: 60 } });
    await bench.clock.advance(1_500);
    expect(bench.takeTold()).toEqual(["triggered 1", "resolved 1", "triggered 2"]);
    expect(onlyOpen()?.metricName).toBe("temperature");
    await update(id, { condition: hot });
    expect(bench.takeTold()).toEqual(["resolved 2", "triggered 3"]);
    await update(id, { condition: silence });
    expect(bench.takeTold()).toEqual(["resolved 3"]);
    await bench.clock.advance(1_500);
    expect(bench.takeTold()).toEqual(["triggered 4"]);
  });
});

test("in what it says, a metric has its display name, unit and decimals; silence is in seconds", async () => {
  Object.assign(series.info, { displayName: "Spindle temperature", unit: "°C", decimals: 1 });
  await bench.rule(hot);
  await bench.rule({ type: "no_data", metric: "temperature", after_seconds: 60 });
  await bench.rule(
    { type: "no_data", metric: "temperature", after_seconds: 60 },
    { message: "{{metric}} of {{machine}}: {{value}} {{unit}} (limit {{threshold}} {{unit}}) {{other}}" },
  );
  await bench.send(series, [t0, 90]);
  await bench.clock.advance(61_000);
  expect(bench.told.map(({ alert }) => [alert.message, alert.unit, alert.metricName])).toEqual([
    ["Spindle temperature 90.0 °C is above the limit of 85.0 °C", "°C", "temperature"],
    ["No data for Spindle temperature in 1 minute (silent for 60 s)", "s", "temperature"],
    ["Spindle temperature of CNC Mill #1: 60 s (limit 60 s) {{other}}", "s", "temperature"],
  ]);
});

test("a small value is shown with its digits", async () => {
  const vacuum = await bench.series(machine, "vacuum");
  await bench.rule({ type: "threshold", metric: "vacuum", operator: ">", threshold: 0.00001 });
  await bench.send(vacuum, [t0, 0.0000234567]);
  expect(bench.told[0]?.alert.message).toBe("vacuum 0.00002346 is above the limit of 0.00001");
});
