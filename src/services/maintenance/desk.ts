// In: a person's orders about maintenance windows. Out: the window after them, durable; what is due at once
// has begun or ended when the promise resolves.
import type { Actor, Principal } from "../../core/actor";
import type { Clock } from "../../core/clock";
import { AppError, invalid, notFound } from "../../core/errors";
import type { MaintenanceTargets } from "../../core/events";
import { newId } from "../../core/ids";
import type { TenantDirectory } from "../../core/tenants";
import { journalStatement } from "../../journal/append";
import type { KeyedLock } from "../../lib/keyed-lock";
import { emptyPlan, type Commit, type Plan } from "../../notify/plan";
import type { ServiceBook } from "../book";
import type { ServiceLock } from "../lock";
import { snapshotOf, type MaintenanceBook } from "./book";
import {
  dropScheduledStatement,
  type MaintenanceRepository,
  type Occurrence,
  type WindowRow,
} from "./repository";
import type { MaintenanceRunner, MaintenanceRunnerParts } from "./runner";
import type { MaintenanceSteps } from "./steps";
import { checkTiming } from "./timing";

/** What people set, checked in shape (`wire.ts`). */
export type WindowSettings = Pick<
  WindowRow,
  "name" | "description" | "targets" | "startsAt" | "endsAt" | "cron" | "durationSeconds" | "timeZone"
>;

type Who = Pick<Principal, "tenantId" | "actor">;

/**
 * Unknown IDs and those of other organizations throw `not_found`; what cannot be throws `invalid` with its
 * field. Durable when they resolve; they reject as `Engine.batch`.
 */
export interface MaintenanceDesk {
  find(tenantId: string, id: string): WindowRow;
  create(who: Who, settings: WindowSettings): Promise<WindowRow>;
  /** The same as part of a larger plan: what is due at once begins after its commit. */
  planCreate(who: Who, settings: WindowSettings, plan: Plan): WindowRow;
  update(who: Who, id: string, change: Partial<WindowSettings>): Promise<WindowRow>;
  /** Ends what is under way; throws `conflict` when nothing is. A recurring window comes again. */
  end(who: Who, id: string): Promise<WindowRow>;
  /** Ends what is under way, and cancels what was planned. */
  remove(who: Who, id: string): Promise<void>;
}

export interface MaintenanceDeskParts {
  book: MaintenanceBook;
  repository: MaintenanceRepository;
  steps: MaintenanceSteps;
  runner: MaintenanceRunner;
  services: ServiceBook;
  tenants: TenantDirectory;
  /** Of this organization. */
  machineExists: (tenantId: string, id: string) => boolean;
  monitorExists: (tenantId: string, id: string) => boolean;
  windowLock: KeyedLock;
  lock: ServiceLock;
  commit: Commit;
  clock: Clock;
  unmute: NonNullable<MaintenanceRunnerParts["unmute"]>;
}

const OBJECT = "maintenance_window";

/** In the API's words. */
const describe = (settings: Partial<WindowSettings>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries({
      name: settings.name,
      description: settings.description,
      service_ids: settings.targets?.serviceIds,
      machine_ids: settings.targets?.machineIds,
      monitor_ids: settings.targets?.monitorIds,
      groups: settings.targets?.groups,
      project_ids: settings.targets?.projectIds,
      starts_at: settings.startsAt,
      ends_at: settings.endsAt,
      cron: settings.cron,
      duration_seconds: settings.durationSeconds,
      time_zone: settings.timeZone,
    }).filter(([, value]) => value !== undefined),
  );

const TIMING = ["startsAt", "endsAt", "cron", "durationSeconds", "timeZone"] as const;

export const createMaintenanceDesk = (parts: MaintenanceDeskParts): MaintenanceDesk => {
  const { book, repository, steps, runner, services, tenants, machineExists, monitorExists } = parts;
  const { windowLock, lock, commit, clock, unmute } = parts;

  const find = (tenantId: string, id: string): WindowRow => {
    const window = book.find(tenantId, id);
    if (window === undefined) throw notFound("maintenance window");
    return window;
  };

  const checkTargets = (tenantId: string, targets: MaintenanceTargets): void => {
    const { serviceIds, machineIds, monitorIds, groups, projectIds } = targets;
    if ([serviceIds, machineIds, monitorIds, groups, projectIds].every((list) => list.length === 0))
      throw invalid(
        "service_ids",
        "Name what is worked on: service_ids, machine_ids, monitor_ids, groups or project_ids.",
      );
    const check = (field: string, ids: readonly string[], exists: (id: string) => boolean): void =>
      ids.forEach((id, index) => {
        if (!exists(id)) throw invalid(`${field}.${index}`, "There is nothing with this ID.");
      });
    check("service_ids", serviceIds, (id) => services.find(tenantId, id) !== undefined);
    check("machine_ids", machineIds, (id) => machineExists(tenantId, id));
    check("monitor_ids", monitorIds, (id) => monitorExists(tenantId, id));
    check("project_ids", projectIds, (id) => tenants.project(tenantId, id) !== undefined);
  };

  const journal = (
    kind: "config.created" | "config.updated",
    window: WindowRow,
    { settings, actor, at }: { settings: Partial<WindowSettings>; actor: Actor; at: number },
  ) => {
    const named = { object: OBJECT, id: window.id, name: window.name };
    const row = { tenantId: window.tenantId, subjectId: window.id, actor, at };
    return kind === "config.created"
      ? journalStatement({ ...row, kind, data: { ...named, state: describe(settings) } })
      : journalStatement({ ...row, kind, data: { ...named, changes: describe(settings) } });
  };

  const activeOf = (windowId: string): Occurrence | undefined =>
    book.occurrencesOf(windowId).find(({ status }) => status === "active");

  /** An occurrence whose planned time is not over yet. */
  const hasBegun = (windowId: string, at: number): boolean =>
    book
      .occurrencesOf(windowId)
      .some(({ startedAt, endsAt }) => startedAt !== null && startedAt <= at && at < endsAt);

  /** Those that are planned are dropped; whoever follows the plans is told that they will not be. */
  const dropScheduled = (
    window: WindowRow,
    { actor, at }: { actor: Actor; at: number },
    plan: Plan,
  ): void => {
    plan.statements.push(dropScheduledStatement(window.id));
    for (const occurrence of book.occurrencesOf(window.id)) {
      if (occurrence.status !== "scheduled") continue;
      plan.statements.push(
        journalStatement({
          tenantId: window.tenantId,
          kind: "maintenance.cancelled",
          data: { maintenance: snapshotOf(window, occurrence) },
          subjectId: window.id,
          actor,
          at,
        }),
      );
      plan.afterCommit.push(() => book.removeOccurrence(occurrence.id));
    }
  };

  /** Alone on the window and on what its present occurrence covers or would cover. */
  const alone = (window: WindowRow, next: WindowRow, work: () => Promise<void>): Promise<void> => {
    const active = activeOf(window.id);
    if (active === undefined) return work();
    return lock.run([...active.serviceIds, ...steps.servicesOf(next).map(({ id }) => id)], work);
  };

  const updateNow = async ({ tenantId, actor }: Who, id: string, change: Partial<WindowSettings>) => {
    const before = find(tenantId, id);
    const at = clock.now();
    const changed: WindowRow = { ...before, ...change, updatedAt: at };
    if (change.targets !== undefined) checkTargets(tenantId, change.targets);
    const isTimed = TIMING.some((key) => changed[key] !== before[key]);
    const active = activeOf(id);
    if (isTimed && (active === undefined || changed.cron !== null)) checkTiming(changed, at);
    if (isTimed && active !== undefined && changed.cron === null)
      checkTiming({ ...changed, endsAt: Math.max(changed.endsAt ?? 0, at + 1) }, at);
    await alone(before, changed, async () => {
      const plan = emptyPlan();
      let next = changed;
      if (isTimed) {
        dropScheduled(before, { actor, at }, plan);
        // One that comes once and has begun is not planned again.
        const isUnderWay = active !== undefined && changed.cron === null;
        // Nor is the present occurrence of a recurring one, be it under way or ended early.
        const plannedUntil = changed.cron !== null && hasBegun(id, at) ? at : null;
        next = isUnderWay ? changed : runner.plan({ ...changed, plannedUntil }, 0, at, plan);
      }
      plan.statements.push(
        repository.updateWindow(next),
        journal("config.updated", next, { settings: change, actor, at }),
      );
      plan.afterCommit.push(() => book.putWindow(next));
      if (active !== undefined) {
        const endsAt = changed.cron === null && changed.endsAt !== null ? changed.endsAt : active.endsAt;
        steps.adjust(next, active, { endsAt, at, actor }, plan);
      }
      await commit(plan);
    });
  };

  const endActive = async (
    window: WindowRow,
    active: Occurrence,
    { actor, more }: { actor: Actor; more: (plan: Plan) => void },
  ): Promise<void> =>
    lock.run(active.serviceIds, () =>
      unmute(active, async (tellLate) => {
        const plan = emptyPlan();
        const at = Math.max(clock.now(), active.startedAt ?? 0);
        steps.end(window, active, { at, actor, isEarly: true }, plan);
        tellLate(plan);
        more(plan);
        await commit(plan);
      }),
    );

  const removeNow = async ({ tenantId, actor }: Who, id: string): Promise<void> => {
    const window = find(tenantId, id);
    const at = clock.now();
    const more = (plan: Plan): void => {
      dropScheduled(window, { actor, at }, plan);
      plan.statements.push(
        repository.updateWindow({ ...window, updatedAt: at, deletedAt: at }),
        journalStatement({
          tenantId,
          kind: "config.deleted",
          data: { object: OBJECT, id, name: window.name },
          subjectId: id,
          actor,
          at,
        }),
      );
      plan.afterCommit.push(() => book.removeWindow(id));
    };
    const active = activeOf(id);
    if (active !== undefined) return endActive(window, active, { actor, more });
    const plan = emptyPlan();
    more(plan);
    await commit(plan);
  };

  const planCreate: MaintenanceDesk["planCreate"] = ({ tenantId, actor }, settings, plan) => {
    const at = clock.now();
    checkTargets(tenantId, settings.targets);
    checkTiming(settings, at);
    const window: WindowRow = {
      id: newId(),
      tenantId,
      ...settings,
      plannedUntil: null,
      createdBy: actor,
      createdAt: at,
      updatedAt: at,
      deletedAt: null,
    };
    const planned = emptyPlan();
    const next = runner.plan(window, 0, at, planned);
    plan.statements.push(
      repository.insertWindow(next),
      journal("config.created", next, { settings, actor, at }),
      ...planned.statements,
    );
    plan.afterCommit.push(() => book.putWindow(next), ...planned.afterCommit);
    return next;
  };

  return {
    find,
    planCreate: (who, settings, plan) => {
      const window = planCreate(who, settings, plan);
      plan.afterCommit.push(() => void runner.run());
      return window;
    },
    create: async (who, settings) => {
      const plan = emptyPlan();
      const { id } = planCreate(who, settings, plan);
      await commit(plan);
      await runner.run();
      return find(who.tenantId, id);
    },
    update: async (who, id, change) => {
      await windowLock.run(id, () => updateNow(who, id, change));
      await runner.run();
      return find(who.tenantId, id);
    },
    end: async (who, id) => {
      await windowLock.run(id, async () => {
        const window = find(who.tenantId, id);
        const active = activeOf(id);
        if (active === undefined)
          throw new AppError("conflict", "No maintenance of this window is under way.", {
            code: "not_under_way",
          });
        await endActive(window, active, { actor: who.actor, more: () => undefined });
      });
      return find(who.tenantId, id);
    },
    remove: (who, id) => windowLock.run(id, () => removeNow(who, id)),
  };
};
