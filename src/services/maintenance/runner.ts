// In: occurrences of maintenance windows and the clock. Out: each one begun and ended once, when its time has
// come; the next ones planned ahead. No timer is truth: what is due stands in rows, and a restart makes good
// what came due in between, with the time at which it was planned.
import { SYSTEM } from "../../core/actor";
import type { CancelTimer, Clock } from "../../core/clock";
import { isAppError } from "../../core/errors";
import { newId } from "../../core/ids";
import type { Log } from "../../core/log";
import { journalStatement } from "../../journal/append";
import type { KeyedLock } from "../../lib/keyed-lock";
import type { Service } from "../../lib/service";
import { emptyPlan, type Commit, type Plan } from "../../notify/plan";
import type { ServiceLock } from "../lock";
import { NOTHING, snapshotOf, type MaintenanceBook } from "./book";
import { planAhead } from "./plan-ahead";
import {
  insertOccurrenceStatement,
  type MaintenanceRepository,
  type Occurrence,
  type WindowRow,
} from "./repository";
import type { MaintenanceSteps } from "./steps";

export interface MaintenanceRunner extends Service {
  /** Does what is due now. Never rejects: what could not be committed is tried again. */
  run(): Promise<void>;
  /**
   * Adds the rows of what is planned ahead; the window's own row is the caller's. `waiting`: how many of
   * its rows stay. Returns the window after it.
   */
  plan(window: WindowRow, waiting: number, now: number, plan: Plan): WindowRow;
}

export interface MaintenanceRunnerParts {
  book: MaintenanceBook;
  repository: MaintenanceRepository;
  steps: MaintenanceSteps;
  /** By window: shared with the desk. */
  windowLock: KeyedLock;
  lock: ServiceLock;
  commit: Commit;
  clock: Clock;
  log: Log;
  /**
   * Runs the end of muting, alone on these machines; what is to be told after all goes into the plan
   * that `work` gets.
   */
  unmute?: (occurrence: Occurrence, work: (tellLate: (plan: Plan) => void) => Promise<void>) => Promise<void>;
}

/** Timers run on the steady clock: looking again so often keeps windows with a wall clock that jumps. */
const LOOK_AGAIN_MS = 60_000;
/** Pause after a pass in which something was not committed. */
const PAUSE_AFTER_FAILURE_MS = 1_000;
/** Of a pattern that comes due every few minutes, no more rows than these wait at once. */
const MOST_WAITING = 100;

const withoutTelling: NonNullable<MaintenanceRunnerParts["unmute"]> = (_occurrence, work) =>
  work(() => undefined);

/** Asleep until `start`. */
export const createMaintenanceRunner = (parts: MaintenanceRunnerParts): MaintenanceRunner => {
  const { book, repository, steps, windowLock, lock, commit, clock, log, unmute = withoutTelling } = parts;
  let cancelTimer: CancelTimer | null = null;
  let passes: Promise<void> = Promise.resolve();
  let isStopped = true;
  /** What could not be committed is not taken up again before. */
  let notBefore = 0;

  const plan: MaintenanceRunner["plan"] = (window, waiting, now, into) => {
    const planned = planAhead(window, now, Math.max(0, MOST_WAITING - waiting));
    for (const { startsAt, endsAt } of planned) {
      const occurrence: Occurrence = {
        id: newId(),
        tenantId: window.tenantId,
        windowId: window.id,
        startsAt,
        endsAt,
        status: "scheduled",
        targets: NOTHING,
        serviceIds: [],
        startedAt: null,
        endedAt: null,
      };
      into.statements.push(
        insertOccurrenceStatement(occurrence),
        journalStatement({
          tenantId: window.tenantId,
          kind: "maintenance.scheduled",
          data: { maintenance: snapshotOf(window, occurrence) },
          subjectId: window.id,
          actor: SYSTEM,
          at: now,
        }),
      );
      into.afterCommit.push(() => book.putOccurrence(occurrence));
    }
    const last = planned.at(-1);
    return last === undefined ? window : { ...window, plannedUntil: last.slot };
  };

  const begin = async (window: WindowRow, occurrence: Occurrence): Promise<void> => {
    const ids = steps.servicesOf(window).map(({ id }) => id);
    await lock.run(ids, async () => {
      const step = emptyPlan();
      steps.begin(window, occurrence, occurrence.startsAt, SYSTEM, step);
      await commit(step);
    });
  };

  const end = (window: WindowRow, occurrence: Occurrence): Promise<void> =>
    lock.run(occurrence.serviceIds, () =>
      unmute(occurrence, async (tellLate) => {
        const step = emptyPlan();
        steps.end(window, occurrence, { at: occurrence.endsAt, actor: SYSTEM, isEarly: false }, step);
        tellLate(step);
        await commit(step);
      }),
    );

  const extend = async (window: WindowRow, now: number): Promise<void> => {
    const step = emptyPlan();
    const waiting = book.occurrencesOf(window.id).filter(({ status }) => status === "scheduled");
    const next = plan(window, waiting.length, now, step);
    if (next === window) return;
    step.statements.push(repository.updateWindow(next));
    step.afterCommit.push(() => book.putWindow(next));
    await commit(step);
  };

  /** Everything about one window that is due; an occurrence that was missed begins and ends. */
  const runWindow = async (windowId: string, tenantId: string): Promise<void> => {
    const now = clock.now();
    for (const { id } of book.occurrencesOf(windowId)) {
      const window = book.find(tenantId, windowId);
      if (window === undefined) return;
      const waiting = book.occurrence(id);
      if (waiting?.status === "scheduled" && waiting.startsAt <= now) await begin(window, waiting);
      const active = book.occurrence(id);
      if (active?.status === "active" && active.endsAt <= now) await end(window, active);
    }
    const window = book.find(tenantId, windowId);
    if (window !== undefined) await extend(window, now);
  };

  const pass = async (): Promise<void> => {
    for (const { id, tenantId } of Array.from(book.all())) {
      try {
        await windowLock.run(id, () => runWindow(id, tenantId));
      } catch (error) {
        notBefore = clock.now() + PAUSE_AFTER_FAILURE_MS;
        if (!isAppError(error, "conflict"))
          log.error("maintenance could not begin or end; it is tried again", { window: id, error });
      }
    }
  };

  const arm = (): void => {
    cancelTimer?.();
    cancelTimer = null;
    if (isStopped || book.isEmpty()) return;
    const now = clock.now();
    const next = Math.max(
      Math.min(book.nextDueAt() ?? Number.POSITIVE_INFINITY, now + LOOK_AGAIN_MS),
      notBefore,
    );
    cancelTimer = clock.after(Math.max(0, next - now), () => void run());
  };

  const run = (): Promise<void> => (passes = passes.then(pass).then(arm));

  return {
    name: "maintenance",
    run,
    plan,
    start: async () => {
      isStopped = false;
      await run();
    },
    stop: async () => {
      isStopped = true;
      cancelTimer?.();
      cancelTimer = null;
      await passes;
    },
  };
};
