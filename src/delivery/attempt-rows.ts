// In: attempts. Out: the statements that keep them as evidence, and the few reads of delivery itself; what
// people look at is read in `history.ts`.
import type { AcceptedKey } from "../channels/schema";
import type { Engine, Statement } from "../store/engine";
import type { Receipt } from "./receipts";
import type { Outcome } from "./schema";

const LAST_STARTS = "SELECT started_at FROM attempts WHERE channel_id = ? ORDER BY seq DESC LIMIT ?";

const INSERT_ATTEMPT =
  "INSERT INTO attempts (delivery_seq, channel_id, number, outcome, status_code, error, address, queued_at, " +
  "started_at, first_byte_ms, total_ms, request_headers, response_headers, response_body, method, url, " +
  "accepted_key, refused_exchange) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/** Not when the result is in the database already, or the row has been opened again since. */
const IS_OPEN_FOR = "id = ? AND attempts = ? AND status IN ('pending', 'sending', 'held')";

const INSERT_KEPT_ATTEMPT =
  "INSERT INTO attempts (delivery_seq, channel_id, number, outcome, status_code, error, queued_at, started_at, " +
  "total_ms, request_headers) SELECT seq, channel_id, attempts + 1, 'delivered', ?, ?, " +
  `COALESCE(next_attempt_at, created_at), ?, ?, '{}' FROM outbox WHERE ${IS_OPEN_FOR}`;

const SETTLE_KEPT =
  "UPDATE outbox SET status = 'delivered', attempts = attempts + 1, next_attempt_at = NULL, " +
  `outcome = 'delivered', reason = NULL, delivered_at = ?, finished_at = ? WHERE ${IS_OPEN_FOR}`;

/** What was sent and answered; of a refused one, before the same delivery was sent again within the attempt. */
export interface RefusedExchange {
  statusCode: number | null;
  error: string | null;
  address: string | null;
  startedAt: number;
  firstByteMs: number | null;
  totalMs: number;
  /** Masked. */
  requestHeaders: Record<string, string>;
  responseHeaders: Record<string, string> | null;
  responseBody: string | null;
}

/** What the endpoint was sent last, and what came of it. */
export interface AttemptRecord extends RefusedExchange {
  deliverySeq: number;
  channelId: string;
  number: number;
  outcome: Outcome;
  queuedAt: number;
  /** Null where no request was made. */
  method: string | null;
  /** Masked. */
  url: string | null;
  /** During a rotation: the secret that the endpoint took, where that can be told. */
  acceptedKey: AcceptedKey | null;
  /** During a rotation: how it refused the new secret. */
  refused: RefusedExchange | null;
}

export const insertAttemptStatement = (attempt: AttemptRecord): Statement => ({
  sql: INSERT_ATTEMPT,
  params: [
    attempt.deliverySeq,
    attempt.channelId,
    attempt.number,
    attempt.outcome,
    attempt.statusCode,
    attempt.error,
    attempt.address,
    attempt.queuedAt,
    attempt.startedAt,
    attempt.firstByteMs,
    attempt.totalMs,
    JSON.stringify(attempt.requestHeaders),
    attempt.responseHeaders === null ? null : JSON.stringify(attempt.responseHeaders),
    attempt.responseBody,
    attempt.method,
    attempt.url,
    attempt.acceptedKey,
    attempt.refused === null ? null : JSON.stringify(attempt.refused),
  ],
});

/** What an earlier process had learned and could not write any more; without the rest of the evidence. */
export const restoreStatements = (receipt: Receipt): Statement[] => {
  const { id, number, statusCode, startedAt, totalMs } = receipt;
  const at = startedAt + totalMs;
  return [
    {
      sql: INSERT_KEPT_ATTEMPT,
      params: [
        statusCode,
        "Andon ended before it had stored the answer.",
        startedAt,
        totalMs,
        id,
        number - 1,
      ],
    },
    { sql: SETTLE_KEPT, params: [at, at, id, number - 1] },
  ];
};

/** When the last attempts of the channel began, newest first, in ms. */
export const lastStarts = async (engine: Engine, channelId: string, limit: number): Promise<number[]> =>
  (await engine.query({ sql: LAST_STARTS, params: [channelId, limit] })).map((row) => row[0] as number);
