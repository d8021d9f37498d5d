// In: outbox rows. Out: the reads that delivery works by, and the statements that put rows in, claim and settle
// them. All texts are constants: the engine keeps each prepared. What holds rows back: `waiting-rows.ts`.
import type { Engine, SqlValue, Statement } from "../store/engine";
import type { OutboxRow } from "./outbox";
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

const SETTLE =
  "UPDATE outbox SET status = ?, tries = ?, attempts = ?, next_attempt_at = ?, outcome = ?, reason = ?, " +
  "delivered_at = ?, finished_at = ? WHERE seq = ?";

const CLAIM = "UPDATE outbox SET status = 'sending', epoch = ? WHERE seq = ? AND status = 'pending'";

const UNCLAIM = "UPDATE outbox SET status = 'pending' WHERE seq = ? AND status = 'sending'";

const RESCUE =
  "UPDATE outbox SET status = 'pending', next_attempt_at = MIN(next_attempt_at, ?) " +
  "WHERE status = 'sending' AND epoch <> ?";

const POSTPONE = `UPDATE outbox SET urgency = ?, next_attempt_at = ? WHERE seq = ? AND ${WAITING}`;

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
