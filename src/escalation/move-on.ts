// In: what became of the messages of steps that went out. Out: where a step has told nobody, because its
// message failed for good or is held back, the next one is due now instead of after its wait.
import { SYSTEM } from "../core/actor";
import type { Clock } from "../core/clock";
import { isAppError } from "../core/errors";
import { journalStatement } from "../journal/append";
import type { KeyedLock } from "../lib/keyed-lock";
import { emptyPlan, type Commit } from "../notify/plan";
import { hastenRunStatement, type EscalationRepository, type StuckRun } from "./repository";

export interface MoveOnParts {
  repository: Pick<EscalationRepository, "stuckRuns">;
  /** By which machine's turn the alert is changed. */
  turnOf: (alertId: string) => string;
  commit: Commit;
  lock: KeyedLock;
  clock: Clock;
}

/** Steps that are read at once. */
const AT_ONCE = 1_000;

const REASON = "The message of the step before was not delivered to anybody.";

/**
 * May be called at any time: what is due by it is due already at the next call. Rejects as `Engine.batch`
 * and is then to be called again.
 */
export const moveOn = async (parts: MoveOnParts): Promise<void> => {
  const { repository, turnOf, commit, lock, clock } = parts;

  const hasten = async ({ id, tenantId, alertId, policyId, step }: StuckRun): Promise<void> => {
    const now = clock.now();
    const plan = emptyPlan();
    plan.statements.push(
      hastenRunStatement(id, now),
      journalStatement({
        tenantId,
        kind: "escalation.moved_on",
        data: { alertId, policyId, step: step + 1, reason: REASON },
        subjectId: alertId,
        actor: SYSTEM,
        at: now,
      }),
    );
    await commit(plan);
  };

  for (;;) {
    const stuck = await repository.stuckRuns(clock.now(), AT_ONCE);
    for (const run of stuck)
      await lock.run(turnOf(run.alertId), async () => {
        try {
          await hasten(run);
        } catch (error) {
          // Somebody has just acknowledged: nothing is left to move.
          if (!isAppError(error, "conflict")) throw error;
        }
      });
    if (stuck.length < AT_ONCE) return;
  }
};
