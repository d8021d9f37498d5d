// In: how long and how many. Out: old attempts deleted in small steps; of each channel the last 50
// stay. Deliveries themselves stay: they are what happened.
import type { Clock } from "../core/clock";
import type { Engine } from "../store/engine";

export interface AttemptRetention {
  days: number;
  /** Rows in all. */
  maxRows?: number;
  keptPerChannel?: number;
}

const MOST_ROWS = 1_000_000;
const KEPT_PER_CHANNEL = 50;
/** Rows per statement: other writers wait no longer than a few milliseconds. */
const STEP = 1_000;
const DAY_MS = 86_400_000;

const CHANNELS =
  "WITH RECURSIVE found (id) AS (SELECT MIN(channel_id) FROM attempts UNION ALL " +
  "SELECT (SELECT MIN(channel_id) FROM attempts WHERE channel_id > found.id) FROM found WHERE found.id IS NOT NULL) " +
  "SELECT id FROM found WHERE id IS NOT NULL";
const FIRST_KEPT = "SELECT seq FROM attempts WHERE channel_id = ? ORDER BY seq DESC LIMIT 1 OFFSET ?";
const LAST_SEQ = "SELECT MAX(seq) FROM attempts";
// Only the oldest are looked at: where none of those is to go, the younger ones are not asked.
const DELETE =
  "DELETE FROM attempts WHERE seq IN (SELECT seq FROM (SELECT seq, started_at FROM attempts " +
  "INDEXED BY attempts_by_channel WHERE channel_id = ? AND seq < ? ORDER BY seq LIMIT ?) " +
  "WHERE started_at < ? OR seq <= ?)";

/** Gives the number of rows deleted. The scheduler calls it; it may be stopped between any two steps. */
export const pruneAttempts = async (
  { store, clock }: { store: { engine: Engine }; clock: Clock },
  { days, maxRows = MOST_ROWS, keptPerChannel = KEPT_PER_CHANNEL }: AttemptRetention,
): Promise<number> => {
  const { engine } = store;
  const before = clock.now() - days * DAY_MS;
  const last = ((await engine.query({ sql: LAST_SEQ }))[0]?.[0] as number | null | undefined) ?? 0;
  let deleted = 0;
  for (const [channelId] of await engine.query({ sql: CHANNELS })) {
    if (typeof channelId !== "string") continue;
    const [kept] = await engine.query({ sql: FIRST_KEPT, params: [channelId, keptPerChannel - 1] });
    const firstKept = kept?.[0];
    if (typeof firstKept !== "number") continue;
    for (let changes = STEP; changes > 0;) {
      const [result] = await engine.batch([
        { sql: DELETE, params: [channelId, firstKept, STEP, before, last - maxRows] },
      ]);
      changes = result?.changes ?? 0;
      deleted += changes;
    }
  }
  return deleted;
};
