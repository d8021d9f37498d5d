// In: migrations/0001. Out: the typed tables of rules and of what they remember.
import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Severity } from "../core/severity";
import { flag, json } from "../store/columns";
import type { Condition, Selector } from "./condition";

/** Condition and selector as they were written. */
export const rules = sqliteTable("rules", {
  id: text("id").primaryKey(),
  tenantId: text("tenant_id").notNull(),
  number: integer("number").notNull(),
  name: text("name").notNull(),
  severity: text("severity").$type<Severity>().notNull(),
  isActive: flag("is_active").notNull(),
  selector: json<Selector>("selector").notNull(),
  condition: json<Condition>("condition").notNull(),
  message: text("message"),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});

/** Absence knows only `normal` and `active`. */
export const PHASES = ["normal", "pending_on", "active", "pending_off"] as const;
export type Phase = (typeof PHASES)[number];

/** What is not normal; goes with its rule and its machine. `since` is device time in ms. */
export const ruleStates = sqliteTable(
  "rule_states",
  {
    ruleId: text("rule_id").notNull(),
    machineId: text("machine_id").notNull(),
    /** 0 for conditions on the machine itself (absence). */
    seriesId: integer("series_id").notNull(),
    phase: text("phase").$type<Phase>().notNull(),
    since: integer("since"),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.ruleId, table.machineId, table.seriesId] })],
);
