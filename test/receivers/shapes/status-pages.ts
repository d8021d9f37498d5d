// In: nothing. Out: what status pages post to their subscribers: Statuspage, Instatus, Better Stack, openstatus.
import type { Shape } from "./shape";

const meta = { unsubscribe: "https://status.example.com/unsubscribe/1", documentation: "" };
const page = { id: "p1", status_indicator: "none", status_description: "All Systems Operational" };

const component = (name: string, status: string, old = "operational") => ({
  meta,
  page,
  component: {
    status,
    name,
    created_at: "2025-12-26T07:57:28.743Z",
    updated_at: "2026-01-05T11:59:09.371Z",
    position: 3,
    description: null,
    showcase: true,
    id: "sqm6pl84wzjc",
    page_id: "p1",
    group_id: null,
  },
  component_update: {
    old_status: old,
    new_status: status,
    created_at: "2026-01-05T11:59:09.379Z",
    component_type: "Component",
    id: "nd963wv4j30b",
    component_id: "sqm6pl84wzjc",
  },
});

const affected = (...components: [name: string, status: string][]) =>
  components.map(([name, new_status], index) => ({
    code: `c${index}`,
    name,
    old_status: "operational",
    new_status,
  }));

const incident = (more: Record<string, unknown>) => ({
  meta,
  page,
  incident: {
    id: "rclfxz2g21ly",
    name: "Answers are slow",
    shortlink: "https://stspg.example.com/pkvbwqw5d",
    created_at: "2026-01-05T11:00:00Z",
    updated_at: "2026-01-05T11:30:00Z",
    monitoring_at: null,
    resolved_at: null,
    backfilled: false,
    scheduled_for: null,
    scheduled_until: null,
    organization_id: "p1",
    incident_updates: [],
    ...more,
  },
});

export const statuspage: Shape[] = [
  { title: "a component fails", payload: component("API", "major_outage"), says: ["API down major_outage"] },
  {
    title: "a component is well again",
    payload: component("API", "operational", "major_outage"),
    says: ["API operational operational"],
  },
  {
    title: "a component is worked on",
    payload: component("Database", "under_maintenance"),
    says: ["Database maintenance under_maintenance"],
  },
  {
    title: "an incident with components: what they say counts",
    payload: incident({
      status: "identified",
      impact: "critical",
      incident_updates: [
        {
          id: "u2",
          body: "A disk is full.",
          status: "identified",
          affected_components: affected(["API", "partial_outage"], ["Web", "major_outage"]),
        },
        {
          id: "u1",
          body: "We look.",
          status: "investigating",
          affected_components: affected(["API", "major_outage"]),
        },
      ],
    }),
    says: ["API degraded partial_outage", "Web down major_outage"],
  },
  {
    title: "an incident without components: its impact counts",
    payload: incident({ status: "investigating", impact: "minor" }),
    says: ["- degraded investigating (minor)"],
  },
  {
    title: "an incident without impact keeps the status",
    payload: incident({ status: "investigating", impact: "none" }),
    says: ["- ignore investigating (none)"],
  },
  {
    title: "monitoring keeps the status",
    payload: incident({ status: "monitoring", impact: "major" }),
    says: ["- ignore monitoring (major)"],
  },
  {
    title: "a resolved incident takes back what it said of any component",
    payload: incident({
      status: "resolved",
      impact: "major",
      incident_updates: [
        {
          id: "u3",
          body: "Done.",
          status: "resolved",
          affected_components: affected(["API", "operational"]),
        },
        {
          id: "u1",
          body: "We look.",
          status: "investigating",
          affected_components: affected(["API", "major_outage"], ["Web", "major_outage"]),
        },
      ],
    }),
    says: ["API operational! resolved (major)", "Web operational! resolved (major)"],
  },
  {
    title: "work that is announced",
    payload: incident({
      name: "Upgrade",
      status: "scheduled",
      impact: "maintenance",
      scheduled_for: "2026-01-05T22:00:00.000Z",
      scheduled_until: "2026-01-05T23:00:00.000Z",
      incident_updates: [
        { body: "Tonight.", status: "scheduled", affected_components: affected(["API", "operational"]) },
      ],
    }),
    says: ["API maintenance+10 scheduled (maintenance)"],
  },
  {
    title: "announced work that has begun",
    payload: incident({
      status: "in_progress",
      impact: "maintenance",
      scheduled_for: "2026-01-05T11:00:00.000Z",
      incident_updates: [
        { body: "Now.", status: "in_progress", affected_components: affected(["API", "under_maintenance"]) },
      ],
    }),
    says: ["API maintenance under_maintenance"],
  },
  {
    title: "announced work that is over",
    payload: incident({
      status: "completed",
      impact: "maintenance",
      incident_updates: [{ body: "Done.", affected_components: affected(["API", "operational"]) }],
    }),
    says: ["API operational! completed (maintenance)"],
  },
  {
    title: "only the page",
    payload: { meta, page: { ...page, status_indicator: "critical" } },
    says: ["- down critical"],
  },
  { title: "something else", payload: { hello: "world" }, says: "unreadable" },
];

const instatusPage = {
  id: "c1",
  status_indicator: "HASISSUES",
  status_description: "",
  url: "https://s.example.com",
};

export const instatus: Shape[] = [
  {
    title: "a component fails",
    payload: {
      meta,
      page: instatusPage,
      component_update: { created_at: "2026-01-05T11:00:00Z", new_status: "MAJOROUTAGE", component_id: "k1" },
      component: { created_at: "2025-01-05T11:00:00Z", id: "k1", name: "API", status: "MAJOROUTAGE" },
    },
    says: ["API down MAJOROUTAGE"],
  },
  {
    title: "a component is slow",
    payload: {
      page: instatusPage,
      component_update: { new_status: "DEGRADEDPERFORMANCE", component_id: "k1" },
      component: { id: "k1", name: "API", status: "DEGRADEDPERFORMANCE" },
    },
    says: ["API degraded DEGRADEDPERFORMANCE"],
  },
  {
    title: "an incident",
    payload: {
      page: instatusPage,
      incident: {
        backfilled: false,
        created_at: "2026-01-05T11:00:00Z",
        impact: "PARTIALOUTAGE",
        name: "Slow",
        resolved_at: "",
        status: "INVESTIGATING",
        id: "i1",
        url: "https://s.example.com/i1",
        incident_updates: [{ id: "u1", incident_id: "i1", body: "We look.", status: "INVESTIGATING" }],
      },
    },
    says: ["- degraded INVESTIGATING (PARTIALOUTAGE)"],
  },
  {
    title: "an incident is over",
    payload: {
      page: { ...instatusPage, status_indicator: "UP" },
      incident: { id: "i1", impact: "PARTIALOUTAGE", name: "Slow", status: "RESOLVED", incident_updates: [] },
    },
    says: ["- operational! RESOLVED (PARTIALOUTAGE)"],
  },
  {
    title: "maintenance that has not begun",
    payload: {
      page: instatusPage,
      maintenance: {
        id: "m1",
        impact: "UNDERMAINTENANCE",
        name: "Upgrade",
        status: "NOTSTARTEDYET",
        duration: "60",
      },
    },
    says: ["- ignore NOTSTARTEDYET (UNDERMAINTENANCE)"],
  },
  {
    title: "maintenance under way",
    payload: {
      page: instatusPage,
      maintenance: { id: "m1", impact: "UNDERMAINTENANCE", name: "Upgrade", status: "INPROGRESS" },
    },
    says: ["- maintenance INPROGRESS (UNDERMAINTENANCE)"],
  },
];

export const betterStack: Shape[] = [
  {
    title: "an incident: the page says how bad it is",
    payload: {
      event_type: "incident",
      meta,
      page: { id: "12345", status_indicator: "downtime", status_description: "Some services are down" },
      incident: {
        id: "98765",
        name: "No connection",
        shortlink: "https://s.example.com/incidents/98765",
        incident_updates: [{ id: "11111", status_report_id: "98765", body: "We know why." }],
      },
    },
    says: ["- down downtime"],
  },
  {
    title: "the page is well again",
    payload: {
      event_type: "incident",
      page: { id: "12345", status_indicator: "operational" },
      incident: { id: "98765", name: "No connection", incident_updates: [] },
    },
    says: ["- operational operational"],
  },
  {
    title: "announced maintenance",
    payload: {
      event_type: "maintenance",
      page: { id: "12345", status_indicator: "operational" },
      maintenance: {
        id: "87654",
        name: "Upgrade",
        starts_at: "2026-01-05T14:00:00Z",
        ends_at: "2026-01-05T16:00:00Z",
        maintenance_updates: [{ id: "2", body: "Tonight." }],
      },
    },
    says: ["- maintenance+2 scheduled"],
  },
  {
    title: "maintenance under way",
    payload: {
      event_type: "maintenance",
      page: { id: "12345", status_indicator: "maintenance" },
      maintenance: {
        id: "87654",
        name: "Upgrade",
        starts_at: "2026-01-05T11:00:00Z",
        ends_at: "2026-01-05T13:00:00Z",
      },
    },
    says: ["- maintenance in_progress"],
  },
  {
    title: "a component",
    payload: {
      event_type: "component_update",
      page: { id: "12345", status_indicator: "degraded" },
      component_update: { new_status: "degraded", old_status: "operational", component_id: "7" },
      component: { id: "7", name: "API", status: "degraded" },
    },
    says: ["API degraded degraded"],
  },
];

const openstatusPage = { id: 1, name: "Acme", slug: "acme", url: "https://acme.example.com" };
const subscription = { manage_url: null, unsubscribe_url: null };

const report = (status: string, components: unknown[]) => ({
  version: "1",
  type: "status_report",
  data: {
    status_report: {
      id: 7,
      title: "Slow",
      url: "https://acme.example.com/events/report/7",
      update: { id: 9, status, message: "We look.", occurred_at: "2026-01-05T11:00:00Z" },
      page: openstatusPage,
      components,
    },
  },
  subscription,
});

export const openstatus: Shape[] = [
  {
    title: "a report with impacts",
    payload: report("investigating", [
      { id: 1, name: "API", impact: "major_outage" },
      { id: 2, name: "Web", impact: "degraded_performance" },
    ]),
    says: ["API down investigating (major_outage)", "Web degraded investigating (degraded_performance)"],
  },
  {
    title: "a resolved report",
    payload: report("resolved", [{ id: 1, name: "API", impact: "operational" }]),
    says: ["API operational resolved (operational)"],
  },
  {
    title: "monitoring keeps the status",
    payload: report("monitoring", [{ id: 1, name: "API", impact: null }]),
    says: ["API ignore monitoring"],
  },
  {
    title: "announced maintenance",
    payload: {
      version: "1",
      type: "maintenance",
      data: {
        maintenance: {
          id: 3,
          title: "Upgrade",
          url: "https://acme.example.com/events/maintenance/3",
          message: "Tonight.",
          starts_at: "2026-01-05T20:00:00Z",
          ends_at: "2026-01-05T21:00:00Z",
          page: openstatusPage,
          components: [{ id: 1, name: "API" }],
        },
      },
      subscription,
    },
    says: ["API maintenance+8 scheduled"],
  },
  {
    title: "a monitor fails",
    payload: {
      monitor: { id: 1, name: "API", url: "https://api.example.com" },
      cronTimestamp: 1_767_610_000_000,
      status: "error",
      statusCode: 500,
      errorMessage: "It answered 500",
    },
    says: ["API down error"],
  },
  {
    title: "a monitor recovers",
    payload: { monitor: { id: 1, name: "API" }, status: "recovered", statusCode: 200, latency: 12 },
    says: ["API operational recovered"],
  },
];
