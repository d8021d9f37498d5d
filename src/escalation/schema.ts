// In: migrations/0001. Out: the typed tables of escalation policies and their due steps.
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Severity } from "../core/severity";
import { flag, json } from "../store/columns";

export interface EscalationStep {
  /** Counted from the alert's created_at for the first step, from the step before for others. */
  wait_minutes: number;
  channel_id: string;
}

/** Chains of steps; a flat policy is a chain of one. */
export const escalationPolicies = sqliteTable("escalation_policies", {
  id: text("id").primaryKey(),
  tenantId: text("tenant_id").notNull(),
  name: text("name").notNull(),
  severity: text("severity").$type<Severity>().notNull(),
  isActive: flag("is_active").notNull(),
  steps: json<EscalationStep[]>("steps").notNull(),
  /** Created in the one-step form, and returned in it. */
  isFlat: flag("is_flat").notNull(),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});

/** One row per alert, policy and step (from 0). Times in server ms. */
export const escalationRuns = sqliteTable("escalation_runs", {
  id: text("id").primaryKey(),
  tenantId: text("tenant_id").notNull(),
  policyId: text("policy_id").notNull(),
  alertId: text("alert_id").notNull(),
  step: integer("step").notNull(),
  status: text("status").$type<"pending" | "fired" | "cancelled">().notNull(),
  reason: text("reason"),
  dueAt: integer("due_at").notNull(),
  createdAt: integer("created_at").notNull(),
  finishedAt: integer("finished_at"),
});
