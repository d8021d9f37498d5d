// In: due steps and the clock. Out: escalations: for each due step of an alert that nobody has
// acknowledged, one message to the step's channel, and the next step's due row, in one commit.
import { SYSTEM } from "../core/actor";
import type { CancelTimer, Clock } from "../core/clock";
import type { ClockJump } from "../core/clock-jump";
import { isAppError } from "../core/errors";
import type { AlertSnapshot } from "../core/events";
import { newId } from "../core/ids";
import type { Log } from "../core/log";
import type { Service } from "../lib/service";
import { journalStatement } from "../journal/append";
import type { Notifier } from "../notify/notifier";
import { emptyPlan, type Plan } from "../notify/plan";
import { CHANNEL_GONE, extendCoverage, type CoverageParts } from "./coverage";
import { moveOn } from "./move-on";
import { waitMs } from "./planner";
import type { EscalationPolicy } from "./policies";
import {
  finishRunStatement,
  insertRunStatement,
  postponeRunStatement,
  shiftRunsStatement,
  type RunRow,
} from "./repository";

export interface EscalationRunner extends Service {
  /** A step is due at this time; the runner sleeps no longer than that. */
  wake(dueAt: number): void;
  /**
   * Policies or severities changed: plans what policies have for open alerts. Never rejects; what
   * could not be committed is tried again.
   */
  extend(): Promise<void>;
  /** Some message may have reached nobody: steps that wait for what follows it are looked at, soon. */
  reconsider(): void;
  /** Waits are measured anew; a storage that refuses is asked again before anything is told. */
  clockJumped(jump: ClockJump): void;
}

export interface EscalationRunnerParts extends CoverageParts {
  notifier: Notifier;
  clock: Clock;
  log: Log;
  /** Until when nobody is told of this alert because its machine is worked on, in ms; null: not at all. */
  mutedUntil?: (alert: AlertSnapshot) => number | null;
  /** Told of each committed escalation: metrics. */
  onEscalated?: () => void;
}

/** Steps taken up in one pass; the next pass follows at once while there are more. */
const STEPS_PER_PASS = 256;
/** Pause after a pass in which something was not committed. */
const PAUSE_AFTER_FAILURE_MS = 1_000;

/** Asleep until `start`; due rows that came before are taken up then. */
export const createEscalationRunner = (parts: EscalationRunnerParts): EscalationRunner => {
  const { repository, policies, notifier, findOpenAlert, commit, lock, clock, log } = parts;
  const { onEscalated = () => undefined, mutedUntil = () => null } = parts;
  let cancelTimer: CancelTimer | null = null;
  let armedFor = Number.POSITIVE_INFINITY;
  let running: Promise<void> | null = null;
  let extending: Promise<void> = Promise.resolve();
  let mustExtend = false;
  let mustReconsider = false;
  /** Not in the database yet. */
  const jumps: ClockJump[] = [];
  let stopped = true;

  const cancel = (run: RunRow, reason: string, now: number, plan: Plan): void =>
    void plan.statements.push(
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

  /** `isTold`: somebody may answer now; without, nobody need be waited for. */
  const planNext = (
    run: RunRow,
    policy: EscalationPolicy,
    { now, isTold }: { now: number; isTold: boolean },
    plan: Plan,
  ): void => {
    const step = run.step + 1;
    const next = policy.steps[step];
    if (next === undefined) return;
    const dueAt = isTold ? now + waitMs(next.wait_minutes) : now;
    const { tenantId, policyId, alertId } = run;
    plan.statements.push(
      insertRunStatement({ id: newId(), tenantId, policyId, alertId, step, dueAt, createdAt: now }),
    );
    plan.afterCommit.push(() => wake(dueAt));
  };

  const tell = (
    run: RunRow,
    alert: AlertSnapshot,
    policy: EscalationPolicy,
    step: EscalationPolicy["steps"][number],
    now: number,
    plan: Plan,
  ): boolean => {
    const escalation = {
      policyId: policy.id,
      policyName: policy.name,
      waitMinutes: step.wait_minutes,
      step: run.step + 1,
    };
    const occurrence = { event: "alert.escalated", alert, at: now } as const;
    if (!notifier.planEscalation(occurrence, escalation, step.channel_id, plan)) {
      cancel(run, CHANNEL_GONE, now, plan);
      return false;
    }
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
    plan.afterCommit.push(onEscalated);
    // Of a paused channel it is held from the beginning.
    if (plan.deliveries.some(({ status }) => status !== "pending")) plan.afterCommit.push(reconsider);
    return true;
  };

  const takeStep = async (run: RunRow): Promise<void> => {
    const now = clock.now();
    const plan = emptyPlan();
    const alert = findOpenAlert(run.alertId);
    const policy = policies.find(run.tenantId, run.policyId);
    const step = policy?.steps[run.step];
    if (alert === undefined || alert.status !== "triggered") cancel(run, "alert_not_open", now, plan);
    else if (policy === undefined || step === undefined || !policy.isActive)
      cancel(run, "policy_removed", now, plan);
    else if (policy.severity !== alert.severity) cancel(run, "severity_changed", now, plan);
    else {
      const until = mutedUntil(alert);
      if (until !== null) {
        // Not before the next look: the window may end a moment after its time.
        const dueAt = Math.max(until, now + PAUSE_AFTER_FAILURE_MS);
        plan.statements.push(postponeRunStatement(run.id, dueAt));
        plan.afterCommit.push(() => wake(dueAt));
      } else {
        const isTold = tell(run, alert, policy, step, now, plan);
        planNext(run, policy, { now, isTold }, plan);
      }
    }
    await commit(plan);
  };

  const turnOf = (alertId: string): string => findOpenAlert(alertId)?.machineId ?? alertId;

  /** False when it is to be tried again. */
  const runStep = async (run: RunRow): Promise<boolean> => {
    try {
      await lock.run(turnOf(run.alertId), () => takeStep(run));
      return true;
    } catch (error) {
      // Usually somebody acknowledged or resolved between the query and the commit: nothing was sent.
      if (!isAppError(error, "conflict"))
        log.error("an escalation step failed; it is tried again", { error });
      return false;
    }
  };

  /** False when something of it is to be tried again. */
  const pass = async (): Promise<boolean> => {
    for (;;) {
      const due = await repository.dueRuns(clock.now(), STEPS_PER_PASS);
      const isDone = (await Promise.all(due.map(runStep))).every(Boolean);
      if (!isDone || due.length < STEPS_PER_PASS || stopped) return isDone;
    }
  };

  const arm = (dueAt: number): void => {
    if (stopped || dueAt >= armedFor) return;
    cancelTimer?.();
    armedFor = dueAt;
    cancelTimer = clock.after(Math.max(0, dueAt - clock.now()), () => {
      cancelTimer = null;
      armedFor = Number.POSITIVE_INFINITY;
      // While a pass runs, the new row may be later than its query: the pass's end asks again.
      if (running === null) running = cycle();
    });
  };

  const shiftRuns = async (): Promise<void> => {
    for (let jump = jumps[0]; jump !== undefined; jump = jumps[0]) {
      await commit({ ...emptyPlan(), statements: [shiftRunsStatement(jump)] });
      jumps.shift();
    }
  };

  const clockJumped = (jump: ClockJump): void => {
    if (stopped) return;
    jumps.push(jump);
    cancelTimer?.();
    cancelTimer = null;
    armedFor = Number.POSITIVE_INFINITY;
    arm(clock.now());
  };

  const reconsider = (): void => {
    mustReconsider = true;
    arm(clock.now());
  };

  const reconsiderNow = async (): Promise<void> => {
    if (!mustReconsider) return;
    mustReconsider = false;
    try {
      await moveOn({ repository, turnOf, commit, lock, clock });
    } catch (error) {
      mustReconsider = true;
      throw error;
    }
  };

  const cycle = async (): Promise<void> => {
    let pause = 0;
    let next: number | null = null;
    try {
      await shiftRuns();
      if (mustExtend) await extend();
      await reconsiderNow();
      if (!(await pass())) pause = PAUSE_AFTER_FAILURE_MS;
      next = await repository.nextDueAt();
    } catch (error) {
      log.error("escalation pass failed; it is tried again", { error });
      next = clock.now();
      pause = PAUSE_AFTER_FAILURE_MS;
    }
    running = null;
    // Asked for while this pass was under way.
    if (mustReconsider && next !== null) next = clock.now();
    if (next !== null) arm(Math.max(next, clock.now() + pause));
  };

  const wake = (dueAt: number): void => arm(dueAt);

  const extendOnce = async (): Promise<void> => {
    mustExtend = false;
    try {
      if (await extendCoverage(parts)) wake(clock.now());
    } catch (error) {
      log.error("escalations of open alerts could not be planned; tried again", { error });
      mustExtend = true;
      arm(clock.now() + PAUSE_AFTER_FAILURE_MS);
    }
  };

  /** One after the other: the second sees what the first has planned. */
  const extend = (): Promise<void> => (extending = extending.then(extendOnce));

  return {
    name: "escalation",
    wake,
    extend,
    reconsider,
    clockJumped,
    start: async () => {
      stopped = false;
      // A stop between a policy's change and what follows for open alerts is made good here.
      await extend();
      // Nor was a message that failed in the last moment waited for.
      reconsider();
    },
    stop: async () => {
      stopped = true;
      cancelTimer?.();
      cancelTimer = null;
      armedFor = Number.POSITIVE_INFINITY;
      await running;
      await extending;
    },
  };
};
