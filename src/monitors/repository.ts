// In: monitors, their states and results. Out: their rows, and the statements that write them. The column of
// settings is sealed: nothing but this file reads or writes it.
import type { IncidentSeverity } from "../core/events";
import type { Vault } from "../core/vault";
import type { Engine, SqlValue, Statement } from "../store/engine";
import {
  HOUR_SECONDS,
  KEPT_BODIES,
  KEPT_RESULTS,
  MINUTE_SECONDS,
  type Expectations,
  type MonitorRecord,
  type MonitorState,
  type MonitorStatus,
  type MonitorType,
  type Outcome,
  type Result,
} from "./schema";

const COLUMNS =
  "number, id, tenant_id, project_id, name, group_name, description, type, config, expect, interval_seconds, " +
  "timeout_seconds, failure_threshold, success_threshold, severity, region, service_id, service_status, " +
  "is_active, created_at, updated_at, name_key";

const STATE_COLUMNS =
  "status, since, failures, successes, last_seq, next_due_at, last_at, last_outcome, last_reason, last_code, " +
  "last_latency_ms, reported_for, last_ping_at, started_at, start_run, last_duration_ms";

const LOAD = `SELECT ${COLUMNS}, ${STATE_COLUMNS} FROM monitors JOIN monitor_states ON monitor_no = number`;
const LAST_NUMBER = "SELECT seq FROM sqlite_sequence WHERE name = 'monitors'";

const INSERT = `INSERT INTO monitors (${COLUMNS}) VALUES (${new Array(22).fill("?").join(", ")})`;
const INSERT_STATE = `INSERT INTO monitor_states (monitor_no, ${STATE_COLUMNS}) VALUES (${new Array(17).fill("?").join(", ")})`;
const UPDATE =
  "UPDATE monitors SET project_id = ?, name = ?, group_name = ?, description = ?, config = ?, expect = ?, " +
  "interval_seconds = ?, timeout_seconds = ?, failure_threshold = ?, success_threshold = ?, severity = ?, " +
  "region = ?, service_id = ?, service_status = ?, is_active = ?, updated_at = ?, name_key = ? WHERE number = ?";
const UPDATE_STATE =
  "UPDATE monitor_states SET status = ?, since = ?, failures = ?, successes = ?, last_seq = ?, next_due_at = ?, " +
  "last_at = ?, last_outcome = ?, last_reason = ?, last_code = ?, last_latency_ms = ?, reported_for = ?, " +
  "last_ping_at = ?, started_at = ?, start_run = ?, last_duration_ms = ? WHERE monitor_no = ?";

const SAVE_RESULT =
  "INSERT OR REPLACE INTO monitor_results (monitor_no, slot, seq, at, outcome, reason, code, latency_ms, source) " +
  "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
const SAVE_BODY = "INSERT OR REPLACE INTO monitor_bodies (monitor_no, slot, seq, body) VALUES (?, ?, ?, ?)";
const ADD_TO_SUMMARY =
  "INSERT INTO monitor_summaries (monitor_no, span_seconds, at, up, down, unknown, latency_sum, latency_min, latency_max) " +
  "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET up = up + excluded.up, down = down + excluded.down, " +
  "unknown = unknown + excluded.unknown, latency_sum = latency_sum + excluded.latency_sum, " +
  "latency_min = min(latency_min, excluded.latency_min), latency_max = max(latency_max, excluded.latency_max)";

const RESULTS =
  "SELECT r.seq, r.at, r.outcome, r.reason, r.code, r.latency_ms, r.source, b.seq IS NOT NULL FROM monitor_results r " +
  "LEFT JOIN monitor_bodies b ON b.monitor_no = r.monitor_no AND b.slot = r.seq % ? AND b.seq = r.seq " +
  "WHERE r.monitor_no = ? AND r.seq < ? ORDER BY r.seq DESC LIMIT ?";
const OUTPUT =
  "SELECT seq, body FROM monitor_bodies WHERE monitor_no = ? AND seq = ifnull(?, seq) ORDER BY seq DESC LIMIT 1";
const SUMMARIES =
  "SELECT at, up, down, unknown, latency_sum, latency_min, latency_max FROM monitor_summaries " +
  "WHERE monitor_no = ? AND span_seconds = ? AND at >= ? AND at < ? ORDER BY at";
const PRUNE = "DELETE FROM monitor_summaries WHERE monitor_no = ? AND span_seconds = ? AND at < ?";

/** Names are compared without regard to case. */
export const nameKeyOf = (name: string): string => name.trim().toLowerCase();

export interface StoredResult extends Result {
  /** Counts up from 1 within a monitor. */
  seq: number;
  hasBody: boolean;
}

/** Of one minute or hour that begins at `at`. Latencies are those of looks that went well, in ms. */
export interface Summary {
  at: number;
  up: number;
  down: number;
  unknown: number;
  latencySum: number;
  latencyMin: number;
  latencyMax: number;
}

export interface Loaded {
  record: MonitorRecord;
  state: MonitorState;
  lastSeq: number;
}

const openGiven = (sealed: string, vault: Vault): MonitorRecord["given"] => {
  try {
    return JSON.parse(vault.open(sealed)) as Record<string, unknown>;
  } catch {
    return null;
  }
};

const loadedOf = (row: readonly SqlValue[], vault: Vault): Loaded => ({
  record: {
    number: row[0] as number,
    id: row[1] as string,
    tenantId: row[2] as string,
    projectId: row[3] as string,
    name: row[4] as string,
    group: row[5] as string | null,
    description: row[6] as string,
    type: row[7] as MonitorType,
    given: openGiven(row[8] as string, vault),
    expect: JSON.parse(row[9] as string) as Expectations,
    intervalSeconds: row[10] as number,
    timeoutSeconds: row[11] as number,
    failureThreshold: row[12] as number,
    successThreshold: row[13] as number,
    severity: row[14] as IncidentSeverity,
    region: row[15] as string | null,
    serviceId: row[16] as string | null,
    serviceStatus: row[17] as MonitorRecord["serviceStatus"],
    isActive: row[18] === 1,
    createdAt: row[19] as number,
    updatedAt: row[20] as number,
  },
  state: {
    status: row[22] as MonitorStatus,
    since: row[23] as number,
    failures: row[24] as number,
    successes: row[25] as number,
    nextDueAt: row[27] as number | null,
    lastAt: row[28] as number | null,
    lastOutcome: row[29] as Outcome | null,
    lastReason: row[30] as string | null,
    lastCode: row[31] as number | null,
    lastLatencyMs: row[32] as number | null,
    reportedFor: row[33] as string | null,
    lastPingAt: row[34] as number | null,
    startedAt: row[35] as number | null,
    startRun: row[36] as string | null,
    lastDurationMs: row[37] as number | null,
  },
  lastSeq: row[26] as number,
});

const stateParams = (state: MonitorState, lastSeq: number): SqlValue[] => [
  state.status,
  state.since,
  state.failures,
  state.successes,
  lastSeq,
  state.nextDueAt,
  state.lastAt,
  state.lastOutcome,
  state.lastReason,
  state.lastCode,
  state.lastLatencyMs,
  state.reportedFor,
  state.lastPingAt,
  state.startedAt,
  state.startRun,
  state.lastDurationMs,
];

/** Changes nothing when the monitor is gone. */
export const saveStateStatement = (number: number, state: MonitorState, lastSeq: number): Statement => ({
  sql: UPDATE_STATE,
  params: [...stateParams(state, lastSeq), number],
});

/** Takes the place of the oldest one once the ring is full. */
export const saveResultStatement = (number: number, seq: number, result: Result): Statement => ({
  sql: SAVE_RESULT,
  params: [
    number,
    seq % KEPT_RESULTS,
    seq,
    result.at,
    result.outcome,
    result.reason,
    result.code,
    result.latencyMs,
    result.source,
  ],
});

export const saveBodyStatement = (number: number, seq: number, body: Uint8Array): Statement => ({
  sql: SAVE_BODY,
  params: [number, seq % KEPT_BODIES, seq, body],
});

/** Greater than any latency: so that `min` finds the first real one. */
const NO_LATENCY = 2_147_483_647;

/** Both spans. */
export const addToSummaryStatements = (number: number, { at, outcome, latencyMs }: Result): Statement[] => {
  const counted = outcome === "up" && latencyMs !== null;
  return [MINUTE_SECONDS, HOUR_SECONDS].map((seconds) => ({
    sql: ADD_TO_SUMMARY,
    params: [
      number,
      seconds,
      Math.floor(at / (seconds * 1_000)) * seconds * 1_000,
      outcome === "up" ? 1 : 0,
      outcome === "down" ? 1 : 0,
      outcome === "unknown" ? 1 : 0,
      counted ? latencyMs : 0,
      counted ? latencyMs : NO_LATENCY,
      counted ? latencyMs : 0,
    ],
  }));
};

/** Summaries from before that time, in ms. */
export const pruneSummariesStatement = (number: number, spanSeconds: number, before: number): Statement => ({
  sql: PRUNE,
  params: [number, spanSeconds, before],
});

const REMOVALS = [
  "DELETE FROM monitor_results WHERE monitor_no = ?",
  "DELETE FROM monitor_bodies WHERE monitor_no = ?",
  "DELETE FROM monitor_summaries WHERE monitor_no = ?",
];

export const createMonitorRepository = ({ engine, vault }: { engine: Engine; vault: Vault }) => {
  const seal = ({ given }: MonitorRecord): string => vault.seal(JSON.stringify(given ?? {}));

  return {
    /** Of all organizations. */
    loadAll: async (): Promise<Loaded[]> =>
      (await engine.query({ sql: LOAD })).map((row) => loadedOf(row, vault)),

    /** The highest number that was ever used; 0 when none was. */
    lastNumber: async (): Promise<number> =>
      ((await engine.query({ sql: LAST_NUMBER }))[0]?.[0] as number | undefined) ?? 0,

    insert: (record: MonitorRecord, state: MonitorState): Statement[] => [
      {
        sql: INSERT,
        params: [
          record.number,
          record.id,
          record.tenantId,
          record.projectId,
          record.name,
          record.group,
          record.description,
          record.type,
          seal(record),
          JSON.stringify(record.expect),
          record.intervalSeconds,
          record.timeoutSeconds,
          record.failureThreshold,
          record.successThreshold,
          record.severity,
          record.region,
          record.serviceId,
          record.serviceStatus,
          record.isActive ? 1 : 0,
          record.createdAt,
          record.updatedAt,
          nameKeyOf(record.name),
        ],
        expect: 1,
      },
      { sql: INSERT_STATE, params: [record.number, ...stateParams(state, 0)] },
    ],

    update: (record: MonitorRecord): Statement => ({
      sql: UPDATE,
      params: [
        record.projectId,
        record.name,
        record.group,
        record.description,
        seal(record),
        JSON.stringify(record.expect),
        record.intervalSeconds,
        record.timeoutSeconds,
        record.failureThreshold,
        record.successThreshold,
        record.severity,
        record.region,
        record.serviceId,
        record.serviceStatus,
        record.isActive ? 1 : 0,
        record.updatedAt,
        nameKeyOf(record.name),
        record.number,
      ],
      expect: 1,
    }),

    /** With all that was kept of it. */
    remove: (number: number): Statement[] => [
      { sql: "DELETE FROM monitors WHERE number = ?", params: [number], expect: 1 },
      ...REMOVALS.map((sql) => ({ sql, params: [number] })),
    ],

    /** Newest first, from before `before`. */
    results: async (
      number: number,
      { before, limit }: { before: number; limit: number },
    ): Promise<StoredResult[]> =>
      (await engine.query({ sql: RESULTS, params: [KEPT_BODIES, number, before, limit] })).map((row) => ({
        seq: row[0] as number,
        at: row[1] as number,
        outcome: row[2] as Outcome,
        reason: row[3] as string | null,
        code: row[4] as number | null,
        latencyMs: row[5] as number | null,
        source: row[6] as string | null,
        hasBody: row[7] === 1,
      })),

    /** What came with a report, or with the newest that had any; undefined when it is not kept. */
    output: async (
      number: number,
      seq: number | null,
    ): Promise<{ seq: number; body: Uint8Array } | undefined> => {
      const [row] = await engine.query({ sql: OUTPUT, params: [number, seq] });
      return row === undefined ? undefined : { seq: row[0] as number, body: row[1] as Uint8Array };
    },

    /** In the order of time. */
    summaries: async (
      number: number,
      { spanSeconds, from, to }: { spanSeconds: number; from: number; to: number },
    ): Promise<Summary[]> =>
      (await engine.query({ sql: SUMMARIES, params: [number, spanSeconds, from, to] })).map((row) => ({
        at: row[0] as number,
        up: row[1] as number,
        down: row[2] as number,
        unknown: row[3] as number,
        latencySum: row[4] as number,
        latencyMin: row[5] === NO_LATENCY ? 0 : (row[5] as number),
        latencyMax: row[6] as number,
      })),
  };
};

export type MonitorRepository = ReturnType<typeof createMonitorRepository>;
