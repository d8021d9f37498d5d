// In: a person's orders about incidents. Out: the incident after them, durable, and its services in step.
import type { Principal } from "../core/actor";
import type { Clock } from "../core/clock";
import { AppError, invalid, isAppError, notFound } from "../core/errors";
import type { IncidentSeverity, IncidentSnapshot, IncidentStatus, ServiceStatus } from "../core/events";
import { isId } from "../core/ids";
import type { TenantDirectory } from "../core/tenants";
import { journalStatement } from "../journal/append";
import { emptyPlan, type Commit, type Plan } from "../notify/plan";
import type { ServiceBook } from "../services/book";
import type { ServiceLock } from "../services/lock";
import type { IncidentBook } from "./book";
import { numberOfCode } from "./code";
import { isOpen } from "./life-cycle";
import { keysOf, type IncidentPlanner } from "./planner";
import {
  addServiceStatement,
  dropServiceStatement,
  updateIncidentStatement,
  type IncidentRecord,
  type IncidentRepository,
} from "./repository";

export interface IncidentInput {
  title: string;
  severity: IncidentSeverity;
  serviceIds: string[];
  message: string;
  serviceStatus: ServiceStatus | null;
  isPublic: boolean;
  projectId?: string;
}

export interface UpdateInput {
  status: IncidentStatus;
  message: string;
  isPublic: boolean;
  serviceStatus?: ServiceStatus | null;
}

export interface IncidentEdit {
  title?: string;
  severity?: IncidentSeverity;
  serviceIds?: string[];
  engineerNotes?: string;
  postMortem?: string | null;
}

type Who = Pick<Principal, "tenantId" | "actor">;

/**
 * An unknown incident, or one of another organization, throws `not_found`; a verb that is not possible now
 * throws `conflict`; an unknown service throws `invalid` with its field. Durable when they resolve; they
 * reject as `Engine.batch`.
 */
export interface IncidentDesk {
  /** By ID, code or number. */
  find(tenantId: string, idOrCode: string): Promise<IncidentRecord>;
  open(who: Who, input: IncidentInput): Promise<IncidentRecord>;
  update(who: Who, idOrCode: string, update: UpdateInput): Promise<IncidentRecord>;
  /** A change of the severity of an open incident is told, other changes are not. */
  edit(who: Who, idOrCode: string, edit: IncidentEdit): Promise<IncidentRecord>;
  /** Ends it; the other one goes on for its services as well. Resolves with the other one. */
  merge(who: Who, idOrCode: string, into: string): Promise<IncidentRecord>;
}

export interface IncidentDeskParts {
  book: IncidentBook;
  repository: IncidentRepository;
  planner: IncidentPlanner;
  services: ServiceBook;
  tenants: TenantDirectory;
  lock: ServiceLock;
  commit: Commit;
  clock: Clock;
}

const conflict = (code: string, message: string): AppError => new AppError("conflict", message, { code });

export const createIncidentDesk = (parts: IncidentDeskParts): IncidentDesk => {
  const { book, repository, planner, services, tenants, lock, commit, clock } = parts;

  const find = async (tenantId: string, idOrCode: string): Promise<IncidentRecord> => {
    const open = book.find(idOrCode);
    if (open !== undefined && open.tenantId === tenantId) return open;
    if (isId(idOrCode)) {
      const row = await repository.find(tenantId, idOrCode);
      if (row !== undefined) return row;
    } else {
      const number = /^\d{1,15}$/.test(idOrCode) ? Number(idOrCode) : numberOfCode(idOrCode);
      const row = number === undefined ? undefined : await repository.findByNumber(tenantId, number);
      if (row !== undefined) return row;
    }
    throw notFound("incident");
  };

  const servicesOf = (tenantId: string, ids: readonly string[]): IncidentSnapshot["services"] =>
    ids.map((id, index) => {
      const service = services.find(tenantId, id);
      if (service === undefined) throw invalid(`service_ids.${index}`, "There is no service with this ID.");
      return { id, name: service.name, group: service.group };
    });

  const projectFor = (tenantId: string, { projectId, serviceIds }: IncidentInput): string => {
    if (projectId !== undefined && tenants.project(tenantId, projectId) === undefined)
      throw invalid("project_id", "There is no project with this ID.");
    return (
      projectId ??
      services.find(tenantId, serviceIds[0] ?? "")?.projectId ??
      tenants.defaultProject(tenantId).id
    );
  };

  /** `work` sees the incidents as they are once their turns, those of their services and of `more` are held. */
  const change = async <T>(
    ids: readonly string[],
    { tenantId, more = [] }: { tenantId: string; more?: readonly string[] },
    work: (incidents: IncidentRecord[], plan: Plan) => T,
  ): Promise<T> => {
    const read = () => Promise.all(ids.map((id) => find(tenantId, id)));
    for (;;) {
      const keys = new Set([...(await read()).flatMap(keysOf), ...more]);
      const done = await lock.run([...keys], async () => {
        const incidents = await read();
        // Somebody gave it another service in between: that one's turn is needed too.
        if (incidents.flatMap(keysOf).some((key) => !keys.has(key))) return null;
        const plan = emptyPlan();
        const result = work(incidents, plan);
        await commit(plan);
        return { result };
      });
      if (done !== null) return done.result;
    }
  };

  const one = ([incident]: IncidentRecord[]): IncidentRecord => {
    if (incident === undefined) throw notFound("incident");
    return incident;
  };

  const mustNotCollide = (incident: IncidentRecord, status: IncidentStatus): void => {
    if (isOpen(incident.status) || !isOpen(status)) return;
    if (incident.mergedInto !== null)
      throw conflict("merged", "This incident goes on in another one: update that one instead.");
    for (const other of book.openOf(incident.tenantId))
      if (
        incident.sourceServiceId !== null &&
        other.sourceServiceId === incident.sourceServiceId &&
        other.sourceKind === incident.sourceKind &&
        other.sourceId === incident.sourceId
      )
        throw conflict("newer_incident", `${other.code} has been opened for the same failure since.`);
  };

  /** Adds what becomes of its services when they are others than before. */
  const moveServices = (
    before: IncidentRecord,
    next: IncidentRecord,
    { actor, now }: { actor: Who["actor"]; now: number },
    plan: Plan,
  ): void => {
    const without = (from: IncidentRecord, other: IncidentRecord): string[] =>
      from.services.map(({ id }) => id).filter((id) => !other.services.some((service) => service.id === id));
    const added = without(next, before);
    const removed = without(before, next);
    plan.statements.push(
      ...added.map((id) => addServiceStatement(next.id, id)),
      ...removed.map((id) => dropServiceStatement(next.id, id)),
    );
    if (next.serviceStatus === null || !isOpen(next.status)) return;
    planner.speak(next, added, { status: next.serviceStatus, actor }, now, plan);
    planner.speak(next, removed, { status: "operational", actor }, now, plan);
  };

  return {
    find,
    open: async ({ tenantId, actor }, input) => {
      const incidentServices = servicesOf(tenantId, input.serviceIds);
      const projectId = projectFor(tenantId, input);
      return lock.run(input.serviceIds, async () => {
        const plan = emptyPlan();
        const { title, severity, message, serviceStatus, isPublic } = input;
        const incident = planner.open(
          {
            tenantId,
            projectId,
            title,
            severity,
            message,
            services: incidentServices,
            serviceStatus,
            isPublic,
            actor,
            automatic: null,
            monitor: null,
            probe: null,
            silencedBy: null,
          },
          clock.now(),
          plan,
        );
        await commit(plan);
        return incident;
      });
    },

    update: ({ tenantId, actor }, id, update) =>
      change([id], { tenantId }, (incidents, plan) => {
        const incident = one(incidents);
        mustNotCollide(incident, update.status);
        return planner.update(incident, { ...update, actor }, clock.now(), plan);
      }),

    edit: async ({ tenantId, actor }, id, edit) => {
      if (Object.keys(edit).length === 0) return find(tenantId, id);
      if (edit.serviceIds !== undefined) servicesOf(tenantId, edit.serviceIds);
      return change([id], { tenantId, more: edit.serviceIds ?? [] }, (incidents, plan) => {
        const before = one(incidents);
        const now = Math.max(clock.now(), before.updatedAt);
        const { serviceIds, severity, ...words } = edit;
        const next: IncidentRecord = {
          ...before,
          ...words,
          ...(serviceIds === undefined ? {} : { services: servicesOf(tenantId, serviceIds) }),
          ...(severity === undefined || isOpen(before.status) ? {} : { severity }),
          updatedAt: now,
        };
        plan.statements.push(
          updateIncidentStatement(next, before.status),
          journalStatement({
            tenantId,
            kind: "incident.edited",
            data: { incidentId: next.id, changes: { ...edit } },
            subjectId: next.id,
            actor,
            at: now,
          }),
        );
        moveServices(before, next, { actor, now }, plan);
        plan.afterCommit.push(() => book.put(next));
        if (severity === undefined || severity === before.severity || !isOpen(before.status)) return next;
        const { status } = next;
        return planner.update(next, { status, message: "", isPublic: false, severity, actor }, now, plan);
      });
    },

    merge: async ({ tenantId, actor }, id, into) => {
      await find(tenantId, id);
      await find(tenantId, into).catch((error: unknown) => {
        throw isAppError(error, "not_found")
          ? invalid("into", "There is no incident with this ID or code.")
          : error;
      });
      return change([id, into], { tenantId }, ([from, target], plan) => {
        if (from === undefined || target === undefined) throw notFound("incident");
        if (from.id === target.id)
          throw conflict("same_incident", "An incident cannot be merged into itself.");
        if (!isOpen(from.status))
          throw conflict("illegal_transition", "The incident has already been resolved.");
        if (!isOpen(target.status))
          throw conflict("illegal_transition", `${target.code} has already been resolved.`);
        const now = Math.max(clock.now(), target.updatedAt);
        const merged: IncidentRecord = {
          ...target,
          services: [
            ...target.services,
            ...from.services.filter((one) => !target.services.some((other) => other.id === one.id)),
          ],
          updatedAt: now,
        };
        // First what the other one says of these services, so that none of them looks well in between.
        plan.statements.push(
          updateIncidentStatement(merged, target.status),
          journalStatement({
            tenantId,
            kind: "incident.absorbed",
            data: { incidentId: target.id, code: target.code, fromId: from.id, fromCode: from.code },
            subjectId: target.id,
            actor,
            at: now,
          }),
        );
        moveServices(target, merged, { actor, now }, plan);
        planner.update(
          from,
          {
            status: "resolved",
            // Of the other one the public may know nothing yet, its title included.
            message: `This goes on in ${target.code}.`,
            isPublic: true,
            actor,
            mergedInto: target.id,
          },
          now,
          plan,
        );
        plan.afterCommit.push(() => book.put(merged));
        return merged;
      });
    },
  };
};
