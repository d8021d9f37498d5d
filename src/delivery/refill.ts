// In: a channel's lane with room. Out: its due rows from the file, most urgent and oldest first, and
// the time at which the next one comes due. Also: the row that an ordered one has to wait for.
import type { Engine } from "../store/engine";
import { LEAST_ROWS, QUEUE_LIMIT, URGENCIES, type Lane } from "./lane";
import type { OutboxRow } from "./outbox";
import { dueRows, earlierWaiting, nextDueAt } from "./repository";

/** Rows of all channels in memory, about; a body is around 1 KiB. */
const ROWS_IN_MEMORY = 4_096;

/** Gives the next due time after `now`, or null when there is none or more is due than was read. */
export const refillLane = async (parts: {
  engine: Engine;
  lane: Lane;
  now: number;
  /** Channels that share the memory. */
  lanes: number;
}): Promise<number | null> => {
  const { engine, lane, now } = parts;
  const share = Math.floor(ROWS_IN_MEMORY / Math.max(parts.lanes, 1));
  lane.capacity = Math.max(Math.min(QUEUE_LIMIT, share), LEAST_ROWS);
  lane.beginRefill();
  try {
    for (const urgency of URGENCIES) {
      // An urgent row is always read; others only as far as there is room.
      const left = lane.capacity - lane.queued;
      const room = urgency === 0 ? Math.max(left, LEAST_ROWS) : left;
      if (room <= 0) return null;
      const asked = room + lane.knownCount;
      const rows = await dueRows(engine, lane.channelId, urgency, now, asked);
      for (const row of rows) lane.push(row);
      if (rows.length >= asked) return null;
      if (urgency === 0) lane.hasUrgentOnDisk = false;
    }
    lane.reachedEnd();
    let next: number | null = null;
    for (const urgency of URGENCIES) {
      const at = await nextDueAt(engine, lane.channelId, urgency, now);
      if (at !== null && (next === null || at < next)) next = at;
    }
    return next;
  } finally {
    lane.endRefill();
  }
};

/**
 * Where the row has to stand so that it comes after an earlier one of its subject that still waits
 * in the file; null when it may go. Unordered channels wait only for the first attempt.
 */
export const postponeBehind = async (
  engine: Engine,
  row: OutboxRow,
  isOrdered: boolean,
): Promise<{ urgency: number; nextAttemptAt: number } | null> => {
  const earlier = await earlierWaiting(engine, row);
  if (earlier === null || (!isOrdered && earlier.attempts > 0)) return null;
  return { urgency: earlier.urgency, nextAttemptAt: earlier.nextAttemptAt };
};
