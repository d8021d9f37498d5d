// In: policies and due steps. Out: their rows, and the statements that write them.
import { and, desc, eq, lt, lte, min, sql } from "drizzle-orm";
import { stillPast, type ClockJump } from "../core/clock-jump";
import type { PageRequest } from "../core/paging";
import type { Statement } from "../store/engine";
import type { Store } from "../store/store";
import { statementOf } from "../store/statement";
import { escalationPolicies, escalationRuns } from "./schema";

/** As a literal, so that the partial index of due rows is used. */
const IS_PENDING = sql`${escalationRuns.status} = 'pending'`;

export type PolicyRow = typeof escalationPolicies.$inferSelect;
export type RunRow = typeof escalationRuns.$inferSelect;

const INSERT_RUN = `INSERT INTO escalation_runs
  (id, tenant_id, policy_id, alert_id, step, status, due_at, created_at) VALUES (?, ?, ?, ?, ?, 'pending', ?, ?)
  ON CONFLICT (alert_id, policy_id, step) DO UPDATE
  SET status = 'pending', reason = NULL, finished_at = NULL, due_at = excluded.due_at WHERE status = 'cancelled'`;

/** A step that already went out for this alert is not started again. */
export const insertRunStatement = (
  run: Pick<RunRow, "id" | "tenantId" | "policyId" | "alertId" | "step" | "dueAt" | "createdAt">,
): Statement => ({
  sql: INSERT_RUN,
  params: [run.id, run.tenantId, run.policyId, run.alertId, run.step, run.dueAt, run.createdAt],
});

const CANCEL_OF_ALERT =
  "UPDATE escalation_runs SET status = 'cancelled', reason = ?, finished_at = ? WHERE alert_id = ? AND status = 'pending'";

/** Whatever waits for an alert. */
export const cancelRunsStatement = (alertId: string, reason: string, now: number): Statement => ({
  sql: CANCEL_OF_ALERT,
  params: [reason, now, alertId],
});

const CANCEL_OF_POLICY =
  "UPDATE escalation_runs SET status = 'cancelled', reason = ?, finished_at = ? WHERE policy_id = ? AND status = 'pending'";

/** Whatever waits by a policy. */
export const cancelPolicyRunsStatement = (policyId: string, reason: string, now: number): Statement => ({
  sql: CANCEL_OF_POLICY,
  params: [reason, now, policyId],
});

const DROP_OF_ALERT = "DELETE FROM escalation_runs WHERE alert_id = ? AND status = 'pending'";

/** As if they had never been planned: others may be planned in their place. */
export const dropRunsStatement = (alertId: string): Statement => ({ sql: DROP_OF_ALERT, params: [alertId] });

const DROP_OF_POLICY = "DELETE FROM escalation_runs WHERE policy_id = ? AND status = 'pending' AND step <= ?";

/** Steps up to this index are planned anew by the caller; what already went out stays as it is. */
export const dropPolicyRunsStatement = (policyId: string, upToStep: number): Statement => ({
  sql: DROP_OF_POLICY,
  params: [policyId, upToStep],
});

// What came due before is due in either case.
const SHIFT_RUNS = "UPDATE escalation_runs SET due_at = due_at + ? WHERE status = 'pending' AND due_at > ?";

/** Waits go on by elapsed time when the wall clock was set. */
export const shiftRunsStatement = (jump: ClockJump): Statement => ({
  sql: SHIFT_RUNS,
  params: [jump.byMs, stillPast(jump)],
});

const FINISH_RUN =
  "UPDATE escalation_runs SET status = ?, reason = ?, finished_at = ? WHERE id = ? AND status = 'pending'";

/** Misses when somebody acknowledged in between: then the batch, message included, does not happen. */
export const finishRunStatement = (
  id: string,
  status: "fired" | "cancelled",
  reason: string | null,
  now: number,
): Statement => ({ sql: FINISH_RUN, params: [status, reason, now, id], expect: 1 });

const POSTPONE_RUN = "UPDATE escalation_runs SET due_at = ? WHERE id = ? AND status = 'pending'";

export const postponeRunStatement = (id: string, dueAt: number): Statement => ({
  sql: POSTPONE_RUN,
  params: [dueAt, id],
  expect: 1,
});

const HASTEN_RUN = "UPDATE escalation_runs SET due_at = ? WHERE id = ? AND status = 'pending' AND due_at > ?";

/** It is due now; a `conflict` where it is due already, or does not wait any more. */
export const hastenRunStatement = (id: string, now: number): Statement => ({
  sql: HASTEN_RUN,
  params: [now, id, now],
  expect: 1,
});

/** Deliveries of the step before: both carry the moment of the decision. */
const OF_STEP_BEFORE = `outbox.subject_id = run.alert_id AND outbox.event = 'alert.escalated'
  AND outbox.created_at = earlier.finished_at
  AND outbox.channel_id = policy.steps ->> ('$[' || earlier.step || '].channel_id')`;

const STUCK = `SELECT run.id, run.tenant_id, run.alert_id, run.policy_id, run.step
  FROM escalation_runs AS run
  JOIN escalation_runs AS earlier ON earlier.alert_id = run.alert_id AND earlier.policy_id = run.policy_id
    AND earlier.step = run.step - 1 AND earlier.status = 'fired'
  JOIN escalation_policies AS policy ON policy.id = run.policy_id
  WHERE run.status = 'pending' AND run.due_at > ?
    AND EXISTS (SELECT 1 FROM outbox WHERE ${OF_STEP_BEFORE})
    AND NOT EXISTS (SELECT 1 FROM outbox WHERE ${OF_STEP_BEFORE}
      AND outbox.status NOT IN ('failed', 'held', 'cancelled'))
  LIMIT ?`;

/** A step that waits although the message of the one before it reached none of its recipients. */
export type StuckRun = Pick<RunRow, "id" | "tenantId" | "alertId" | "policyId" | "step">;

/** Runs are of all organizations, policies of one unless the name says otherwise. */
export const createEscalationRepository = ({ db, engine }: Store) => ({
  allPolicies: () => db.select().from(escalationPolicies),

  listPolicies: (tenantId: string, page: PageRequest): Promise<PolicyRow[]> =>
    db
      .select()
      .from(escalationPolicies)
      .where(
        and(
          eq(escalationPolicies.tenantId, tenantId),
          page.after === null ? undefined : lt(escalationPolicies.id, page.after),
        ),
      )
      .orderBy(desc(escalationPolicies.id))
      .limit(page.limit + 1),

  insertPolicy: (row: PolicyRow): Statement => statementOf(db.insert(escalationPolicies).values(row), 1),

  updatePolicy: ({ id, tenantId, ...rest }: PolicyRow): Statement =>
    statementOf(
      db
        .update(escalationPolicies)
        .set(rest)
        .where(and(eq(escalationPolicies.tenantId, tenantId), eq(escalationPolicies.id, id))),
      1,
    ),

  deletePolicy: (tenantId: string, id: string): Statement =>
    statementOf(
      db
        .delete(escalationPolicies)
        .where(and(eq(escalationPolicies.tenantId, tenantId), eq(escalationPolicies.id, id))),
      1,
    ),

  dueRuns: (now: number, limit: number): Promise<RunRow[]> =>
    db
      .select()
      .from(escalationRuns)
      .where(and(IS_PENDING, lte(escalationRuns.dueAt, now)))
      .orderBy(escalationRuns.dueAt)
      .limit(limit),

  nextDueAt: async (): Promise<number | null> =>
    (
      await db
        .select({ dueAt: min(escalationRuns.dueAt) })
        .from(escalationRuns)
        .where(IS_PENDING)
    )[0]?.dueAt ?? null,

  /** At most `limit`. */
  stuckRuns: async (now: number, limit: number): Promise<StuckRun[]> =>
    (await engine.query({ sql: STUCK, params: [now, limit] })).map((row) => ({
      id: row[0] as string,
      tenantId: row[1] as string,
      alertId: row[2] as string,
      policyId: row[3] as string,
      step: row[4] as number,
    })),

  /** Waiting, gone out and cancelled ones. */
  runsOfAlerts: (alertIds: readonly string[]): Promise<RunRow[]> =>
    alertIds.length === 0
      ? Promise.resolve([])
      : db
          .select()
          .from(escalationRuns)
          .where(
            sql`${escalationRuns.alertId} IN (SELECT value FROM json_each(${JSON.stringify(alertIds)}))`,
          ),
});

export type EscalationRepository = ReturnType<typeof createEscalationRepository>;
