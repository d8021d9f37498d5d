// In: migrations/0015. Out: the typed tables of what rules know of services and monitors.
import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Phase } from "../schema";

/** What is not normal; goes with its rule. `since` is server time in ms. */
export const statusRuleStates = sqliteTable(
  "status_rule_states",
  {
    ruleId: text("rule_id").notNull(),
    subjectId: text("subject_id").notNull(),
    phase: text("phase").$type<Phase>().notNull(),
    since: integer("since"),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.ruleId, table.subjectId] })],
);

/** Up to which number the journal of a service or monitor has been read. */
export const statusRulePositions = sqliteTable("status_rule_positions", {
  subjectId: text("subject_id").primaryKey(),
  seq: integer("seq").notNull(),
});
