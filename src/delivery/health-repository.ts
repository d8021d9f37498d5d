// In: a channel's health and counts. Out: the statements that keep them, and the reads at start.
import type { Channel } from "../channels/directory";
import type { Engine, Statement } from "../store/engine";

const SAVE_HEALTH =
  "UPDATE channels SET health = ?, health_reason = ?, consecutive_failures = ?, last_success_at = ?, " +
  "last_failure_at = ? WHERE id = ?";

const SAVE_TEST = "UPDATE channels SET last_test_at = ?, last_test_success = ? WHERE id = ?";

const QUIET = "UPDATE channels SET quiet_until = ? WHERE id = ?";

const ADD_HOUR =
  "INSERT INTO channel_hours (channel_id, hour, delivered, failed) VALUES (?, ?, ?, ?) ON CONFLICT (channel_id, hour) " +
  "DO UPDATE SET delivered = delivered + excluded.delivered, failed = failed + excluded.failed";

const PRUNE_HOURS = "DELETE FROM channel_hours WHERE channel_id = ? AND hour < ?";

const LOAD_HOURS = "SELECT channel_id, hour, delivered, failed FROM channel_hours WHERE hour >= ?";

export interface HourCounts {
  delivered: number;
  failed: number;
}

export const saveHealthStatement = (channel: Channel): Statement => ({
  sql: SAVE_HEALTH,
  params: [
    channel.health,
    channel.healthReason,
    channel.consecutiveFailures,
    channel.lastSuccessAt,
    channel.lastFailureAt,
    channel.id,
  ],
});

/** What the last test came to. */
export const saveTestStatement = ({ id, lastTestAt, lastTestSuccess }: Channel): Statement => ({
  sql: SAVE_TEST,
  params: [lastTestAt, lastTestSuccess === null ? null : lastTestSuccess ? 1 : 0, id],
});

/** Until when the endpoint wants to hear nothing; null: it may hear again. */
export const quietStatement = (channelId: string, until: number | null): Statement => ({
  sql: QUIET,
  params: [until, channelId],
});

/** Adds to what the hour holds; `hour` is its beginning in ms. */
export const hourStatement = (channelId: string, hour: number, counts: HourCounts): Statement => ({
  sql: ADD_HOUR,
  params: [channelId, hour, counts.delivered, counts.failed],
});

export const pruneHoursStatement = (channelId: string, before: number): Statement => ({
  sql: PRUNE_HOURS,
  params: [channelId, before],
});

export const loadHours = async (
  engine: Engine,
  since: number,
): Promise<{ channelId: string; hour: number; counts: HourCounts }[]> =>
  (await engine.query({ sql: LOAD_HOURS, params: [since] })).map((row) => ({
    channelId: row[0] as string,
    hour: row[1] as number,
    counts: { delivered: row[2] as number, failed: row[3] as number },
  }));
