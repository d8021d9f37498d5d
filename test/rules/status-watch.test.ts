// Rules about the status of services, without the services: each change is a row of the journal. Whatever is refused,
// comes at once or is cut off in between, each change is looked at exactly once, and nothing is told that was not
// committed. And against a model: random changes, delays, stops and refusals lead to the alerts that they should.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { SYSTEM } from "../../src/core/actor";
import { silentLog } from "../../src/core/log";
import type { ServiceStatus } from "../../src/core/events";
import { journalStatement } from "../../src/journal/append";
import { createStatusRuleRepository } from "../../src/rules/status/repository";
import type { Subject } from "../../src/rules/status/subject";
import { createStatusWatch, type StatusWatch } from "../../src/rules/status/watch";
import { seededRandom, wholeBetween } from "../harness/random";
import { RuleBench, TESTER } from "../harness/rules";

const SHOP = "0190a000-0000-7000-8000-00000000000a";
const PROJECT = "0190a000-0000-7000-8000-000000000002";

let bench: RuleBench;
let watch: StatusWatch;
let subjects: Map<string, Subject>;

const startWatch = async (): Promise<void> => {
  const { rules, book, planner, lock, commit } = bench.parts;
  watch = createStatusWatch({
    book: rules,
    subjects: { find: (id) => subjects.get(id), of: () => subjects.values() },
    repository: createStatusRuleRepository(bench.store),
    alerts: book,
    planner,
    lock,
    commit,
    clock: bench.clock,
    log: silentLog,
  });
  await watch.load();
  await watch.start();
};

const service = (id: string, more: Partial<Subject> = {}): Subject => ({
  kind: "service",
  id,
  tenantId: TESTER.tenantId,
  projectId: PROJECT,
  name: "Shop",
  group: null,
  status: "operational",
  since: bench.clock.now(),
  message: "",
  isExcused: false,
  ...more,
});

beforeEach(async () => {
  bench = await RuleBench.open();
  subjects = new Map([[SHOP, service(SHOP)]]);
  await startWatch();
});
afterEach(async () => {
  await watch.stop();
  await bench.close();
});

/** As the one door of services does it: the row and the status are one commit, and live state follows. */
const write = async (status: ServiceStatus): Promise<void> => {
  const before = subjects.get(SHOP)!;
  const at = Math.max(bench.clock.now(), before.since);
  const { tenantId, projectId, name, group } = before;
  const snapshot = { id: SHOP, tenantId, projectId, name, group, message: "", changedAt: at };
  await bench.store.engine.batch([
    journalStatement({
      tenantId,
      kind: "service.status_changed",
      data: {
        service: { ...snapshot, status, previousStatus: before.status as ServiceStatus },
        source: { kind: "person", id: "p", name: "Kim" },
        untold: {},
      },
      subjectId: SHOP,
      actor: SYSTEM,
      at,
    }),
  ]);
  subjects.set(SHOP, { ...before, status, since: at });
};

const change = async (status: ServiceStatus): Promise<void> => {
  await write(status);
  watch.changed(SHOP);
  await bench.clock.settle();
};

const rule = async (statuses: string[], seconds?: number): Promise<string> => {
  const { id } = await bench.rule({
    type: "service_status",
    in: statuses,
    ...(seconds === undefined ? {} : { for_seconds: seconds }),
  });
  await watch.rule(id);
  return id;
};

describe("a change that is refused", () => {
  test("has no consequence, and has it as soon as the storage takes it", async () => {
    await rule(["down"]);
    bench.fillDisk();
    await change("down");
    expect([bench.parts.book.size(), bench.takeTold()]).toEqual([0, []]);
    await bench.clock.advance(5_000);
    expect(bench.takeTold()).toEqual([]);
    bench.freeDisk();
    await bench.clock.advance(1_100);
    expect(bench.takeTold()).toEqual(["triggered 1"]);
    await bench.clock.advance(60_000);
    expect(bench.takeTold()).toEqual([]);
  });

  test("is looked at in its turn: what came and went meanwhile is an alert that came and went", async () => {
    await rule(["down"]);
    bench.fillDisk();
    await change("down");
    await bench.clock.advance(10_000);
    await change("operational");
    bench.freeDisk();
    await bench.clock.advance(1_100);
    expect(bench.takeTold()).toEqual(["triggered 1", "resolved 1"]);
    expect(await bench.rows("SELECT resolved_at - triggered_at FROM alerts")).toEqual([[10_000]]);
  });
});

describe("changes that come while another one is written", () => {
  test("are all looked at, each once", async () => {
    await rule(["down"]);
    const release = bench.hold();
    await change("down");
    await change("operational");
    await change("down");
    await change("operational");
    await change("down");
    release();
    await bench.clock.settle();
    await watch.idle();
    expect(bench.takeTold()).toEqual([
      "triggered 1",
      "resolved 1",
      "triggered 2",
      "resolved 2",
      "triggered 3",
    ]);
  });

  test("a person who resolves the alert and the service that recovers do not resolve it twice", async () => {
    await rule(["down"]);
    await change("down");
    const release = bench.hold();
    const byPerson = bench.parts.alerts.resolve(TESTER, "1", null);
    await write("operational");
    watch.changed(SHOP);
    release();
    await byPerson;
    await bench.clock.settle();
    expect(bench.takeTold()).toEqual(["triggered 1", "resolved 1"]);
    await change("down");
    expect(bench.takeTold()).toEqual(["triggered 2"]);
  });
});

test("nothing is written for a service that no rule concerns", async () => {
  await change("down");
  await change("operational");
  expect(await bench.rows("SELECT * FROM status_rule_positions")).toEqual([]);
  const id = await rule(["down"]);
  await change("down");
  await bench.parts.desk.remove(TESTER, id);
  await watch.rule(id);
  await change("operational");
  expect(await bench.rows("SELECT * FROM status_rule_positions")).toEqual([]);
  expect(await bench.rows("SELECT * FROM status_rule_states")).toEqual([]);
});

/** From when to when an alert is expected; null: open still. */
interface Expected {
  from: number;
  to: number | null;
}

const expectedAlerts = (
  turns: readonly { at: number; status: string }[],
  wanted: readonly string[],
  forMs: number,
  now: number,
): Expected[] => {
  const expected: Expected[] = [];
  let since: number | null = null;
  const close = (at: number | null): void => {
    if (since !== null && since + forMs <= (at ?? now)) expected.push({ from: since + forMs, to: at });
    since = null;
  };
  for (const { at, status } of turns) {
    if (wanted.includes(status)) since ??= at;
    else close(at);
  }
  close(null);
  return expected;
};

test("against a model: random changes, stops, refusals and delays", async () => {
  const random = seededRandom(4_711);
  const rules = [
    { wanted: ["down"], forMs: 0 },
    { wanted: ["down", "degraded"], forMs: 30_000 },
    { wanted: ["maintenance"], forMs: 5_000 },
  ];
  const ids: string[] = [];
  for (const { wanted, forMs } of rules) ids.push(await rule([...wanted], forMs / 1_000));
  const turns: { at: number; status: string }[] = [];
  const words = ["operational", "degraded", "down", "maintenance"] as const;
  for (let step = 0; step < 120; step++) {
    const dice = random();
    const others = words.filter((word) => word !== subjects.get(SHOP)!.status);
    const next = others[wholeBetween(random, 0, 2)]!;
    if (dice < 0.7) {
      await change(next);
      turns.push({ at: bench.clock.now(), status: next });
    } else if (dice < 0.8) {
      // Killed right after the status was written.
      await watch.stop();
      await write(next);
      turns.push({ at: bench.clock.now(), status: next });
      await bench.restart();
      await startWatch();
    } else if (dice < 0.9) {
      bench.fillDisk();
      await change(next);
      turns.push({ at: bench.clock.now(), status: next });
      await bench.clock.advance(500);
      bench.freeDisk();
    }
    await bench.clock.advance(1 + Math.floor(random() ** 2 * 40_000));
  }
  await bench.clock.advance(2_000);
  for (const [index, { wanted, forMs }] of rules.entries()) {
    const rows = await bench.rows(
      "SELECT triggered_at, resolved_at FROM alerts WHERE rule_id = ? ORDER BY number",
      ids[index]!,
    );
    const found = rows.map(([from, to]) => ({ from: Number(from), to: to === null ? null : Number(to) }));
    expect(found).toEqual(expectedAlerts(turns, wanted, forMs, bench.clock.now()));
    expect(found.length).toBeGreaterThan(3);
  }
});
