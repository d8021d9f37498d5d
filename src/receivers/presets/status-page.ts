// In: what Statuspage, Instatus and Better Stack post to subscribers: three shapes that are nearly the same. Out:
// what they say of components, incidents and planned work. How far people have come with an incident says
// nothing about the service; its impact does.
import type { Meaning } from "../schema";
import { createWords } from "../words";
import { itemsOrNothing, type PresetContext, type PresetItem, type PresetReading } from "./preset";
import { at, firstText, instantAt, isRecord, listAt, textAt, timeAt, wordAt } from "./walk";

/** Squashed, since Instatus writes UNDERMAINTENANCE where others write under_maintenance. */
const squash = (word: string | null): string => (word ?? "").replace(/[\s_-]/g, "");

const ofImpact = createWords({
  none: "ignore",
  minor: "degraded",
  major: "down",
  critical: "down",
  maintenance: "maintenance",
  operational: "ignore",
  degradedperformance: "degraded",
  partialoutage: "degraded",
  minoroutage: "degraded",
  majoroutage: "down",
  undermaintenance: "maintenance",
});

const OVER = new Set(["resolved", "completed", "postmortem", "cancelled", "canceled"]);
const UNDER_WAY = new Set(["inprogress", "verifying"]);
const ANNOUNCED = new Set(["scheduled", "notstartedyet"]);

/** `monitoring`: people watch whether it stays well. Nothing is known yet. */
const meaningOf = (status: string, impact: string): Meaning => {
  if (OVER.has(status)) return "operational";
  if (UNDER_WAY.has(status)) return "maintenance";
  if (status === "monitoring" || ANNOUNCED.has(status)) return "ignore";
  return ofImpact(impact) ?? "ignore";
};

interface Component {
  id: string;
  name: string | null;
  status: string | null;
}

/** Those of the newest update that names any; when all is over, of every update. */
const componentsOf = (updates: readonly unknown[], isOver: boolean): Component[] => {
  const found = new Map<string, Component>();
  for (const update of updates) {
    for (const component of listAt(update, "affected_components")) {
      const name = textAt(component, "name");
      const id = firstText(textAt(component, "code"), textAt(component, "id"), name) ?? "";
      if (!found.has(id)) found.set(id, { id, name, status: textAt(component, "new_status") });
    }
    if (found.size > 0 && !isOver) break;
  }
  return [...found.values()];
};

const STARTS = ["scheduled_for", "starts_at", "start", "start_date"];
const ENDS = ["scheduled_until", "ends_at", "end", "end_date"];

const timeOf = (incident: unknown, names: readonly string[]): number | null => {
  for (const name of names) {
    const time = timeAt(incident, name);
    if (time !== null) return time;
  }
  return null;
};

const componentUpdate = (payload: unknown): PresetItem => {
  const id = firstText(
    textAt(payload, "component", "id"),
    textAt(payload, "component_update", "component_id"),
  );
  return {
    scope: payload,
    raw: firstText(textAt(payload, "component_update", "new_status"), textAt(payload, "component", "status")),
    names: [textAt(payload, "component", "name")],
    key: `component ${id ?? ""}`,
    title: textAt(payload, "component", "name"),
    message: textAt(payload, "page", "status_description"),
    url: textAt(payload, "page", "url"),
    at: instantAt(payload, "component_update", "created_at"),
  };
};

const incidentItems = (
  payload: unknown,
  kind: "incident" | "maintenance",
  { now }: PresetContext,
): PresetItem[] => {
  const incident = at(payload, kind);
  const updates = [...listAt(incident, `${kind}_updates`), ...listAt(incident, "incident_updates")];
  const status = squash(wordAt(incident, "status"));
  const impact = squash(wordAt(incident, "impact"));
  const startsAt = timeOf(incident, STARTS);
  const isOver = OVER.has(status);
  const isAnnounced = ANNOUNCED.has(status) && startsAt !== null && startsAt > now;
  const word = textAt(incident, "status");
  const shown = textAt(incident, "impact");
  const common = {
    key: `${kind} ${textAt(incident, "id") ?? ""}`,
    title: textAt(incident, "name"),
    message: textAt(updates[0], "body"),
    url: firstText(textAt(incident, "shortlink"), textAt(incident, "url")),
    at: instantAt(incident, "updated_at") ?? instantAt(updates[0], "created_at"),
    ...(isAnnounced ? { planned: { startsAt, endsAt: timeOf(incident, ENDS) } } : {}),
    ...(isOver ? { endsPlanned: true } : {}),
  };
  const own: PresetItem = {
    ...common,
    scope: incident,
    raw: word === null || shown === null ? word : `${word} (${shown})`,
    meaning: isAnnounced ? "maintenance" : meaningOf(status, impact),
    names: [],
  };
  const components = componentsOf(updates, isOver);
  if (components.length === 0) return [own];
  return components.map(({ name, status: said }) => {
    const named = { ...own, names: [name] };
    if (isOver || isAnnounced || said === null) return named;
    // What the component says is more than what the incident says.
    const { meaning: _meaning, ...rest } = named;
    return { ...rest, raw: said };
  });
};

/** Without a status of its own, as Better Stack has it, an incident says what its page says. */
const pageItem = (payload: unknown, about: unknown): PresetItem => {
  const updates = [...listAt(about, "incident_updates"), ...listAt(about, "maintenance_updates")];
  return {
    scope: payload,
    raw: textAt(payload, "page", "status_indicator"),
    names: [textAt(payload, "page", "name")],
    key: "page",
    title: firstText(textAt(about, "name"), textAt(payload, "page", "status_description")),
    message: firstText(textAt(updates[0], "body"), textAt(payload, "page", "status_description")),
    url: firstText(textAt(about, "shortlink"), textAt(payload, "page", "url")),
    at: instantAt(updates[0], "created_at"),
  };
};

const maintenanceWithoutStatus = (payload: unknown, { now }: PresetContext): PresetItem => {
  const maintenance = at(payload, "maintenance");
  const startsAt = timeOf(maintenance, STARTS);
  const endsAt = timeOf(maintenance, ENDS);
  const item = pageItem(payload, maintenance);
  const key = `maintenance ${textAt(maintenance, "id") ?? ""}`;
  if (startsAt !== null && startsAt > now)
    return { ...item, key, raw: "scheduled", meaning: "maintenance", planned: { startsAt, endsAt } };
  const isOver = endsAt !== null && endsAt <= now;
  return {
    ...item,
    key,
    raw: isOver ? "completed" : "in_progress",
    meaning: isOver ? "operational" : "maintenance",
    ...(isOver ? { endsPlanned: true } : {}),
  };
};

/** What the page says of itself is only read where there is nothing else. */
export const readStatusPage = (payload: unknown, context: PresetContext): PresetReading => {
  if (isRecord(at(payload, "component_update")) || isRecord(at(payload, "component")))
    return { kind: "items", items: [componentUpdate(payload)] };
  for (const kind of ["incident", "maintenance"] as const) {
    const about = at(payload, kind);
    if (!isRecord(about)) continue;
    if (textAt(about, "status") !== null)
      return itemsOrNothing(incidentItems(payload, kind, context), "It is about no component.");
    return {
      kind: "items",
      items: [kind === "maintenance" ? maintenanceWithoutStatus(payload, context) : pageItem(payload, about)],
    };
  }
  if (textAt(payload, "page", "status_indicator") !== null)
    return { kind: "items", items: [pageItem(payload, null)] };
  return { kind: "unreadable", reason: "The payload holds no component, incident, maintenance or page." };
};

/** Of components and pages, in each of the three spellings. */
export const PAGE_WORDS: Readonly<Record<string, Meaning>> = {
  degraded_performance: "degraded",
  degradedperformance: "degraded",
  partial_outage: "degraded",
  partialoutage: "degraded",
  minoroutage: "degraded",
  hasissues: "degraded",
  major_outage: "down",
  majoroutage: "down",
  downtime: "down",
  undermaintenance: "maintenance",
  in_progress: "maintenance",
  inprogress: "maintenance",
  verifying: "maintenance",
  completed: "operational",
  notstartedyet: "ignore",
  not_monitored: "ignore",
};
