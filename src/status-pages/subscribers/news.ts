// In: a row of the journal, the public updates of its incident, and a page's services. Out: what the page's
// subscribers are told of it, or null. Pure. Only what the page itself shows is in it.
import type { IncidentSeverity, IncidentStatus } from "../../core/events";
import type { JournalRow } from "../../journal/repository";
import { isTarget } from "../../services/maintenance/book";

/** What may be news. */
export const NEWS_KINDS = [
  "incident.opened",
  "incident.announced",
  "incident.reopened",
  "incident.updated",
  "incident.resolved",
  "maintenance.scheduled",
  "maintenance.started",
  "maintenance.ended",
  "maintenance.cancelled",
] as const;
type NewsKind = (typeof NEWS_KINDS)[number];
export type NewsRow = JournalRow<NewsKind>;
type IncidentRow = JournalRow<Extract<NewsKind, `incident.${string}`>>;
type MaintenanceRow = JournalRow<Extract<NewsKind, `maintenance.${string}`>>;

/** As subscribers are told them. */
export const NEWS_EVENTS = [
  "incident.opened",
  "incident.updated",
  "incident.resolved",
  "maintenance.scheduled",
  "maintenance.started",
  "maintenance.ended",
  "maintenance.cancelled",
] as const;
export type NewsEvent = (typeof NEWS_EVENTS)[number];

export interface NamedService {
  id: string;
  name: string;
}

/** Complete: nothing is looked up when it is sent. Times in ms. */
export interface News {
  event: NewsEvent;
  at: number;
  /** The incident or the occurrence: what messages about it have in common. */
  subjectId: string;
  title: string;
  /** People's words; empty: the status is all there is to say. */
  message: string;
  /** Of the page. */
  services: NamedService[];
  incident?: {
    status: IncidentStatus;
    severity: IncidentSeverity;
    openedAt: number;
    resolvedAt: number | null;
  };
  /** `isMoved`: it takes the place of what had been announced. */
  maintenance?: { startsAt: number; endsAt: number; isMoved: boolean };
}

export interface PublicUpdate {
  status: IncidentStatus;
  message: string;
  at: number;
}

/** As far as it is looked at. */
export interface PageService extends NamedService {
  group: string | null;
  projectId: string;
}

export const isIncidentRow = (row: NewsRow): row is IncidentRow => row.kind.startsWith("incident.");

/** Nobody is told of it now: if it still stands later, that is a row of its own. */
export const isKeptBack = (row: NewsRow): boolean =>
  isIncidentRow(row) && row.kind !== "incident.announced" && row.data.silencedBy !== undefined;

/**
 * What is private is not told, with two exceptions that the page makes as well: that an incident of which
 * something was public is over, and, with its first public words, that there is one.
 */
const eventOf = (row: IncidentRow, shown: readonly PublicUpdate[], isShown: boolean): NewsEvent | null => {
  if (shown.length === 0) return null;
  switch (row.kind) {
    case "incident.announced":
      return "incident.opened";
    case "incident.resolved":
      return "incident.resolved";
    case "incident.updated":
      if (!isShown) return null;
      return shown.length === 1 ? "incident.opened" : "incident.updated";
    default:
      return isShown ? "incident.opened" : null;
  }
};

const ofIncident = (
  row: IncidentRow,
  updates: readonly PublicUpdate[],
  services: readonly PageService[],
): News | null => {
  const { incident } = row.data;
  if (isKeptBack(row)) return null;
  const concerned = incident.services.flatMap(
    ({ id }) => services.find((service) => service.id === id) ?? [],
  );
  if (concerned.length === 0) return null;
  const shown = updates.filter(({ at }) => at <= row.at).toSorted((a, b) => a.at - b.at);
  const own = shown.findLast(({ at, status }) => at === row.at && status === incident.status);
  const event = eventOf(row, shown, own !== undefined);
  if (event === null) return null;
  const words = row.kind === "incident.announced" ? shown.at(-1) : own;
  return {
    event,
    at: row.at,
    subjectId: incident.id,
    title: incident.title,
    message: words?.message ?? "",
    services: concerned.map(({ id, name }) => ({ id, name })),
    incident: {
      status: event === "incident.resolved" ? "resolved" : (words?.status ?? incident.status),
      severity: incident.severity,
      openedAt: incident.openedAt,
      resolvedAt: incident.resolvedAt,
    },
  };
};

const ofMaintenance = (
  row: MaintenanceRow,
  services: readonly PageService[],
  { isRepeated, isMoved }: PlanNote,
): News | null => {
  const { maintenance } = row.data;
  const concerned = services.filter(({ id, group, projectId }) =>
    isTarget(maintenance.targets, { serviceId: id, group, projectId }),
  );
  if (concerned.length === 0) return null;
  if (isRepeated) return null;
  return {
    event: row.kind,
    at: row.at,
    subjectId: maintenance.occurrenceId,
    title: maintenance.name,
    message: maintenance.description,
    services: concerned.map(({ id, name }) => ({ id, name })),
    maintenance: { startsAt: maintenance.startsAt, endsAt: maintenance.endsAt, isMoved },
  };
};

/** About a row that plans or cancels maintenance; of any other row neither is true. */
export interface PlanNote {
  /**
   * A pattern is announced once, not for each day that it is planned ahead, and cancelled once; what is moved
   * is not cancelled as well.
   */
  isRepeated: boolean;
  isMoved: boolean;
}

export interface NewsParts {
  /** Of the page. */
  services: readonly PageService[];
  /** Public ones of the incident, in any order; empty for maintenance. */
  updates: readonly PublicUpdate[];
  plan: PlanNote;
}

export const newsOf = (row: NewsRow, { services, updates, plan }: NewsParts): News | null =>
  isIncidentRow(row) ? ofIncident(row, updates, services) : ofMaintenance(row, services, plan);

/** What of it concerns somebody who chose these services (null: all); null where nothing does. */
export const chosenOf = (news: News, serviceIds: readonly string[] | null): News | null => {
  if (serviceIds === null) return news;
  return news.services.some(({ id }) => serviceIds.includes(id)) ? news : null;
};
