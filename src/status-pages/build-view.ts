// In: a status page and the facts that it may show. Out: its view. Pure: the same facts at the same moment
// make the same view.
import type { ServiceStatus } from "../core/events";
import { idOfContent } from "../lib/content-id";
import {
  DEFAULT_DEGRADED_WEIGHT,
  DOWN_WEIGHT,
  measure,
  uptimeOf,
  type Span,
  type Weights,
} from "../services/uptime/measure";
import { lastDays, WINDOWS, type LocalDay } from "../services/uptime/ranges";
import type { IncidentFacts, MaintenanceFacts, PageFacts, ServiceFacts } from "./facts";
import { postsOf } from "./posts";
import type { StatusPage } from "./repository";
import {
  HISTORY_DAYS,
  overallOf,
  SHOWN_DAYS,
  worstOf,
  type ComponentView,
  type DayState,
  type DayView,
  type GroupView,
  type IncidentView,
  type MaintenanceView,
  type PageLook,
  type PageView,
  type PostView,
} from "./view";

/** While something is not well its downtime grows, and otherwise rolling windows move on. */
const REFRESH_UNWELL_MS = 60_000;
const REFRESH_WELL_MS = 10 * 60_000;

const lookOf = (page: StatusPage, url: string | null): PageLook => ({
  id: page.id,
  slug: page.slug,
  title: page.title,
  description: page.description,
  visibility: page.visibility,
  url,
  domain: page.domain,
  websiteUrl: page.websiteUrl,
  announcement: page.announcement === "" ? null : { text: page.announcement, tone: page.announcementTone },
  accentColor: page.accentColor,
  logoVersion: page.logoVersion,
  language: page.language,
  timeZone: page.timeZone,
  isNoindex: page.isNoindex,
  showsUptime: page.showsUptime,
  showHistoryDays: page.showHistoryDays,
  allowsEmailSubscribers: page.allowsEmailSubscribers && page.emailChannelId !== null,
  allowsWebhookSubscribers: page.allowsWebhookSubscribers,
  createdAt: page.createdAt,
});

const stateOf = (seconds: Readonly<Record<ServiceStatus, number>>): DayState => {
  if (seconds.down > 0) return "down";
  if (seconds.degraded > 0) return "degraded";
  if (seconds.maintenance > 0) return "maintenance";
  return seconds.operational > 0 ? "operational" : "no_data";
};

const touches = (incident: IncidentFacts, { from, to }: LocalDay, now: number): boolean =>
  incident.openedAt < to && (incident.resolvedAt ?? now) >= from;

interface Measuring {
  days: readonly LocalDay[];
  weights: Weights;
  now: number;
}

/** Days and spans are both in order: each day looks only at the spans that reach into it. */
const daysOf = (
  spans: readonly Span[],
  incidents: readonly IncidentFacts[],
  { days, weights, now }: Measuring,
): DayView[] => {
  let first = 0;
  return days.map((day) => {
    while (first < spans.length && (spans[first]?.endedAt ?? Number.POSITIVE_INFINITY) < day.from) first++;
    let last = first;
    while (last < spans.length && (spans[last]?.startedAt ?? 0) < day.to) last++;
    const seconds = measure(spans.slice(first, last), { from: day.from, to: day.to, now });
    return {
      ...day,
      state: stateOf(seconds),
      downSeconds: seconds.down,
      degradedSeconds: seconds.degraded,
      maintenanceSeconds: seconds.maintenance,
      percent: uptimeOf(seconds, weights).percent,
      incidentIds: incidents.filter((incident) => touches(incident, day, now)).map(({ id }) => id),
    };
  });
};

const uptimesOf = (
  spans: readonly Span[],
  { weights, now }: Pick<Measuring, "weights" | "now">,
): ComponentView["uptime"] => {
  const over = (ms: number): number | null =>
    uptimeOf(measure(spans, { from: now - ms, to: now, now }), weights).percent;
  return {
    "24h": over(WINDOWS["24h"]),
    "7d": over(WINDOWS["7d"]),
    "30d": over(WINDOWS["30d"]),
    "90d": over(WINDOWS["90d"]),
  };
};

const incidentViewOf = (incident: IncidentFacts, shown: ReadonlySet<string>): IncidentView => {
  const isOver = incident.status === "resolved";
  return {
    id: incident.id,
    code: incident.code,
    title: incident.title,
    severity: incident.severity,
    // What was found out in private is not told; that it is over cannot be hidden.
    status: isOver ? "resolved" : (incident.updates[0]?.status ?? incident.status),
    openedAt: incident.openedAt,
    resolvedAt: incident.resolvedAt,
    updatedAt: Math.max(incident.updates[0]?.at ?? incident.openedAt, incident.resolvedAt ?? 0),
    componentIds: incident.serviceIds.filter((id) => shown.has(id)),
    updates: incident.updates.map(({ id, status, message, at }) => ({ id, status, message, at })),
    hasGap: incident.hasGap,
    postMortem: isOver && incident.postMortem?.trim() ? incident.postMortem : null,
  };
};

const maintenanceViewOf = ({ serviceIds, ...rest }: MaintenanceFacts): MaintenanceView => ({
  ...rest,
  componentIds: serviceIds,
});

const HISTORY_MS = HISTORY_DAYS * 86_400_000;

const postsOfAll = (
  services: readonly ServiceFacts[],
  incidents: readonly IncidentFacts[],
  now: number,
): PostView[] =>
  services.flatMap(({ id, changes, word }) => {
    const told = new Set(
      incidents
        .filter(({ serviceIds }) => serviceIds.includes(id))
        .flatMap(({ updates }) => updates.map(({ at }) => at)),
    );
    return postsOf({ serviceId: id, changes, word, isTold: (at) => told.has(at), since: now - HISTORY_MS });
  });

/** Those without a group first; groups in the order of their first service. */
const groupServices = (services: readonly ServiceFacts[]): [string | null, ServiceFacts[]][] =>
  [...Map.groupBy(services, ({ group }) => group)].toSorted(
    ([a], [b]) => Number(a !== null) - Number(b !== null),
  );

const latest = (times: readonly number[]): number => Math.max(0, ...times);

export interface ViewParts {
  page: StatusPage;
  facts: PageFacts;
  /** Where the page is read; see `PageLook.url`. */
  url: string | null;
  now: number;
}

/** By zone: finding where days begin takes longer than everything else, and they are the same until midnight. */
const shownDays = new Map<string, readonly LocalDay[]>();

const daysShown = (timeZone: string, now: number): readonly LocalDay[] => {
  const known = shownDays.get(timeZone);
  const today = known?.at(-1);
  if (known !== undefined && today !== undefined && today.from <= now && now < today.to) return known;
  const days = lastDays(SHOWN_DAYS, timeZone, now);
  shownDays.set(timeZone, days);
  return days;
};

/** The time from which on `facts` must say how services stood. */
export const factsNeededSince = ({ timeZone }: Pick<StatusPage, "timeZone">, now: number): number =>
  Math.min(daysShown(timeZone, now)[0]?.from ?? now, now - WINDOWS["90d"]);

export const buildView = ({ page, facts, url, now }: ViewParts): PageView => {
  const days = daysShown(page.timeZone, now);
  const shown = new Set(facts.services.map(({ id }) => id));
  let position = 0;

  const componentOf = (service: ServiceFacts, groupId: string | null): ComponentView => {
    const weights = {
      down: DOWN_WEIGHT,
      degraded: service.degradedWeight ?? facts.degradedWeight ?? DEFAULT_DEGRADED_WEIGHT,
    };
    const own = facts.incidents.filter(({ serviceIds }) => serviceIds.includes(service.id));
    return {
      id: service.id,
      name: service.name,
      description: service.description,
      status: service.status,
      since: service.changedAt,
      position: ++position,
      groupId,
      createdAt: service.createdAt,
      updatedAt: Math.max(service.updatedAt, service.changedAt),
      uptime: uptimesOf(service.spans, { weights, now }),
      days: daysOf(service.spans, own, { days, weights, now }),
    };
  };

  const groups = groupServices(facts.services).map(([name, services], index): GroupView => {
    const id = idOfContent(`${page.id} ${name ?? ""}`);
    const components = services.map((service) => componentOf(service, name === null ? null : id));
    return {
      id,
      name,
      status: worstOf(components.map(({ status }) => status)),
      position: index + 1,
      components,
    };
  });

  const incidents = facts.incidents.map((incident) => incidentViewOf(incident, shown));
  const open = incidents.filter(({ status }) => status !== "resolved");
  const maintenance = facts.maintenance.map(maintenanceViewOf);
  const ofStatus = (status: MaintenanceView["status"]): MaintenanceView[] =>
    maintenance.filter((one) => one.status === status);

  const ordered = groups.flatMap(({ components }) => components.map(({ id }) => id));
  const posts = postsOfAll(facts.services, facts.incidents, now);

  const statuses = facts.services.map(({ status }) => status);
  const isWell = statuses.every((status) => status === "operational");
  const midnight = days.at(-1)?.to ?? now + REFRESH_UNWELL_MS;
  const view: Omit<PageView, "version" | "builtAt" | "copiedAt" | "validUntil"> = {
    changedAt: latest([
      page.updatedAt,
      ...facts.services.map(({ updatedAt, changedAt }) => Math.max(updatedAt, changedAt)),
      ...incidents.map(({ updatedAt }) => updatedAt),
      ...maintenance.map(({ updatedAt, startedAt, endedAt }) =>
        latest([updatedAt, startedAt ?? 0, endedAt ?? 0]),
      ),
    ]),
    page: lookOf(page, url),
    overall: overallOf(statuses, open.length > 0),
    groups,
    openIncidents: open,
    pastIncidents: incidents
      .filter(({ status }) => status === "resolved")
      .toSorted((a, b) => (b.resolvedAt ?? 0) - (a.resolvedAt ?? 0)),
    activeMaintenance: ofStatus("active").toSorted((a, b) => a.endsAt - b.endsAt),
    upcomingMaintenance: ofStatus("scheduled").toSorted((a, b) => a.startsAt - b.startsAt),
    pastMaintenance: ofStatus("ended").toSorted((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0)),
    openPosts: posts
      .filter(({ endedAt }) => endedAt === null)
      .toSorted((a, b) => ordered.indexOf(a.componentId) - ordered.indexOf(b.componentId)),
    pastPosts: posts
      .filter(({ endedAt }) => endedAt !== null)
      .toSorted((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0)),
  };
  return {
    ...view,
    version: new Bun.CryptoHasher("sha256").update(JSON.stringify(view)).digest("base64url").slice(0, 22),
    builtAt: now,
    copiedAt: null,
    validUntil: Math.min(midnight, now + (isWell ? REFRESH_WELL_MS : REFRESH_UNWELL_MS)),
  };
};
