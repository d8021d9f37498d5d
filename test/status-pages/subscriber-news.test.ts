// What subscribers of a page are told of what happened: only what the page itself shows, once.
import { describe, expect, test } from "bun:test";
import type { IncidentSnapshot, MaintenanceSnapshot } from "../../src/core/events";
import {
  chosenOf,
  newsOf,
  type NewsParts,
  type NewsRow,
  type PublicUpdate,
} from "../../src/status-pages/subscribers/news";

const SERVICES = [
  { id: "s1", name: "Checkout", group: "Shop", projectId: "p1" },
  { id: "s2", name: "Search", group: null, projectId: "p2" },
];
const PLAN = { isRepeated: false, isMoved: false };

const INCIDENT: IncidentSnapshot = {
  id: "i1",
  number: 7,
  code: "INC-7-OTTER",
  tenantId: "t1",
  projectId: "p1",
  title: "Payments fail",
  status: "investigating",
  severity: "major",
  message: "The password of the database is hunter2",
  services: [
    { id: "s1", name: "Old name", group: null },
    { id: "s9", name: "Internal", group: null },
  ],
  monitor: { id: "m1", name: "Internal probe", group: null },
  probe: { endpoint: "http://10.0.0.7/health", responseCode: 500, latencyMs: 3, region: "plant" },
  finalResponseCode: null,
  isAutoResolved: false,
  engineerNotes: "Restart box 7",
  source: { kind: "person", id: "u1" },
  openedAt: 1_000,
  resolvedAt: null,
};

const rowOf = (kind: string, data: Record<string, unknown>, at: number): NewsRow =>
  ({
    seq: 1,
    tenantId: "t1",
    kind,
    subjectId: "i1",
    actor: { kind: "system", id: null, name: "Andon" },
    at,
    data: { untold: {}, ...data },
  }) as unknown as NewsRow;

const incidentRow = (
  kind: string,
  at: number,
  { incident = {}, ...more }: { incident?: Partial<IncidentSnapshot> } & Record<string, unknown> = {},
): NewsRow => rowOf(kind, { incident: { ...INCIDENT, ...incident }, ...more }, at);

const told = (row: NewsRow, updates: readonly PublicUpdate[], parts: Partial<NewsParts> = {}) =>
  newsOf(row, { services: SERVICES, updates, plan: PLAN, ...parts });

const BEGUN: PublicUpdate = { status: "investigating", message: "We are looking.", at: 1_000 };

describe("incidents", () => {
  test("are told with public words and services of the page alone", () => {
    const news = told(incidentRow("incident.opened", 1_000), [BEGUN]);
    expect(news).toEqual({
      event: "incident.opened",
      at: 1_000,
      subjectId: "i1",
      title: "Payments fail",
      message: "We are looking.",
      services: [{ id: "s1", name: "Checkout" }],
      incident: { status: "investigating", severity: "major", openedAt: 1_000, resolvedAt: null },
    });
    expect(JSON.stringify(news)).not.toMatch(/hunter2|10\.0\.0\.7|Restart|Internal/);
  });

  test("of other services are not told", () => {
    const services = [{ id: "s9", name: "Internal", group: null }];
    expect(told(incidentRow("incident.opened", 1_000, { incident: { services } }), [BEGUN])).toBeNull();
  });

  test("that begin in private are told with their first public words, as opened", () => {
    expect(told(incidentRow("incident.opened", 1_000), [])).toBeNull();
    const first: PublicUpdate = { status: "identified", message: "A disk is full.", at: 2_000 };
    const row = incidentRow("incident.updated", 2_000, { incident: { status: "identified" } });
    expect(told(row, [first])).toMatchObject({ event: "incident.opened", message: "A disk is full." });
  });

  test("a private update is not told, also where the last words are shown in its place", () => {
    const row = incidentRow("incident.updated", 2_000, { incident: { status: "identified" } });
    expect(told(row, [BEGUN])).toBeNull();
  });

  test("an update without words has none, whatever was said in private before", () => {
    const update: PublicUpdate = { status: "monitoring", message: "", at: 3_000 };
    const row = incidentRow("incident.updated", 3_000, { incident: { status: "monitoring" } });
    expect(told(row, [BEGUN, update])).toMatchObject({ event: "incident.updated", message: "" });
  });

  test("that they are over is told, in private words or not", () => {
    const row = incidentRow("incident.resolved", 4_000, {
      incident: { status: "resolved", resolvedAt: 4_000 },
    });
    expect(told(row, [BEGUN])).toMatchObject({
      event: "incident.resolved",
      message: "",
      incident: { status: "resolved", resolvedAt: 4_000 },
    });
    // Nobody out there knew of it.
    expect(told(row, [])).toBeNull();
  });

  test("what nobody is told because it follows from something else, or flaps, is kept back here as well", () => {
    const row = incidentRow("incident.opened", 1_000, { silencedBy: "suppressed_by_dependency" });
    expect(told(row, [BEGUN])).toBeNull();
    const later = incidentRow("incident.announced", 9_000);
    expect(told(later, [BEGUN])).toMatchObject({ event: "incident.opened", message: "We are looking." });
  });

  test("that are opened again are told as opened", () => {
    const again: PublicUpdate = { status: "investigating", message: "It is back.", at: 5_000 };
    expect(told(incidentRow("incident.reopened", 5_000), [BEGUN, again])).toMatchObject({
      event: "incident.opened",
      message: "It is back.",
    });
  });
});

describe("maintenance", () => {
  const maintenance: MaintenanceSnapshot = {
    windowId: "w1",
    occurrenceId: "o1",
    tenantId: "t1",
    name: "New pumps",
    description: "Hall 3",
    targets: { serviceIds: [], machineIds: ["secret"], monitorIds: [], groups: ["Shop"], projectIds: ["p2"] },
    startsAt: 10_000,
    endsAt: 20_000,
  };
  const row = (kind: string) => rowOf(kind, { maintenance }, 1_000);

  test("is told with the services that it covers, by ID, group or project", () => {
    expect(told(row("maintenance.scheduled"), [])).toEqual({
      event: "maintenance.scheduled",
      at: 1_000,
      subjectId: "o1",
      title: "New pumps",
      message: "Hall 3",
      services: [
        { id: "s1", name: "Checkout" },
        { id: "s2", name: "Search" },
      ],
      maintenance: { startsAt: 10_000, endsAt: 20_000, isMoved: false },
    });
    expect(told(row("maintenance.started"), [], { services: [] })).toBeNull();
  });

  test("a pattern is announced once; its occurrences begin and end", () => {
    const plan = { isRepeated: true, isMoved: false };
    expect(told(row("maintenance.scheduled"), [], { plan })).toBeNull();
    expect(told(row("maintenance.started"), [])?.event).toBe("maintenance.started");
    expect(told(row("maintenance.ended"), [])?.event).toBe("maintenance.ended");
  });
});

describe("a choice of services", () => {
  const news = told(incidentRow("incident.opened", 1_000), [BEGUN])!;

  test("all, one that is concerned, and one that is not", () => {
    expect(chosenOf(news, null)).toBe(news);
    expect(chosenOf(news, ["s2", "s1"])).toBe(news);
    expect(chosenOf(news, ["s2"])).toBeNull();
  });
});
