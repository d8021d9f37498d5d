// In: migrations/0001. Out: the typed tables of machines, metrics and series.
import { integer, primaryKey, real, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { json } from "../store/columns";

export const machines = sqliteTable("machines", {
  id: text("id").primaryKey(),
  tenantId: text("tenant_id").notNull(),
  projectId: text("project_id").notNull(),
  number: integer("number").notNull(),
  name: text("name").notNull(),
  displayName: text("display_name"),
  type: text("type").notNull(),
  labels: json<Record<string, string>>("labels").notNull(),
  approval: text("approval").$type<"approved" | "pending">().notNull(),
  status: text("status").$type<"online" | "offline">().notNull(),
  offlineAfterSeconds: integer("offline_after_seconds"),
  lastContactAt: integer("last_contact_at"),
  lastHeartbeatAt: integer("last_heartbeat_at"),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});

export const metrics = sqliteTable(
  "metrics",
  {
    machineId: text("machine_id").notNull(),
    name: text("name").notNull(),
    displayName: text("display_name"),
    unit: text("unit"),
    decimals: integer("decimals"),
    rangeLow: real("range_low"),
    rangeHigh: real("range_high"),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.machineId, table.name] })],
);

export const series = sqliteTable("series", {
  id: integer("id").primaryKey(),
  tenantId: text("tenant_id").notNull(),
  machineId: text("machine_id").notNull(),
  metric: text("metric").notNull(),
  /** Sorted by key, so that equal sets have equal text. */
  labels: json<Record<string, string>>("labels").notNull(),
  lastValue: real("last_value"),
  lastTime: integer("last_time"),
  lastReceivedAt: integer("last_received_at"),
  evaluatedUntil: integer("evaluated_until"),
  quality: text("quality").$type<"good" | "bad">().notNull().default("good"),
  /** Device clock minus ours when it was last found more than five minutes ahead. */
  clockSkewMs: integer("clock_skew_ms"),
  createdAt: integer("created_at").notNull(),
});
