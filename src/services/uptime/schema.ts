// In: migrations/0006. Out: the typed table of how organizations count uptime.
import { integer, real, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const slaSettings = sqliteTable("sla_settings", {
  tenantId: text("tenant_id").primaryKey(),
  /** Share of degraded time that counts as downtime, 0 to 1. */
  degradedWeight: real("degraded_weight").notNull(),
  timeZone: text("time_zone").notNull(),
  updatedAt: integer("updated_at").notNull(),
});
