// In: requests to send many deliveries again. Out: their rows: what was asked for, how far it has come,
// and the statements that open deliveries again in the same commit that moves the position.
import type { Actor } from "../core/actor";
import { newId } from "../core/ids";
import type { PageRequest } from "../core/paging";
import type { Engine, SqlValue, Statement } from "../store/engine";
import { FINISHED, type DeliveryFilter } from "./filter";
import { REPLAY_URGENCY } from "./replay";
import type { Place } from "./search";

export const REPLAY_STATUSES = ["running", "done", "cancelled"] as const;
export type ReplayStatus = (typeof REPLAY_STATUSES)[number];

export interface Replay {
  id: string;
  tenantId: string;
  filter: DeliveryFilter;
  /** New deliveries with IDs of their own, instead of the same ones again. */
  hasNewId: boolean;
  status: ReplayStatus;
  /** How many there were to send again when it was asked for. */
  total: number;
  done: number;
  /** Left out: their channel was deleted. */
  skipped: number;
  /** Deliveries that were decided later are not part of it. */
  upToSeq: number;
  /** The last delivery that was looked at, oldest first; null before the first. */
  position: Place | null;
  requestedBy: Actor;
  createdAt: number;
  finishedAt: number | null;
}

const COLUMNS =
  "id, tenant_id, filter, has_new_id, status, total, done, skipped, up_to_seq, position_at, position_seq, " +
  "requested_by, created_at, finished_at";
const INSERT = `INSERT INTO replays (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const FIND = `SELECT ${COLUMNS} FROM replays WHERE id = ? AND tenant_id = ?`;
const LIST = `SELECT ${COLUMNS} FROM replays WHERE tenant_id = ?1 AND (?2 IS NULL OR id < ?2) ORDER BY id DESC LIMIT ?3`;
const RUNNING = `SELECT ${COLUMNS} FROM replays WHERE status = 'running' ORDER BY id`;

const IS_OVER = `status IN (${FINISHED.map((status) => `'${status}'`).join(", ")})`;

// Whatever became of a row since it was found: only what is over is opened again.
const REOPEN =
  `UPDATE outbox SET status = 'pending', urgency = ${REPLAY_URGENCY}, tries = 0, next_attempt_at = ?, outcome = NULL, ` +
  "reason = NULL, waits_since = NULL, delivered_at = NULL, finished_at = NULL " +
  `WHERE seq IN (SELECT value FROM json_each(?)) AND ${IS_OVER}`;

const COPY =
  "INSERT INTO outbox (seq, id, tenant_id, channel_id, event, subject_id, machine_id, urgency, body, content_type, " +
  "status, tries, attempts, next_attempt_at, replay_of, created_at) " +
  "SELECT copy.value ->> 1, copy.value ->> 2, tenant_id, channel_id, event, subject_id, machine_id, " +
  `${REPLAY_URGENCY}, body, content_type, 'pending', 0, 0, ?1, outbox.id, ?1 ` +
  "FROM json_each(?2) AS copy CROSS JOIN outbox ON outbox.seq = copy.value ->> 0 " +
  `WHERE outbox.${IS_OVER}`;

// `changes()` is that of the statement before: how many were really opened or copied.
const ADVANCE =
  "UPDATE replays SET done = done + changes(), skipped = skipped + ?, position_at = ?, position_seq = ?, " +
  "status = ?, finished_at = ? WHERE id = ? AND status = 'running' AND position_seq IS ?";

const CANCEL = "UPDATE replays SET status = 'cancelled', finished_at = ? WHERE id = ? AND status = 'running'";

const CHANNELS_AT = "SELECT seq, channel_id FROM outbox WHERE seq IN (SELECT value FROM json_each(?))";

const replayOf = (row: SqlValue[]): Replay => ({
  id: row[0] as string,
  tenantId: row[1] as string,
  filter: JSON.parse(row[2] as string) as DeliveryFilter,
  hasNewId: row[3] === 1,
  status: row[4] as ReplayStatus,
  total: row[5] as number,
  done: row[6] as number,
  skipped: row[7] as number,
  upToSeq: row[8] as number,
  position: row[10] === null ? null : { at: row[9] as number, seq: row[10] as number },
  requestedBy: JSON.parse(row[11] as string) as Actor,
  createdAt: row[12] as number,
  finishedAt: row[13] as number | null,
});

export const insertReplayStatement = (replay: Replay): Statement => ({
  sql: INSERT,
  params: [
    replay.id,
    replay.tenantId,
    JSON.stringify(replay.filter),
    replay.hasNewId ? 1 : 0,
    replay.status,
    replay.total,
    replay.done,
    replay.skipped,
    replay.upToSeq,
    replay.position?.at ?? null,
    replay.position?.seq ?? null,
    JSON.stringify(replay.requestedBy),
    replay.createdAt,
    replay.finishedAt,
  ],
});

export const findReplay = async (
  engine: Engine,
  tenantId: string,
  id: string,
): Promise<Replay | undefined> => {
  const [row] = await engine.query({ sql: FIND, params: [id, tenantId] });
  return row === undefined ? undefined : replayOf(row);
};

/** Newest first, up to limit + 1 rows. */
export const listReplays = async (engine: Engine, tenantId: string, page: PageRequest): Promise<Replay[]> =>
  (await engine.query({ sql: LIST, params: [tenantId, page.after, page.limit + 1] })).map(replayOf);

/** Of all organizations, the oldest first. */
export const runningReplays = async (engine: Engine): Promise<Replay[]> =>
  (await engine.query({ sql: RUNNING })).map(replayOf);

/** From running number to channel. */
export const channelsAt = async (engine: Engine, places: readonly Place[]): Promise<Map<number, string>> =>
  new Map(
    (
      await engine.query({
        sql: CHANNELS_AT,
        params: [JSON.stringify(places.map(({ seq }) => seq))],
      })
    ).map((row) => [row[0] as number, row[1] as string]),
  );

/** The same deliveries wait again, under the same `webhook-id`. */
export const reopenStatement = (seqs: readonly number[], now: number): Statement => ({
  sql: REOPEN,
  params: [now, JSON.stringify(seqs)],
});

/** New deliveries of the same bodies; `takeSeq` gives each its running number. */
export const copyStatement = (seqs: readonly number[], takeSeq: () => number, now: number): Statement => ({
  sql: COPY,
  params: [now, JSON.stringify(seqs.map((seq) => [seq, takeSeq(), newId()]))],
});

/**
 * Must follow the statement that opened or copied, in the same batch. The batch fails with a `conflict`
 * when the replay was cancelled, or has moved on otherwise.
 */
export const advanceStatement = (
  replay: Replay,
  to: { position: Place | null; skipped: number; finishedAt: number | null },
): Statement => ({
  sql: ADVANCE,
  params: [
    to.skipped,
    to.position?.at ?? null,
    to.position?.seq ?? null,
    to.finishedAt === null ? "running" : "done",
    to.finishedAt,
    replay.id,
    replay.position?.seq ?? null,
  ],
  expect: 1,
});

/** Its batch fails with a `conflict` when the replay is over. */
export const cancelReplayStatement = (id: string, now: number): Statement => ({
  sql: CANCEL,
  params: [now, id],
  expect: 1,
});
