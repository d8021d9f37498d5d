// In: migrations/0010. Out: the typed table of webhook receivers, and what its JSON columns hold.
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { IncidentSeverity, ServiceStatus } from "../core/events";
import { flag, json } from "../store/columns";

/** What a word may mean: a status, or that there is nothing to do. */
export type Meaning = ServiceStatus | "ignore";

/** As it was written: from a word to its meaning, or from a status to its words. */
export type StatusMapping = Readonly<Record<string, Meaning | readonly string[]>>;

/**
 * How the sender proves who it is. `auto`: HMAC-SHA256 as hex, `sha256=` or base64 in the receiver's header, or
 * Standard Webhooks. `standard`: only those. `token`: the secret itself in the header. `v1`: PagerDuty's
 * list of `v1=` and hex. `sns`: Amazon's own signature inside the payload; no secret is needed.
 */
export const SIGNATURE_SCHEMES = ["auto", "standard", "token", "v1", "sns"] as const;
export type SignatureScheme = (typeof SIGNATURE_SCHEMES)[number];

/** Fields hold dot paths; of several the first that leads to a value wins. */
export interface ReceiverSettings {
  serviceNameField: readonly string[] | null;
  /** Null: as the preset reads it. */
  statusField: readonly string[] | null;
  messageField: readonly string[] | null;
  titleField: readonly string[] | null;
  urlField: readonly string[] | null;
  /** A list in the payload whose entries each say something. */
  itemsField: string | null;
  /** What a status is about, where one service has several things that can fail. */
  keyField: readonly string[] | null;
  /** When work that is announced begins and ends; before that the status stays as it is. */
  startsAtField: readonly string[] | null;
  endsAtField: readonly string[] | null;
  /** By which a repetition is recognized, beside the headers. */
  idField: readonly string[] | null;
  statusMapping: StatusMapping | null;
  unmappedStatus: Meaning | null;
  createMissingServices: boolean;
  signatureHeader: string;
  signatureScheme: SignatureScheme;
  /** Where it is given, `<timestamp>:<body>` is signed. */
  timestampHeader: string | null;
  autoCreateIncidents: boolean;
  /** Null: critical for down, minor for degraded. */
  incidentSeverity: IncidentSeverity | null;
  autoResolveIncidents: boolean;
  rateLimitPerMinute: number | null;
}

/** Times in server ms. */
export const webhookReceivers = sqliteTable("webhook_receivers", {
  id: text("id").primaryKey(),
  tenantId: text("tenant_id").notNull(),
  /** Where services that it makes belong. */
  projectId: text("project_id").notNull(),
  name: text("name").notNull(),
  preset: text("preset").notNull(),
  isActive: flag("is_active").notNull(),
  serviceId: text("service_id"),
  settings: json<ReceiverSettings>("settings").notNull(),
  tokenHash: text("token_hash").notNull(),
  tokenHint: text("token_hint").notNull(),
  previousTokenHash: text("previous_token_hash"),
  previousTokenUntil: integer("previous_token_until"),
  hmacSecret: text("hmac_secret"),
  previousHmacSecret: text("previous_hmac_secret"),
  previousHmacUntil: integer("previous_hmac_until"),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
  deletedAt: integer("deleted_at"),
});

/** What came of a request (`webhook_receiver_log.result`). */
export const DELIVERY_RESULTS = ["processed", "ignored", "failed", "auth_failed"] as const;
export type DeliveryResult = (typeof DELIVERY_RESULTS)[number];
