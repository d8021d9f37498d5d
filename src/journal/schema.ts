// In: migrations/0001. Out: the typed tables of the journal.
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Actor } from "../core/actor";
import type { EventKind } from "../core/events";
import { json } from "../store/columns";

export const journal = sqliteTable("journal", {
  seq: integer("seq").primaryKey({ autoIncrement: true }),
  tenantId: text("tenant_id").notNull(),
  kind: text("kind").$type<EventKind>().notNull(),
  subjectId: text("subject_id").notNull(),
  actor: json<Actor>("actor").notNull(),
  at: integer("at").notNull(),
  data: json<unknown>("data").notNull(),
});

export const journalPositions = sqliteTable("journal_positions", {
  reader: text("reader").primaryKey(),
  seq: integer("seq").notNull(),
});
