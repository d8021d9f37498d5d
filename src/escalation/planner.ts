// In: an alert that begins or ends. Out: the due rows of its escalations, in the same commit.
// No timer is truth: a step is a row with a due time.
import type { AlertSnapshot } from "../core/events";
import { newId } from "../core/ids";
import type { Plan } from "../notify/plan";
import type { EscalationPolicy, PolicyBook } from "./policies";
import { cancelRunsStatement, insertRunStatement } from "./repository";

export interface EscalationPlanner {
  /** Waits of all active policies of the alert's severity begin at its created_at. */
  begin(alert: AlertSnapshot, now: number, plan: Plan): void;
  /** One policy's wait for one open alert; used when a policy is new. */
  beginPolicy(policy: EscalationPolicy, alert: AlertSnapshot, now: number, plan: Plan): void;
  /** Whatever still waits for this alert is cancelled. */
  end(alert: AlertSnapshot, reason: "acknowledged" | "resolved", now: number, plan: Plan): void;
}

const MINUTE_MS = 60_000;

export const waitMs = (waitMinutes: number): number => Math.round(waitMinutes * MINUTE_MS);

export const createEscalationPlanner = (
  policies: PolicyBook,
  wake: (dueAt: number) => void,
): EscalationPlanner => {
  const beginPolicy = (policy: EscalationPolicy, alert: AlertSnapshot, now: number, plan: Plan): void => {
    const first = policy.steps[0];
    if (first === undefined) return;
    const dueAt = alert.createdAt + waitMs(first.wait_minutes);
    plan.statements.push(
      insertRunStatement({
        id: newId(),
        tenantId: alert.tenantId,
        policyId: policy.id,
        alertId: alert.id,
        step: 0,
        dueAt,
        createdAt: now,
      }),
    );
    plan.afterCommit.push(() => wake(dueAt));
  };

  return {
    begin: (alert, now, plan) => {
      for (const policy of policies.of(alert.tenantId))
        if (policy.isActive && policy.severity === alert.severity) beginPolicy(policy, alert, now, plan);
    },
    beginPolicy,
    end: (alert, reason, now, plan) => {
      plan.statements.push(cancelRunsStatement(alert.id, reason, now));
    },
  };
};
