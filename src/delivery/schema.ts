// In: migrations/0001 and 0003. Out: the typed tables of the outbox and its attempts.
import { integer, real, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { bytes, json } from "../store/columns";

export const DELIVERY_STATUSES = ["pending", "sending", "delivered", "failed", "cancelled", "held"] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** The same words in the API, the UI, logs and metrics. */
export const OUTCOMES = [
  "delivered",
  "timeout",
  "dns",
  "refused",
  "reset",
  "tls",
  "redirect",
  "client_error",
  "auth_error",
  "rate_limited",
  "server_error",
  "blocked",
  "invalid_config",
  "internal",
] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const outbox = sqliteTable("outbox", {
  seq: integer("seq").primaryKey({ autoIncrement: true }),
  /** Also the `webhook-id` header, the same on every retry and replay. */
  id: text("id").notNull(),
  tenantId: text("tenant_id").notNull(),
  channelId: text("channel_id").notNull(),
  event: text("event").notNull(),
  /** The alert or incident that the message is about. */
  subjectId: text("subject_id").notNull(),
  machineId: text("machine_id"),
  /** 0 overtakes 1, 1 overtakes 2. */
  urgency: integer("urgency").notNull(),
  body: bytes("body").notNull(),
  contentType: text("content_type").notNull(),
  status: text("status").$type<DeliveryStatus>().notNull(),
  /** Attempts of the present schedule; resume and replay begin a new one. */
  tries: integer("tries").notNull(),
  /** Attempts in all. */
  attempts: integer("attempts").notNull(),
  nextAttemptAt: integer("next_attempt_at"),
  /** The instance epoch that claimed it; an older one than the present means: rescue it. */
  epoch: integer("epoch").notNull(),
  outcome: text("outcome").$type<Outcome>(),
  reason: text("reason"),
  replayOf: text("replay_of"),
  createdAt: integer("created_at").notNull(),
  deliveredAt: integer("delivered_at"),
  finishedAt: integer("finished_at"),
  /** One line for a summary; of a summary its content as JSON. Null where none is ever made. */
  headline: text("headline"),
  /** As `created_at`, but moved with a wall clock that is set. Null where age does not matter. */
  waitsSince: integer("waits_since"),
});

export const attempts = sqliteTable("attempts", {
  seq: integer("seq").primaryKey({ autoIncrement: true }),
  deliverySeq: integer("delivery_seq").notNull(),
  channelId: text("channel_id").notNull(),
  number: integer("number").notNull(),
  outcome: text("outcome").$type<Outcome>().notNull(),
  statusCode: integer("status_code"),
  error: text("error"),
  /** The address that was dialled, with its port. */
  address: text("address"),
  queuedAt: integer("queued_at").notNull(),
  startedAt: integer("started_at").notNull(),
  firstByteMs: real("first_byte_ms"),
  totalMs: real("total_ms").notNull(),
  requestHeaders: json<Record<string, string>>("request_headers").notNull(),
  responseHeaders: json<Record<string, string>>("response_headers"),
  responseBody: text("response_body"),
  acceptedKey: text("accepted_key").$type<"current" | "previous">(),
  refusedExchange: json<Record<string, unknown>>("refused_exchange"),
});
