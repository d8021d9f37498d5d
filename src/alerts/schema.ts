// In: migrations/0001. Out: the typed table of alerts.
import { integer, real, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { AlertStatus, ResolveReason } from "../core/events";
import type { Severity } from "../core/severity";
import { flag, json } from "../store/columns";

/** One row per occurrence, kept for ever. Times in ms. */
export const alerts = sqliteTable("alerts", {
  id: text("id").primaryKey(),
  tenantId: text("tenant_id").notNull(),
  projectId: text("project_id").notNull(),
  number: integer("number").notNull(),
  ruleId: text("rule_id").notNull(),
  ruleNumber: integer("rule_number").notNull(),
  machineId: text("machine_id").notNull(),
  machineNumber: integer("machine_number").notNull(),
  machineName: text("machine_name").notNull(),
  machineType: text("machine_type").notNull(),
  labels: json<Record<string, string>>("labels").notNull(),
  name: text("name").notNull(),
  status: text("status").$type<AlertStatus>().notNull(),
  severity: text("severity").$type<Severity>().notNull(),
  message: text("message").notNull(),
  metricName: text("metric_name").notNull(),
  metricValue: real("metric_value").notNull(),
  thresholdValue: real("threshold_value").notNull(),
  unit: text("unit").notNull(),
  decimals: integer("decimals"),
  triggeredAt: integer("triggered_at").notNull(),
  acknowledgedAt: integer("acknowledged_at"),
  acknowledgedBy: text("acknowledged_by"),
  resolvedAt: integer("resolved_at"),
  resolvedBy: text("resolved_by"),
  resolveReason: text("resolve_reason").$type<ResolveReason>(),
  fleeting: flag("fleeting").notNull(),
  /** Breaches since it was triggered, the first one included. */
  occurrences: integer("occurrences").notNull(),
  createdAt: integer("created_at").notNull(),
});
