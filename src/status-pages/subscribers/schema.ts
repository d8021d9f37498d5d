// In: migrations/0013. Out: the typed table of whoever is told of a status page.
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { json } from "../../store/columns";
import type { Language } from "../schema";

export const SUBSCRIBER_KINDS = ["email", "webhook"] as const;
export type SubscriberKind = (typeof SUBSCRIBER_KINDS)[number];

/** Who entered them: themselves on the page, or an editor. */
export type SubscriberOrigin = "visitor" | "editor";

/** Times in server ms. */
export const statusPageSubscribers = sqliteTable("status_page_subscribers", {
  id: text("id").primaryKey(),
  tenantId: text("tenant_id").notNull(),
  pageId: text("page_id").notNull(),
  kind: text("kind").$type<SubscriberKind>().notNull(),
  /** Sealed: an address, or the URL of a webhook. */
  target: text("target").notNull(),
  /** Sealed. */
  token: text("token").notNull(),
  tokenHash: text("token_hash").notNull(),
  /** Null: all that the page shows, also what it will show. */
  serviceIds: json<string[] | null>("service_ids"),
  language: text("language").$type<Language>().notNull(),
  origin: text("origin").$type<SubscriberOrigin>().notNull(),
  /** An unconfirmed one is forgotten some time after this. */
  requestedAt: integer("requested_at").notNull(),
  /** When they were written to last because somebody had entered them. */
  askedAt: integer("asked_at"),
  confirmedAt: integer("confirmed_at"),
  /** They are told of journal rows with a greater number. */
  sinceSeq: integer("since_seq"),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});
