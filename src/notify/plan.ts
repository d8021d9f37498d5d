// In: what a decision wants to change and to tell. Out: one durable commit, then the wake-up of
// those who act on it. Nothing is told that was not committed; nothing committed is left untold.
import type { OutboxRow } from "../delivery/outbox";
import type { Engine, Statement, StatementResult } from "../store/engine";

/** Filled by pure planning functions, committed once. */
export interface Plan {
  statements: Statement[];
  deliveries: OutboxRow[];
  /** Run after the commit, never when it failed: they bring live state in step. */
  afterCommit: (() => void)[];
}

export const emptyPlan = (): Plan => ({ statements: [], deliveries: [], afterCommit: [] });

/** Durable when the promise resolves. On rejection nothing of the plan has happened. */
export type Commit = (plan: Plan) => Promise<StatementResult[]>;

export const createCommit =
  (engine: Engine, tell: (rows: readonly OutboxRow[]) => void): Commit =>
  async (plan) => {
    const results = plan.statements.length === 0 ? [] : await engine.batch(plan.statements);
    for (const step of plan.afterCommit) step();
    if (plan.deliveries.length > 0) tell(plan.deliveries);
    return results;
  };
