// In: nothing. Out: the model of what a status page shows, from which all its representations are made: HTML,
// JSON, feeds, badges, the calendar, mails. Only what the public may know is in it. All times in server ms.
import type { IncidentSeverity, IncidentStatus, ServiceStatus } from "../core/events";
import type { AnnouncementTone, Language, Visibility } from "./schema";

/** Of the whole page. `partial_outage`: some components are down; `major_outage`: all are. */
export const OVERALL_STATUSES = [
  "operational",
  "maintenance",
  "degraded",
  "partial_outage",
  "major_outage",
] as const;
export type OverallStatus = (typeof OVERALL_STATUSES)[number];

/** The worst that a component went through on a day; `no_data`: it did not exist yet. */
export type DayState = ServiceStatus | "no_data";

/** Rolling windows that end at the moment of the view. */
export const UPTIME_WINDOWS = ["24h", "7d", "30d", "90d"] as const;
export type UptimeWindow = (typeof UPTIME_WINDOWS)[number];

/** So many daily bars; the last one is today. */
export const SHOWN_DAYS = 90;

/** How far back past incidents and maintenance reach. */
export const HISTORY_DAYS = 365;

export interface PageLook {
  id: string;
  slug: string;
  title: string;
  description: string;
  visibility: Visibility;
  /** Where it is read, absolute and with a slash at the end; null where nobody configured it. */
  url: string | null;
  domain: string | null;
  websiteUrl: string | null;
  announcement: { text: string; tone: AnnouncementTone } | null;
  /** `#rrggbb`. */
  accentColor: string | null;
  /** Changes with the logo; null: none. */
  logoVersion: string | null;
  language: Language;
  timeZone: string;
  isNoindex: boolean;
  showsUptime: boolean;
  showHistoryDays: number;
  allowsEmailSubscribers: boolean;
  allowsWebhookSubscribers: boolean;
  createdAt: number;
}

export interface DayView {
  /** `2026-03-29`, of the page's time zone. */
  date: string;
  from: number;
  to: number;
  state: DayState;
  downSeconds: number;
  degradedSeconds: number;
  maintenanceSeconds: number;
  /** In percent, cut after five decimals; null: no data, or maintenance all day. */
  percent: number | null;
  /** Of incidents that touched it. */
  incidentIds: readonly string[];
}

/** A service, as the public sees it. */
export interface ComponentView {
  id: string;
  name: string;
  description: string;
  status: ServiceStatus;
  /** Since when it has this status. */
  since: number;
  /** From 1, in the order of the page. */
  position: number;
  groupId: string | null;
  createdAt: number;
  updatedAt: number;
  /** In percent; null: no data. */
  uptime: Readonly<Record<UptimeWindow, number | null>>;
  /** Oldest first, `SHOWN_DAYS` of them. */
  days: readonly DayView[];
}

export interface GroupView {
  /** The same as long as page and name are. */
  id: string;
  /** Null for components without a group. */
  name: string | null;
  /** Of its components the worst. */
  status: ServiceStatus;
  /** From 1, in the order of the page. */
  position: number;
  components: readonly ComponentView[];
}

export interface UpdateView {
  id: string;
  status: IncidentStatus;
  /** May be empty: then the status is all there is to say. */
  message: string;
  at: number;
}

/** Only incidents with at least one public update, and only their public updates. */
export interface IncidentView {
  id: string;
  code: string;
  title: string;
  severity: IncidentSeverity;
  /** Of the newest public update while it is open. */
  status: IncidentStatus;
  openedAt: number;
  resolvedAt: number | null;
  updatedAt: number;
  /** Components of this page only. */
  componentIds: readonly string[];
  /** Newest first. Of very many the newest, and the first one. */
  updates: readonly UpdateView[];
  /** Some between the first one and the others are left out. */
  hasGap: boolean;
  /** Written for the public once it is over; null: none. */
  postMortem: string | null;
}

/** What was said of a service, apart from incidents and maintenance, from when it was not well until it was. */
export interface PostView {
  id: string;
  componentId: string;
  /** Null while it is not well. */
  endedAt: number | null;
  /** Newest first; never empty. */
  updates: readonly PostUpdateView[];
}

export interface PostUpdateView {
  id: string;
  status: ServiceStatus;
  /** May be empty: then the status is all there is to say. */
  message: string;
  at: number;
}

/** One occurrence of a maintenance window. */
export interface MaintenanceView {
  id: string;
  windowId: string;
  name: string;
  description: string;
  status: "scheduled" | "active" | "ended";
  /** As planned. */
  startsAt: number;
  endsAt: number;
  startedAt: number | null;
  endedAt: number | null;
  /** Components of this page only. */
  componentIds: readonly string[];
  isRecurring: boolean;
  createdAt: number;
  updatedAt: number;
}

export interface PageView {
  /** Changes whenever anything in it does, `builtAt`, `copiedAt` and `validUntil` aside. */
  version: string;
  builtAt: number;
  /** Of a static copy: when it was written. Null on the page itself. */
  copiedAt: number | null;
  /** It has to be built anew then at the latest: midnight, an edge of maintenance, growing downtime. */
  validUntil: number;
  /** When anything that it shows was changed last. */
  changedAt: number;
  page: PageLook;
  overall: OverallStatus;
  /** In the order of the page; components without a group come first. */
  groups: readonly GroupView[];
  /** Newest first. */
  openIncidents: readonly IncidentView[];
  /** Of the last `HISTORY_DAYS`, the latest first. */
  pastIncidents: readonly IncidentView[];
  /** What ends first comes first. */
  activeMaintenance: readonly MaintenanceView[];
  /** What begins first comes first. */
  upcomingMaintenance: readonly MaintenanceView[];
  /** Of the last `HISTORY_DAYS`, the latest first. */
  pastMaintenance: readonly MaintenanceView[];
  /** In the order of the page. */
  openPosts: readonly PostView[];
  /** Of the last `HISTORY_DAYS`, the latest first. */
  pastPosts: readonly PostView[];
}

/** In the order of the page. */
export const componentsOf = (view: PageView): ComponentView[] =>
  view.groups.flatMap(({ components }) => components);

/** Names of the page's components with these IDs, in the order of the page. */
export const namesOf = (view: PageView, componentIds: readonly string[]): string[] =>
  componentsOf(view)
    .filter(({ id }) => componentIds.includes(id))
    .map(({ name }) => name);

const RANK: Readonly<Record<ServiceStatus, number>> = {
  operational: 0,
  maintenance: 1,
  degraded: 2,
  down: 3,
};

/** What a group shows; operational when there is nothing. */
export const worstOf = (statuses: readonly ServiceStatus[]): ServiceStatus =>
  statuses.reduce<ServiceStatus>((worst, one) => (RANK[one] > RANK[worst] ? one : worst), "operational");

/**
 * What the banner says. It follows from the components; an open incident that says nothing about them still
 * keeps it from saying that all is well.
 */
export const overallOf = (statuses: readonly ServiceStatus[], hasOpenIncident: boolean): OverallStatus => {
  const worst = worstOf(statuses);
  if (worst === "down")
    return statuses.every((status) => status === "down") ? "major_outage" : "partial_outage";
  return worst !== "degraded" && hasOpenIncident ? "degraded" : worst;
};
