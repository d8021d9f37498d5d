// In: an alert that begins, ends or becomes more or less severe. Out: the due rows of its escalations,
// in the same commit. No timer is truth: a step is a row with a due time.
import type { AlertSnapshot } from "../core/events";
import { newId } from "../core/ids";
import type { Plan } from "../notify/plan";
import type { EscalationPolicy, PolicyBook } from "./policies";
import { cancelRunsStatement, dropRunsStatement, insertRunStatement } from "./repository";

/** Each call adds to `plan` only; `now` is server time in ms. */
export interface EscalationPlanner {
  /** Waits of all active policies of the alert's severity begin at its created_at. */
  begin(alert: AlertSnapshot, now: number, plan: Plan): void;
  /** Whatever still waits for this alert is cancelled. */
  end(alert: AlertSnapshot, reason: "acknowledged" | "resolved", now: number, plan: Plan): void;
  /** `alert` has its new severity: policies of the old one leave it alone, those of the new one begin. */
  changeSeverity(alert: AlertSnapshot, plan: Plan): void;
}

export interface EscalationPlannerParts {
  policies: PolicyBook;
  /** A step is due at this time. */
  wake: (dueAt: number) => void;
  /** Some open alert lacks a step that one of the policies has for it. */
  extend: () => void;
}

const MINUTE_MS = 60_000;

/** In whole ms. */
export const waitMs = (waitMinutes: number): number => Math.round(waitMinutes * MINUTE_MS);

/** Escalation is for alerts that nobody has acknowledged, of exactly the policy's severity. */
export const covers = (policy: EscalationPolicy, alert: AlertSnapshot): boolean =>
  policy.isActive &&
  policy.tenantId === alert.tenantId &&
  policy.severity === alert.severity &&
  alert.status === "triggered";

/** Reads the policies as they are at the moment of each call. */
export const createEscalationPlanner = ({
  policies,
  wake,
  extend,
}: EscalationPlannerParts): EscalationPlanner => ({
  begin: (alert, now, plan) => {
    for (const policy of policies.of(alert.tenantId)) {
      const [first] = policy.steps;
      if (first === undefined || !covers(policy, alert)) continue;
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
    }
  },
  end: (alert, reason, now, plan) => {
    plan.statements.push(cancelRunsStatement(alert.id, reason, now));
  },
  changeSeverity: (alert, plan) => {
    plan.statements.push(dropRunsStatement(alert.id));
    plan.afterCommit.push(extend);
  },
});
