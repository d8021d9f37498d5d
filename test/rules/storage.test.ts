// In: storage that refuses. Out: proof that whoever is refused finds everything as before, that nothing
// is told that was not committed, and that what is already decided is tried until it is durable.
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
const FULL = { kind: "storage_full" };

describe("a reading that is refused", () => {
  test("has no consequence, and has it when it is sent again", async () => {
    await bench.rule(hot);
    bench.fillDisk();
    await expect(bench.send(series, [t0, 90], [t0 + 1_000, 91])).rejects.toMatchObject(FULL);
    expect([bench.parts.book.size(), series.evaluatedUntil]).toEqual([0, null]);
    expect(bench.parts.rules.pairs()).toEqual([]);
    bench.freeDisk();
    await bench.send(series, [t0, 90], [t0 + 1_000, 91]);
    expect(bench.told.map(({ alert }) => alert.metricValue)).toEqual([90]);
  });

  test("does not end a delay's value: what was taken before still holds", async () => {
    await bench.rule({ ...hot, on_delay_seconds: 60 });
    await bench.send(series, [t0, 90]);
    await bench.clock.advance(30_000);
    bench.fillDisk();
    await expect(bench.send(series, [t0 + 30_000, 20])).rejects.toMatchObject(FULL);
    bench.freeDisk();
    await bench.clock.advance(32_000);
    expect(bench.told.map(({ alert }) => alert.metricValue)).toEqual([90]);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
  });

  test("that would have resolved the alert leaves it open", async () => {
    await bench.rule(hot);
    await bench.send(series, [t0, 90]);
    bench.fillDisk();
    await expect(bench.send(series, [t0 + 1_000, 20])).rejects.toMatchObject(FULL);
    bench.freeDisk();
    expect(bench.takeTold()).toEqual(["triggered 1"]);
    expect(bench.parts.book.size()).toBe(1);
    await bench.send(series, [t0 + 1_000, 20]);
    expect(bench.takeTold()).toEqual(["resolved 1"]);
  });

  test("of one machine does not take those of another with it", async () => {
    const other = await bench.series(await bench.machine("Press"));
    await bench.rule(hot);
    bench.fillDisk(1);
    const [first, second] = await Promise.allSettled([
      bench.send(series, [t0, 90]),
      bench.send(other, [t0, 90]),
    ]);
    expect([first.status, second.status]).toEqual(["fulfilled", "rejected"]);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
  });
});

describe("the sweeper", () => {
  test("tries a delay again until it is durable", async () => {
    await bench.rule({ ...hot, on_delay_seconds: 5 });
    await bench.send(series, [t0, 90]);
    bench.fillDisk();
    await bench.clock.advance(10_000);
    expect(bench.takeTold()).toEqual([]);
    bench.freeDisk();
    await bench.clock.advance(1_500);
    expect(bench.told[0]?.alert.triggeredAt).toBe(t0 + 5_000);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
  });

  test("tries an absence again, and does not tell it once the machine was heard", async () => {
    await bench.rule({ type: "heartbeat", after_seconds: 5 });
    bench.fillDisk();
    await bench.clock.advance(10_000);
    bench.freeDisk();
    await bench.heartbeat(machine);
    await bench.clock.advance(4_000);
    expect(bench.takeTold()).toEqual([]);
    await bench.clock.advance(3_000);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
  });

  test("a heartbeat that is refused leaves the absence open for the next one", async () => {
    await bench.rule({ type: "heartbeat", after_seconds: 5 });
    await bench.clock.advance(7_000);
    bench.fillDisk();
    await expect(bench.heartbeat(machine)).rejects.toMatchObject(FULL);
    bench.freeDisk();
    expect(bench.takeTold()).toEqual(["triggered 1"]);
    await bench.heartbeat(machine);
    expect(bench.takeTold()).toEqual(["resolved 1"]);
  });
});

describe("a rule", () => {
  test("that is refused is as it was", async () => {
    const rule = await bench.rule(hot);
    bench.fillDisk();
    await expect(bench.rule(hot)).rejects.toMatchObject(FULL);
    await expect(
      bench.parts.desk.update(TESTER, rule.id, { condition: { ...hot, threshold: 10 } }),
    ).rejects.toMatchObject(FULL);
    await expect(bench.parts.desk.remove(TESTER, rule.id)).rejects.toMatchObject(FULL);
    bench.freeDisk();
    await bench.send(series, [t0, 50]);
    await bench.send(series, [t0 + 1, 90]);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
  });

  for (const [how, act] of [
    ["deleted", (id: string) => bench.parts.desk.remove(TESTER, id)],
    ["switched off", (id: string) => bench.parts.desk.update(TESTER, id, { isActive: false })],
  ] as const)
    test(`that is ${how} while the disk fills up: its alert is resolved as soon as there is room`, async () => {
      const rule = await bench.rule(hot);
      await bench.send(series, [t0, 90]);
      bench.takeTold();
      bench.fillDisk(1);
      await act(rule.id);
      expect(bench.takeTold()).toEqual([]);
      bench.freeDisk();
      await bench.clock.advance(1_500);
      expect(bench.told[0]?.alert.resolveReason).toBe("rule_removed");
      expect(bench.takeTold()).toEqual(["resolved 1"]);
    });
});

describe("a person's verb", () => {
  for (const verb of ["acknowledge", "resolve"] as const)
    test(`${verb} that is refused has not happened`, async () => {
      await bench.rule(hot);
      await bench.send(series, [t0, 90]);
      bench.takeTold();
      bench.fillDisk();
      await expect(bench.parts.alerts[verb](TESTER, "1", null)).rejects.toMatchObject(FULL);
      bench.freeDisk();
      expect([...bench.parts.book.open()].map(({ alert }) => alert.status)).toEqual(["triggered"]);
      expect(bench.takeTold()).toEqual([]);
      await bench.parts.alerts[verb](TESTER, "1", null);
      expect(bench.takeTold()).toEqual([`${verb}d 1`]);
    });

  test("a machine whose deletion is refused is watched as before", async () => {
    await bench.rule(hot);
    await bench.send(series, [t0, 90]);
    bench.fillDisk();
    await expect(bench.remove(machine)).rejects.toMatchObject(FULL);
    bench.freeDisk();
    expect(bench.takeTold()).toEqual(["triggered 1"]);
    await bench.send(series, [t0 + 1_000, 20], [t0 + 2_000, 90]);
    expect(bench.takeTold()).toEqual(["resolved 1", "triggered 2"]);
  });
});
