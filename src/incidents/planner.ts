// In: a decision about an incident. Out: everything that must be committed for it, added to a plan: its row,
// the update that people read, the journal entry, the messages, and what it says about its services. Live
// state (`book`) changes only after the commit.
import { SYSTEM, type Actor } from "../core/actor";
import type {
  IncidentSeverity,
  IncidentSnapshot,
  IncidentStatus,
  ServiceStatus,
  StatusSource,
  Untold,
  UntoldReason,
} from "../core/events";
import { newId } from "../core/ids";
import { journalStatement } from "../journal/append";
import type { Notifier } from "../notify/notifier";
import type { Plan } from "../notify/plan";
import type { ServiceBook } from "../services/book";
import type { StatusPlanner } from "../services/planner";
import { snapshotOf, type AutomaticSource, type IncidentBook } from "./book";
import { codeOf } from "./code";
import { stepOf } from "./life-cycle";
import {
  addServiceStatement,
  insertUpdateStatement,
  updateIncidentStatement,
  type IncidentRecord,
  type IncidentRepository,
} from "./repository";

export interface NewIncident {
  tenantId: string;
  projectId: string;
  title: string;
  severity: IncidentSeverity;
  message: string;
  services: IncidentSnapshot["services"];
  /** What it says about them while it is open; null: nothing. */
  serviceStatus: ServiceStatus | null;
  /** Whether status pages show the first message. */
  isPublic: boolean;
  actor: Actor;
  /** Null when a person opens it. */
  automatic: { source: AutomaticSource; serviceId: string; url: string | null } | null;
  monitor: IncidentSnapshot["monitor"];
  probe: IncidentSnapshot["probe"];
  /** Why nobody is told. */
  silencedBy: UntoldReason | null;
}

export interface NewUpdate {
  status: IncidentStatus;
  message: string;
  isPublic: boolean;
  actor: Actor;
  /** Present where it changes. */
  severity?: IncidentSeverity;
  serviceStatus?: ServiceStatus | null;
  probe?: IncidentSnapshot["probe"];
  finalResponseCode?: number | null;
  isAutoResolved?: boolean;
  /** It ends because it goes on in this one. */
  mergedInto?: string;
  silencedBy?: UntoldReason | null;
}

/**
 * Each call adds to `plan` only; `now` is server time in ms. Call it while the turns of the incident and
 * of its services are held (`keysOf`), and commit before they end.
 */
export interface IncidentPlanner {
  open(input: NewIncident, now: number, plan: Plan): IncidentRecord;
  /** Throws `conflict` for a status that cannot follow. */
  update(incident: IncidentRecord, update: NewUpdate, now: number, plan: Plan): IncidentRecord;
  /** Tells as opened what was opened while it was kept back. */
  announce(incident: IncidentRecord, now: number, plan: Plan): IncidentRecord;
  /**
   * What it says about these services, as long as it is open. A service's message is for everybody: only public
   * words are `message`; left out, what it said before stands.
   */
  speak(
    incident: IncidentRecord,
    serviceIds: readonly string[],
    said: { status: ServiceStatus; actor: Actor; message?: string | null },
    now: number,
    plan: Plan,
  ): void;
}

export interface IncidentPlannerParts {
  book: IncidentBook;
  repository: IncidentRepository;
  services: ServiceBook;
  status: StatusPlanner;
  notifier: Pick<Notifier, "planIncident">;
  /** Told of each committed beginning that was kept back: it may have to be told later. */
  onSilenced?: () => void;
}

/** The turns that whoever changes an incident must hold. */
export const keysOf = (incident: IncidentRecord): string[] => [
  incident.id,
  ...incident.services.map(({ id }) => id),
  ...(incident.sourceServiceId ? [incident.sourceServiceId] : []),
  ...(incident.sourceServiceId !== null && incident.sourceId !== null ? [incident.sourceId] : []),
];

/** The incident as a source of its services' status. */
export const sourceOf = ({ id, code }: IncidentRecord): StatusSource => ({
  kind: "incident",
  id,
  name: code,
});

const silence = (silencedBy: UntoldReason | null): { silencedBy?: UntoldReason } =>
  silencedBy === null ? {} : { silencedBy };

const MESSAGE_EVENT = {
  open: "incident.opened",
  update: "incident.updated",
  resolve: "incident.resolved",
  // For whoever was told that it is over, it begins.
  reopen: "incident.opened",
} as const;

const JOURNAL_KIND = {
  update: "incident.updated",
  resolve: "incident.resolved",
  reopen: "incident.reopened",
} as const;

export const createIncidentPlanner = (parts: IncidentPlannerParts): IncidentPlanner => {
  const { book, repository, services, status, notifier, onSilenced = () => undefined } = parts;

  const writeUpdate = (incident: IncidentRecord, update: NewUpdate, now: number, plan: Plan): void =>
    void plan.statements.push(
      insertUpdateStatement({
        id: newId(),
        incidentId: incident.id,
        status: update.status,
        message: update.message,
        isPublic: update.isPublic,
        actor: update.actor,
        at: now,
      }),
    );

  /** Of its services; `""` where it has said nothing yet. */
  const lastSaid = ({ id, services: concerned }: IncidentRecord): string => {
    for (const service of concerned)
      for (const { source, message } of services.get(service.id)?.words ?? [])
        if (source.kind === "incident" && source.id === id) return message;
    return "";
  };

  const speak: IncidentPlanner["speak"] = (incident, serviceIds, told, now, plan) => {
    const { status: said, actor } = told;
    for (const id of serviceIds) {
      const service = services.get(id);
      // Deleted meanwhile: nothing to say about it.
      if (service === undefined) continue;
      const message = said === "operational" ? "" : (told.message ?? lastSaid(incident));
      status.say(service, { source: sourceOf(incident), status: said, message, actor }, now, plan);
    }
  };

  const tell = (
    incident: IncidentRecord,
    event: (typeof MESSAGE_EVENT)[keyof typeof MESSAGE_EVENT],
    { now, silencedBy }: { now: number; silencedBy: UntoldReason | null },
    plan: Plan,
  ): Untold =>
    notifier.planIncident(
      { event, incident: snapshotOf(incident), at: now, ...(silencedBy === null ? {} : { silencedBy }) },
      plan,
    );

  const open: IncidentPlanner["open"] = (input, now, plan) => {
    const number = book.takeNumber(input.tenantId);
    const incident: IncidentRecord = {
      id: newId(),
      tenantId: input.tenantId,
      projectId: input.projectId,
      number,
      code: codeOf(number),
      title: input.title,
      status: "investigating",
      severity: input.severity,
      message: input.message,
      services: input.services,
      monitor: input.monitor,
      probe: input.probe,
      finalResponseCode: null,
      isAutoResolved: false,
      engineerNotes: "",
      postMortem: null,
      serviceStatus: input.serviceStatus,
      sourceKind: input.automatic?.source.kind ?? "person",
      sourceId: input.automatic?.source.id ?? input.actor.id,
      sourceName: input.automatic?.source.name ?? input.actor.name,
      sourceServiceId: input.automatic?.serviceId ?? null,
      sourceUrl: input.automatic?.url ?? null,
      isTold: input.silencedBy === null,
      silencedBy: input.silencedBy,
      mergedInto: null,
      reopenedCount: 0,
      openedAt: now,
      sinceAt: now,
      resolvedAt: null,
      updatedAt: now,
    };
    plan.statements.push(
      repository.insert(incident),
      ...incident.services.map(({ id }) => addServiceStatement(incident.id, id)),
    );
    const { message, isPublic, actor } = input;
    writeUpdate(incident, { status: incident.status, message, isPublic, actor }, now, plan);
    const untold = tell(incident, MESSAGE_EVENT.open, { now, silencedBy: input.silencedBy }, plan);
    plan.statements.push(
      journalStatement({
        tenantId: incident.tenantId,
        kind: "incident.opened",
        data: { incident: snapshotOf(incident), untold, ...silence(input.silencedBy) },
        subjectId: incident.id,
        actor,
        at: now,
      }),
    );
    if (incident.serviceStatus !== null)
      speak(
        incident,
        incident.services.map(({ id }) => id),
        { status: incident.serviceStatus, actor, message: isPublic ? message : "" },
        now,
        plan,
      );
    plan.afterCommit.push(() => book.put(incident));
    if (!incident.isTold) plan.afterCommit.push(onSilenced);
    plan.afterRefusal.push(() => book.giveBack(incident.tenantId, number));
    return incident;
  };

  /** Whoever was told of its beginning is told of its end, and nobody else. */
  const silenceOf = (
    incident: IncidentRecord,
    isEnd: boolean,
    wanted: UntoldReason | null,
  ): UntoldReason | null => (isEnd ? (incident.isTold ? null : (incident.silencedBy ?? wanted)) : wanted);

  const update: IncidentPlanner["update"] = (incident, change, now, plan) => {
    const step = stepOf(incident.status, change.status);
    const isEnd = step === "resolve";
    const silencedBy = silenceOf(incident, isEnd, change.silencedBy ?? null);
    // A clock that was set back makes no duration negative.
    const at = Math.max(now, incident.sinceAt);
    const next: IncidentRecord = {
      ...incident,
      status: change.status,
      // An update without words leaves the last ones standing.
      message: change.message === "" ? incident.message : change.message,
      severity: change.severity ?? incident.severity,
      serviceStatus: change.serviceStatus === undefined ? incident.serviceStatus : change.serviceStatus,
      probe: change.probe ?? incident.probe,
      finalResponseCode: isEnd ? (change.finalResponseCode ?? null) : null,
      isAutoResolved: isEnd && (change.isAutoResolved ?? false),
      isTold: (step !== "reopen" && incident.isTold) || (!isEnd && silencedBy === null),
      silencedBy,
      mergedInto: change.mergedInto ?? null,
      reopenedCount: incident.reopenedCount + (step === "reopen" ? 1 : 0),
      sinceAt: step === "reopen" ? at : incident.sinceAt,
      resolvedAt: isEnd ? at : null,
      updatedAt: at,
    };
    plan.statements.push(updateIncidentStatement(next, incident.status));
    writeUpdate(next, change, at, plan);
    const untold = tell(next, MESSAGE_EVENT[step], { now: at, silencedBy }, plan);
    plan.statements.push(
      journalStatement({
        tenantId: next.tenantId,
        kind: JOURNAL_KIND[step],
        data: { incident: snapshotOf(next), isPublic: change.isPublic, untold, ...silence(silencedBy) },
        subjectId: next.id,
        actor: change.actor,
        at,
      }),
    );
    const said = isEnd ? "operational" : (next.serviceStatus ?? "operational");
    if (incident.serviceStatus !== null || next.serviceStatus !== null)
      speak(
        next,
        next.services.map(({ id }) => id),
        {
          status: said,
          actor: change.actor,
          message: change.isPublic && change.message !== "" ? change.message : null,
        },
        at,
        plan,
      );
    plan.afterCommit.push(() => book.put(next));
    if (!next.isTold) plan.afterCommit.push(onSilenced);
    return next;
  };

  const announce: IncidentPlanner["announce"] = (incident, now, plan) => {
    const next: IncidentRecord = { ...incident, isTold: true, silencedBy: null };
    const untold = tell(next, MESSAGE_EVENT.open, { now, silencedBy: null }, plan);
    plan.statements.push(
      updateIncidentStatement(next, incident.status),
      journalStatement({
        tenantId: next.tenantId,
        kind: "incident.announced",
        data: { incident: snapshotOf(next), untold },
        subjectId: next.id,
        actor: SYSTEM,
        at: now,
      }),
    );
    plan.afterCommit.push(() => book.put(next));
    return next;
  };

  return { open, update, announce, speak };
};
