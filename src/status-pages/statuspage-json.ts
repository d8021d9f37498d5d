// In: the view of a page. Out: the documents of Statuspage's public API, version 2, with the fields and types that
// its clients read (https://status.atlassian.com/api/v2), so that they read this page as they read one there.
// Its words are fixed and English: programs compare them.
import type { ServiceStatus } from "../core/events";
import { idOfContent } from "../lib/content-id";
import { placeOfIncident, placeOfMaintenance } from "./places";
import type { Family } from "./shelf";
import {
  componentsOf,
  type ComponentView,
  type GroupView,
  type IncidentView,
  type MaintenanceView,
  type OverallStatus,
  type PageView,
} from "./view";

/** `partial_outage` does not occur: a service is down or it is not. */
const COMPONENT_STATUS: Readonly<Record<ServiceStatus, string>> = {
  operational: "operational",
  degraded: "degraded_performance",
  down: "major_outage",
  maintenance: "under_maintenance",
};

const OVERALL: Readonly<Record<OverallStatus, { indicator: string; description: string }>> = {
  operational: { indicator: "none", description: "All Systems Operational" },
  maintenance: { indicator: "maintenance", description: "Service Under Maintenance" },
  degraded: { indicator: "minor", description: "Partially Degraded Service" },
  partial_outage: { indicator: "major", description: "Partial System Outage" },
  major_outage: { indicator: "critical", description: "Major Service Outage" },
};

const MAINTENANCE_STATUS = { scheduled: "scheduled", active: "in_progress", ended: "completed" } as const;

/** As many as Statuspage lists. */
const LISTED = 50;

const timeOf = (ms: number): string => new Date(ms).toISOString();
const timeOrNull = (ms: number | null): string | null => (ms === null ? null : timeOf(ms));

/** Without a configured address the one below this server: nobody is sent to a name that is only ours. */
export const addressOf = ({ page }: PageView): string => page.url ?? `/status/${page.slug}/`;

const pageOf = (view: PageView) => ({
  id: view.page.id,
  name: view.page.title,
  url: addressOf(view),
  time_zone: view.page.timeZone,
  updated_at: timeOf(view.changedAt),
});

const componentOf = ({ page }: PageView, component: ComponentView) => ({
  id: component.id,
  name: component.name,
  status: COMPONENT_STATUS[component.status],
  created_at: timeOf(component.createdAt),
  updated_at: timeOf(component.updatedAt),
  position: component.position,
  description: component.description === "" ? null : component.description,
  showcase: page.showsUptime,
  start_date: timeOf(component.createdAt).slice(0, 10),
  group_id: component.groupId,
  page_id: page.id,
  group: false,
  only_show_if_degraded: false,
});

const groupOf = ({ page }: PageView, { id, name, status, position, components }: GroupView) => ({
  id,
  name,
  status: COMPONENT_STATUS[status],
  created_at: timeOf(page.createdAt),
  updated_at: timeOf(Math.max(page.createdAt, ...components.map(({ updatedAt }) => updatedAt))),
  position,
  description: null,
  showcase: false,
  start_date: null,
  group_id: null,
  page_id: page.id,
  group: true,
  only_show_if_degraded: false,
  components: components.map((one) => one.id),
});

/** Each group before its components. */
const componentListOf = (view: PageView) =>
  view.groups.flatMap((group) => [
    ...(group.name === null ? [] : [groupOf(view, group)]),
    ...group.components.map((one) => componentOf(view, one)),
  ]);

const affectedOf = (view: PageView, ids: readonly string[]) =>
  componentsOf(view)
    .filter(({ id }) => ids.includes(id))
    .map((one) => componentOf(view, one));

interface Entry {
  id: string;
  status: string;
  body: string;
  at: number;
}

const updateOf = (incidentId: string, { id, status, body, at }: Entry) => ({
  id,
  status,
  body,
  incident_id: incidentId,
  created_at: timeOf(at),
  updated_at: timeOf(at),
  display_at: timeOf(at),
  affected_components: null,
  deliver_notifications: true,
  custom_tweet: null,
  tweet_id: null,
});

const incidentOf = (view: PageView, incident: IncidentView) => {
  const { id, postMortem, updatedAt } = incident;
  const entries: Entry[] = incident.updates.map(({ message, ...update }) => ({ ...update, body: message }));
  if (postMortem !== null)
    entries.unshift({
      id: idOfContent(`${id} postmortem`),
      status: "postmortem",
      body: postMortem,
      at: updatedAt,
    });
  // The first time that somebody said so is the last of them in the list.
  const monitoringAt = incident.updates.findLast(({ status }) => status === "monitoring")?.at ?? null;
  return {
    id,
    name: incident.title,
    status: postMortem === null ? incident.status : "postmortem",
    created_at: timeOf(incident.openedAt),
    updated_at: timeOf(updatedAt),
    monitoring_at: timeOrNull(monitoringAt),
    resolved_at: timeOrNull(incident.resolvedAt),
    impact: incident.severity,
    shortlink: `${addressOf(view)}${placeOfIncident(incident)}`,
    started_at: timeOf(incident.openedAt),
    page_id: view.page.id,
    incident_updates: entries.map((entry) => updateOf(id, entry)),
    components: affectedOf(view, incident.componentIds),
    reminder_intervals: null,
  };
};

/** Newest first: it was planned, it began, it ended. */
const stepsOf = ({ id, description, createdAt, startedAt, endedAt }: MaintenanceView): Entry[] => {
  const steps: Entry[] = [
    { id: idOfContent(`${id} scheduled`), status: "scheduled", body: description, at: createdAt },
  ];
  if (startedAt !== null)
    steps.unshift({
      id: idOfContent(`${id} in_progress`),
      status: "in_progress",
      body: "Scheduled maintenance is currently in progress.",
      at: startedAt,
    });
  if (endedAt !== null)
    steps.unshift({
      id: idOfContent(`${id} completed`),
      status: "completed",
      body: "The scheduled maintenance has been completed.",
      at: endedAt,
    });
  return steps;
};

const maintenanceOf = (view: PageView, maintenance: MaintenanceView) => {
  const { id } = maintenance;
  return {
    id,
    name: maintenance.name,
    status: MAINTENANCE_STATUS[maintenance.status],
    created_at: timeOf(maintenance.createdAt),
    updated_at: timeOf(maintenance.updatedAt),
    monitoring_at: null,
    resolved_at: timeOrNull(maintenance.endedAt),
    impact: "maintenance",
    shortlink: `${addressOf(view)}${placeOfMaintenance(maintenance)}`,
    started_at: timeOf(maintenance.startedAt ?? maintenance.startsAt),
    page_id: view.page.id,
    incident_updates: stepsOf(maintenance).map((step) => updateOf(id, step)),
    components: affectedOf(view, maintenance.componentIds),
    scheduled_for: timeOf(maintenance.startsAt),
    scheduled_until: timeOf(maintenance.endsAt),
    reminder_intervals: null,
  };
};

/**
 * Scripts of other sites may read what everybody may read. Never more: somebody whose address may see a page
 * would read it for whatever site he looks at.
 */
export const openToScripts = ({ page }: PageView): Readonly<Record<string, string>> =>
  page.visibility === "public" ? { "access-control-allow-origin": "*" } : {};

/** Upcoming and active maintenance and open incidents in full; lists hold the latest `LISTED` besides. */
export const statuspageDocuments: Family = (view) => {
  const page = () => pageOf(view);
  const status = () => OVERALL[view.overall];
  const incidents = (list: readonly IncidentView[]) => list.map((one) => incidentOf(view, one));
  const maintenances = (list: readonly MaintenanceView[]) => list.map((one) => maintenanceOf(view, one));
  const document = (name: string, content: () => Record<string, unknown>) => ({
    name: `api/v2/${name}`,
    contentType: "application/json; charset=utf-8",
    render: () => JSON.stringify({ page: page(), ...content() }),
    headers: openToScripts(view),
  });
  const { openIncidents, pastIncidents, activeMaintenance, upcomingMaintenance, pastMaintenance } = view;
  const ahead = [...activeMaintenance, ...upcomingMaintenance];
  const latest = <T>(now: readonly T[], past: readonly T[]): T[] => [
    ...now,
    ...past.slice(0, Math.max(0, LISTED - now.length)),
  ];
  return [
    document("summary.json", () => ({
      components: componentListOf(view),
      incidents: incidents(openIncidents),
      scheduled_maintenances: maintenances(ahead),
      status: status(),
    })),
    document("status.json", () => ({ status: status() })),
    document("components.json", () => ({ components: componentListOf(view) })),
    document("incidents.json", () => ({ incidents: incidents(latest(openIncidents, pastIncidents)) })),
    document("incidents/unresolved.json", () => ({ incidents: incidents(openIncidents) })),
    document("scheduled-maintenances.json", () => ({
      scheduled_maintenances: maintenances(latest(ahead, pastMaintenance)),
    })),
    document("scheduled-maintenances/upcoming.json", () => ({
      scheduled_maintenances: maintenances(upcomingMaintenance),
    })),
    document("scheduled-maintenances/active.json", () => ({
      scheduled_maintenances: maintenances(activeMaintenance),
    })),
  ];
};
