// In: an occurrence of a maintenance window whose time has come. Out: its beginning or its end, added to a
// plan: its row, the journal entry, and the status of the services that it covers.
import type { Actor } from "../../core/actor";
import type { StatusSource } from "../../core/events";
import { journalStatement } from "../../journal/append";
import type { Plan } from "../../notify/plan";
import type { ServiceBook, ServiceRecord } from "../book";
import type { StatusPlanner } from "../planner";
import { isTarget, snapshotOf, type MaintenanceBook } from "./book";
import { updateOccurrenceStatement, type Occurrence, type WindowRow } from "./repository";

export interface StepParts {
  book: MaintenanceBook;
  services: ServiceBook;
  status: StatusPlanner;
}

/** Each adds to `plan` only, while the turns of the services named are held. */
export interface MaintenanceSteps {
  /** The services that an occurrence which begins now would show as maintenance. */
  servicesOf(window: WindowRow): ServiceRecord[];
  begin(window: WindowRow, occurrence: Occurrence, at: number, actor: Actor, plan: Plan): Occurrence;
  end(
    window: WindowRow,
    occurrence: Occurrence,
    end: { at: number; actor: Actor; isEarly: boolean },
    plan: Plan,
  ): Occurrence;
  /** What it covers, or until when, changed while it is under way. */
  adjust(
    window: WindowRow,
    occurrence: Occurrence,
    change: { endsAt: number; at: number; actor: Actor },
    plan: Plan,
  ): Occurrence;
}

/** Several occurrences of one window are several sources: each ends for itself. */
const sourceOf = (window: WindowRow, { id }: Occurrence): StatusSource => ({
  kind: "maintenance",
  id,
  name: window.name,
});

export const createMaintenanceSteps = ({ book, services, status }: StepParts): MaintenanceSteps => {
  const servicesOf = ({ tenantId, targets }: WindowRow): ServiceRecord[] =>
    services
      .of(tenantId)
      .filter(({ id, group, projectId }) => isTarget(targets, { serviceId: id, group, projectId }));

  const say = (
    window: WindowRow,
    occurrence: Occurrence,
    said: { serviceIds: readonly string[]; status: "maintenance" | "operational"; at: number; actor: Actor },
    plan: Plan,
  ): void => {
    const message = said.status === "operational" ? "" : window.description || window.name;
    for (const id of said.serviceIds) {
      const service = services.get(id);
      // Deleted meanwhile.
      if (service === undefined) continue;
      const word = { source: sourceOf(window, occurrence), status: said.status, message, actor: said.actor };
      status.say(service, word, said.at, plan);
    }
  };

  const keep = (occurrence: Occurrence, plan: Plan): Occurrence => {
    plan.afterCommit.push(() => book.putOccurrence(occurrence));
    return occurrence;
  };

  return {
    servicesOf,
    begin: (window, occurrence, at, actor, plan) => {
      const serviceIds = servicesOf(window).map(({ id }) => id);
      const next: Occurrence = {
        ...occurrence,
        status: "active",
        targets: window.targets,
        serviceIds,
        startedAt: at,
      };
      plan.statements.push(
        updateOccurrenceStatement(next, "scheduled"),
        journalStatement({
          tenantId: window.tenantId,
          kind: "maintenance.started",
          data: { maintenance: snapshotOf(window, next) },
          subjectId: window.id,
          actor,
          at,
        }),
      );
      say(window, next, { serviceIds, status: "maintenance", at, actor }, plan);
      return keep(next, plan);
    },
    end: (window, occurrence, { at, actor, isEarly }, plan) => {
      const next: Occurrence = { ...occurrence, status: "ended", endedAt: at };
      plan.statements.push(
        updateOccurrenceStatement(next, "active"),
        journalStatement({
          tenantId: window.tenantId,
          kind: "maintenance.ended",
          data: { maintenance: snapshotOf(window, next), isEarly },
          subjectId: window.id,
          actor,
          at,
        }),
      );
      say(window, next, { serviceIds: next.serviceIds, status: "operational", at, actor }, plan);
      return keep(next, plan);
    },
    adjust: (window, occurrence, { endsAt, at, actor }, plan) => {
      const serviceIds = servicesOf(window).map(({ id }) => id);
      const next: Occurrence = { ...occurrence, endsAt, targets: window.targets, serviceIds };
      plan.statements.push(updateOccurrenceStatement(next, "active"));
      const added = serviceIds.filter((id) => !occurrence.serviceIds.includes(id));
      const removed = occurrence.serviceIds.filter((id) => !serviceIds.includes(id));
      say(window, next, { serviceIds: added, status: "maintenance", at, actor }, plan);
      say(window, next, { serviceIds: removed, status: "operational", at, actor }, plan);
      return keep(next, plan);
    },
  };
};
