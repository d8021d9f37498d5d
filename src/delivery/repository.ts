// In: outbox rows. Out: the reads that delivery works by, and the statements that change them. All
// texts are constants: the engine keeps each prepared.
import type { AcceptedKey } from "../channels/schema";
import type { Engine, SqlValue, Statement } from "../store/engine";
import type { OutboxRow } from "./outbox";
import type { Receipt } from "./receipts";
import type { DeliveryStatus, Outcome } from "./schema";

const WORK_COLUMNS =
  "seq, id, tenant_id, channel_id, event, subject_id, machine_id, urgency, body, content_type, status, " +
  "tries, attempts, next_attempt_at, outcome, reason, replay_of, created_at, waits_since";

const INSERT =
  `INSERT INTO outbox (${WORK_COLUMNS}, finished_at, headline) ` +
  "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

const LAST_SEQ = "SELECT seq FROM sqlite_sequence WHERE name = 'outbox'";

// The condition repeats that of the index outbox_due, so that SQLite uses it.
const WAITING = "status IN ('pending', 'sending')";

const DUE =
  `SELECT ${WORK_COLUMNS} FROM outbox WHERE channel_id = ? AND urgency = ? AND next_attempt_at <= ? AND ${WAITING} ` +
  "ORDER BY next_attempt_at, seq LIMIT ?";

const NEXT_DUE =
  "SELECT MIN(next_attempt_at) FROM outbox WHERE channel_id = ? AND urgency = ? AND next_attempt_at > ? " +
  `AND ${WAITING}`;

const EARLIER =
  "SELECT seq, urgency, next_attempt_at, attempts FROM outbox WHERE subject_id = ? AND seq < ? AND channel_id = ? " +
  `AND content_type = ? AND ${WAITING} ORDER BY seq LIMIT 1`;

const FIRST_OF_SUBJECT = "SELECT id FROM outbox WHERE subject_id = ? AND channel_id = ? ORDER BY seq LIMIT 1";

const LAST_STARTS = "SELECT started_at FROM attempts WHERE channel_id = ? ORDER BY seq DESC LIMIT ?";

const SETTLE =
  "UPDATE outbox SET status = ?, tries = ?, attempts = ?, next_attempt_at = ?, outcome = ?, reason = ?, " +
  "delivered_at = ?, finished_at = ? WHERE seq = ?";

const INSERT_ATTEMPT =
  "INSERT INTO attempts (delivery_seq, channel_id, number, outcome, status_code, error, address, queued_at, " +
  "started_at, first_byte_ms, total_ms, request_headers, response_headers, response_body, method, url, " +
  "accepted_key, refused_exchange) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/** Not when the result is in the database already, or the row has been opened again since. */
const IS_OPEN_FOR = "id = ? AND attempts = ? AND status IN ('pending', 'sending', 'held')";

const INSERT_KEPT_ATTEMPT =
  "INSERT INTO attempts (delivery_seq, channel_id, number, outcome, status_code, error, queued_at, started_at, " +
  "total_ms, request_headers) SELECT seq, channel_id, attempts + 1, 'delivered', ?, ?, " +
  `COALESCE(next_attempt_at, created_at), ?, ?, '{}' FROM outbox WHERE ${IS_OPEN_FOR}`;

const SETTLE_KEPT =
  "UPDATE outbox SET status = 'delivered', attempts = attempts + 1, next_attempt_at = NULL, " +
  `outcome = 'delivered', reason = NULL, delivered_at = ?, finished_at = ? WHERE ${IS_OPEN_FOR}`;

const CLAIM = "UPDATE outbox SET status = 'sending', epoch = ? WHERE seq = ? AND status = 'pending'";

const UNCLAIM = "UPDATE outbox SET status = 'pending' WHERE seq = ? AND status = 'sending'";

const RESCUE =
  "UPDATE outbox SET status = 'pending', next_attempt_at = MIN(next_attempt_at, ?) " +
  "WHERE status = 'sending' AND epoch <> ?";

const POSTPONE = `UPDATE outbox SET urgency = ?, next_attempt_at = ? WHERE seq = ? AND ${WAITING}`;

const HOLD = `UPDATE outbox SET status = 'held', next_attempt_at = NULL, reason = ? WHERE channel_id = ? AND ${WAITING}`;

const HOLD_ONE = `UPDATE outbox SET status = 'held', next_attempt_at = NULL, reason = ? WHERE seq = ? AND ${WAITING}`;

const RELEASE =
  "UPDATE outbox SET status = 'pending', tries = 0, next_attempt_at = ?, reason = NULL " +
  "WHERE channel_id = ? AND status = 'held'";

const RELEASE_ONE =
  "UPDATE outbox SET status = 'pending', next_attempt_at = ?, reason = NULL WHERE seq = ? AND status = 'held'";

const CANCEL_WAITING =
  "UPDATE outbox SET status = 'cancelled', next_attempt_at = NULL, reason = ?, finished_at = ? " +
  `WHERE channel_id = ? AND ${WAITING}`;

const CANCEL_HELD =
  "UPDATE outbox SET status = 'cancelled', reason = ?, finished_at = ? WHERE channel_id = ? AND status = 'held'";

const CANCEL_ONE =
  "UPDATE outbox SET status = 'cancelled', next_attempt_at = NULL, reason = ?, finished_at = ? " +
  "WHERE seq = ? AND status IN ('pending', 'sending', 'held')";

// A loose scan: one step per channel in the index, whatever the number of rows.
const CHANNELS_WITH = (condition: string): string =>
  `WITH RECURSIVE found (id) AS (SELECT MIN(channel_id) FROM outbox WHERE ${condition} UNION ALL ` +
  `SELECT (SELECT MIN(channel_id) FROM outbox WHERE channel_id > found.id AND ${condition}) FROM found ` +
  "WHERE found.id IS NOT NULL) SELECT id FROM found WHERE id IS NOT NULL";
const CHANNELS_WAITING = CHANNELS_WITH(WAITING);
const CHANNELS_HELD = CHANNELS_WITH("status = 'held'");

const COUNT_WAITING =
  `SELECT (SELECT COUNT(*) FROM outbox WHERE channel_id = ?1 AND ${WAITING}) + ` +
  "(SELECT COUNT(*) FROM outbox WHERE channel_id = ?1 AND status = 'held')";

const workRow = (values: SqlValue[]): OutboxRow => ({
  seq: values[0] as number,
  id: values[1] as string,
  tenantId: values[2] as string,
  channelId: values[3] as string,
  event: values[4] as string,
  subjectId: values[5] as string,
  machineId: values[6] as string | null,
  urgency: values[7] as number,
  body: values[8] as Uint8Array,
  contentType: values[9] as string,
  status: values[10] as DeliveryStatus,
  tries: values[11] as number,
  attempts: values[12] as number,
  nextAttemptAt: values[13] as number | null,
  outcome: values[14] as Outcome | null,
  reason: values[15] as string | null,
  replayOf: values[16] as string | null,
  createdAt: values[17] as number,
  waitsSince: values[18] as number | null,
});

const isFinal = (status: DeliveryStatus): boolean =>
  status === "delivered" || status === "failed" || status === "cancelled";

export const insertDeliveryStatement = (row: OutboxRow): Statement => ({
  sql: INSERT,
  params: [
    row.seq,
    row.id,
    row.tenantId,
    row.channelId,
    row.event,
    row.subjectId,
    row.machineId,
    row.urgency,
    row.body,
    row.contentType,
    row.status,
    row.tries,
    row.attempts,
    row.nextAttemptAt,
    row.outcome,
    row.reason,
    row.replayOf,
    row.createdAt,
    row.waitsSince ?? null,
    isFinal(row.status) ? row.createdAt : null,
    row.headline ?? null,
  ],
});

export interface Settlement {
  seq: number;
  status: DeliveryStatus;
  tries: number;
  attempts: number;
  nextAttemptAt: number | null;
  outcome: Outcome;
  reason: string | null;
  deliveredAt: number | null;
  finishedAt: number | null;
}

export const settleStatement = (settlement: Settlement): Statement => ({
  sql: SETTLE,
  params: [
    settlement.status,
    settlement.tries,
    settlement.attempts,
    settlement.nextAttemptAt,
    settlement.outcome,
    settlement.reason,
    settlement.deliveredAt,
    settlement.finishedAt,
    settlement.seq,
  ],
});

/** What was sent and answered before the same delivery was sent again within one attempt. */
export interface RefusedExchange {
  statusCode: number | null;
  error: string | null;
  address: string | null;
  startedAt: number;
  firstByteMs: number | null;
  totalMs: number;
  /** Masked. */
  requestHeaders: Record<string, string>;
  responseHeaders: Record<string, string> | null;
  responseBody: string | null;
}

export interface AttemptRecord {
  deliverySeq: number;
  channelId: string;
  number: number;
  outcome: Outcome;
  statusCode: number | null;
  error: string | null;
  address: string | null;
  queuedAt: number;
  startedAt: number;
  firstByteMs: number | null;
  totalMs: number;
  /** Masked. */
  requestHeaders: Record<string, string>;
  responseHeaders: Record<string, string> | null;
  responseBody: string | null;
  method: string | null;
  /** Masked. */
  url: string | null;
  /** During a rotation: the secret that the endpoint took, where that can be told. */
  acceptedKey: AcceptedKey | null;
  /** During a rotation: how it refused the new secret. */
  refused: RefusedExchange | null;
}

export const insertAttemptStatement = (attempt: AttemptRecord): Statement => ({
  sql: INSERT_ATTEMPT,
  params: [
    attempt.deliverySeq,
    attempt.channelId,
    attempt.number,
    attempt.outcome,
    attempt.statusCode,
    attempt.error,
    attempt.address,
    attempt.queuedAt,
    attempt.startedAt,
    attempt.firstByteMs,
    attempt.totalMs,
    JSON.stringify(attempt.requestHeaders),
    attempt.responseHeaders === null ? null : JSON.stringify(attempt.responseHeaders),
    attempt.responseBody,
    attempt.method,
    attempt.url,
    attempt.acceptedKey,
    attempt.refused === null ? null : JSON.stringify(attempt.refused),
  ],
});

/** What an earlier process had learned and could not write any more; without the rest of the evidence. */
export const restoreStatements = (receipt: Receipt): Statement[] => {
  const { id, number, statusCode, startedAt, totalMs } = receipt;
  const at = startedAt + totalMs;
  return [
    {
      sql: INSERT_KEPT_ATTEMPT,
      params: [
        statusCode,
        "Andon ended before it had stored the answer.",
        startedAt,
        totalMs,
        id,
        number - 1,
      ],
    },
    { sql: SETTLE_KEPT, params: [at, at, id, number - 1] },
  ];
};

/** The highest running number ever given. */
export const lastSeq = async (engine: Engine): Promise<number> =>
  ((await engine.query({ sql: LAST_SEQ }))[0]?.[0] as number | undefined) ?? 0;

/** Rows of one urgency that are due, oldest first. */
export const dueRows = async (
  engine: Engine,
  channelId: string,
  urgency: number,
  now: number,
  limit: number,
): Promise<OutboxRow[]> =>
  (await engine.query({ sql: DUE, params: [channelId, urgency, now, limit] })).map(workRow);

/** The earliest due time after `now`, in ms, or null. */
export const nextDueAt = async (
  engine: Engine,
  channelId: string,
  urgency: number,
  now: number,
): Promise<number | null> =>
  ((await engine.query({ sql: NEXT_DUE, params: [channelId, urgency, now] }))[0]?.[0] as
    | number
    | null
    | undefined) ?? null;

/** When the last attempts of the channel began, newest first, in ms. */
export const lastStarts = async (engine: Engine, channelId: string, limit: number): Promise<number[]> =>
  (await engine.query({ sql: LAST_STARTS, params: [channelId, limit] })).map((row) => row[0] as number);

export interface EarlierRow {
  seq: number;
  urgency: number;
  nextAttemptAt: number;
  attempts: number;
}

/** The first row of the same channel, subject and recipient that was decided earlier and still waits. */
export const earlierWaiting = async (engine: Engine, row: OutboxRow): Promise<EarlierRow | null> => {
  const { subjectId, seq, channelId, contentType } = row;
  const [found] = await engine.query({ sql: EARLIER, params: [subjectId, seq, channelId, contentType] });
  if (found === undefined) return null;
  return {
    seq: found[0] as number,
    urgency: found[1] as number,
    nextAttemptAt: found[2] as number,
    attempts: found[3] as number,
  };
};

export const claimStatement = (seq: number, epoch: number): Statement => ({
  sql: CLAIM,
  params: [epoch, seq],
});

/** The attempt was none: it waits as before. */
export const unclaimStatement = (seq: number): Statement => ({ sql: UNCLAIM, params: [seq] });

/** Rows that an earlier run of the program had claimed are due now. */
export const rescueStatement = (epoch: number, now: number): Statement => ({
  sql: RESCUE,
  params: [now, epoch],
});

export const postponeStatement = (seq: number, urgency: number, nextAttemptAt: number): Statement => ({
  sql: POSTPONE,
  params: [urgency, nextAttemptAt, seq],
});

/** All rows of the channel that wait; they stay until `releaseStatement`. */
export const holdStatement = (channelId: string, reason: string): Statement => ({
  sql: HOLD,
  params: [reason, channelId],
});

export const holdOneStatement = (seq: number, reason: string): Statement => ({
  sql: HOLD_ONE,
  params: [reason, seq],
});

/** Held rows of the channel are due now, on a fresh schedule. */
export const releaseStatement = (channelId: string, now: number): Statement => ({
  sql: RELEASE,
  params: [now, channelId],
});

export const releaseOneStatement = (seq: number, now: number): Statement => ({
  sql: RELEASE_ONE,
  params: [now, seq],
});

/** Everything of the channel that waits or is held ends as cancelled. */
export const cancelStatements = (channelId: string, reason: string, now: number): Statement[] => [
  { sql: CANCEL_WAITING, params: [reason, now, channelId] },
  { sql: CANCEL_HELD, params: [reason, now, channelId] },
];

export const cancelOneStatement = (seq: number, reason: string, now: number): Statement => ({
  sql: CANCEL_ONE,
  params: [reason, now, seq],
});

export const channelsWaiting = async (engine: Engine): Promise<string[]> =>
  (await engine.query({ sql: CHANNELS_WAITING })).map((row) => row[0] as string);

export const channelsHeld = async (engine: Engine): Promise<string[]> =>
  (await engine.query({ sql: CHANNELS_HELD })).map((row) => row[0] as string);

/** Rows of the channel that are pending, sending or held. */
export const countWaiting = async (engine: Engine, channelId: string): Promise<number> =>
  (await engine.query({ sql: COUNT_WAITING, params: [channelId] }))[0]?.[0] as number;

/** The delivery that began what a channel was told of a subject; undefined also where it can't be read. */
export const findFirstDelivery = async (
  engine: Engine,
  channelId: string,
  subjectId: string,
): Promise<string | undefined> => {
  try {
    const [found] = await engine.query({ sql: FIRST_OF_SUBJECT, params: [subjectId, channelId] });
    return found?.[0] as string | undefined;
  } catch {
    // A mail outside its thread is better than none.
    return undefined;
  }
};

/** For a row that is inserted when all is over: a test, or what a channel was brought to show. */
export const finishStatement = (seq: number, deliveredAt: number | null, finishedAt: number): Statement => ({
  sql: "UPDATE outbox SET delivered_at = ?, finished_at = ? WHERE seq = ?",
  params: [deliveredAt, finishedAt, seq],
});
