// In: a wall clock that was set. Out: the statements that move what waits by as much: retries go on after
// their delays, what is due stays due, and nothing grows old by it.
import { stillPast, type ClockJump } from "../core/clock-jump";
import type { Statement } from "../store/engine";

const WAITING = "status IN ('pending', 'sending')";

// A message that was never tried waits for no delay.
const MOVE_RETRIES = `UPDATE outbox SET next_attempt_at = next_attempt_at + ? WHERE ${WAITING} AND next_attempt_at > ? AND attempts > 0`;
const MAKE_DUE = `UPDATE outbox SET next_attempt_at = ? WHERE ${WAITING} AND next_attempt_at > ? AND attempts = 0`;
const MOVE_AGE = `UPDATE outbox SET waits_since = waits_since + ? WHERE ${WAITING} AND waits_since IS NOT NULL`;
const MOVE_HELD_AGE =
  "UPDATE outbox SET waits_since = waits_since + ? WHERE status = 'held' AND waits_since IS NOT NULL";
const MOVE_QUIET = "UPDATE channels SET quiet_until = quiet_until + ? WHERE quiet_until > ?";

export const shiftOutboxStatements = (jump: ClockJump): Statement[] => {
  const { byMs, now } = jump;
  const past = stillPast(jump);
  return [
    { sql: MOVE_RETRIES, params: [byMs, past] },
    ...(byMs < 0 ? [{ sql: MAKE_DUE, params: [now, now] }] : []),
    { sql: MOVE_AGE, params: [byMs] },
    { sql: MOVE_HELD_AGE, params: [byMs] },
    { sql: MOVE_QUIET, params: [byMs, past] },
  ];
};

/** Longer than any schedule and any Retry-After: whatever lies further ahead was written by a wrong clock. */
const MOST_AHEAD_MS = 8 * 86_400_000;

const BRING_NEAR =
  `UPDATE outbox SET next_attempt_at = ?1 WHERE channel_id = ?2 AND urgency IN (0, 1, 2) AND ${WAITING} ` +
  "AND next_attempt_at > ?3";

/** For a start: what would wait absurdly long is due now. Cheap: it looks only at what lies that far ahead. */
export const bringNearStatement = (channelId: string, now: number): Statement => ({
  sql: BRING_NEAR,
  params: [now, channelId, now + MOST_AHEAD_MS],
});
