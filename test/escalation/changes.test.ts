// In: policies and severities that change under open alerts, steps that fail, and processes that are
// killed. Out: proof that every alert is escalated by exactly the policies that cover it, step by step.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Series } from "../../src/core/machine";
import type { PolicyInput } from "../../src/escalation/policies";
import { RuleBench, TESTER } from "../harness/rules";

let bench: RuleBench;
let series: Series;
let ruleId: string;
let t0: number;

const CHANNEL = "0190a000-0000-7000-8000-0000000000c1";
const SECOND = "0190a000-0000-7000-8000-0000000000c2";
const THIRD = "0190a000-0000-7000-8000-0000000000c3";
const MINUTE = 60_000;

const hot = { type: "threshold", metric: "temperature", operator: ">", threshold: 85 } as const;

beforeEach(async () => {
  bench = await RuleBench.open();
  for (const channel of [CHANNEL, SECOND, THIRD]) bench.channels.add(channel);
  series = await bench.series(await bench.machine("CNC Mill #1"));
  t0 = bench.clock.now();
  ({ id: ruleId } = await bench.rule(hot));
});
afterEach(() => bench.close());

const create = (more: Partial<PolicyInput> = {}) =>
  bench.parts.policies.create(TESTER, {
    name: "Policy",
    severity: "critical",
    isActive: true,
    isFlat: false,
    steps: [{ wait_minutes: 5, channel_id: CHANNEL }],
    ...more,
  });

const update = (id: string, change: Partial<PolicyInput>) =>
  bench.parts.policies.update(TESTER, id, () => change);

const setSeverity = (severity: "critical" | "warning") =>
  bench.parts.desk.update(TESTER, ruleId, { severity });

/** Channels that escalations went to since the last call. */
const takeChannels = (): string[] =>
  bench.told.splice(0).flatMap(({ channelId }) => (channelId === undefined ? [] : [channelId]));

const CHAIN = [
  { wait_minutes: 5, channel_id: CHANNEL },
  { wait_minutes: 10, channel_id: SECOND },
  { wait_minutes: 10, channel_id: THIRD },
];

describe("an alert whose severity changes", () => {
  test("is left alone by the policy of the old one and escalated by that of the new one", async () => {
    await create();
    await create({ severity: "warning", steps: [{ wait_minutes: 7, channel_id: SECOND }] });
    await bench.send(series, [t0, 90]);
    await bench.clock.advance(MINUTE);
    await setSeverity("warning");
    await bench.clock.advance(6 * MINUTE - 1);
    expect(takeChannels()).toEqual([]);
    await bench.clock.advance(1);
    expect(takeChannels()).toEqual([SECOND]);
    await bench.clock.advance(60 * MINUTE);
    expect(takeChannels()).toEqual([]);
  });

  test("and changes back goes on where it was", async () => {
    await create({ steps: CHAIN });
    await bench.send(series, [t0, 90]);
    await bench.clock.advance(6 * MINUTE);
    expect(takeChannels()).toEqual([CHANNEL]);
    await setSeverity("warning");
    await bench.clock.advance(30 * MINUTE);
    expect(takeChannels()).toEqual([]);
    await setSeverity("critical");
    await bench.clock.advance(1);
    expect(takeChannels()).toEqual([SECOND]);
    await bench.clock.advance(10 * MINUTE);
    expect(takeChannels()).toEqual([THIRD]);
  });

  test("when it is acknowledged, is not escalated", async () => {
    await create({ severity: "warning" });
    await bench.send(series, [t0, 90]);
    await bench.parts.alerts.acknowledge(TESTER, "1", null);
    await setSeverity("warning");
    await bench.clock.advance(60 * MINUTE);
    expect(takeChannels()).toEqual([]);
  });
});

describe("a policy with several steps", () => {
  test("counts each wait from the step before, and stops where it ends", async () => {
    await create({ steps: CHAIN });
    await bench.send(series, [t0, 90]);
    await bench.clock.advance(14 * MINUTE);
    expect(takeChannels()).toEqual([CHANNEL]);
    await bench.clock.advance(1 * MINUTE);
    expect(takeChannels()).toEqual([SECOND]);
    await bench.restart();
    await bench.clock.advance(10 * MINUTE);
    expect(takeChannels()).toEqual([THIRD]);
    await bench.clock.advance(60 * MINUTE);
    expect(takeChannels()).toEqual([]);
  });

  test("is stopped in the middle by an acknowledgement", async () => {
    await create({ steps: CHAIN });
    await bench.send(series, [t0, 90]);
    await bench.clock.advance(6 * MINUTE);
    await bench.parts.alerts.acknowledge(TESTER, "1", null);
    expect(takeChannels()).toEqual([CHANNEL]);
    await bench.clock.advance(60 * MINUTE);
    expect(takeChannels()).toEqual([]);
  });

  test("switched off and on again goes on where it was", async () => {
    const { id } = await create({ steps: CHAIN });
    await bench.send(series, [t0, 90]);
    await bench.clock.advance(6 * MINUTE);
    await update(id, { isActive: false });
    await bench.clock.advance(3 * MINUTE);
    await update(id, { isActive: true });
    takeChannels();
    await bench.clock.advance(6 * MINUTE - 1);
    expect(takeChannels()).toEqual([]);
    await bench.clock.advance(1);
    expect(takeChannels()).toEqual([SECOND]);
  });

  test("a step that is added covers an alert that was at the end", async () => {
    const { id } = await create();
    await bench.send(series, [t0, 90]);
    await bench.clock.advance(6 * MINUTE);
    await update(id, { steps: CHAIN.slice(0, 2) });
    takeChannels();
    await bench.clock.advance(9 * MINUTE);
    expect(takeChannels()).toEqual([SECOND]);
  });

  test("a longer first wait counts from the alert's creation", async () => {
    const { id } = await create();
    await bench.send(series, [t0, 90]);
    await bench.clock.advance(4 * MINUTE);
    await update(id, { steps: [{ wait_minutes: 8, channel_id: SECOND }] });
    await bench.clock.advance(4 * MINUTE - 1);
    expect(takeChannels()).toEqual([]);
    await bench.clock.advance(1);
    expect(takeChannels()).toEqual([SECOND]);
  });

  test("of another severity from now on covers the alerts of that one", async () => {
    const { id } = await create({ severity: "warning" });
    await bench.send(series, [t0, 90]);
    await bench.clock.advance(20 * MINUTE);
    expect(takeChannels()).toEqual([]);
    await update(id, { severity: "critical" });
    await bench.clock.advance(1);
    expect(takeChannels()).toEqual([CHANNEL]);
  });

  test("a change of its name moves nothing", async () => {
    const { id } = await create();
    await bench.send(series, [t0, 90]);
    await bench.clock.advance(4 * MINUTE);
    await update(id, { name: "Renamed" });
    await bench.clock.advance(1 * MINUTE);
    expect(bench.told.at(-1)?.escalation?.policyName).toBe("Renamed");
    expect(takeChannels()).toEqual([CHANNEL]);
  });
});

describe("at the same moment", () => {
  test("a policy is created while an alert is being triggered: it covers it", async () => {
    const release = bench.hold();
    const sent = bench.send(series, [t0, 90]);
    const created = create();
    release();
    await Promise.all([sent, created]);
    await bench.clock.advance(5 * MINUTE);
    expect(takeChannels()).toEqual([CHANNEL]);
  });

  test("an alert is triggered while a policy is being created: it is covered, once", async () => {
    const release = bench.hold();
    const created = create();
    const sent = bench.send(series, [t0, 90]);
    release();
    await Promise.all([sent, created]);
    await bench.clock.advance(60 * MINUTE);
    expect(takeChannels()).toEqual([CHANNEL]);
  });

  test("somebody acknowledges while a policy is being created: nobody is told", async () => {
    await bench.send(series, [t0, 90]);
    const release = bench.hold();
    const created = create();
    const acknowledged = bench.parts.alerts.acknowledge(TESTER, "1", null);
    release();
    await Promise.all([created, acknowledged]);
    await bench.clock.advance(60 * MINUTE);
    expect(takeChannels()).toEqual([]);
    expect(await bench.rows("SELECT status FROM escalation_runs WHERE status = 'pending'")).toEqual([]);
  });

  test("two changes of one policy are both there", async () => {
    const { id } = await create();
    await Promise.all([update(id, { name: "Renamed" }), update(id, { severity: "info" })]);
    expect(await bench.rows("SELECT name, severity FROM escalation_policies")).toEqual([["Renamed", "info"]]);
  });
});

describe("with a full disk", () => {
  test("a step is tried again until it is durable, and told once", async () => {
    await create();
    await bench.send(series, [t0, 90]);
    bench.fillDisk();
    await bench.clock.advance(6 * MINUTE);
    expect(takeChannels()).toEqual([]);
    bench.freeDisk();
    await bench.clock.advance(2_000);
    expect(takeChannels()).toEqual([CHANNEL]);
    await bench.clock.advance(60 * MINUTE);
    expect(takeChannels()).toEqual([]);
  });

  test("a policy that is refused covers nothing", async () => {
    await bench.send(series, [t0, 90]);
    bench.fillDisk();
    await expect(create()).rejects.toMatchObject({ kind: "storage_full" });
    bench.freeDisk();
    await bench.clock.advance(60 * MINUTE);
    expect(takeChannels()).toEqual([]);
  });

  test("a policy that was saved covers open alerts as soon as there is room", async () => {
    await bench.send(series, [t0, 90]);
    bench.fillDisk(1);
    await create();
    await bench.clock.advance(10 * MINUTE);
    expect(takeChannels()).toEqual([]);
    bench.freeDisk();
    await bench.clock.advance(2_000);
    expect(takeChannels()).toEqual([CHANNEL]);
  });
});

test("killed between a policy and what it covers, the next start plans it", async () => {
  await bench.send(series, [t0, 90]);
  await create();
  await bench.write("DELETE FROM escalation_runs");
  await bench.restart();
  await bench.clock.advance(5 * MINUTE);
  expect(takeChannels()).toEqual([CHANNEL]);
});

test("an alert that is resolved and triggered again is escalated anew", async () => {
  await create();
  await bench.send(series, [t0, 90]);
  await bench.clock.advance(6 * MINUTE);
  await bench.send(series, [t0 + 1, 20], [t0 + 2, 90]);
  await bench.clock.advance(5 * MINUTE);
  expect(bench.takeTold()).toEqual([
    "triggered 1",
    "escalated 1",
    "resolved 1",
    "triggered 2",
    "escalated 2",
  ]);
});

test("a channel that is gone when its time comes is said in the timeline, once", async () => {
  await create();
  await bench.send(series, [t0, 90]);
  bench.channels.delete(CHANNEL);
  await bench.clock.advance(10 * MINUTE);
  bench.channels.add(CHANNEL);
  await bench.restart();
  await bench.clock.advance(10 * MINUTE);
  expect(takeChannels()).toEqual([]);
  const rows = await bench.rows("SELECT data FROM journal WHERE kind = 'escalation.cancelled'");
  expect(rows.map(([data]) => (JSON.parse(String(data)) as { reason: string }).reason)).toEqual([
    "channel_not_available",
  ]);
});
