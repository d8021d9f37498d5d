// In: migrations/0001 and 0003. Out: the typed table of notification channels.
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Severity } from "../core/severity";
import { flag, json } from "../store/columns";

export const CHANNEL_HEALTHS = ["active", "failing", "paused", "failed", "disabled", "unverified"] as const;
export type ChannelHealth = (typeof CHANNEL_HEALTHS)[number];

/** Which of two secrets an endpoint took. */
export type AcceptedKey = "current" | "previous";

/** As in the API. An event that lacks a filtered attribute does not pass. */
export interface ChannelFilters {
  severities?: (Severity | "minor" | "major")[];
  groups?: string[];
  project_ids?: string[];
  machine_ids?: string[];
  labels?: Record<string, string>;
}

export const channels = sqliteTable("channels", {
  id: text("id").primaryKey(),
  tenantId: text("tenant_id").notNull(),
  name: text("name").notNull(),
  type: text("type").notNull(),
  /** Sealed (`core/vault.ts`); in clear it leaves the program only through the channel type's `mask`. */
  config: text("config").notNull(),
  isActive: flag("is_active").notNull(),
  /** As written by the client; null means the dialect's default. */
  events: json<string[]>("events"),
  filters: json<ChannelFilters>("filters"),
  failureChannelId: text("failure_channel_id"),
  health: text("health").$type<ChannelHealth>().notNull(),
  healthReason: text("health_reason"),
  consecutiveFailures: integer("consecutive_failures").notNull(),
  lastSuccessAt: integer("last_success_at"),
  lastFailureAt: integer("last_failure_at"),
  /** Attempts in any minute at most; null: what the type says. */
  rateLimitPerMinute: integer("rate_limit_per_minute"),
  /** How old a message may get before a summary or a newer one stands for it. */
  staleAfterSeconds: integer("stale_after_seconds").notNull(),
  weeklyTest: flag("weekly_test").notNull(),
  lastTestAt: integer("last_test_at"),
  /** Null while a test runs, and where the program ended before it had an answer. */
  lastTestSuccess: flag("last_test_success"),
  /** The endpoint asked for silence until then. */
  quietUntil: integer("quiet_until"),
  /** Sealed. With the four after it: a rotation under way, or null all of them. */
  previousSecret: text("previous_secret"),
  rotatedAt: integer("rotated_at"),
  previousValidUntil: integer("previous_valid_until"),
  endpointSwitchedAt: integer("endpoint_switched_at"),
  lastAcceptedKey: text("last_accepted_key").$type<AcceptedKey>(),
  deletedAt: integer("deleted_at"),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});

/** Attempts per hour, `hour` being its beginning in ms. */
export const channelHours = sqliteTable("channel_hours", {
  channelId: text("channel_id").notNull(),
  hour: integer("hour").notNull(),
  delivered: integer("delivered").notNull(),
  failed: integer("failed").notNull(),
});
