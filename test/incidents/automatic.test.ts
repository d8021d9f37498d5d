// Incidents that sources open and resolve: one per service and source, only their own, none for what
// maintenance or a dependency explains to be told, and few of a service that flaps.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { IncidentRecord } from "../../src/incidents/repository";
import { emptyPlan } from "../../src/notify/plan";
import { OPERATOR, ServiceBench } from "../harness/service-bench";

const PROBE = { kind: "monitor", id: "monitor-1", name: "Probe" } as const;
const OTHER = { kind: "monitor", id: "monitor-2", name: "Other probe" } as const;
const HOOK = { kind: "receiver", id: "receiver-1", name: "Hook" } as const;
const SEVERITIES = { down: "critical", degraded: "minor" } as const;

let bench: ServiceBench;
let shop: string;

beforeEach(async () => {
  bench = await ServiceBench.open();
  shop = (await bench.create("Shop")).id;
});
afterEach(() => bench.close());

const all = (): Promise<IncidentRecord[]> =>
  bench.parts.incidentRepository.list(OPERATOR.tenantId, {}, { limit: 500, after: null });

const statuses = async (): Promise<string[]> =>
  (await all()).map(({ number, status }) => `${number} ${status}`).toReversed();

/** So that changes are no sign of flapping. */
const calm = (): Promise<void> => bench.clock.advance(11 * 60_000);

describe("a source", () => {
  test("opens one incident per service, and ends it", async () => {
    await bench.report(shop, PROBE, "down", SEVERITIES);
    await bench.report(shop, PROBE, "down", SEVERITIES);
    await bench.report(shop, PROBE, "degraded", SEVERITIES);
    expect(await statuses()).toEqual(["1 investigating"]);
    await bench.clock.advance(1_000);
    await bench.report(shop, PROBE, "operational", SEVERITIES);
    const [incident] = await all();
    expect(incident).toMatchObject({
      status: "resolved",
      severity: "critical",
      title: "Shop is down",
      isAutoResolved: true,
      resolvedAt: bench.clock.now(),
      sourceKind: "monitor",
      sourceId: "monitor-1",
      services: [{ id: shop, name: "Shop", group: null }],
    });
    expect(bench.takeTold()).toEqual([
      "service.status_changed Shop down",
      `incident.opened ${incident?.code} investigating`,
      "service.status_changed Shop degraded",
      "service.status_changed Shop operational",
      `incident.resolved ${incident?.code} resolved`,
    ]);
  });

  test("makes it graver, never milder", async () => {
    await bench.report(shop, PROBE, "degraded", SEVERITIES);
    await bench.report(shop, PROBE, "down", SEVERITIES);
    await bench.report(shop, PROBE, "degraded", SEVERITIES);
    expect((await all()).map(({ severity }) => severity)).toEqual(["critical"]);
    expect(bench.takeTold().filter((line) => line.startsWith("incident."))).toEqual([
      expect.stringMatching(/^incident.opened INC-1-/),
      expect.stringMatching(/^incident.updated INC-1-/),
    ]);
  });

  test("never touches the incidents of others", async () => {
    const { incidentDesk } = bench.parts;
    const input = { title: "By hand", severity: "minor", serviceIds: [shop], message: "" } as const;
    await incidentDesk.open(OPERATOR, { ...input, serviceIds: [shop], serviceStatus: null, isPublic: true });
    await bench.report(shop, PROBE, "down", SEVERITIES);
    await bench.report(shop, OTHER, "down", SEVERITIES);
    await bench.report(shop, HOOK, "down", SEVERITIES);
    await bench.report(shop, HOOK, "operational", SEVERITIES);
    expect(await statuses()).toEqual(["1 investigating", "2 investigating", "3 investigating", "4 resolved"]);
    await bench.report(shop, PROBE, "operational", SEVERITIES);
    await bench.report(shop, OTHER, "operational", SEVERITIES);
    expect(await statuses()).toEqual(["1 investigating", "2 resolved", "3 resolved", "4 resolved"]);
  });

  test("opens another for the next failure", async () => {
    for (let failure = 0; failure < 2; failure++) {
      await bench.report(shop, PROBE, "down", SEVERITIES);
      await bench.report(shop, PROBE, "operational", SEVERITIES);
      await calm();
    }
    expect(await statuses()).toEqual(["1 resolved", "2 resolved"]);
  });

  test("finds its open incident after a restart, and resolves what a person has not", async () => {
    await bench.report(shop, PROBE, "down", SEVERITIES);
    await bench.restart();
    await bench.report(shop, PROBE, "down", SEVERITIES);
    await bench.report(shop, PROBE, "operational", SEVERITIES);
    expect(await statuses()).toEqual(["1 resolved"]);
    await calm();
    await bench.report(shop, PROBE, "down", SEVERITIES);
    await bench.parts.incidentDesk.update(OPERATOR, "2", {
      status: "resolved",
      message: "Done",
      isPublic: true,
    });
    bench.takeTold();
    await bench.report(shop, PROBE, "operational", SEVERITIES);
    expect(bench.takeTold()).toEqual(["service.status_changed Shop operational"]);
    expect((await all())[0]).toMatchObject({ status: "resolved", isAutoResolved: false });
  });

  test("that cannot be written leaves nothing behind, and no number is lost", async () => {
    bench.fillDisk();
    await expect(bench.report(shop, PROBE, "down", SEVERITIES)).rejects.toThrow("full");
    expect([bench.takeTold(), bench.service(shop).status, await all()]).toEqual([[], "operational", []]);
    bench.freeDisk();
    await bench.report(shop, PROBE, "down", SEVERITIES);
    expect(await statuses()).toEqual(["1 investigating"]);
  });
});

describe("nobody is told", () => {
  test("what maintenance explains; what was told before is told to its end", async () => {
    await bench.report(shop, HOOK, "maintenance");
    await bench.report(shop, PROBE, "down", SEVERITIES);
    await bench.report(shop, PROBE, "operational", SEVERITIES);
    const lines = bench.takeTold();
    expect(lines).toEqual([
      "service.status_changed Shop maintenance",
      expect.stringMatching(/^incident.opened .* \(muted_by_maintenance\)$/),
      expect.stringMatching(/^incident.resolved .* \(muted_by_maintenance\)$/),
    ]);
    await bench.report(shop, HOOK, "operational");
    await bench.report(shop, PROBE, "down", SEVERITIES);
    await bench.report(shop, HOOK, "maintenance");
    bench.takeTold();
    await bench.report(shop, PROBE, "operational", SEVERITIES);
    expect(bench.takeTold()).toEqual([expect.stringMatching(/^incident.resolved INC-2-\w+ resolved$/)]);
  });

  test("what a failed dependency explains", async () => {
    const cart = (await bench.create("Cart", [shop])).id;
    await bench.report(shop, PROBE, "down");
    await bench.report(cart, OTHER, "down", SEVERITIES);
    await bench.report(cart, OTHER, "operational", SEVERITIES);
    expect(bench.takeTold()).toEqual([
      "service.status_changed Shop down",
      "service.status_changed Cart down (suppressed_by_dependency)",
      expect.stringMatching(/^incident.opened .* \(suppressed_by_dependency\)$/),
      "service.status_changed Cart operational (suppressed_by_dependency)",
      expect.stringMatching(/^incident.resolved .* \(suppressed_by_dependency\)$/),
    ]);
    expect(await statuses()).toEqual(["1 resolved"]);
  });
});

describe("a service that flaps", () => {
  test("opens its last incident again, and each time it ends", async () => {
    for (let change = 0; change < 8; change++)
      await bench.report(shop, PROBE, change % 2 === 0 ? "down" : "operational", SEVERITIES);
    expect(await statuses()).toEqual(["1 resolved", "2 resolved"]);
    expect((await all())[0]).toMatchObject({ number: 2, reopenedCount: 2 });
    await bench.restart();
    await bench.report(shop, PROBE, "down", SEVERITIES);
    expect(await statuses()).toEqual(["1 resolved", "2 investigating"]);
  });

  test("does so also where the source has no service", async () => {
    const { automatic, commit } = bench.parts;
    const { actor, tenantId } = OPERATOR;
    const { projectId } = bench.service(shop);
    for (let change = 0; change < 8; change++) {
      const plan = emptyPlan();
      const now = bench.clock.now();
      const facts = { service: null, source: PROBE, message: "", actor };
      if (change % 2 === 1) automatic.resolveFor(facts, now, plan);
      else
        automatic.openFor({ ...facts, tenantId, projectId, severity: "major", title: "Endpoint" }, now, plan);
      await commit(plan);
    }
    expect(await statuses()).toEqual(["1 resolved", "2 resolved"]);
  });

  test("10,000 alternating reports: a handful of incidents, and the whole truth in the history", async () => {
    for (let change = 0; change < 10_000; change++) {
      await bench.report(shop, HOOK, change % 2 === 0 ? "down" : "operational", SEVERITIES);
      bench.clock.setWall(bench.clock.now() + 50);
    }
    expect((await all()).length).toBeLessThanOrEqual(5);
    const count = async (sql: string): Promise<number> => Number((await bench.engine.query({ sql }))[0]?.[0]);
    expect(await count("SELECT count(*) FROM service_history")).toBe(10_000);
    expect(await count("SELECT count(*) FROM service_spans")).toBe(10_001);
    expect(await count("SELECT count(*) FROM journal WHERE kind = 'service.status_changed'")).toBe(10_000);
    expect((await all())[0]?.status).toBe("resolved");
    // Nobody reads ten thousand messages: how it ends is told once it has ended.
    expect(bench.told.filter(({ silencedBy }) => silencedBy === null).length).toBeLessThan(50);
    expect(
      bench.told.filter(({ silencedBy }) => silencedBy === "held_while_flapping").length,
    ).toBeGreaterThan(9_900);
  }, 300_000);
});

describe("what was kept back is told after all", () => {
  const MINUTE = 60_000;

  test("when what it needs works again and it does not", async () => {
    const cart = (await bench.create("Cart", [shop])).id;
    await bench.report(shop, PROBE, "down");
    await bench.report(cart, OTHER, "down", SEVERITIES);
    bench.takeTold();
    await bench.clock.advance(10 * MINUTE);
    expect(bench.takeTold()).toEqual([]);
    await bench.report(shop, PROBE, "operational");
    expect(bench.takeTold()).toEqual(["service.status_changed Shop operational"]);
    await bench.clock.advance(MINUTE);
    expect(bench.takeTold()).toEqual([
      "service.status_changed Cart down",
      expect.stringMatching(/^incident.opened INC-1-\w+ investigating$/),
    ]);
    await bench.clock.advance(10 * MINUTE);
    expect(bench.takeTold()).toEqual([]);
    await bench.report(cart, OTHER, "operational", SEVERITIES);
    expect(bench.takeTold()).toEqual([
      "service.status_changed Cart operational",
      expect.stringMatching(/^incident.resolved INC-1-\w+ resolved$/),
    ]);
  });

  test("but not when it works again within the minute", async () => {
    const cart = (await bench.create("Cart", [shop])).id;
    await bench.report(shop, PROBE, "down");
    await bench.report(cart, OTHER, "down", SEVERITIES);
    await bench.report(shop, PROBE, "operational");
    await bench.clock.advance(MINUTE / 2);
    await bench.report(cart, OTHER, "operational", SEVERITIES);
    bench.takeTold();
    await bench.clock.advance(10 * MINUTE);
    expect(bench.takeTold()).toEqual([]);
  });

  test("after a restart, and once", async () => {
    const cart = (await bench.create("Cart", [shop])).id;
    await bench.report(shop, PROBE, "down");
    await bench.report(cart, OTHER, "down", SEVERITIES);
    await bench.report(shop, PROBE, "operational");
    await bench.restart();
    bench.takeTold();
    await bench.clock.advance(MINUTE);
    expect(bench.takeTold().length).toBe(2);
    await bench.restart();
    await bench.clock.advance(10 * MINUTE);
    expect(bench.takeTold()).toEqual([]);
  });

  test("of an incident, when the maintenance that explained it is over", async () => {
    await bench.report(shop, HOOK, "maintenance");
    await bench.report(shop, PROBE, "down", SEVERITIES);
    await bench.report(shop, HOOK, "operational");
    bench.takeTold();
    await bench.clock.advance(MINUTE);
    expect(bench.takeTold()).toEqual([expect.stringMatching(/^incident.opened INC-1/)]);
  });

  test("of a service that flapped: how it stands once it is quiet", async () => {
    for (let change = 0; change < 41; change++)
      await bench.report(shop, PROBE, change % 2 === 0 ? "down" : "operational", SEVERITIES);
    expect(bench.takeTold().at(-1)).toMatch(/held_while_flapping/);
    await bench.clock.advance(2 * MINUTE);
    // Channels know it as down since before it became too much.
    expect(bench.takeTold()).toEqual([expect.stringMatching(/^incident.opened INC-2-\w+ investigating$/)]);
    await bench.report(shop, PROBE, "operational", SEVERITIES);
    await bench.clock.advance(2 * MINUTE);
    const lines = bench.takeTold();
    expect(lines.filter((line) => !line.includes("held_while_flapping"))).toEqual([
      expect.stringMatching(/^incident.resolved INC-2-\w+ resolved$/),
      "service.status_changed Shop operational",
    ]);
  });

  test("not what a full disk keeps from being written, until there is room", async () => {
    const cart = (await bench.create("Cart", [shop])).id;
    await bench.report(shop, PROBE, "down");
    await bench.report(cart, OTHER, "down", SEVERITIES);
    await bench.report(shop, PROBE, "operational");
    bench.takeTold();
    bench.fillDisk();
    await bench.clock.advance(5 * MINUTE);
    expect(bench.takeTold()).toEqual([]);
    bench.freeDisk();
    await bench.clock.advance(MINUTE);
    expect(bench.takeTold().length).toBe(2);
  });
});

test("an incident that was merged goes on in the other one: its source opens no second", async () => {
  await bench.report(shop, PROBE, "down", SEVERITIES);
  await bench.report(shop, OTHER, "down", SEVERITIES);
  await bench.parts.incidentDesk.merge(OPERATOR, "2", "1");
  await bench.report(shop, OTHER, "operational", SEVERITIES);
  await bench.report(shop, OTHER, "down", SEVERITIES);
  expect(await statuses()).toEqual(["1 investigating", "2 resolved"]);
  await bench.restart();
  await bench.report(shop, OTHER, "operational", SEVERITIES);
  await bench.report(shop, OTHER, "down", SEVERITIES);
  expect(await statuses()).toEqual(["1 investigating", "2 resolved"]);
  await bench.report(shop, PROBE, "operational", SEVERITIES);
  await calm();
  await bench.report(shop, OTHER, "operational", SEVERITIES);
  await bench.report(shop, OTHER, "down", SEVERITIES);
  expect(await statuses()).toEqual(["1 resolved", "2 resolved", "3 investigating"]);
});
