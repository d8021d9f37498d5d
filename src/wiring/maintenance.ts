// In: the base, services and alerts. Out: maintenance windows: who is muted, and how windows begin and end.
import type { OpenAlert } from "../alerts/book";
import { SYSTEM } from "../core/actor";
import type { AlertSnapshot, UntoldReason } from "../core/events";
import { isStandIn, type MachineDirectory } from "../core/machine";
import { journalStatement } from "../journal/append";
import { createKeyedLock, runAlone, type KeyedLock } from "../lib/keyed-lock";
import type { MonitorBook } from "../monitors/book";
import type { AlertOccurrence } from "../notify/notifier";
import type { Plan } from "../notify/plan";
import { createMaintenanceBook, isTarget, type Coverable } from "../services/maintenance/book";
import { createMaintenanceDesk } from "../services/maintenance/desk";
import { createMaintenanceRepository, type Occurrence } from "../services/maintenance/repository";
import { createMaintenanceRunner } from "../services/maintenance/runner";
import { createMaintenanceSteps } from "../services/maintenance/steps";
import type { Base } from "./base";
import type { Services } from "./services";
import type { Telling } from "./telling";

const coverableOf = (alert: AlertSnapshot): Coverable => ({
  tenantId: alert.tenantId,
  machineId: alert.machineId,
  projectId: alert.projectId,
  // Of a service or monitor that stands in for a machine.
  group: isStandIn(alert) ? (alert.labels["group"] ?? null) : null,
});

/** What routing asks: loaded before anybody is told of anything. */
export const wireMuting = async ({ store, clock }: Base) => {
  const repository = createMaintenanceRepository(store);
  const book = createMaintenanceBook(repository);
  await book.load(clock.now());
  return {
    repository,
    book,
    /**
     * Muted is what happens while its machine is worked on. The end of what was told before is told; what
     * is still open when the work ends is told then, and so is its end.
     */
    silenceOf: ({ alert, at }: Pick<AlertOccurrence, "alert" | "at">): UntoldReason | null => {
      const what = coverableOf(alert);
      return book.covers(what, alert.createdAt) && book.covers(what, at) ? "muted_by_maintenance" : null;
    },
    mutedUntil: (alert: AlertSnapshot): number | null => book.mutedUntil(coverableOf(alert)),
  };
};

export type Muting = Awaited<ReturnType<typeof wireMuting>>;

export interface MaintenanceNeeds {
  muting: Muting;
  telling: Telling;
  services: Services;
  machines: MachineDirectory;
  monitors: Pick<MonitorBook, "find">;
  /** Alerts that are not resolved. */
  openAlerts: () => Iterable<OpenAlert>;
  /** Shared with everything that changes alerts of a machine. */
  machineLock: KeyedLock;
}

/** Windows as people plan them and as their time comes. */
export const wireMaintenance = ({ access, clock, log }: Base, needs: MaintenanceNeeds) => {
  const { muting, telling, services, machines, monitors, openAlerts, machineLock } = needs;
  const { repository, book } = muting;
  const { commit, notifier } = telling;
  const windowLock = createKeyedLock();
  const { lock } = services;
  const steps = createMaintenanceSteps({ book, services: services.book, status: services.planner });

  /** Nobody knows of them, and after this occurrence nothing mutes them any more. */
  const mutedBy = function* (occurrence: Occurrence): Generator<AlertSnapshot> {
    // One of this very moment may be from just before.
    const before = clock.now() - 1;
    for (const { alert } of openAlerts()) {
      if (alert.tenantId !== occurrence.tenantId || alert.status !== "triggered") continue;
      const what = coverableOf(alert);
      if (!isTarget(occurrence.targets, what) || !book.covers(what, Math.min(alert.createdAt, before)))
        continue;
      if (book.mutedUntil(what, occurrence.id) === null) yield alert;
    }
  };

  const tellLate = (occurrence: Occurrence, plan: Plan): void => {
    const at = clock.now();
    for (const alert of mutedBy(occurrence)) {
      const untold = notifier.planAlert({ event: "alert.triggered", alert, at, silencedBy: null }, plan);
      plan.statements.push(
        journalStatement({
          tenantId: alert.tenantId,
          kind: "alert.announced",
          data: { alert, untold },
          subjectId: alert.id,
          actor: SYSTEM,
          at,
        }),
      );
    }
  };

  const unmute = async (
    occurrence: Occurrence,
    work: (tellLate: (plan: Plan) => void) => Promise<void>,
  ): Promise<void> => {
    // Who is triggered from here on is told as always; who was muted before is open once its turn is over.
    book.setEnding(occurrence.id, clock.now());
    try {
      await machineLock.settled();
      const machineIds = Array.from(mutedBy(occurrence), ({ machineId }) => machineId);
      await runAlone(machineLock, machineIds, () => work((plan) => tellLate(occurrence, plan)));
    } catch (error) {
      book.setEnding(occurrence.id, null);
      throw error;
    }
    // Lamps and retained topics have nothing to be told of: they look.
    telling.delivery.showing.changed();
  };

  const runner = createMaintenanceRunner({
    book,
    repository,
    steps,
    windowLock,
    lock,
    commit,
    clock,
    log,
    unmute,
  });
  const desk = createMaintenanceDesk({
    book,
    repository,
    steps,
    runner,
    services: services.book,
    tenants: access.tenants,
    monitorExists: (tenantId, id) => monitors.find(tenantId, id) !== undefined,
    machineExists: (tenantId, id) => machines.machine(id)?.tenantId === tenantId,
    windowLock,
    lock,
    commit,
    clock,
    unmute,
  });
  return { repository, book, runner, desk };
};

export type Maintenance = ReturnType<typeof wireMaintenance>;
