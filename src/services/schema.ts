// In: migrations/0005 and 0015. Out: the typed tables of services, of what is said about them, and of how they stood.
import { integer, primaryKey, real, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { ServiceStatus, StatusSourceKind, UntoldReason } from "../core/events";
import { json } from "../store/columns";
import type { StatusFeed } from "./followed/feeds";

/** Rows of deleted services stay for reports. Times in server ms. */
export const services = sqliteTable("services", {
  id: text("id").primaryKey(),
  tenantId: text("tenant_id").notNull(),
  projectId: text("project_id").notNull(),
  name: text("name").notNull(),
  /** The name as it is compared (`names.ts`). */
  nameKey: text("name_key").notNull(),
  group: text("group_name"),
  description: text("description").notNull(),
  /** Lower ones come first on pages. */
  order: integer("position").notNull(),
  owner: text("owner"),
  /** IDs of services that it needs. */
  dependsOn: json<string[]>("depends_on").notNull(),
  /** Uptime that was promised, in percent. */
  slaTarget: real("sla_target"),
  /** Share of degraded time that counts as downtime, 0 to 1; null takes the organization's. */
  degradedWeight: real("degraded_weight"),
  /** Machines and alerts that its status follows, as people wrote them. */
  statusFrom: json<StatusFeed[]>("status_from").notNull(),
  status: text("status").$type<ServiceStatus>().notNull(),
  message: text("message").notNull(),
  toldStatus: text("told_status").$type<ServiceStatus>().notNull(),
  silencedBy: text("silenced_by").$type<UntoldReason>(),
  changedAt: integer("changed_at").notNull(),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
  deletedAt: integer("deleted_at"),
});

export const serviceWords = sqliteTable(
  "service_words",
  {
    serviceId: text("service_id").notNull(),
    sourceKind: text("source_kind").$type<StatusSourceKind>().notNull(),
    sourceId: text("source_id").notNull(),
    sourceName: text("source_name").notNull(),
    status: text("status").$type<ServiceStatus>().notNull(),
    message: text("message").notNull(),
    at: integer("at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.serviceId, table.sourceKind, table.sourceId] })],
);

export const serviceHistory = sqliteTable("service_history", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  tenantId: text("tenant_id").notNull(),
  serviceId: text("service_id").notNull(),
  status: text("status").$type<ServiceStatus>().notNull(),
  previousStatus: text("previous_status").$type<ServiceStatus>().notNull(),
  message: text("message").notNull(),
  sourceKind: text("source_kind").$type<StatusSourceKind>().notNull(),
  sourceId: text("source_id").notNull(),
  sourceName: text("source_name").notNull(),
  at: integer("at").notNull(),
});

export const serviceSpans = sqliteTable("service_spans", {
  id: integer("id").primaryKey(),
  serviceId: text("service_id").notNull(),
  state: text("state").$type<ServiceStatus>().notNull(),
  startedAt: integer("started_at").notNull(),
  endedAt: integer("ended_at"),
  /** The change that began it; null for the first one. */
  historyId: integer("history_id"),
});
