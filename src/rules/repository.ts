// In: rules and what they remember. Out: their rows, and the statements that write them.
import { and, desc, eq, lt, sql } from "drizzle-orm";
import type { PageRequest } from "../core/paging";
import type { Statement } from "../store/engine";
import { statementOf } from "../store/statement";
import type { Store } from "../store/store";
import { rules, ruleStates, type Phase } from "./schema";

export type RuleRow = typeof rules.$inferSelect;
export type RuleStateRow = typeof ruleStates.$inferSelect;

const UPSERT_STATE = `INSERT INTO rule_states (rule_id, machine_id, series_id, phase, since, updated_at)
  VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
  SET phase = excluded.phase, since = excluded.since, updated_at = excluded.updated_at`;
const DELETE_STATE = "DELETE FROM rule_states WHERE rule_id = ? AND machine_id = ? AND series_id = ?";

/** Only what is not normal has a row. */
export const saveStateStatement = (
  key: { ruleId: string; machineId: string; seriesId: number },
  phase: Phase,
  since: number | null,
  now: number,
): Statement =>
  phase === "normal"
    ? { sql: DELETE_STATE, params: [key.ruleId, key.machineId, key.seriesId] }
    : { sql: UPSERT_STATE, params: [key.ruleId, key.machineId, key.seriesId, phase, since, now] };

/** What is not for the start is scoped to one organization. Lists are newest first. */
export const createRuleRepository = ({ db }: Store) => ({
  all: () => db.select().from(rules),

  allStates: () => db.select().from(ruleStates),

  highestNumbers: () =>
    db
      .select({ tenantId: rules.tenantId, number: sql<number>`max(${rules.number})` })
      .from(rules)
      .groupBy(rules.tenantId),

  list: (tenantId: string, page: PageRequest): Promise<RuleRow[]> =>
    db
      .select()
      .from(rules)
      .where(and(eq(rules.tenantId, tenantId), page.after === null ? undefined : lt(rules.id, page.after)))
      .orderBy(desc(rules.id))
      .limit(page.limit + 1),

  insert: (row: RuleRow): Statement => statementOf(db.insert(rules).values(row), 1),

  update: ({ id, tenantId, ...rest }: RuleRow): Statement =>
    statementOf(
      db
        .update(rules)
        .set(rest)
        .where(and(eq(rules.tenantId, tenantId), eq(rules.id, id))),
      1,
    ),

  remove: (tenantId: string, id: string): Statement =>
    statementOf(db.delete(rules).where(and(eq(rules.tenantId, tenantId), eq(rules.id, id))), 1),
});

export type RuleRepository = ReturnType<typeof createRuleRepository>;
