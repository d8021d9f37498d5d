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
  /** Run, the last one first, when the commit failed: they take back what planning took. */
  afterRefusal: (() => void)[];
}

/** Committing it does nothing. */
export const emptyPlan = (): Plan => ({
  statements: [],
  deliveries: [],
  afterCommit: [],
  afterRefusal: [],
});

/** Durable when the promise resolves. Rejects as `Engine.batch`; then nothing of the plan has happened. */
export type Commit = (plan: Plan) => Promise<StatementResult[]>;

/** `tell` is given the messages of each plan that was committed. */
export const createCommit =
  (engine: Engine, tell: (rows: readonly OutboxRow[]) => void): Commit =>
  async (plan) => {
    let results: StatementResult[];
    try {
      results = plan.statements.length === 0 ? [] : await engine.batch(plan.statements);
    } catch (error) {
      for (const step of plan.afterRefusal.toReversed()) step();
      throw error;
    }
    for (const step of plan.afterCommit) step();
    if (plan.deliveries.length > 0) tell(plan.deliveries);
    return results;
  };
