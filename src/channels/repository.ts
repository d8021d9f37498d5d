// In: channels as rows. Out: reads, and the statements that a commit holds. The config column is sealed
// as a whole, because any setting may hold a secret: nothing but this file reads or writes it.
import type { Vault } from "../core/vault";
import type { Engine, SqlValue, Statement } from "../store/engine";
import type { AcceptedKey, ChannelFilters, ChannelHealth } from "./schema";

/** A secret was replaced, and the one before is still valid. Times in ms. */
export interface SecretRotation {
  readonly previousSecret: string;
  readonly rotatedAt: number;
  /** From then on only the present secret signs. */
  readonly validUntil: number;
  /** Since when the endpoint has taken the present secret alone; null: not yet, or it can't be told. */
  endpointSwitchedAt: number | null;
  lastAcceptedKey: AcceptedKey | null;
}

export interface ChannelRow {
  id: string;
  tenantId: string;
  name: string;
  type: string;
  /** Null when it can't be opened: it was changed outside Andon, or its key is lost. */
  config: Record<string, unknown> | null;
  isActive: boolean;
  events: string[] | null;
  filters: ChannelFilters | null;
  failureChannelId: string | null;
  health: ChannelHealth;
  healthReason: string | null;
  consecutiveFailures: number;
  lastSuccessAt: number | null;
  lastFailureAt: number | null;
  rateLimitPerMinute: number | null;
  staleAfterSeconds: number;
  weeklyTest: boolean;
  lastTestAt: number | null;
  lastTestSuccess: boolean | null;
  quietUntil: number | null;
  rotation: SecretRotation | null;
  createdAt: number;
  updatedAt: number;
}

const COLUMNS =
  "id, tenant_id, name, type, config, is_active, events, filters, failure_channel_id, health, health_reason, " +
  "consecutive_failures, last_success_at, last_failure_at, created_at, updated_at, " +
  "rate_limit_per_minute, stale_after_seconds, weekly_test, last_test_at, last_test_success, quiet_until, " +
  "previous_secret, rotated_at, previous_valid_until, endpoint_switched_at, last_accepted_key";

const LOAD = `SELECT ${COLUMNS} FROM channels WHERE deleted_at IS NULL ORDER BY id`;

const KNOWN =
  "SELECT id, name, type, created_at, updated_at, deleted_at FROM channels WHERE tenant_id = ? ORDER BY id";

const INSERT = `INSERT INTO channels (${COLUMNS}) VALUES (${new Array(27).fill("?").join(", ")})`;

const UPDATE =
  "UPDATE channels SET name = ?, type = ?, config = ?, is_active = ?, events = ?, filters = ?, " +
  "failure_channel_id = ?, rate_limit_per_minute = ?, stale_after_seconds = ?, weekly_test = ?, " +
  "updated_at = ?, previous_secret = ?, rotated_at = ?, previous_valid_until = ?, endpoint_switched_at = ?, " +
  "last_accepted_key = ? WHERE id = ? AND tenant_id = ? AND deleted_at IS NULL";

// The secrets go with the channel: only its name is needed for the deliveries that stay.
const REMOVE =
  "UPDATE channels SET deleted_at = ?, updated_at = ?, config = '{}', previous_secret = NULL, is_active = 0 " +
  "WHERE id = ? AND tenant_id = ? AND deleted_at IS NULL";

// The condition makes two at once one, across restarts as well.
const CLAIM_TEST =
  "UPDATE channels SET last_test_at = ?, last_test_success = NULL " +
  "WHERE id = ? AND last_test_at IS ? AND weekly_test = 1 AND is_active = 1 AND deleted_at IS NULL";

const STILL_THERE =
  "UPDATE channels SET updated_at = updated_at WHERE id = ? AND tenant_id = ? AND deleted_at IS NULL";

const SET_HEALTH = "UPDATE channels SET health = ?, health_reason = ? WHERE id = ?";

const END_ROTATION =
  "UPDATE channels SET previous_secret = NULL, rotated_at = NULL, previous_valid_until = NULL, " +
  "endpoint_switched_at = NULL, last_accepted_key = NULL WHERE id = ? AND rotated_at = ?";

const FORGET_FAILURE_CHANNEL =
  "UPDATE channels SET failure_channel_id = NULL WHERE failure_channel_id = ? AND tenant_id = ?";

const parsed = <T>(text: SqlValue | undefined): T | null =>
  text === null || text === undefined ? null : (JSON.parse(text as string) as T);

const json = (value: unknown): string | null =>
  value === null || value === undefined ? null : JSON.stringify(value);

const openConfig = (sealed: string, vault: Vault): ChannelRow["config"] => {
  try {
    return JSON.parse(vault.open(sealed)) as Record<string, unknown>;
  } catch {
    return null;
  }
};

const sealConfig = (config: ChannelRow["config"], vault: Vault): string =>
  vault.seal(JSON.stringify(config ?? {}));

/** Null as well where the secret can't be opened: then only the present one signs. */
const openRotation = (values: SqlValue[], vault: Vault): SecretRotation | null => {
  const [sealed, rotatedAt, validUntil, endpointSwitchedAt, lastAcceptedKey] = values;
  if (typeof sealed !== "string") return null;
  try {
    return {
      previousSecret: vault.open(sealed),
      rotatedAt: rotatedAt as number,
      validUntil: validUntil as number,
      endpointSwitchedAt: endpointSwitchedAt as number | null,
      lastAcceptedKey: lastAcceptedKey as AcceptedKey | null,
    };
  } catch {
    return null;
  }
};

const rotationParams = (rotation: SecretRotation | null, vault: Vault): SqlValue[] =>
  rotation === null
    ? [null, null, null, null, null]
    : [
        vault.seal(rotation.previousSecret),
        rotation.rotatedAt,
        rotation.validUntil,
        rotation.endpointSwitchedAt,
        rotation.lastAcceptedKey,
      ];

const rowOf = (values: SqlValue[], vault: Vault): ChannelRow => ({
  id: values[0] as string,
  tenantId: values[1] as string,
  name: values[2] as string,
  type: values[3] as string,
  config: openConfig(values[4] as string, vault),
  isActive: values[5] === 1,
  events: parsed<string[]>(values[6]),
  filters: parsed<ChannelFilters>(values[7]),
  failureChannelId: values[8] as string | null,
  health: values[9] as ChannelHealth,
  healthReason: values[10] as string | null,
  consecutiveFailures: values[11] as number,
  lastSuccessAt: values[12] as number | null,
  lastFailureAt: values[13] as number | null,
  createdAt: values[14] as number,
  updatedAt: values[15] as number,
  rateLimitPerMinute: values[16] as number | null,
  staleAfterSeconds: values[17] as number,
  weeklyTest: values[18] === 1,
  lastTestAt: values[19] as number | null,
  lastTestSuccess: values[20] === null ? null : values[20] === 1,
  quietUntil: values[21] as number | null,
  rotation: openRotation(values.slice(22), vault),
});

export const loadChannels = async ({
  engine,
  vault,
}: {
  engine: Engine;
  vault: Vault;
}): Promise<ChannelRow[]> => (await engine.query({ sql: LOAD })).map((values) => rowOf(values, vault));

/** A channel that the organization has or had: deliveries and journal rows may name it. Times in ms. */
export interface KnownChannel {
  id: string;
  /** The last one that it had. */
  name: string;
  kind: string;
  createdAt: number;
  /** Of its settings; its health is not among them. */
  updatedAt: number;
  deletedAt: number | null;
}

/** Deleted ones included. */
export const loadKnownChannels = async (engine: Engine, tenantId: string): Promise<KnownChannel[]> =>
  (await engine.query({ sql: KNOWN, params: [tenantId] })).map((row) => ({
    id: row[0] as string,
    name: row[1] as string,
    kind: row[2] as string,
    createdAt: row[3] as number,
    updatedAt: row[4] as number,
    deletedAt: row[5] as number | null,
  }));

export const insertChannelStatement = (row: ChannelRow, vault: Vault): Statement => ({
  sql: INSERT,
  params: [
    row.id,
    row.tenantId,
    row.name,
    row.type,
    sealConfig(row.config, vault),
    row.isActive ? 1 : 0,
    json(row.events),
    json(row.filters),
    row.failureChannelId,
    row.health,
    row.healthReason,
    row.consecutiveFailures,
    row.lastSuccessAt,
    row.lastFailureAt,
    row.createdAt,
    row.updatedAt,
    row.rateLimitPerMinute,
    row.staleAfterSeconds,
    row.weeklyTest ? 1 : 0,
    row.lastTestAt,
    row.lastTestSuccess === null ? null : row.lastTestSuccess ? 1 : 0,
    row.quietUntil,
    ...rotationParams(row.rotation, vault),
  ],
});

/** Everything but health and tests, which delivery owns. */
export const updateChannelStatement = (row: ChannelRow, vault: Vault): Statement => ({
  sql: UPDATE,
  params: [
    row.name,
    row.type,
    sealConfig(row.config, vault),
    row.isActive ? 1 : 0,
    json(row.events),
    json(row.filters),
    row.failureChannelId,
    row.rateLimitPerMinute,
    row.staleAfterSeconds,
    row.weeklyTest ? 1 : 0,
    row.updatedAt,
    ...rotationParams(row.rotation, vault),
    row.id,
    row.tenantId,
  ],
  expect: 1,
});

/** Takes this week's test; a `conflict` when somebody else has it or the channel wants none any more. */
export const claimTestStatement = (id: string, before: number | null, now: number): Statement => ({
  sql: CLAIM_TEST,
  params: [now, id, before],
  expect: 1,
});

/** Changes nothing: its batch fails with a `conflict` when the channel is gone by then. */
export const channelExistsStatement = (tenantId: string, id: string): Statement => ({
  sql: STILL_THERE,
  params: [id, tenantId],
  expect: 1,
});

export const removeChannelStatements = (tenantId: string, id: string, now: number): Statement[] => [
  { sql: REMOVE, params: [now, now, id, tenantId], expect: 1 },
  { sql: FORGET_FAILURE_CHANNEL, params: [id, tenantId] },
];

/** The secret that was replaced at that moment is forgotten; does nothing when another has been since. */
export const endRotationStatement = (id: string, rotatedAt: number): Statement => ({
  sql: END_ROTATION,
  params: [id, rotatedAt],
});

/** For what a handshake changes; everything else about health is delivery's. */
export const setHealthStatement = (id: string, health: ChannelHealth, reason: string | null): Statement => ({
  sql: SET_HEALTH,
  params: [health, reason, id],
});
