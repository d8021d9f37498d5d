// In: a channel that stops, goes on or is gone. Out: the statements by which what waits for it is held, let
// go or cancelled, and which channels have something waiting.
import type { Engine, Statement } from "../store/engine";

// The condition repeats that of the index outbox_due, so that SQLite uses it.
const WAITING = "status IN ('pending', 'sending')";

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
