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

  /** Begins or ends it, if that is still due. */
  const step = async (occurrenceId: string): Promise<void> => {
    const now = clock.now();
    const occurrence = book.occurrence(occurrenceId);
    if (occurrence === undefined) return;
    const window = book.find(occurrence.tenantId, occurrence.windowId);
    if (window === undefined) return;
    if (occurrence.status === "scheduled" && occurrence.startsAt <= now) await begin(window, occurrence);
    else if (occurrence.status === "active" && occurrence.endsAt <= now) await end(window, occurrence);
  };

  /** Windows about which something could not be committed in this pass. */
  const failed = new Set<string>();

  const attempt = async (windowId: string, work: () => Promise<void>): Promise<void> => {
    try {
      await windowLock.run(windowId, work);
    } catch (error) {
      failed.add(windowId);
      notBefore = clock.now() + PAUSE_AFTER_FAILURE_MS;
      if (!isAppError(error, "conflict"))
        log.error("maintenance could not begin or end; it is tried again", { window: windowId, error });
    }
  };

  /** What is due, the earliest first: over all windows, since a service is shown by the last that spoke. */
  const stepAll = async (): Promise<void> => {
    for (;;) {
      const next = book.nextDue((windowId) => !failed.has(windowId));
      if (next === null || next.at > clock.now()) return;
      await attempt(next.windowId, () => step(next.occurrenceId));
      const after = book.nextDue((windowId) => !failed.has(windowId));
      // Nothing came of it: the others go on.
      if (after?.occurrenceId === next.occurrenceId && after.at === next.at) failed.add(next.windowId);
    }
  };

  const pass = async (): Promise<void> => {
    failed.clear();
    await stepAll();
    for (const { id, tenantId } of Array.from(book.all()))
      await attempt(id, async () => {
        const window = book.find(tenantId, id);
        if (window !== undefined) await extend(window, clock.now());
      });
    // What was planned just now may have begun already.
    await stepAll();
  };

  const arm = (): void => {
    cancelTimer?.();
    cancelTimer = null;
    if (isStopped || book.isEmpty()) return;
    const now = clock.now();
    const next = Math.max(
      Math.min(book.nextDue()?.at ?? Number.POSITIVE_INFINITY, now + LOOK_AGAIN_MS),
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
