// What a page shows follows from what is committed, and nothing that is private is in it.
import { describe, expect, test } from "bun:test";
import type { ServiceStatus } from "../../src/core/events";
import { buildView } from "../../src/status-pages/build-view";
import type { IncidentFacts, MaintenanceFacts, PageFacts, ServiceFacts } from "../../src/status-pages/facts";
import type { StatusPage } from "../../src/status-pages/repository";
import { overallOf, worstOf, type OverallStatus, type PageView } from "../../src/status-pages/view";

/** 2026-04-01T10:00:00Z: the last Sunday of March, when the clock changes in Berlin, is among the days. */
const NOW = Date.UTC(2026, 3, 1, 10);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const page: StatusPage = {
  id: "page",
  tenantId: "tenant",
  name: "Plant",
  slug: "plant",
  title: "Plant",
  description: "",
  serviceIds: ["a"],
  groups: [],
  visibility: "public",
  passwordHash: null,
  allowedAddresses: [],
  domain: null,
  announcement: "",
  announcementTone: "info",
  accentColor: null,
  websiteUrl: null,
  language: "en",
  timeZone: "Europe/Berlin",
  isNoindex: false,
  showsUptime: true,
  showHistoryDays: 15,
  emailChannelId: null,
  allowsEmailSubscribers: true,
  allowsWebhookSubscribers: false,
  mirrorDir: null,
  logoVersion: null,
  createdAt: NOW - 300 * DAY,
  updatedAt: NOW - 300 * DAY,
};

const service = (change: Partial<ServiceFacts> = {}): ServiceFacts => {
  const createdAt = change.createdAt ?? NOW - 200 * DAY;
  return {
    id: "a",
    name: "A",
    group: null,
    description: "",
    order: 0,
    status: "operational",
    changedAt: createdAt,
    createdAt,
    updatedAt: createdAt,
    projectId: "project",
    degradedWeight: null,
    spans: [{ state: "operational", startedAt: createdAt, endedAt: null }],
    changes: [],
    ...change,
  };
};

const incident = (change: Partial<IncidentFacts> = {}): IncidentFacts => ({
  id: "incident",
  code: "INC-1-BIRCH",
  title: "Broken",
  status: "investigating",
  severity: "major",
  serviceIds: ["a"],
  postMortem: null,
  openedAt: NOW - HOUR,
  resolvedAt: null,
  updatedAt: NOW - HOUR,
  updates: [
    { id: "u1", incidentId: "incident", status: "investigating", message: "We look.", at: NOW - HOUR },
  ],
  hasGap: false,
  ...change,
});

const maintenance = (change: Partial<MaintenanceFacts> = {}): MaintenanceFacts => ({
  id: "m",
  windowId: "w",
  name: "Work",
  description: "",
  status: "scheduled",
  startsAt: NOW + DAY,
  endsAt: NOW + DAY + HOUR,
  startedAt: null,
  endedAt: null,
  isRecurring: false,
  createdAt: NOW - DAY,
  updatedAt: NOW - DAY,
  serviceIds: ["a"],
  ...change,
});

const build = (facts: Partial<PageFacts> = {}, change: Partial<StatusPage> = {}, now = NOW): PageView =>
  buildView({
    page: { ...page, ...change },
    facts: { services: [service()], incidents: [], maintenance: [], degradedWeight: null, ...facts },
    url: null,
    now,
  });

describe("the banner", () => {
  const CASES: readonly [ServiceStatus[], boolean, OverallStatus][] = [
    [[], false, "operational"],
    [["operational"], false, "operational"],
    [["operational", "maintenance"], false, "maintenance"],
    [["maintenance", "degraded"], false, "degraded"],
    [["operational", "down"], false, "partial_outage"],
    [["down", "maintenance"], false, "partial_outage"],
    [["down", "degraded"], false, "partial_outage"],
    [["down", "down"], false, "major_outage"],
    [["operational"], true, "degraded"],
    [["maintenance"], true, "degraded"],
    [["down"], true, "major_outage"],
    [[], true, "degraded"],
  ];
  test.each(CASES)("says of %j with an open incident (%p): %s", (statuses, isOpen, overall) => {
    expect(overallOf(statuses, isOpen)).toBe(overall);
  });

  test("a group shows the worst of its components", () => {
    expect(worstOf(["operational", "maintenance", "degraded", "down"])).toBe("down");
    expect(worstOf(["operational", "maintenance", "degraded"])).toBe("degraded");
    expect(worstOf(["operational", "maintenance"])).toBe("maintenance");
    expect(worstOf([])).toBe("operational");
  });
});

describe("groups", () => {
  test("stand in the order of their services, those without a group first", () => {
    const view = build({
      services: [
        service({ id: "1", name: "One", group: "Y" }),
        service({ id: "2", name: "Two", group: "X", status: "degraded" }),
        service({ id: "3", name: "Three" }),
        service({ id: "4", name: "Four", group: "Y", status: "down" }),
      ],
    });
    expect(
      view.groups.map(({ name, status, components }) => [name, status, components.map(({ id }) => id)]),
    ).toEqual([
      [null, "operational", ["3"]],
      ["Y", "down", ["1", "4"]],
      ["X", "degraded", ["2"]],
    ]);
    expect(view.groups.flatMap(({ components }) => components.map(({ position }) => position))).toEqual([
      1, 2, 3, 4,
    ]);
  });

  test("keep their ID as long as page and name are the same", () => {
    const ids = (): string[] => build({ services: [service({ group: "X" })] }).groups.map(({ id }) => id);
    expect(ids()).toEqual(ids());
    expect(build({ services: [service({ group: "Y" })] }).groups[0]?.id).not.toBe(ids()[0]);
  });
});

describe("days", () => {
  const daysOf = (facts: ServiceFacts, incidents: IncidentFacts[] = []) =>
    build({ services: [facts], incidents }).groups[0]?.components[0]?.days ?? [];

  test("are ninety, the last one today, each of the page's own zone", () => {
    const days = daysOf(service());
    expect([days.length, days[0]?.date, days.at(-1)?.date]).toEqual([90, "2026-01-02", "2026-04-01"]);
    const change = days.find(({ date }) => date === "2026-03-29");
    expect((change?.to ?? 0) - (change?.from ?? 0)).toBe(23 * HOUR);
    expect(days.every(({ to }, index) => to === (days[index + 1]?.from ?? to))).toBe(true);
  });

  test("before a service existed say no data, never green", () => {
    const createdAt = Date.UTC(2026, 2, 20, 12);
    const days = daysOf(
      service({ createdAt, spans: [{ state: "operational", startedAt: createdAt, endedAt: null }] }),
    );
    const states = new Map(days.map(({ date, state, percent }) => [date, [state, percent]]));
    expect(states.get("2026-03-19")).toEqual(["no_data", null]);
    expect(states.get("2026-03-20")).toEqual(["operational", 100]);
    expect(days.filter(({ state }) => state === "no_data").length).toBe(77);
  });

  test("say the worst of what happened and for how long", () => {
    const start = NOW - 200 * DAY;
    const at = (day: number, hour: number): number => Date.UTC(2026, 2, day, hour);
    const days = daysOf(
      service({
        spans: [
          { state: "operational", startedAt: start, endedAt: at(10, 1) },
          { state: "degraded", startedAt: at(10, 1), endedAt: at(10, 3) },
          { state: "down", startedAt: at(10, 3), endedAt: at(10, 4) },
          { state: "operational", startedAt: at(10, 4), endedAt: at(12, 22) },
          // In Berlin it is midnight at 23:00 UTC.
          { state: "maintenance", startedAt: at(12, 22), endedAt: at(13, 1) },
          { state: "operational", startedAt: at(13, 1), endedAt: null },
        ],
      }),
    );
    const day = (date: string) => days.find((one) => one.date === date);
    expect(day("2026-03-10")).toMatchObject({ state: "down", downSeconds: 3_600, degradedSeconds: 7_200 });
    expect(day("2026-03-11")).toMatchObject({ state: "operational", percent: 100 });
    expect(day("2026-03-12")).toMatchObject({
      state: "maintenance",
      maintenanceSeconds: 3_600,
      percent: 100,
    });
    expect(day("2026-03-13")).toMatchObject({ state: "maintenance", maintenanceSeconds: 7_200 });
  });

  test("name the incidents that touched them, of this component alone", () => {
    const opened = Date.UTC(2026, 2, 10, 12);
    const days = daysOf(service(), [
      incident({ status: "resolved", openedAt: opened, resolvedAt: opened + DAY }),
      incident({ id: "other", serviceIds: ["b"], openedAt: opened }),
    ]);
    expect(
      days
        .filter(({ incidentIds }) => incidentIds.length > 0)
        .map(({ date, incidentIds }) => [date, incidentIds]),
    ).toEqual([
      ["2026-03-10", ["incident"]],
      ["2026-03-11", ["incident"]],
    ]);
  });

  test("and windows count degraded time as the service or its organization says", () => {
    const spans = [
      { state: "operational" as const, startedAt: NOW - 200 * DAY, endedAt: NOW - 12 * HOUR },
      { state: "degraded" as const, startedAt: NOW - 12 * HOUR, endedAt: null },
    ];
    const uptime = (facts: Partial<ServiceFacts>, degradedWeight: number | null) =>
      build({ services: [service({ spans, ...facts })], degradedWeight }).groups[0]?.components[0]?.uptime[
        "24h"
      ];
    expect(uptime({}, null)).toBe(100);
    expect(uptime({}, 0.5)).toBe(75);
    expect(uptime({ degradedWeight: 1 }, 0.5)).toBe(50);
  });
});

describe("incidents", () => {
  test("show the status of the newest public update while they are open", () => {
    const view = build({ incidents: [incident({ status: "monitoring" })] });
    expect(view.openIncidents[0]?.status).toBe("investigating");
  });

  test("are over when they are, though that was said in private", () => {
    const view = build({ incidents: [incident({ status: "resolved", resolvedAt: NOW - MINUTE })] });
    expect(view.openIncidents).toEqual([]);
    expect(view.pastIncidents[0]).toMatchObject({ status: "resolved", resolvedAt: NOW - MINUTE });
    expect(view.pastIncidents[0]?.updates.map(({ message }) => message)).toEqual(["We look."]);
  });

  test("name no services but those of the page", () => {
    const view = build({ incidents: [incident({ serviceIds: ["a", "hidden"] })] });
    expect(view.openIncidents[0]?.componentIds).toEqual(["a"]);
    expect(JSON.stringify(view)).not.toContain("hidden");
  });

  test("tell what happened only once they are over", () => {
    const postMortem = "A fuse.";
    expect(build({ incidents: [incident({ postMortem })] }).openIncidents[0]?.postMortem).toBeNull();
    const over = build({ incidents: [incident({ postMortem, status: "resolved", resolvedAt: NOW })] });
    expect(over.pastIncidents[0]?.postMortem).toBe(postMortem);
    const blank = build({
      incidents: [incident({ postMortem: " \n", status: "resolved", resolvedAt: NOW })],
    });
    expect(blank.pastIncidents[0]?.postMortem).toBeNull();
  });
});

describe("maintenance", () => {
  test("stands in its order: what ends first, what begins first, what was last", () => {
    const view = build({
      maintenance: [
        maintenance({ id: "later", startsAt: NOW + 2 * DAY }),
        maintenance({ id: "sooner" }),
        maintenance({ id: "long", status: "active", startedAt: NOW - HOUR, endsAt: NOW + 3 * HOUR }),
        maintenance({ id: "short", status: "active", startedAt: NOW - HOUR, endsAt: NOW + HOUR }),
        maintenance({ id: "old", status: "ended", endedAt: NOW - 3 * DAY }),
        maintenance({ id: "new", status: "ended", endedAt: NOW - DAY }),
      ],
    });
    const ids = (list: readonly { id: string }[]): string[] => list.map(({ id }) => id);
    expect(ids(view.activeMaintenance)).toEqual(["short", "long"]);
    expect(ids(view.upcomingMaintenance)).toEqual(["sooner", "later"]);
    expect(ids(view.pastMaintenance)).toEqual(["new", "old"]);
  });
});

describe("the version", () => {
  test("is the same for the same content, whenever it is built", () => {
    expect(build({}, {}, NOW + MINUTE).version).toBe(build().version);
  });

  test("is another when anything is", () => {
    const versions = [
      build(),
      build({}, { title: "Other" }),
      build({}, { announcement: "Hear" }),
      build({ services: [service({ status: "degraded" })] }),
      build({ incidents: [incident()] }),
      build({ maintenance: [maintenance()] }),
      build({}, {}, NOW + DAY),
    ].map(({ version }) => version);
    expect(new Set(versions).size).toBe(versions.length);
  });

  test("holds until midnight at the latest, and a minute while something is not well", () => {
    const midnight = Date.UTC(2026, 3, 1, 22);
    expect(build({}, {}, midnight - MINUTE).validUntil).toBe(midnight);
    expect(build().validUntil).toBe(NOW + 10 * MINUTE);
    expect(build({ services: [service({ status: "down" })] }).validUntil).toBe(NOW + MINUTE);
  });
});
