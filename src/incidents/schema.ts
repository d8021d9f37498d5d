// In: migrations/0005 and 0017. Out: the typed tables of incidents and of what people read about them.
import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Actor } from "../core/actor";
import type {
  IncidentSeverity,
  IncidentSnapshot,
  IncidentStatus,
  ServiceStatus,
  UntoldReason,
} from "../core/events";
import { flag, json } from "../store/columns";

/** Kept for ever. Times in server ms. */
export const incidents = sqliteTable("incidents", {
  id: text("id").primaryKey(),
  tenantId: text("tenant_id").notNull(),
  projectId: text("project_id").notNull(),
  number: integer("number").notNull(),
  code: text("code").notNull(),
  title: text("title").notNull(),
  status: text("status").$type<IncidentStatus>().notNull(),
  severity: text("severity").$type<IncidentSeverity>().notNull(),
  /** The text of the newest update. */
  message: text("message").notNull(),
  /** With the names that they had when they came to it. */
  services: json<IncidentSnapshot["services"]>("services").notNull(),
  monitor: json<IncidentSnapshot["monitor"]>("monitor"),
  probe: json<IncidentSnapshot["probe"]>("probe"),
  finalResponseCode: integer("final_response_code"),
  isAutoResolved: flag("is_auto_resolved").notNull(),
  engineerNotes: text("engineer_notes").notNull(),
  postMortem: text("post_mortem"),
  /** What it says about its services while it is open; null: nothing. */
  serviceStatus: text("service_status").$type<ServiceStatus>(),
  sourceKind: text("source_kind").$type<IncidentSnapshot["source"]["kind"]>().notNull(),
  sourceId: text("source_id"),
  sourceName: text("source_name").notNull(),
  /** Where the source itself shows it; null where it does not say. */
  sourceUrl: text("source_url"),
  /** Of an automatic incident, `""` where its source has no service; null when a person opened it. */
  sourceServiceId: text("source_service_id"),
  /** Channels were told that it is open. */
  isTold: flag("is_told").notNull(),
  /** Why they were not. */
  silencedBy: text("silenced_by").$type<UntoldReason>(),
  mergedInto: text("merged_into"),
  reopenedCount: integer("reopened_count").notNull(),
  openedAt: integer("opened_at").notNull(),
  /** When it was opened, or opened again. */
  sinceAt: integer("since_at").notNull(),
  resolvedAt: integer("resolved_at"),
  updatedAt: integer("updated_at").notNull(),
});

export const incidentServices = sqliteTable(
  "incident_services",
  { serviceId: text("service_id").notNull(), incidentId: text("incident_id").notNull() },
  (table) => [primaryKey({ columns: [table.serviceId, table.incidentId] })],
);

export const incidentUpdates = sqliteTable("incident_updates", {
  id: text("id").primaryKey(),
  incidentId: text("incident_id").notNull(),
  status: text("status").$type<IncidentStatus>().notNull(),
  message: text("message").notNull(),
  isPublic: flag("is_public").notNull(),
  actor: json<Actor>("actor").notNull(),
  at: integer("at").notNull(),
});
