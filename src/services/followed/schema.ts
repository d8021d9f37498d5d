// In: migrations/0015. Out: the typed table of what was said because of machines and alerts.
import { primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { StatusSourceKind } from "../../core/events";
import type { FollowedStatus } from "./feeds";

export const serviceFollowed = sqliteTable(
  "service_followed",
  {
    serviceId: text("service_id").notNull(),
    sourceKind: text("source_kind").$type<StatusSourceKind>().notNull(),
    sourceId: text("source_id").notNull(),
    sourceName: text("source_name").notNull(),
    status: text("status").$type<FollowedStatus>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.serviceId, table.sourceKind, table.sourceId] })],
);
