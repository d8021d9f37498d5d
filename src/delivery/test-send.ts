// In: a channel and a sample message. Out: one attempt on the real sender, at once and without
// retries, recorded like every other delivery.
import type { Message } from "../channels/channel";
import type { Channel } from "../channels/directory";
import type { Clock } from "../core/clock";
import type { Engine } from "../store/engine";
import { performAttempt } from "./attempt";
import type { AttemptView } from "./history";
import type { Outbox } from "./outbox";
import { insertAttemptStatement } from "./repository";
import type { Transports } from "./transports";

export interface TestResult {
  isSuccess: boolean;
  /** For people; null on success. */
  error: string | null;
  attempt: AttemptView;
}

export interface TestSendParts {
  store: { engine: Engine };
  clock: Clock;
  outbox: Outbox;
  transports: Transports;
  version: string;
}

/** Takes as long as the channel's time-out at most. Whatever the endpoint does is in the result. */
export const sendTest = async (
  { store, clock, outbox, transports, version }: TestSendParts,
  channel: Channel,
  message: Message,
): Promise<TestResult> => {
  const at = clock.now();
  const row = outbox.plan(channel, message, { subjectId: channel.id, machineId: null, urgency: 1, at });
  const { judgement, record } = await performAttempt(
    { transports, clock, version },
    { channel, deliveryId: row.id, deliverySeq: row.seq, composed: row, number: 1, queuedAt: at },
  );
  const isSuccess = judgement.outcome === "delivered";
  row.status = isSuccess ? "delivered" : "failed";
  row.attempts = 1;
  row.nextAttemptAt = null;
  row.outcome = judgement.outcome;
  row.reason = isSuccess ? null : judgement.reason;
  const now = clock.now();
  await store.engine.batch([
    outbox.insertStatement(row),
    {
      sql: "UPDATE outbox SET delivered_at = ?, finished_at = ? WHERE seq = ?",
      params: [isSuccess ? now : null, now, row.seq],
    },
    insertAttemptStatement(record),
  ]);
  const error = isSuccess
    ? null
    : record.error === null
      ? judgement.reason
      : describe(judgement.reason, record.error);
  return { isSuccess, error, attempt: record };
};

/** The outcome's sentence, and the detail where it says more. */
const describe = (reason: string, detail: string): string =>
  detail === reason ? reason : `${reason} ${detail}`;
