// In: migrations/0010. Out: the typed table of webhook receivers, and what its JSON columns hold.
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { IncidentSeverity, ServiceStatus } from "../core/events";
import type { Severity } from "../core/severity";
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

/** What of a receiver's reports becomes an alert, and how. */
export interface AlertSettings {
  /** Where the payload says none. */
  severity: Severity;
  /** Null: as the preset reads it. */
  severityField: readonly string[] | null;
  severityMapping: Readonly<Record<string, Severity>> | null;
  /** Null: as the preset reads it; where there is none, the service stands in. */
  machineField: readonly string[] | null;
  /** Null: as the preset reads it, else the title. */
  nameField: readonly string[] | null;
  /** False: services are left alone. Null: they are where the receiver names none. */
  setsStatus: boolean | null;
  /** What nobody repeats for so long is over; null: only the sender says so. */
  expiresAfterSeconds: number | null;
}

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
  /** When it was so: what is older and comes later changes nothing. Null: as the preset reads it. */
  timeField: readonly string[] | null;
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
  /** Null: it raises none. */
  alerts: AlertSettings | null;
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
