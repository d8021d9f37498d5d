// In: a source that sees a service fail or recover. Out: the incident that is opened, opened again, made
// graver or resolved because of it, added to the plan that also holds what the source said. For receivers
// and monitors: a source opens at most one incident per service, and resolves only what it opened.
import type { Actor } from "../core/actor";
import {
  INCIDENT_SEVERITIES,
  type IncidentSeverity,
  type IncidentSnapshot,
  type UntoldReason,
} from "../core/events";
import type { Plan } from "../notify/plan";
import type { ServiceRecord } from "../services/book";
import { isFlapping } from "../services/flapping";
import type { Coverable } from "../services/maintenance/book";
import type { StatusPlanner } from "../services/planner";
import { RECENT_MS, type AutomaticSource, type IncidentBook } from "./book";
import { isOpen } from "./life-cycle";
import type { IncidentPlanner } from "./planner";
import type { IncidentRecord } from "./repository";

export interface Failure {
  tenantId: string;
  /** Of a source without a service. */
  projectId: string;
  /** Null for a source that has none. */
  service: ServiceRecord | null;
  source: AutomaticSource;
  severity: IncidentSeverity;
  title: string;
  message: string;
  /** Where the source itself shows it, for people who work on it; never on public pages. */
  url?: string | null;
  /** What a monitor saw. */
  monitor?: NonNullable<IncidentSnapshot["monitor"]>;
  probe?: NonNullable<IncidentSnapshot["probe"]>;
  /** Who is recorded as having done it. */
  actor: Actor;
  /** Why nobody is told, where the source knows a reason of its own. */
  silencedBy?: UntoldReason | null;
}

/**
 * `raised`: it was open and is now graver. `already_open`: nothing was added. `merged`: people let it go
 * on in another one, which is open: nothing was added.
 */
export type OpenResult = "opened" | "reopened" | "raised" | "already_open" | "merged";

export interface Recovery {
  /** Null for a source that has none. */
  service: ServiceRecord | null;
  /** The one it was opened for, where that may be deleted by now; `""`: none. */
  serviceId?: string;
  source: AutomaticSource;
  message: string;
  /** What a monitor saw at last. */
  finalResponseCode?: number;
  actor: Actor;
}

/**
 * Both add to `plan` only. Call them while the turn of the service is held (of the source's ID where there
 * is no service), after what the source said was added to the same plan, and commit before the turn ends.
 */
export interface AutomaticIncidents {
  openFor(failure: Failure, now: number, plan: Plan): { incident: IncidentRecord; result: OpenResult };
  /** Why nobody would be told of a failure now; null: it would be told. */
  silenceOf(
    what: Pick<Failure, "tenantId" | "service" | "source"> & { group: string | null },
    now: number,
    plan: Plan,
  ): UntoldReason | null;
  /** Null when this source has none open for the service; then nothing is added. */
  resolveFor(recovery: Recovery, now: number, plan: Plan): IncidentRecord | null;
}

export interface AutomaticIncidentParts {
  book: IncidentBook;
  planner: IncidentPlanner;
  status: Pick<StatusPlanner, "inPlan" | "silenceOf">;
  /** Planned work on the source or its service is under way. */
  isMuted?: (what: Coverable) => boolean;
}

const rank = (severity: IncidentSeverity): number => INCIDENT_SEVERITIES.indexOf(severity);

export const createAutomaticIncidents = (parts: AutomaticIncidentParts): AutomaticIncidents => {
  const { book, planner, status, isMuted = () => false } = parts;
  /** What plans that are not committed yet have made of incidents, by service and source. */
  const drafts = new WeakMap<Plan, Map<string, IncidentRecord>>();

  const keyOf = (serviceId: string, { kind, id }: AutomaticSource): string => `${serviceId} ${kind} ${id}`;

  const lastOf = (serviceId: string, source: AutomaticSource, plan: Plan): IncidentRecord | undefined =>
    drafts.get(plan)?.get(keyOf(serviceId, source)) ?? book.lastOf(serviceId, source);

  const keep = (
    serviceId: string,
    source: AutomaticSource,
    incident: IncidentRecord,
    plan: Plan,
  ): IncidentRecord => {
    const ofPlan = drafts.get(plan) ?? new Map<string, IncidentRecord>();
    drafts.set(plan, ofPlan.set(keyOf(serviceId, source), incident));
    return incident;
  };

  /** With the change that is being planned: a service's own ones, or what became of a source without one. */
  const flaps = ({ service, source }: Failure, now: number, plan: Plan): boolean =>
    isFlapping(
      service === null ? [...book.turnsOf("", source), now] : status.inPlan(service, plan).changes,
      now,
    );

  const silenceOf: AutomaticIncidents["silenceOf"] = ({ tenantId, service, source, group }, now, plan) => {
    const what = {
      tenantId,
      serviceId: service?.id ?? null,
      projectId: service?.projectId ?? null,
      monitorId: source.kind === "monitor" ? source.id : null,
    };
    if ([service?.group ?? null, group].some((one) => isMuted({ ...what, group: one })))
      return "muted_by_maintenance";
    return service === null ? null : status.silenceOf(service, now, plan);
  };

  return {
    silenceOf,
    openFor: (failure, now, plan) => {
      const { service, source, severity, message, actor, probe } = failure;
      const last = lastOf(service?.id ?? "", source, plan);
      const group = failure.monitor?.group ?? null;
      const silencedBy = failure.silencedBy ?? silenceOf({ ...failure, group }, now, plan);
      const update = {
        message,
        isPublic: true,
        actor,
        severity,
        silencedBy,
        ...(probe === undefined ? {} : { probe }),
      };
      if (last !== undefined && isOpen(last.status)) {
        if (rank(severity) <= rank(last.severity)) return { incident: last, result: "already_open" };
        const raised = planner.update(last, { ...update, status: last.status }, now, plan);
        return { incident: keep(service?.id ?? "", source, raised, plan), result: "raised" };
      }
      const other = book.find(last?.mergedInto ?? "");
      if (other !== undefined) return { incident: other, result: "merged" };
      if (last?.resolvedAt != null && now - last.resolvedAt <= RECENT_MS && flaps(failure, now, plan)) {
        const reopened = planner.update(last, { ...update, status: "investigating" }, now, plan);
        return { incident: keep(service?.id ?? "", source, reopened, plan), result: "reopened" };
      }
      const incident = planner.open(
        {
          tenantId: failure.tenantId,
          projectId: service?.projectId ?? failure.projectId,
          title: failure.title,
          severity,
          message,
          services: service === null ? [] : [{ id: service.id, name: service.name, group: service.group }],
          serviceStatus: null,
          isPublic: true,
          actor,
          automatic: { source, serviceId: service?.id ?? "", url: failure.url ?? null },
          monitor: failure.monitor ?? null,
          probe: probe ?? null,
          silencedBy,
        },
        now,
        plan,
      );
      return { incident: keep(service?.id ?? "", source, incident, plan), result: "opened" };
    },

    resolveFor: ({ service, serviceId, source, message, finalResponseCode, actor }, now, plan) => {
      const last = lastOf(serviceId ?? service?.id ?? "", source, plan);
      if (last === undefined || !isOpen(last.status)) return null;
      const resolved = planner.update(
        last,
        {
          status: "resolved",
          message,
          isPublic: true,
          actor,
          isAutoResolved: true,
          ...(finalResponseCode === undefined ? {} : { finalResponseCode }),
        },
        now,
        plan,
      );
      return keep(serviceId ?? service?.id ?? "", source, resolved, plan);
    },
  };
};
