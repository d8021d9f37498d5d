// In: rows that Andon itself fails over: an exception three times, or the death of the process twice.
// Out: such a row `failed` with the reason, so that the others go on. Sending it again opens it again.
import { SYSTEM } from "../core/actor";
import { journalStatement } from "../journal/append";
import type { Engine, SqlValue, Statement } from "../store/engine";
import type { Mark } from "./attempt-marker";

/** Attempts of one delivery that may fail inside Andon. */
export const MOST_STRIKES = 3;
const MOST_DEATHS = 2;
/** Suspects that are remembered. */
const MOST_SUSPECTS = 100;

/** The reason of a row that is set aside after exceptions. */
export const AFTER_EXCEPTIONS = `Quarantined: it failed inside Andon ${MOST_STRIKES} times. See the log.`;
const DEATH = `Quarantined: Andon ended unexpectedly ${MOST_DEATHS} times while it began to send this.`;

const IS_WAITING = "status IN ('pending', 'sending', 'held')";

// Without evidence: it may be the evidence that can't be stored.
const INSERT_ATTEMPT =
  "INSERT INTO attempts (delivery_seq, channel_id, number, outcome, error, queued_at, started_at, total_ms, " +
  "request_headers) SELECT seq, channel_id, attempts + 1, 'internal', ?1, COALESCE(next_attempt_at, created_at), " +
  `?2, 0, '{}' FROM outbox WHERE seq = ?3 AND ${IS_WAITING}`;

const FAIL =
  "UPDATE outbox SET status = 'failed', attempts = attempts + 1, next_attempt_at = NULL, outcome = 'internal', " +
  `reason = ?, finished_at = ? WHERE seq = ? AND ${IS_WAITING}`;

const FIND = `SELECT id, tenant_id, channel_id, attempts FROM outbox WHERE seq = ? AND ${IS_WAITING}`;

/** Enough of a row to say what became of it. */
interface Quarantined {
  seq: number;
  id: string;
  tenantId: string;
  channelId: string;
}

const quarantineStatements = (row: Quarantined, reason: string, now: number): Statement[] => [
  { sql: INSERT_ATTEMPT, params: [reason, now, row.seq] },
  { sql: FAIL, params: [reason, now, row.seq] },
  journalStatement({
    tenantId: row.tenantId,
    kind: "delivery.quarantined",
    subjectId: row.id,
    actor: SYSTEM,
    at: now,
    data: { deliveryId: row.id, channelId: row.channelId, reason },
  }),
];

/** The third exception in a row: it is over. */
export const quarantineAfterExceptions = (row: Quarantined, now: number): Statement[] =>
  quarantineStatements(row, AFTER_EXCEPTIONS, now);

interface Suspect {
  seq: number;
  number: number;
  deaths: number;
}

interface Memory {
  /** The last death that was counted: a start that dies before it has emptied the mark counts once. */
  epoch: number;
  suspects: Suspect[];
}

const KEY = "delivery_suspects";
const READ = "SELECT value FROM settings WHERE key = ?";
const WRITE =
  "INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value";

const memoryOf = (value: SqlValue | undefined): Memory => {
  try {
    return JSON.parse(String(value)) as Memory;
  } catch {
    return { epoch: 0, suspects: [] };
  }
};

/**
 * For the batch of a start: a row in whose first steps the process has died twice, both times in the same
 * attempt, is quarantined; one in which it has died once is remembered. A kill from outside hits such a
 * moment rarely, and hardly ever that of the same row again.
 */
export const countDeath = async (engine: Engine, mark: Mark | null, now: number): Promise<Statement[]> => {
  if (mark === null) return [];
  const memory = memoryOf((await engine.query({ sql: READ, params: [KEY] }))[0]?.[0]);
  if (memory.epoch === mark.epoch) return [];
  const [found] = await engine.query({ sql: FIND, params: [mark.deliverySeq] });
  // It was stored how the attempt ended, or the row is over: whatever killed the process, it was not this.
  if (found === undefined || (found[3] as number) + 1 !== mark.number) return [];
  const before = memory.suspects.find(
    ({ seq, number }) => seq === mark.deliverySeq && number === mark.number,
  );
  const deaths = (before?.deaths ?? 0) + 1;
  const others = memory.suspects.filter(({ seq }) => seq !== mark.deliverySeq);
  const isOver = deaths >= MOST_DEATHS;
  const suspects = isOver
    ? others
    : [...others, { seq: mark.deliverySeq, number: mark.number, deaths }].slice(-MOST_SUSPECTS);
  const row: Quarantined = {
    seq: mark.deliverySeq,
    id: found[0] as string,
    tenantId: found[1] as string,
    channelId: found[2] as string,
  };
  return [
    { sql: WRITE, params: [KEY, JSON.stringify({ epoch: mark.epoch, suspects } satisfies Memory)] },
    ...(isOver ? quarantineStatements(row, DEATH, now) : []),
  ];
};
