// In: a process killed at the worst moments. Out: proof that the next one goes on from what was durable,
// and makes good what the first one could not finish.
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
const DAY = 86_400_000;

describe("a pending delay", () => {
  test("ends with the value that began it, though last values are saved later", async () => {
    await bench.rule({ ...hot, on_delay_seconds: 60 });
    await bench.send(series, [t0, 90]);
    await bench.restart();
    await bench.clock.advance(62_000);
    const [told] = bench.told;
    expect([told?.alert.metricValue, told?.alert.triggeredAt]).toEqual([90, t0 + 60_000]);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
  });

  test("of readings from long ago is not over because of the time since then", async () => {
    await bench.rule({ ...hot, on_delay_seconds: 60 });
    await bench.send(series, [t0 - DAY, 90]);
    await bench.restart();
    await bench.clock.advance(50_000);
    expect(bench.takeTold()).toEqual([]);
    await bench.clock.advance(12_000);
    expect(bench.told[0]?.alert.triggeredAt).toBe(t0 - DAY + 60_000);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
  });

  test("of a rule that was switched off is forgotten", async () => {
    const rule = await bench.rule({ ...hot, on_delay_seconds: 60 });
    await bench.send(series, [t0, 90]);
    await bench.write("UPDATE rules SET is_active = 0 WHERE id = ?", rule.id);
    await bench.restart();
    await bench.clock.advance(120_000);
    expect(bench.takeTold()).toEqual([]);
    expect(await bench.rows("SELECT phase FROM rule_states")).toEqual([]);
  });
});

describe("an open alert", () => {
  test("is not resolved by an older value when its rule is renamed", async () => {
    const rule = await bench.rule(hot);
    await bench.send(series, [t0, 20]);
    await bench.flush();
    await bench.send(series, [t0 + 1_000, 90]);
    await bench.restart();
    await bench.parts.desk.update(TESTER, rule.id, { name: "Still too hot" });
    expect([...bench.parts.book.open()].map(({ alert }) => alert.name)).toEqual(["Still too hot"]);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
  });

  test("nothing happens to it when nothing has changed", async () => {
    await bench.rule(hot);
    await bench.rule({ type: "heartbeat", after_seconds: 5 });
    await bench.send(series, [t0, 90]);
    await bench.clock.advance(7_000);
    expect(bench.takeTold()).toEqual(["triggered 1", "triggered 2"]);
    const before = await bench.rows("SELECT MAX(seq) FROM journal");
    await bench.restart();
    await bench.clock.advance(5_000);
    expect(bench.takeTold()).toEqual([]);
    expect(await bench.rows("SELECT MAX(seq) FROM journal")).toEqual(before);
    expect(bench.parts.book.size()).toBe(2);
  });
});

describe("killed between a change and what follows from it", () => {
  const cases: [string, (ruleId: string) => Promise<void>, string][] = [
    ["a rule deleted", (id) => bench.write("DELETE FROM rules WHERE id = ?", id), "rule_removed"],
    [
      "a rule switched off",
      (id) => bench.write("UPDATE rules SET is_active = 0 WHERE id = ?", id),
      "rule_removed",
    ],
    [
      "a rule about another metric",
      (id) =>
        bench.write(
          "UPDATE rules SET condition = ? WHERE id = ?",
          JSON.stringify({ ...hot, metric: "pressure" }),
          id,
        ),
      "rule_changed",
    ],
    [
      "a limit that the value keeps",
      (id) =>
        bench.write(
          "UPDATE rules SET condition = ? WHERE id = ?",
          JSON.stringify({ ...hot, threshold: 95 }),
          id,
        ),
      "rule_changed",
    ],
  ];
  for (const [what, change, reason] of cases)
    test(`${what}: the next start resolves its alert`, async () => {
      const { id } = await bench.rule(hot);
      await bench.send(series, [t0, 90]);
      await change(id);
      await bench.restart();
      expect(bench.told.at(-1)?.alert.resolveReason).toBe(reason as "rule_removed");
      expect(bench.takeTold()).toEqual(["triggered 1", "resolved 1"]);
      expect(await bench.rows("SELECT phase FROM rule_states")).toEqual([]);
    });

  test("other words: the next start gives them to the alert", async () => {
    const { id } = await bench.rule(hot);
    await bench.send(series, [t0, 90]);
    await bench.write("UPDATE rules SET name = 'Renamed', severity = 'info' WHERE id = ?", id);
    await bench.restart();
    expect(await bench.rows("SELECT name, severity FROM alerts")).toEqual([["Renamed", "info"]]);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
  });

  test("a machine deleted by hand: its alert ends", async () => {
    await bench.rule(hot);
    await bench.send(series, [t0, 90]);
    await bench.write("DELETE FROM machines WHERE id = ?", machine.id);
    bench.lose(machine);
    await bench.restart();
    expect(bench.told.at(-1)?.alert.resolveReason).toBe("machine_removed");
  });

  test("with a full disk it starts all the same, and tries again", async () => {
    const { id } = await bench.rule(hot);
    await bench.send(series, [t0, 90]);
    await bench.write("UPDATE rules SET is_active = 0 WHERE id = ?", id);
    bench.takeTold();
    bench.fillDisk();
    await bench.restart();
    await bench.clock.advance(3_000);
    expect(bench.takeTold()).toEqual([]);
    bench.freeDisk();
    await bench.clock.advance(1_500);
    expect(bench.takeTold()).toEqual(["resolved 1"]);
  });
});
