// In: what a payload says, and services as they stand. Out: everything that must be committed for it, added to
// a plan, and what comes of it in words. Live state changes only after the commit.
import { AppError, isAppError } from "../core/errors";
import type { IncidentSeverity, ServiceStatus, StatusSource } from "../core/events";
import type { AutomaticIncidents } from "../incidents/automatic";
import type { Plan } from "../notify/plan";
import { sha256Hex } from "../lib/digest";
import type { ServiceBook, ServiceRecord } from "../services/book";
import type { ServiceDesk } from "../services/desk";
import { nameTurn } from "../services/lock";
import { nameKeyOf } from "../services/names";
import type { StatusPlanner } from "../services/planner";
import { actorOf } from "./actor";
import { setsStatus } from "./default-settings";
import { isOwnWord, ownStatus, SEPARATOR } from "./own-words";
import type { PlannedWork } from "./planned-work";
import { lateness, noteTime, type LatestTimes } from "./order";
import type { AlertChange, Raiser } from "./raise";
import type { ReceiverRecord } from "./repository";
import { statusOf, type Report } from "./report";

export type IncidentChange = "opened" | "raised" | "reopened" | "resolved";

/** What came of one report. */
export interface Outcome {
  result: "processed" | "ignored" | "failed";
  /** Why it failed, or why nothing was done; null where there is nothing to explain. */
  error: string | null;
  rawStatus: string | null;
  mappedStatus: ServiceStatus | null;
  serviceId: string | null;
  serviceName: string | null;
  previousStatus: ServiceStatus | null;
  newStatus: ServiceStatus | null;
  /** Opened, made graver, opened again or resolved: which of them says `incidentChange`. */
  incidentId: string | null;
  incidentChange: IncidentChange | null;
  /** The window of work that was announced. */
  windowId: string | null;
  alertId: string | null;
  alertChange: AlertChange | null;
  message: string;
}

export interface Decider {
  /** Services that are there and that the reports are about. */
  servicesOf(receiver: ReceiverRecord, reports: readonly Report[]): ServiceRecord[];
  /** Those of them, and of those that the reports would make: whoever decides holds all of them. */
  turnsOf(receiver: ReceiverRecord, reports: readonly Report[]): string[];
  /**
   * Adds to `plan` only. Throws `conflict` where a turn is not held, since the service has been made, renamed or
   * deleted meanwhile: then all has to be decided anew.
   */
  decide(receiver: ReceiverRecord, report: Report, moment: Moment): Outcome;
}

/** In which something is decided. */
export interface Moment {
  /** Server time in ms. */
  now: number;
  plan: Plan;
  /** What is known to be so, of all that is decided here; it grows with each report. */
  latest: LatestTimes;
  /** Of a service, a name (`nameTurn`) or a machine. */
  holdsTurn: (turn: string) => boolean;
}

export interface DeciderParts {
  services: ServiceBook;
  desk: Pick<ServiceDesk, "planCreate">;
  status: Pick<StatusPlanner, "say" | "inPlan">;
  incidents: Pick<AutomaticIncidents, "openFor" | "resolveFor">;
  plannedWork: Pick<PlannedWork, "plan">;
  raiser: Pick<Raiser, "plan">;
}

/** Alert24 leaves it to the person; this is what is taken where none is chosen (rulings.md). */
const SEVERITIES: Readonly<Partial<Record<ServiceStatus, IncidentSeverity>>> = {
  down: "critical",
  degraded: "minor",
};

/** Of one receiver and service: what comes beyond is one thing. */
const MOST_KEYS = 200;

const KEY_LENGTH = 16;

/** Each thing that a receiver knows of a service speaks for itself, so that it takes back only its own word. */
const sourceOf = (receiver: ReceiverRecord, { key, title }: Report, service: ServiceRecord): StatusSource => {
  if (key === null) return { kind: "receiver", id: receiver.id, name: receiver.name };
  const id = `${receiver.id}${SEPARATOR}${sha256Hex(key).slice(0, KEY_LENGTH)}`;
  const own = service.words.filter((word) => isOwnWord(word, receiver));
  if (own.length >= MOST_KEYS && !own.some(({ source }) => source.id === id))
    return { kind: "receiver", id: `${receiver.id}${SEPARATOR}more`, name: receiver.name };
  return { kind: "receiver", id, name: `${receiver.name}: ${title ?? key}` };
};

const UNCHANGED = { incidentId: null, incidentChange: null } as const;

const NOTHING_DONE = {
  error: null,
  previousStatus: null,
  newStatus: null,
  serviceId: null,
  serviceName: null,
  incidentId: null,
  incidentChange: null,
  windowId: null,
  alertId: null,
  alertChange: null,
} as const;

/** See `Decider`. */
export const createDecider = (parts: DeciderParts): Decider => {
  const { services, desk, status, incidents, plannedWork, raiser } = parts;
  /** Services that a plan makes: nobody else can see them yet. */
  const made = new WeakMap<Plan, Map<string, ServiceRecord>>();

  const find = (receiver: ReceiverRecord, { serviceName }: Report): ServiceRecord | undefined =>
    receiver.serviceId === null
      ? services.findByName(receiver.tenantId, serviceName ?? "")
      : services.find(receiver.tenantId, receiver.serviceId);

  const make = (receiver: ReceiverRecord, name: string, { plan, holdsTurn }: Moment): ServiceRecord => {
    if (!holdsTurn(nameTurn(receiver.tenantId, name)))
      throw new AppError("conflict", "The service was renamed or deleted meanwhile.");
    const ofPlan = made.get(plan) ?? new Map<string, ServiceRecord>();
    made.set(plan, ofPlan);
    const key = nameKeyOf(name);
    const before = ofPlan.get(key);
    if (before !== undefined) return before;
    const who = { tenantId: receiver.tenantId, actor: actorOf(receiver) };
    const service = desk.planCreate(who, { name: name.trim(), projectId: receiver.projectId }, plan);
    ofPlan.set(key, service);
    return service;
  };

  /** A text is the reason for a refusal. */
  const findOrMake = (receiver: ReceiverRecord, report: Report, moment: Moment): ServiceRecord | string => {
    const service = find(receiver, report);
    if (service !== undefined) {
      if (moment.holdsTurn(service.id)) return service;
      throw new AppError("conflict", "The service was made or renamed meanwhile.");
    }
    if (receiver.serviceId !== null) return "The service of this receiver was deleted: give it another one.";
    const { serviceName } = report;
    if (serviceName === null) return "The payload names no service.";
    if (!receiver.settings.createMissingServices)
      return `There is no service called "${serviceName}". Create it, or let the receiver make those that are missing.`;
    try {
      return make(receiver, serviceName, moment);
    } catch (error) {
      if (isAppError(error, "invalid")) return `No service can be called "${serviceName}": ${error.message}`;
      throw error;
    }
  };

  /** The incident that changed, and how. */
  const planIncident = (
    receiver: ReceiverRecord,
    report: Report,
    { before, after, service }: { before: ServiceStatus; after: ServiceStatus; service: ServiceRecord },
    now: number,
    plan: Plan,
  ): Pick<Outcome, "incidentId" | "incidentChange"> => {
    const { autoCreateIncidents, autoResolveIncidents, incidentSeverity } = receiver.settings;
    const source = { kind: "receiver", id: receiver.id, name: receiver.name } as const;
    const actor = actorOf(receiver);
    if (after === "operational") {
      if (!autoResolveIncidents) return UNCHANGED;
      const message =
        report.message === "" ? `${receiver.name} reports that it works again.` : report.message;
      const resolved = incidents.resolveFor({ service, source, message, actor }, now, plan);
      return resolved === null ? UNCHANGED : { incidentId: resolved.id, incidentChange: "resolved" };
    }
    const severity = SEVERITIES[after];
    // Maintenance neither opens nor resolves.
    if (!autoCreateIncidents || severity === undefined || before === after) return UNCHANGED;
    const { incident, result } = incidents.openFor(
      {
        tenantId: service.tenantId,
        projectId: service.projectId,
        service,
        source,
        severity: incidentSeverity ?? severity,
        title: report.title ?? `${service.name} is ${after}`,
        url: report.url,
        message: report.message === "" ? `${receiver.name} reports "${report.raw}".` : report.message,
        actor,
      },
      now,
      plan,
    );
    return result === "already_open" || result === "merged"
      ? UNCHANGED
      : { incidentId: incident.id, incidentChange: result };
  };

  /** For receivers that raise alerts and leave services alone. */
  const aboutNothing = (report: Report, service: ServiceRecord | undefined): Outcome => ({
    ...NOTHING_DONE,
    rawStatus: report.raw,
    mappedStatus: statusOf(report),
    message: report.message,
    result: report.error === null ? "ignored" : "failed",
    error: report.error,
    serviceId: service?.id ?? null,
    serviceName: service?.name ?? null,
  });

  const ofLate = (receiver: ReceiverRecord, report: Report, error: string): Outcome => {
    const service = find(receiver, report);
    const status = service?.status ?? null;
    const stays = { previousStatus: status, newStatus: status };
    return { ...aboutNothing(report, service), ...stays, result: "ignored", error };
  };

  const aboutService = (receiver: ReceiverRecord, report: Report, moment: Moment): Outcome => {
    const { now, plan } = moment;
    const said = statusOf(report);
    const about = { ...NOTHING_DONE, rawStatus: report.raw, mappedStatus: said, message: report.message };
    if (report.error !== null) return { ...about, result: "failed", error: report.error };
    const found = findOrMake(receiver, report, moment);
    if (typeof found === "string") return { ...about, result: "failed", error: found };
    const service = status.inPlan(found, plan);
    const known = { ...about, serviceId: service.id, serviceName: service.name };
    const stays = { previousStatus: service.status, newStatus: service.status };
    if (said === null)
      return { ...known, ...stays, result: "ignored", error: `"${report.raw}" is set to change nothing.` };
    if (report.planned !== null && report.planned.startsAt > now) {
      const { windowId, isNews } = plannedWork.plan(receiver, report, service, plan);
      return isNews
        ? { ...known, ...stays, result: "processed", windowId }
        : { ...known, ...stays, result: "ignored", error: "This work is planned already.", windowId };
    }
    const source = sourceOf(receiver, report, service);
    const before = ownStatus(service, receiver);
    const change = status.say(
      service,
      { source, status: said, message: report.message, actor: actorOf(receiver) },
      now,
      plan,
    );
    const after = ownStatus(change.service, receiver);
    const { incidentId, incidentChange } = planIncident(
      receiver,
      report,
      { before, after, service: change.service },
      now,
      plan,
    );
    const isProcessed = change.hasChanged || incidentId !== null;
    const shown = change.service.status;
    return {
      ...known,
      result: isProcessed ? "processed" : "ignored",
      error: isProcessed || shown === said ? null : `Noted; the service stays ${shown}, which others say.`,
      previousStatus: change.previousStatus,
      newStatus: change.service.status,
      incidentId,
      incidentChange,
    };
  };

  return {
    servicesOf: (receiver, reports) =>
      reports.map((report) => find(receiver, report)).filter((service) => service !== undefined),

    turnsOf: (receiver, reports) => {
      const turns = new Set<string>();
      for (const report of reports) {
        const service = find(receiver, report);
        if (service !== undefined) turns.add(service.id);
        else if (receiver.serviceId === null && report.serviceName !== null)
          turns.add(nameTurn(receiver.tenantId, report.serviceName));
      }
      return [...turns];
    },

    decide: (receiver, report, moment) => {
      const tooLate = lateness(receiver, report, moment.latest);
      if (tooLate !== null) return ofLate(receiver, report, tooLate);
      const about = setsStatus(receiver)
        ? aboutService(receiver, report, moment)
        : aboutNothing(report, find(receiver, report));
      const service = services.get(about.serviceId ?? "") ?? null;
      const { alertId, change } = raiser.plan(receiver, report, service, moment);
      if (about.result !== "failed") moment.plan.statements.push(...noteTime(receiver, report, moment));
      if (change === null) return { ...about, alertId };
      // What could not be said of a service is no failure where an alert was raised.
      return { ...about, result: "processed", alertId, alertChange: change };
    },
  };
};
