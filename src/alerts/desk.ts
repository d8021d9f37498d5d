// In: a person's verb on an alert. Out: the alert after it, durable. All changes of one machine's
// alerts run one after the other (`lock`), so a person and a rule never decide on the same old state.
import type { Actor, Principal } from "../core/actor";
import type { Clock } from "../core/clock";
import { AppError, notFound } from "../core/errors";
import type { AlertSnapshot } from "../core/events";
import { isId } from "../core/ids";
import type { MachineDirectory } from "../core/machine";
import type { KeyedLock } from "../lib/keyed-lock";
import { journalStatement } from "../journal/append";
import { emptyPlan, type Commit } from "../notify/plan";
import { snapshotOf, type AlertBook } from "./book";
import type { AlertPlanner } from "./planner";
import type { AlertRepository } from "./repository";

/**
 * An unknown alert, or one of another organization, throws `not_found`; a verb that is not possible now
 * throws `conflict`. Verbs are durable when they resolve and reject as `Engine.batch`.
 */
export interface AlertDesk {
  /** By ID or running number. Throws `not_found`. */
  find(tenantId: string, idOrNumber: string): Promise<{ alert: AlertSnapshot; occurrences: number }>;
  /** Throws `conflict` when somebody already has. */
  acknowledge(principal: Principal, idOrNumber: string, note: string | null): Promise<AlertSnapshot>;
  resolve(principal: Principal, idOrNumber: string, note: string | null): Promise<AlertSnapshot>;
  addNote(principal: Principal, idOrNumber: string, text: string): Promise<void>;
}

export interface AlertDeskParts {
  book: AlertBook;
  repository: AlertRepository;
  planner: AlertPlanner;
  machines: MachineDirectory;
  commit: Commit;
  lock: KeyedLock;
  clock: Clock;
}

/** Takes the turn of the alert's machine for each verb. */
export const createAlertDesk = (parts: AlertDeskParts): AlertDesk => {
  const { book, repository, planner, machines, commit, lock, clock } = parts;

  const find = async (tenantId: string, idOrNumber: string) => {
    const open = book.find(idOrNumber);
    if (open !== undefined && open.alert.tenantId === tenantId) return { ...open };
    const row = isId(idOrNumber)
      ? await repository.find(tenantId, idOrNumber)
      : /^\d{1,15}$/.test(idOrNumber)
        ? await repository.findByNumber(tenantId, Number(idOrNumber))
        : undefined;
    if (row === undefined) throw notFound("alert");
    return { alert: snapshotOf(row, machines), occurrences: row.occurrences };
  };

  /** Runs `change` on the alert's present state, alone on its machine. */
  const change = async <T>(
    tenantId: string,
    idOrNumber: string,
    work: (id: string) => Promise<T>,
  ): Promise<T> => {
    const { alert } = await find(tenantId, idOrNumber);
    return lock.run(alert.machineId, () => work(alert.id));
  };

  const journalNote = (alert: AlertSnapshot, actor: Actor, text: string) =>
    journalStatement({
      tenantId: alert.tenantId,
      kind: "alert.noted",
      data: { alertId: alert.id, text },
      subjectId: alert.id,
      actor,
      at: clock.now(),
    });

  return {
    find,
    acknowledge: (principal, idOrNumber, note) =>
      change(principal.tenantId, idOrNumber, async (id) => {
        const { alert } = await find(principal.tenantId, id);
        const plan = emptyPlan();
        const next = planner.acknowledge(alert, principal.actor, note, clock.now(), plan);
        await commit(plan);
        return next;
      }),
    resolve: (principal, idOrNumber, note) =>
      change(principal.tenantId, idOrNumber, async (id) => {
        const open = book.find(id);
        if (open === undefined)
          throw new AppError("conflict", "The alert has already been resolved.", {
            code: "illegal_transition",
            details: { status: "resolved" },
          });
        const plan = emptyPlan();
        const now = clock.now();
        const next = planner.resolve(
          open,
          { reason: "resolved_by_person", at: now, by: principal.actor, note },
          now,
          plan,
        );
        await commit(plan);
        return next;
      }),
    addNote: async (principal, idOrNumber, text) => {
      const { alert } = await find(principal.tenantId, idOrNumber);
      const plan = emptyPlan();
      plan.statements.push(journalNote(alert, principal.actor, text));
      await commit(plan);
    },
  };
};
