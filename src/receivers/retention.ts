// In: how long and how much. Out: the log of what came without what is older, and without the oldest of what is
// too much. Of each receiver the last 50 genuine requests and the last 50 forged ones stay in any case.
import type { Clock } from "../core/clock";
import type { Engine, Statement } from "../store/engine";
import { DEDUP_MS } from "./dedup";
import { ROW_BYTES } from "./log";
import { pruneTimesStatement } from "./order";
import { pruneUnknownStatement } from "./unknown-words";

export interface LogRetention {
  days?: number;
  maxBytes?: number;
  keptPerReceiver?: number;
  /** Rows per commit: other writers wait no longer than a few milliseconds. */
  step?: number;
}

const DAYS = 30;
const MAX_BYTES = 1024 ** 3;
const KEPT_PER_RECEIVER = 50;
const STEP = 500;
const DAY_MS = 86_400_000;

const TOTAL = "SELECT coalesce(sum(bytes), 0) FROM webhook_receiver_log_size";

const OLDEST = `SELECT l.seq, l.id, l.receiver_id, l.is_verified, l.received_at, l.kept_bytes,
  l.dedup_key IS NOT NULL, r.deleted_at IS NOT NULL FROM webhook_receiver_log l
  JOIN webhook_receivers r ON r.id = l.receiver_id WHERE l.seq > ? ORDER BY l.seq LIMIT ?`;

const FIRST_KEPT = [0, 1].map(
  (isVerified) => `SELECT id FROM webhook_receiver_log WHERE receiver_id = ? AND is_verified = ${isVerified}
  ORDER BY id DESC LIMIT 1 OFFSET ?`,
);

const DELETE = "DELETE FROM webhook_receiver_log WHERE seq IN (SELECT value FROM json_each(?))";
const STRIP = `UPDATE webhook_receiver_log SET payload = NULL, items = NULL, kept_bytes = ${ROW_BYTES}
  WHERE seq IN (SELECT value FROM json_each(?))`;
const TAKE_SIZE = "UPDATE webhook_receiver_log_size SET bytes = max(bytes - ?, 0) WHERE receiver_id = ?";

interface Row {
  seq: number;
  id: string;
  receiverId: string;
  isVerified: 0 | 1;
  receivedAt: number;
  keptBytes: number;
  isRecognized: boolean;
  isOrphan: boolean;
}

/** Gives the number of rows deleted. It may be stopped between any two steps. */
export const pruneReceiverLog = async (
  { engine, clock }: { engine: Engine; clock: Clock },
  retention: LogRetention = {},
): Promise<number> => {
  const { days = DAYS, maxBytes = MAX_BYTES, keptPerReceiver = KEPT_PER_RECEIVER, step = STEP } = retention;
  const now = clock.now();
  const before = now - days * DAY_MS;
  /** By receiver and kind: the oldest ID that stays; null where all of them do. */
  const firstKept = new Map<string, string | null>();

  const read = async (after: number): Promise<Row[]> =>
    (await engine.query({ sql: OLDEST, params: [after, step] })).map((row) => ({
      seq: Number(row[0]),
      id: String(row[1]),
      receiverId: String(row[2]),
      isVerified: row[3] === 1 ? 1 : 0,
      receivedAt: Number(row[4]),
      keptBytes: Number(row[5]),
      isRecognized: row[6] === 1,
      isOrphan: row[7] === 1,
    }));

  const isKept = async ({ id, receiverId, isVerified }: Row): Promise<boolean> => {
    const key = `${receiverId} ${isVerified}`;
    let first = firstKept.get(key);
    if (first === undefined) {
      const sql = FIRST_KEPT[isVerified] ?? "";
      const [row] = await engine.query({ sql, params: [receiverId, keptPerReceiver - 1] });
      first = row === undefined ? null : String(row[0]);
      firstKept.set(key, first);
    }
    return first === null || id >= first;
  };

  await engine.batch([pruneUnknownStatement, pruneTimesStatement(now)], "process");
  let total = Number((await engine.query({ sql: TOTAL }))[0]?.[0] ?? 0);
  let deleted = 0;
  let after = 0;
  for (;;) {
    const rows = await read(after);
    const taken = new Map<string, number>();
    const take = ({ receiverId }: Row, bytes: number): void => {
      total -= bytes;
      taken.set(receiverId, (taken.get(receiverId) ?? 0) + bytes);
    };
    const gone: number[] = [];
    const stripped: number[] = [];
    for (const row of rows) {
      const isOver = row.isOrphan || row.receivedAt < before || total > maxBytes;
      if (!isOver || (!row.isOrphan && (await isKept(row)))) continue;
      // A repetition has to be recognized for a day, whatever it takes.
      if (!row.isOrphan && row.isRecognized && row.receivedAt > now - DEDUP_MS) {
        if (row.keptBytes <= ROW_BYTES) continue;
        stripped.push(row.seq);
        take(row, row.keptBytes - ROW_BYTES);
      } else {
        gone.push(row.seq);
        take(row, row.keptBytes);
      }
    }
    const statements: Statement[] = [
      ...(gone.length === 0 ? [] : [{ sql: DELETE, params: [JSON.stringify(gone)] }]),
      ...(stripped.length === 0 ? [] : [{ sql: STRIP, params: [JSON.stringify(stripped)] }]),
      ...Array.from(taken, ([receiverId, bytes]) => ({ sql: TAKE_SIZE, params: [bytes, receiverId] })),
    ];
    if (statements.length > 0) await engine.batch(statements, "process");
    deleted += gone.length;
    const last = rows.at(-1);
    if (last === undefined || rows.length < step) return deleted;
    after = last.seq;
  }
};
