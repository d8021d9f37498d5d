// In: a channel and subjects that nobody is to be told of any more. Out: the statement that cancels what waits.
import type { Statement } from "../store/engine";

const CANCEL =
  "UPDATE outbox SET status = 'cancelled', next_attempt_at = NULL, reason = ?, finished_at = ? " +
  "WHERE subject_id >= ? AND subject_id < ? AND channel_id = ? AND status IN ('pending', 'sending', 'held')";

/**
 * What waits or is held of the channel about subjects that begin so; `subjectPrefix` is not empty. The worker
 * is told of it after the commit (`withdrawn`).
 */
export const cancelSubjectsStatement = (
  { channelId, subjectPrefix }: { channelId: string; subjectPrefix: string },
  reason: string,
  now: number,
): Statement => ({
  sql: CANCEL,
  params: [reason, now, subjectPrefix, `${subjectPrefix}\u{10ffff}`, channelId],
});
