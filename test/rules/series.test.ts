// In: machines with several series of one metric, and readings that come late, twice or together. Out:
// proof that they share one alert, in the order of device time, however their requests are cut.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Machine, Series, SeriesReadings } from "../../src/core/machine";
import { RuleBench, TESTER } from "../harness/rules";

let bench: RuleBench;
let machine: Machine;
let front: Series;
let rear: Series;
let t0: number;

beforeEach(async () => {
  bench = await RuleBench.open();
  machine = await bench.machine("CNC Mill #1");
  front = await bench.series(machine, "temperature", { sensor: "front" });
  rear = await bench.series(machine, "temperature", { sensor: "rear" });
  t0 = bench.clock.now();
});
afterEach(() => bench.close());

const hot = { type: "threshold", metric: "temperature", operator: ">", threshold: 85 } as const;

const batch = (series: Series, ...readings: [number, number][]): SeriesReadings => ({
  series,
  times: readings.map(([at]) => at),
  values: readings.map(([, value]) => value),
  count: readings.length,
});

const sendTogether = (...batches: SeriesReadings[]): Promise<void> =>
  bench.parts.engine.evaluate(batches, bench.clock.now());

describe("several series of a machine", () => {
  test("three that break the limit in one request are one alert that occurred three times", async () => {
    const third = await bench.series(machine);
    await bench.rule(hot);
    await sendTogether(batch(front, [t0, 90]), batch(rear, [t0, 91]), batch(third, [t0, 92]));
    expect([...bench.parts.book.open()].map(({ occurrences }) => occurrences)).toEqual([3]);
    expect(await bench.rows("SELECT occurrences FROM alerts")).toEqual([[3]]);
    const again = await bench.rows(
      "SELECT data FROM journal WHERE kind = 'alert.occurred_again' ORDER BY seq",
    );
    expect(again.map(([data]) => (JSON.parse(String(data)) as { occurrences: number }).occurrences)).toEqual([
      2, 3,
    ]);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
  });

  test("occurrences are counted on after a restart", async () => {
    await bench.rule(hot);
    await bench.send(front, [t0, 90]);
    await bench.send(rear, [t0, 90]);
    await bench.restart();
    await bench.send(rear, [t0 + 1, 20], [t0 + 2, 95]);
    expect(await bench.rows("SELECT occurrences FROM alerts")).toEqual([[3]]);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
  });

  const readings = {
    front: [
      [1_000, 90],
      [3_000, 20],
    ],
    rear: [
      [2_000, 91],
      [4_000, 20],
    ],
  } as const;

  test("breaches that overlap are one alert in one request, as they are one by one", async () => {
    await bench.rule(hot);
    const at = ([ms, value]: readonly [number, number]): [number, number] => [t0 + ms, value];
    await sendTogether(batch(front, ...readings.front.map(at)), batch(rear, ...readings.rear.map(at)));
    const together = bench.told.map(({ event, alert }) => [event, alert.triggeredAt, alert.resolvedAt]);
    expect(together).toEqual([
      ["alert.triggered", t0 + 1_000, null],
      ["alert.resolved", t0 + 1_000, t0 + 4_000],
    ]);
    bench.takeTold();
    for (const [series, reading] of [
      [front, readings.front[0]],
      [rear, readings.rear[0]],
      [front, readings.front[1]],
      [rear, readings.rear[1]],
    ] as const)
      await bench.send(series, [t0 + 10_000 + reading[0], reading[1]]);
    expect(bench.takeTold()).toEqual(["triggered 2", "resolved 2"]);
  });

  test("an alert that a person resolved comes back with the breach of another series", async () => {
    await bench.rule(hot);
    await bench.send(front, [t0, 90]);
    await bench.parts.alerts.resolve(TESTER, "1", null);
    await bench.send(rear, [t0, 90]);
    expect(bench.takeTold()).toEqual(["triggered 1", "resolved 1", "triggered 2"]);
    await bench.send(rear, [t0 + 1, 20]);
    expect(bench.takeTold()).toEqual([]);
    await bench.send(front, [t0 + 1, 20]);
    expect(bench.takeTold()).toEqual(["resolved 2"]);
  });

  test("two rules on one series each have their alert", async () => {
    await bench.rule(hot);
    await bench.rule({ ...hot, threshold: 95 });
    await bench.send(front, [t0, 90], [t0 + 1, 99], [t0 + 2, 90]);
    expect(bench.takeTold()).toEqual(["triggered 1", "triggered 2", "resolved 2"]);
  });
});

describe("late and repeated readings", () => {
  test("two requests within one millisecond are both seen", async () => {
    await bench.rule(hot);
    await bench.send(front, [t0, 90]);
    await bench.send(front, [t0, 20]);
    expect(bench.takeTold()).toEqual(["triggered 1", "resolved 1"]);
    await bench.send(front, [t0, 20]);
    await bench.send(front, [t0, 90]);
    await bench.send(front, [t0, 90]);
    expect(bench.takeTold()).toEqual(["triggered 2"]);
  });

  test("an older reading changes nothing, neither what holds nor since when", async () => {
    await bench.rule({ ...hot, on_delay_seconds: 60 });
    await bench.send(front, [t0, 90]);
    await bench.clock.advance(30_000);
    await bench.send(front, [t0 - 1_000, 20]);
    await bench.send(front, [t0 - 500_000, 95]);
    await bench.clock.advance(32_000);
    expect(bench.told.map(({ alert }) => [alert.metricValue, alert.triggeredAt])).toEqual([
      [90, t0 + 60_000],
    ]);
  });

  test("a late reading ends the absence of its metric: it came, whenever it was measured", async () => {
    await bench.rule({ type: "no_data", metric: "temperature", after_seconds: 60 });
    await bench.send(front, [t0, 20]);
    await bench.clock.advance(62_000);
    await bench.send(front, [t0 - 5_000, 20]);
    expect(bench.takeTold()).toEqual(["triggered 1", "resolved 1"]);
  });

  test("delays of a backlog count device time: the same alert as live", async () => {
    await bench.rule({ ...hot, on_delay_seconds: 60, off_delay_seconds: 60 });
    const old = t0 - 86_400_000;
    await bench.send(
      front,
      [old, 90],
      [old + 59_000, 91],
      [old + 90_000, 92],
      [old + 100_000, 20],
      [old + 300_000, 20],
    );
    expect(
      bench.told.map(({ alert }) => [alert.metricValue, alert.triggeredAt, alert.resolvedAt, alert.fleeting]),
    ).toEqual([
      [91, old + 60_000, null, false],
      [91, old + 60_000, old + 160_000, true],
    ]);
  });
});
