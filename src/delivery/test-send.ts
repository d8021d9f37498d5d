// In: a channel and a sample message. Out: one attempt for each recipient on the real sender, at
// once and without retries, recorded like every other delivery.
import type { Message } from "../channels/channel";
import type { Channel } from "../channels/directory";
import type { Clock } from "../core/clock";
import type { Engine, Statement } from "../store/engine";
import { performAttempt, type AttemptParts, type AttemptResult } from "./attempt";
import type { AttemptView } from "./history";
import { CHANNEL_LIMIT } from "./lane";
import type { Outbox, OutboxRow } from "./outbox";
import { insertAttemptStatement } from "./repository";

export interface TestResult {
  isSuccess: boolean;
  /** For people; null on success. */
  error: string | null;
  /** Of several recipients that of the first who was not reached, else the last. */
  attempt: AttemptView;
  /** One per recipient. */
  attempts: AttemptView[];
}

export interface TestSendParts {
  store: { engine: Engine };
  clock: Clock;
  outbox: Outbox;
  attempt: AttemptParts;
}

/** Recipients that are tried at the same time: as many as a channel may have in flight. */
const AT_ONCE = CHANNEL_LIMIT;

const errorOf = ({ judgement, record }: AttemptResult): string | null => {
  if (judgement.outcome === "delivered") return null;
  return record.error === null || record.error === judgement.reason
    ? judgement.reason
    : `${judgement.reason} ${record.error}`;
};

/**
 * Takes as long as the channel's time-out at most, for each few recipients. Whatever the endpoint does
 * is in the result.
 */
export const sendTest = async (
  { store, clock, outbox, attempt }: TestSendParts,
  channel: Channel,
  message: Message,
): Promise<TestResult> => {
  const at = clock.now();
  const rows = outbox.plan(channel, message, { subjectId: channel.id, machineId: null, urgency: 1, at });
  const results: AttemptResult[] = [];
  const send = async (row: OutboxRow, index: number): Promise<Statement[]> => {
    const result = await performAttempt(attempt, {
      channel,
      deliveryId: row.id,
      deliverySeq: row.seq,
      subjectId: row.subjectId,
      composed: row,
      number: 1,
      queuedAt: at,
    });
    results[index] = result;
    const { judgement, record } = result;
    const isDelivered = judgement.outcome === "delivered";
    row.status = isDelivered ? "delivered" : "failed";
    row.attempts = 1;
    row.nextAttemptAt = null;
    row.outcome = judgement.outcome;
    row.reason = isDelivered ? null : judgement.reason;
    const now = clock.now();
    return [
      outbox.insertStatement(row),
      {
        sql: "UPDATE outbox SET delivered_at = ?, finished_at = ? WHERE seq = ?",
        params: [isDelivered ? now : null, now, row.seq],
      },
      insertAttemptStatement(record),
    ];
  };
  const statements: Statement[] = [];
  for (let from = 0; from < rows.length; from += AT_ONCE)
    statements.push(
      ...(
        await Promise.all(rows.slice(from, from + AT_ONCE).map((row, index) => send(row, from + index)))
      ).flat(),
    );
  await store.engine.batch(statements);
  const telling = results.find((result) => errorOf(result) !== null) ?? results.at(-1);
  if (telling === undefined) throw new Error("a test without a message");
  const error = errorOf(telling);
  return {
    isSuccess: error === null,
    error,
    attempt: telling.record,
    attempts: results.map(({ record }) => record),
  };
};
