// In: migrations/0006. Out: the typed tables of maintenance windows and their occurrences.
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Actor } from "../../core/actor";
import type { MaintenanceTargets } from "../../core/events";
import { json } from "../../store/columns";

/** Times in server ms. */
export const maintenanceWindows = sqliteTable("maintenance_windows", {
  id: text("id").primaryKey(),
  tenantId: text("tenant_id").notNull(),
  name: text("name").notNull(),
  description: text("description").notNull(),
  targets: json<MaintenanceTargets>("targets").notNull(),
  /** Of a recurring window: no occurrence begins before; null: from now on. */
  startsAt: integer("starts_at"),
  /** Of a recurring window: no occurrence begins after; null: for ever. */
  endsAt: integer("ends_at"),
  /** Five fields, in `timeZone`; null for a window that comes once. */
  cron: text("cron"),
  durationSeconds: integer("duration_seconds"),
  timeZone: text("time_zone").notNull(),
  /** Of a recurring window: the beginning of the last occurrence that has a row. */
  plannedUntil: integer("planned_until"),
  createdBy: json<Actor>("created_by").notNull(),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
  deletedAt: integer("deleted_at"),
});

export const OCCURRENCE_STATUSES = ["scheduled", "active", "ended", "cancelled"] as const;
export type OccurrenceStatus = (typeof OCCURRENCE_STATUSES)[number];

export const maintenanceOccurrences = sqliteTable("maintenance_occurrences", {
  id: text("id").primaryKey(),
  tenantId: text("tenant_id").notNull(),
  windowId: text("window_id").notNull(),
  /** As planned. */
  startsAt: integer("starts_at").notNull(),
  endsAt: integer("ends_at").notNull(),
  status: text("status").$type<OccurrenceStatus>().notNull(),
  /** As they were when it began; empty before. */
  targets: json<MaintenanceTargets>("targets").notNull(),
  /** Services that it shows as maintenance. */
  serviceIds: json<string[]>("service_ids").notNull(),
  startedAt: integer("started_at"),
  endedAt: integer("ended_at"),
});
