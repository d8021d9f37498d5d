// In: due steps and the clock. Out: escalations: for each due step of an alert that nobody has
// acknowledged, one message to the step's channel, and the next step's due row, in one commit.
import { SYSTEM } from "../core/actor";
import type { CancelTimer, Clock } from "../core/clock";
import { isAppError } from "../core/errors";
import type { AlertSnapshot } from "../core/events";
import { newId } from "../core/ids";
import type { Log } from "../core/log";
import type { KeyedLock } from "../lib/keyed-lock";
import type { Service } from "../lib/service";
import { journalStatement } from "../journal/append";
import type { Notifier } from "../notify/notifier";
import { emptyPlan, type Commit } from "../notify/plan";
import { waitMs } from "./planner";
import type { EscalationPolicy, PolicyBook } from "./policies";
import { finishRunStatement, insertRunStatement, type EscalationRepository, type RunRow } from "./repository";

export interface EscalationRunner extends Service {
  /** A step is due at this time; the runner sleeps no longer than that. */
  wake(dueAt: number): void;
}

export interface EscalationRunnerParts {
  repository: EscalationRepository;
  policies: PolicyBook;
  notifier: Notifier;
  /** An open alert in its present state. */
  findOpenAlert: (alertId: string) => AlertSnapshot | undefined;
  commit: Commit;
  /** Shared with everything else that changes alerts of a machine. */
  lock: KeyedLock;
  clock: Clock;
  log: Log;
  /** Told of each committed escalation: metrics. */
  onEscalated?: () => void;
}

/** Steps taken up in one pass; the next pass follows at once while there are more. */
const STEPS_PER_PASS = 256;
/** Pause after a pass that failed (the store did not answer). */
const PAUSE_AFTER_FAILURE_MS = 1_000;

export const createEscalationRunner = (parts: EscalationRunnerParts): EscalationRunner => {
  const { repository, policies, notifier, findOpenAlert, commit, lock, clock, log } = parts;
  const { onEscalated = () => undefined } = parts;
  let cancelTimer: CancelTimer | null = null;
  let armedFor = Number.POSITIVE_INFINITY;
  let running: Promise<void> | null = null;
  let stopped = true;

  const stepBatch = async (run: RunRow): Promise<void> => {
    const now = clock.now();
    const plan = emptyPlan();
    const alert = findOpenAlert(run.alertId);
    const policy = policies.find(run.tenantId, run.policyId);
    const step = policy?.steps[run.step];
    const cancel = (reason: string): void => {
      plan.statements.push(
        finishRunStatement(run.id, "cancelled", reason, now),
        journalStatement({
          tenantId: run.tenantId,
          kind: "escalation.cancelled",
          data: { alertId: run.alertId, policyId: run.policyId, reason },
          subjectId: run.alertId,
          actor: SYSTEM,
          at: now,
        }),
      );
    };
    if (alert === undefined || alert.status !== "triggered") cancel("alert_not_open");
    else if (policy === undefined || step === undefined || !policy.isActive) cancel("policy_removed");
    else fire(run, alert, policy, now, plan, cancel);
    await commit(plan);
  };

  const fire = (
    run: RunRow,
    alert: AlertSnapshot,
    policy: EscalationPolicy,
    now: number,
    plan: ReturnType<typeof emptyPlan>,
    cancel: (reason: string) => void,
  ): void => {
    const step = policy.steps[run.step];
    if (step === undefined) return;
    const escalation = {
      policyId: policy.id,
      policyName: policy.name,
      waitMinutes: step.wait_minutes,
      step: run.step + 1,
    };
    const told = notifier.planEscalation(
      { event: "alert.escalated", alert, at: now },
      escalation,
      step.channel_id,
      plan,
    );
    if (!told) cancel("channel_not_available");
    else {
      plan.afterCommit.push(onEscalated);
      plan.statements.push(
        finishRunStatement(run.id, "fired", null, now),
        journalStatement({
          tenantId: run.tenantId,
          kind: "alert.escalated",
          data: { alert, escalation },
          subjectId: alert.id,
          actor: SYSTEM,
          at: now,
        }),
      );
    }
    const next = policy.steps[run.step + 1];
    if (next === undefined) return;
    const dueAt = now + waitMs(next.wait_minutes);
    plan.statements.push(
      insertRunStatement({
        id: newId(),
        tenantId: run.tenantId,
        policyId: policy.id,
        alertId: alert.id,
        step: run.step + 1,
        dueAt,
        createdAt: now,
      }),
    );
    plan.afterCommit.push(() => wake(dueAt));
  };

  const runStep = async (run: RunRow): Promise<void> => {
    const machineId = findOpenAlert(run.alertId)?.machineId ?? run.alertId;
    try {
      await lock.run(machineId, () => stepBatch(run));
    } catch (error) {
      // Somebody acknowledged or resolved between the query and the commit: nothing was sent.
      if (!isAppError(error, "conflict")) throw error;
    }
  };

  const pass = async (): Promise<void> => {
    for (;;) {
      const due = await repository.dueRuns(clock.now(), STEPS_PER_PASS);
      await Promise.all(due.map(runStep));
      if (due.length < STEPS_PER_PASS || stopped) return;
    }
  };

  const arm = (dueAt: number): void => {
    if (stopped || dueAt >= armedFor) return;
    cancelTimer?.();
    armedFor = dueAt;
    cancelTimer = clock.after(Math.max(0, dueAt - clock.now()), () => {
      cancelTimer = null;
      armedFor = Number.POSITIVE_INFINITY;
      if (running === null) running = cycle();
    });
  };

  const cycle = async (): Promise<void> => {
    try {
      await pass();
      const next = await repository.nextDueAt();
      running = null;
      if (next !== null) arm(next);
    } catch (error) {
      log.error("escalation pass failed; it is tried again", { error });
      running = null;
      arm(clock.now() + PAUSE_AFTER_FAILURE_MS);
    }
  };

  // While a pass runs, the new row may be later than its query: the pass's end asks again.
  const wake = (dueAt: number): void => arm(dueAt);

  return {
    name: "escalation",
    wake,
    start: async () => {
      stopped = false;
      const next = await repository.nextDueAt();
      if (next !== null) arm(next);
    },
    stop: async () => {
      stopped = true;
      cancelTimer?.();
      cancelTimer = null;
      armedFor = Number.POSITIVE_INFINITY;
      await running;
    },
  };
};
