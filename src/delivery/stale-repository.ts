// In: rows of one channel that have waited too long. Out: what a summary says of them, and the statements
// that end them. The reads run in the writer thread: a backlog of 100,000 rows must not hold up the others.
import type { Engine, SqlValue, Statement, StatementResult } from "../store/engine";

/** Which rows: those of the channel that wait, since `before` or longer, but for the ones that are being sent. */
export interface StaleRows {
  channelId: string;
  before: number;
  /** Rows that were decided later are not looked at. */
  upToSeq: number;
  exceptSeqs: readonly number[];
}

const WAITING = "status IN ('pending', 'sending')";

const STALE =
  `channel_id = ? AND ${WAITING} AND waits_since <= ? AND seq <= ? ` +
  "AND seq NOT IN (SELECT value FROM json_each(?))";

const COUNT = `SELECT COUNT(*), MIN(waits_since), MIN(created_at), MAX(created_at) FROM outbox WHERE ${STALE}`;

// Rows for several recipients are one message.
const MESSAGES = `SELECT MIN(seq) AS first, created_at, event, headline FROM outbox WHERE ${STALE} GROUP BY subject_id, event, created_at`;
const COUNT_MESSAGES = `SELECT COUNT(*) FROM (${MESSAGES})`;
const LINES = `SELECT created_at, event, headline FROM (${MESSAGES}) ORDER BY first LIMIT ?`;

const SUMMARIES =
  `SELECT seq, headline FROM outbox WHERE channel_id = ? AND ${WAITING} AND event = 'channel.summary' ` +
  "AND headline IS NOT NULL AND seq NOT IN (SELECT value FROM json_each(?)) ORDER BY seq";

const NEWEST = `SELECT seq, id FROM outbox WHERE channel_id = ? AND ${WAITING} ORDER BY seq DESC LIMIT 1`;

const CANCEL = `UPDATE outbox SET status = 'cancelled', next_attempt_at = NULL, reason = ?, finished_at = ? WHERE ${STALE}`;

const UNDATE = "UPDATE outbox SET waits_since = NULL WHERE seq = ?";

const CANCEL_ONE =
  "UPDATE outbox SET status = 'cancelled', next_attempt_at = NULL, reason = ?, finished_at = ? " +
  `WHERE seq = ? AND ${WAITING}`;

const paramsOf = ({ channelId, before, upToSeq, exceptSeqs }: StaleRows): SqlValue[] => [
  channelId,
  before,
  upToSeq,
  JSON.stringify(exceptSeqs),
];

export interface StaleMessages {
  rows: number;
  messages: number;
  /** The longest wait began then, in ms. */
  waitsSince: number;
  from: number;
  until: number;
  lines: { at: number; event: string; text: string }[];
  /** Summaries that wait themselves, with what they hold as JSON. */
  summaries: { seq: number; content: string }[];
}

const rowsOf = (results: readonly StatementResult[], index: number): SqlValue[][] =>
  results[index]?.rows ?? [];

/** `lines`: at most so many, the oldest first. */
export const readStale = async (engine: Engine, stale: StaleRows, lines: number): Promise<StaleMessages> => {
  const params = paramsOf(stale);
  const results = await engine.batch(
    [
      { sql: COUNT, params },
      { sql: COUNT_MESSAGES, params },
      { sql: LINES, params: [...params, lines] },
      { sql: SUMMARIES, params: [stale.channelId, JSON.stringify(stale.exceptSeqs)] },
    ],
    "process",
  );
  const [counted] = rowsOf(results, 0);
  return {
    rows: Number(counted?.[0] ?? 0),
    waitsSince: Number(counted?.[1] ?? 0),
    from: Number(counted?.[2] ?? 0),
    until: Number(counted?.[3] ?? 0),
    messages: Number(rowsOf(results, 1)[0]?.[0] ?? 0),
    lines: rowsOf(results, 2).map((row) => ({
      at: row[0] as number,
      event: row[1] as string,
      text: (row[2] as string | null) ?? (row[1] as string),
    })),
    summaries: rowsOf(results, 3).map((row) => ({ seq: row[0] as number, content: row[1] as string })),
  };
};

/** The channel's newest row that waits. */
export const newestWaiting = async (
  engine: Engine,
  channelId: string,
): Promise<{ seq: number; id: string } | undefined> => {
  const [row] = await engine.query({ sql: NEWEST, params: [channelId] });
  return row === undefined ? undefined : { seq: row[0] as number, id: row[1] as string };
};

/** `count`: how many there must be; undefined: however many. Another number is a `conflict`. */
export const cancelStaleStatement = (
  stale: StaleRows,
  { reason, now, count }: { reason: string; now: number; count?: number },
): Statement => ({
  sql: CANCEL,
  params: [reason, now, ...paramsOf(stale)],
  ...(count === undefined ? {} : { expect: count }),
});

/** The row is sent however long it waits. */
export const undateStatement = (seq: number): Statement => ({ sql: UNDATE, params: [seq] });

/** A `conflict` when it does not wait any more. */
export const cancelWaitingStatement = (seq: number, reason: string, now: number): Statement => ({
  sql: CANCEL_ONE,
  params: [reason, now, seq],
  expect: 1,
});
