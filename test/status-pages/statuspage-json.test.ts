// The documents of Statuspage's public API: fields and types as documented there, what each of them lists, and
// what must not be in them.
import { describe, expect, test } from "bun:test";
import { createShelf } from "../../src/status-pages/shelf";
import { statuspageDocuments } from "../../src/status-pages/statuspage-json";
import { OVERALL_STATUSES, type PageView } from "../../src/status-pages/view";
import { idOf, incidentView, maintenanceView, pageView } from "../harness/page-view";

// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

const read = async (view: PageView, name: string): Promise<Json> => {
  const file = await createShelf(view, [statuspageDocuments]).get(`api/v2/${name}`);
  return JSON.parse(new TextDecoder().decode(file?.bytes));
};

const NAMES = [
  "summary.json",
  "status.json",
  "components.json",
  "incidents.json",
  "incidents/unresolved.json",
  "scheduled-maintenances.json",
  "scheduled-maintenances/upcoming.json",
  "scheduled-maintenances/active.json",
];

type Kind = "string" | "number" | "boolean" | "time" | "time?" | "string?" | "null" | "list" | "date?";

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/;

const isOf = (kind: Kind, value: unknown): boolean => {
  if (kind === "list") return Array.isArray(value);
  if (kind === "null") return value === null;
  if (kind.endsWith("?") && value === null) return true;
  if (kind.startsWith("time")) return typeof value === "string" && TIME.test(value);
  if (kind === "date?") return typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value);
  return typeof value === kind.replace("?", "");
};

/** Every documented field is there with its type, and no field that is not documented. */
const expectShape = (value: Json, shape: Readonly<Record<string, Kind>>): void => {
  expect(Object.keys(value).toSorted()).toEqual(Object.keys(shape).toSorted());
  for (const [field, kind] of Object.entries(shape))
    expect([field, value[field], isOf(kind, value[field])]).toEqual([field, value[field], true]);
};

const PAGE: Record<string, Kind> = {
  id: "string",
  name: "string",
  url: "string",
  time_zone: "string",
  updated_at: "time",
};

const COMPONENT: Record<string, Kind> = {
  id: "string",
  name: "string",
  status: "string",
  created_at: "time",
  updated_at: "time",
  position: "number",
  description: "string?",
  showcase: "boolean",
  start_date: "date?",
  group_id: "string?",
  page_id: "string",
  group: "boolean",
  only_show_if_degraded: "boolean",
};

const INCIDENT: Record<string, Kind> = {
  id: "string",
  name: "string",
  status: "string",
  created_at: "time",
  updated_at: "time",
  monitoring_at: "time?",
  resolved_at: "time?",
  impact: "string",
  shortlink: "string",
  started_at: "time",
  page_id: "string",
  incident_updates: "list",
  components: "list",
  reminder_intervals: "null",
};

const UPDATE: Record<string, Kind> = {
  id: "string",
  status: "string",
  body: "string",
  incident_id: "string",
  created_at: "time",
  updated_at: "time",
  display_at: "time",
  affected_components: "null",
  deliver_notifications: "boolean",
  custom_tweet: "null",
  tweet_id: "null",
};

describe("documents", () => {
  test("are those of Statuspage, each with the page", async () => {
    const view = pageView();
    expect(createShelf(view, [statuspageDocuments]).representations.map(({ name }) => name)).toEqual(
      NAMES.map((name) => `api/v2/${name}`),
    );
    for (const name of NAMES) expectShape((await read(view, name)).page, PAGE);
  });

  test("have the documented fields and types, and no other", async () => {
    const summary = await read(pageView(), "summary.json");
    expect(Object.keys(summary)).toEqual([
      "page",
      "components",
      "incidents",
      "scheduled_maintenances",
      "status",
    ]);
    for (const component of summary.components)
      expectShape(component, component.group ? { ...COMPONENT, components: "list" } : COMPONENT);
    for (const incident of summary.incidents) {
      expectShape(incident, INCIDENT);
      for (const update of incident.incident_updates) expectShape(update, UPDATE);
      for (const component of incident.components) expectShape(component, COMPONENT);
    }
    expect(summary.scheduled_maintenances).toHaveLength(2);
    for (const one of summary.scheduled_maintenances) {
      expectShape(one, { ...INCIDENT, scheduled_for: "time", scheduled_until: "time" });
      for (const update of one.incident_updates) expectShape(update, UPDATE);
    }
    expectShape(summary.status, { indicator: "string", description: "string" });
  });

  test("use Statuspage's words", async () => {
    const { components, incidents, scheduled_maintenances, status } = await read(pageView(), "summary.json");
    expect(components.map((one: Json) => [one.name, one.status, one.group, one.group_id])).toEqual([
      ["Website", "operational", false, null],
      ["Web", "major_outage", true, null],
      ["Shop", "operational", false, idOf(101)],
      ["Cart", "major_outage", false, idOf(101)],
    ]);
    expect(components[1].components).toEqual([idOf(11), idOf(12)]);
    expect(components[3].description).toBeNull();
    expect(status).toEqual({ indicator: "major", description: "Partial System Outage" });
    expect(incidents).toHaveLength(1);
    expect(incidents[0]).toMatchObject({
      name: "Checkout fails",
      status: "monitoring",
      impact: "major",
      monitoring_at: "2026-03-01T11:00:00.000Z",
      resolved_at: null,
      shortlink: `https://status.example.com/#i-${idOf(201)}`,
    });
    expect(incidents[0].incident_updates.map((one: Json) => one.status)).toEqual([
      "monitoring",
      "identified",
      "investigating",
    ]);
    expect(incidents[0].components.map((one: Json) => one.name)).toEqual(["Cart"]);
    expect(
      scheduled_maintenances.map((one: Json) => [
        one.name,
        one.status,
        one.impact,
        one.incident_updates.map(({ status: step }: Json) => step),
      ]),
    ).toEqual([
      ["New switch", "in_progress", "maintenance", ["in_progress", "scheduled"]],
      ["Database move", "scheduled", "maintenance", ["scheduled"]],
    ]);
  });

  test("say how all stands in the words that clients know", async () => {
    const indicators: string[] = [];
    for (const overall of OVERALL_STATUSES)
      indicators.push((await read(pageView({ overall }), "status.json")).status.indicator);
    expect(indicators).toEqual(["none", "maintenance", "minor", "major", "critical"]);
  });

  test("list what their names say", async () => {
    const view = pageView();
    const namesIn = async (name: string, list: string): Promise<string[]> =>
      (await read(view, name))[list].map((one: Json) => one.name);
    expect(await namesIn("incidents.json", "incidents")).toEqual(["Checkout fails", "Slow pages"]);
    expect(await namesIn("incidents/unresolved.json", "incidents")).toEqual(["Checkout fails"]);
    const list = "scheduled_maintenances";
    expect(await namesIn("scheduled-maintenances.json", list)).toEqual([
      "New switch",
      "Database move",
      "Nightly copy",
    ]);
    expect(await namesIn("scheduled-maintenances/upcoming.json", list)).toEqual(["Database move"]);
    expect(await namesIn("scheduled-maintenances/active.json", list)).toEqual(["New switch"]);
  });

  test("show a post-mortem as Statuspage does: as the last update and as the status", async () => {
    const { incidents } = await read(pageView(), "incidents.json");
    expect(incidents[1]).toMatchObject({ status: "postmortem", resolved_at: "2026-02-26T13:00:00.000Z" });
    expect(incidents[1].incident_updates[0]).toMatchObject({
      status: "postmortem",
      body: "A cache was too small.",
    });
    const again = (await read(pageView(), "incidents.json")).incidents[1];
    expect(again.incident_updates[0].id).toBe(incidents[1].incident_updates[0].id);
  });

  test("list fifty at most, but everything that is open", async () => {
    const many = (count: number, from: number) =>
      Array.from({ length: count }, (_, index) => incidentView({ id: idOf(from + index) }));
    const past = pageView({ openIncidents: many(3, 1_000), pastIncidents: many(80, 2_000) });
    expect((await read(past, "incidents.json")).incidents).toHaveLength(50);
    const open = pageView({ openIncidents: many(60, 1_000), pastIncidents: many(80, 2_000) });
    expect((await read(open, "incidents.json")).incidents).toHaveLength(60);
    expect((await read(open, "summary.json")).incidents).toHaveLength(60);
    const windows = Array.from({ length: 70 }, (_, index) =>
      maintenanceView({ id: idOf(3_000 + index), status: "ended" }),
    );
    const worked = pageView({ pastMaintenance: windows });
    expect((await read(worked, "scheduled-maintenances.json")).scheduled_maintenances).toHaveLength(50);
  });

  test("name no host where nobody configured one", async () => {
    const view = pageView({}, { url: null, domain: null });
    for (const name of NAMES) expect(JSON.stringify(await read(view, name))).not.toMatch(/https?:\/\//);
    expect((await read(view, "summary.json")).page.url).toBe("/status/plant/");
  });

  test("may be read by scripts of other sites only where everybody may read the page", () => {
    const originOf = (visibility: "public" | "password" | "addresses") =>
      createShelf(pageView({}, { visibility }), [statuspageDocuments]).representations.map(
        ({ headers }) => headers?.["access-control-allow-origin"] ?? null,
      );
    expect(new Set(originOf("public"))).toEqual(new Set(["*"]));
    expect(new Set(originOf("password"))).toEqual(new Set([null]));
    expect(new Set(originOf("addresses"))).toEqual(new Set([null]));
  });

  test("say that uptime is not shown", async () => {
    const { components } = await read(pageView({}, { showsUptime: false }), "components.json");
    expect(components.map((one: Json) => one.showcase)).toEqual([false, false, false, false]);
    expect(JSON.stringify(components)).not.toContain("uptime");
  });
});
