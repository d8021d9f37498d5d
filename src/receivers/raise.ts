// In: a report of something that fails or is over, and a receiver that raises alerts. Out: the alert triggered,
// changed or resolved, added to the plan that holds the rest of the request. Such an alert has no rule: the
// receiver and the sender's own key stand in for one, and where the payload names no machine that Andon knows,
// its name or the service does.
import type { AlertBook, OpenAlert } from "../alerts/book";
import type { AlertPlanner } from "../alerts/planner";
import { AppError } from "../core/errors";
import { standIn, type Machine } from "../core/machine";
import { cutText } from "../lib/cut-text";
import { sha256Hex } from "../lib/digest";
import type { Plan } from "../notify/plan";
import type { ServiceBook, ServiceRecord } from "../services/book";
import { actorOf } from "./actor";
import type { Moment } from "./decide";
import {
  identityOf,
  removeReportedStatement,
  saveReportedStatement,
  type Reported,
  type ReportedBook,
} from "./reported";
import type { ReceiverRecord } from "./repository";
import type { Report } from "./report";

export type AlertChange = "triggered" | "updated" | "resolved";

export interface Raised {
  alertId: string | null;
  change: AlertChange | null;
}

export interface Raiser {
  /** What the alert is about: whoever plans holds the turns of these machines. */
  machineIdsFor(receiver: ReceiverRecord, report: Report): string[];
  /**
   * Adds to `plan` only; `service` is the one that the report is about, if any. Throws `conflict` where the turn
   * of its machine is not held, since that was registered meanwhile: then all has to be decided anew.
   */
  plan(receiver: ReceiverRecord, report: Report, service: ServiceRecord | null, moment: Moment): Raised;
  /** The machines of all that the receiver has reported. */
  machineIdsOf(receiver: ReceiverRecord): string[];
  /** Resolves all of it: the receiver will say nothing more. */
  takeBack(receiver: ReceiverRecord, now: number, plan: Plan): void;
}

export interface RaiserParts {
  reported: ReportedBook;
  alerts: Pick<AlertBook, "find">;
  planner: Pick<AlertPlanner, "trigger" | "resolve" | "changeFacts">;
  /** By ID or name. */
  findMachine: (tenantId: string, idOrName: string) => Machine | undefined;
  services: Pick<ServiceBook, "find" | "findByName">;
}

const NOTHING: Raised = { alertId: null, change: null };

/** The metric of an alert that another system has decided. */
const METRIC = "status";
/** As rules have it. */
const LONGEST_MESSAGE = 2_000;

/** The same for the same words, in the form of an ID (version 8: of one's own making, RFC 9562). */
const derivedId = (...words: readonly string[]): string => {
  const hex = sha256Hex(JSON.stringify(words));
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

/** Of a status alone, which may also end by itself. */
const phaseOf = ({ meaning }: Report): "open" | "closed" | null => {
  if (meaning === "operational") return "closed";
  return meaning === null || meaning === "ignore" ? null : "open";
};

export const createRaiser = (parts: RaiserParts): Raiser => {
  const { reported, alerts, planner, findMachine, services } = parts;
  /** What plans that are not committed yet have made; null where they have ended it. */
  const drafts = new WeakMap<Plan, Map<string, { reported: Reported; open: OpenAlert | undefined } | null>>();

  const serviceOf = (receiver: ReceiverRecord, { serviceName }: Report): ServiceRecord | undefined =>
    receiver.serviceId === null
      ? services.findByName(receiver.tenantId, serviceName ?? "")
      : services.find(receiver.tenantId, receiver.serviceId);

  const machineFor = (receiver: ReceiverRecord, report: Report, service: ServiceRecord | null): Machine => {
    const { tenantId, projectId } = receiver;
    const named = report.alert?.machine ?? null;
    const known = named === null ? undefined : findMachine(tenantId, named);
    if (known !== undefined) return known;
    if (named === null && service !== null)
      return standIn({
        id: service.id,
        tenantId,
        projectId: service.projectId,
        name: service.name,
        type: "service",
      });
    const name = named ?? report.serviceName ?? receiver.name;
    return standIn({ id: derivedId(tenantId, "machine", name), tenantId, projectId, name, type: "external" });
  };

  const machineIdsFor: Raiser["machineIdsFor"] = (receiver, report) => {
    if (report.alert === null) return [];
    const known = reported.find(receiver.id, identityOf(receiver, report))?.machineId ?? null;
    const present = machineFor(receiver, report, serviceOf(receiver, report) ?? null).id;
    return known === null ? [present] : [present, known];
  };

  const keep = (entry: Reported, open: OpenAlert | undefined, plan: Plan): void => {
    const ofPlan = drafts.get(plan) ?? new Map();
    drafts.set(plan, ofPlan.set(entry.identity, { reported: entry, open }));
    plan.statements.push(saveReportedStatement(entry));
    plan.afterCommit.push(() => reported.put(entry));
  };

  const drop = (entry: Reported, plan: Plan): void => {
    const ofPlan = drafts.get(plan) ?? new Map();
    drafts.set(plan, ofPlan.set(entry.identity, null));
    plan.statements.push(removeReportedStatement(entry));
    plan.afterCommit.push(() => reported.remove(entry));
  };

  const before = (
    receiver: ReceiverRecord,
    identity: string,
    plan: Plan,
  ): { reported: Reported; open: OpenAlert | undefined; isOfPlan: boolean } | null => {
    const draft = drafts.get(plan)?.get(identity);
    if (draft === null) return null;
    if (draft !== undefined) return { ...draft, isOfPlan: true };
    const entry = reported.find(receiver.id, identity);
    return entry === undefined
      ? null
      : { reported: entry, open: alerts.find(entry.alertId ?? ""), isOfPlan: false };
  };

  const textsOf = (receiver: ReceiverRecord, report: Report) => ({
    name: cutText(report.alert?.name ?? report.title ?? receiver.name, 200),
    message: cutText(
      report.message === "" ? (report.title ?? `${receiver.name} reports "${report.raw}".`) : report.message,
      LONGEST_MESSAGE,
    ),
  });

  const trigger = (
    receiver: ReceiverRecord,
    report: Report,
    service: ServiceRecord | null,
    { now, plan, holdsTurn }: Moment,
  ): OpenAlert | undefined => {
    if (report.alert === null) return undefined;
    const machine = machineFor(receiver, report, service);
    if (!holdsTurn(machine.id)) throw new AppError("conflict", "The machine was registered meanwhile.");
    const { severity, labels } = report.alert;
    const { name, message } = textsOf(receiver, report);
    const identity = identityOf(receiver, report);
    return planner.trigger(
      {
        rule: { id: derivedId(receiver.id, identity), number: 0, name, severity, message: null },
        machine,
        labels: { ...labels },
        metricName: METRIC,
        info: { displayName: null, unit: null, decimals: null },
        value: 1,
        threshold: 0,
        limitText: message,
        text: message,
        triggeredAt: now,
      },
      now,
      plan,
    );
  };

  const open = (
    receiver: ReceiverRecord,
    report: Report,
    service: ServiceRecord | null,
    moment: Moment,
  ): Raised => {
    const { plan, now } = moment;
    const identity = identityOf(receiver, report);
    const expiresAfter = receiver.settings.alerts?.expiresAfterSeconds ?? null;
    const expiresAt = report.expiresAt ?? (expiresAfter === null ? null : now + expiresAfter * 1_000);
    const known = before(receiver, identity, plan);
    if (known === null) {
      if (report.alert === null && expiresAt === null) return NOTHING;
      const made = trigger(receiver, report, service, moment);
      const { key, serviceName, title } = report;
      const entry: Reported = {
        receiverId: receiver.id,
        identity,
        alertId: made?.alert.id ?? null,
        machineId: made?.alert.machineId ?? null,
        expiresAt,
        report: { key, serviceName, title, machine: report.alert?.machine ?? null },
      };
      keep(entry, made, plan);
      return { alertId: entry.alertId, change: made === undefined ? null : "triggered" };
    }
    if (expiresAt !== null) keep({ ...known.reported, expiresAt }, known.open, plan);
    // A person has resolved it, and the sender still says so: that is no news.
    if (known.open === undefined || report.alert === null)
      return { ...NOTHING, alertId: known.reported.alertId };
    const alertId = known.open.alert.id;
    if (known.isOfPlan) return { alertId, change: null };
    const { name, message } = textsOf(receiver, report);
    const { severity } = report.alert;
    const { alert } = known.open;
    if (alert.name === name && alert.message === message && alert.severity === severity)
      return { alertId, change: null };
    planner.changeFacts(known.open, { name, message, severity }, now, plan);
    return { alertId, change: "updated" };
  };

  const resolve = (
    openAlert: OpenAlert,
    receiver: ReceiverRecord,
    { now, plan, note }: { now: number; plan: Plan; note: string },
    reason: "condition_cleared" | "rule_removed",
  ): void =>
    void planner.resolve(
      openAlert,
      { reason, at: Math.max(now, openAlert.alert.triggeredAt), by: actorOf(receiver), note },
      now,
      plan,
    );

  const close = (receiver: ReceiverRecord, report: Report, { plan, now }: Moment): Raised => {
    const known = before(receiver, identityOf(receiver, report), plan);
    if (known === null) return NOTHING;
    drop(known.reported, plan);
    if (known.open === undefined || known.open.alert.status === "resolved") return NOTHING;
    const note = report.message === "" ? `${receiver.name} reports that it is over.` : report.message;
    resolve(known.open, receiver, { now, plan, note }, "condition_cleared");
    return { alertId: known.open.alert.id, change: "resolved" };
  };

  return {
    machineIdsFor,
    plan: (receiver, report, service, moment) => {
      const { alert, expiresAt, error } = report;
      if (error !== null) return NOTHING;
      if (alert === null && expiresAt === null && !reported.has(receiver.id)) return NOTHING;
      const phase = alert === null ? phaseOf(report) : alert.phase;
      if (phase === null) return NOTHING;
      return phase === "closed" ? close(receiver, report, moment) : open(receiver, report, service, moment);
    },
    machineIdsOf: ({ id }) =>
      reported
        .of(id)
        .map(({ machineId }) => machineId)
        .filter((machineId) => machineId !== null),
    takeBack: (receiver, now, plan) => {
      for (const entry of reported.of(receiver.id)) {
        drop(entry, plan);
        const openAlert = alerts.find(entry.alertId ?? "");
        if (openAlert === undefined) continue;
        const note = `The receiver ${receiver.name} was deleted, switched off or changed.`;
        resolve(openAlert, receiver, { now, plan, note }, "rule_removed");
      }
    },
  };
};
