// In: a channel and sample messages. Out: one attempt of each for each recipient on the real transports,
// one message after the other, at once and without retries, recorded like every other delivery.
import type { Message, TransportRequest } from "../channels/channel";
import type { Channel } from "../channels/directory";
import type { Clock } from "../core/clock";
import { cutBytes } from "../lib/cut-text";
import { maskUrl, redact } from "../lib/secrets";
import type { Engine, Statement } from "../store/engine";
import { performAttempt, type AttemptParts, type AttemptResult } from "./attempt";
import { saveTestStatement } from "./health-repository";
import type { AttemptView } from "./history";
import { CHANNEL_LIMIT } from "./lane";
import type { Outbox, OutboxRow } from "./outbox";
import { insertAttemptStatement } from "./attempt-rows";
import { finishStatement } from "./repository";
import { noteProof } from "./rotation-progress";
import type { SigningPurpose } from "./signing";
import { outlineOfRequest } from "./transports";

/** What went over the wire, with every secret cut out; its headers are those of the attempt. */
export interface SentRequest {
  method: string;
  url: string;
  /** At most 16 KiB; what is no text is only described. */
  body: string;
}

export interface TestAttempt extends AttemptView {
  event: string;
  deliveryId: string;
  /** Null where the channel's settings allowed none. */
  request: SentRequest | null;
}

export interface TestResult {
  isSuccess: boolean;
  /** For people; null on success. */
  error: string | null;
  /** The first one that failed, else the last. */
  attempt: TestAttempt;
  /** One per message and recipient, up to the first message that failed. */
  attempts: TestAttempt[];
}

export interface TestSendParts {
  store: { engine: Engine };
  clock: Clock;
  outbox: Outbox;
  attempt: AttemptParts;
  /** Told of each attempt as it begins: tests count towards the channel's limit, and do not wait for it. */
  onStart: (channel: Channel) => void;
}

/** StatusPulse "validates the route with a 200 OK handshake before enabling live traffic". */
export const HANDSHAKE_STATUS = 200;
/** A lamp shows each step of a test for so long: people have to see it. */
const DWELL_MS = 1_500;
/** Recipients that are tried at the same time: as many as a channel may have in flight. */
const AT_ONCE = CHANNEL_LIMIT;
const MOST_BODY_BYTES = 16_384;
const decoder = new TextDecoder("utf-8", { fatal: true });

const bodyText = (body: Uint8Array | null, contentType: string): string => {
  if (body === null) return "";
  try {
    return decoder.decode(body);
  } catch {
    return `(${body.length} bytes of ${contentType})`;
  }
};

/** Never throws. */
const sentRequestOf = (
  request: TransportRequest,
  contentType: string,
  secrets: readonly string[],
): SentRequest => {
  const { method, url, body } = outlineOfRequest(request);
  return {
    method,
    url: redact(maskUrl(url), secrets),
    body: cutBytes(redact(bodyText(body, contentType), secrets), MOST_BODY_BYTES),
  };
};

/**
 * The outcome's sentence, and the detail where it says more. A channel that waits for its endpoint is
 * proved by exactly 200: any other 2xx delivers a message and is no success of the test.
 */
const errorOf = ({ judgement, record }: AttemptResult, isHandshake: boolean): string | null => {
  if (judgement.outcome === "delivered")
    return isHandshake && record.statusCode !== HANDSHAKE_STATUS
      ? `The endpoint answered ${record.statusCode}; the channel becomes active by exactly ${HANDSHAKE_STATUS}.`
      : null;
  return record.error === null || record.error === judgement.reason
    ? judgement.reason
    : `${judgement.reason} ${record.error}`;
};

interface Sent {
  attempt: TestAttempt;
  error: string | null;
  statements: Statement[];
}

const sendRow = async (
  { clock, outbox, attempt, onStart }: TestSendParts,
  channel: Channel,
  row: OutboxRow,
  purpose: SigningPurpose,
): Promise<Sent> => {
  const isHandshake = channel.health === "unverified";
  onStart(channel);
  const result = await performAttempt(attempt, {
    channel,
    deliveryId: row.id,
    deliverySeq: row.seq,
    subjectId: row.subjectId,
    composed: row,
    number: 1,
    queuedAt: row.createdAt,
    purpose,
  });
  const { judgement, record, request } = result;
  const isDelivered = judgement.outcome === "delivered";
  row.status = isDelivered ? "delivered" : "failed";
  row.attempts = 1;
  row.nextAttemptAt = null;
  row.outcome = judgement.outcome;
  row.reason = isDelivered ? null : judgement.reason;
  const now = clock.now();
  return {
    attempt: {
      ...record,
      event: row.event,
      deliveryId: row.id,
      request: request === null ? null : sentRequestOf(request, row.contentType, channel.secrets),
    },
    error: errorOf(result, isHandshake),
    statements: [
      outbox.insertStatement(row),
      finishStatement(row.seq, isDelivered ? now : null, now),
      insertAttemptStatement(record),
      ...noteProof(channel, result.proof, now),
    ],
  };
};

const sendMessage = async (
  parts: TestSendParts,
  channel: Channel,
  message: Message,
  purpose: SigningPurpose,
): Promise<Sent[]> => {
  const rows = parts.outbox.plan(channel, message, {
    subjectId: channel.id,
    machineId: null,
    urgency: 1,
    at: parts.clock.now(),
  });
  const sent: Sent[] = [];
  for (let from = 0; from < rows.length; from += AT_ONCE)
    sent.push(
      ...(await Promise.all(
        rows.slice(from, from + AT_ONCE).map((row) => sendRow(parts, channel, row, purpose)),
      )),
    );
  channel.lastTestAt = parts.clock.now();
  // What failed inside Andon, as at its stop, says nothing about the channel.
  channel.lastTestSuccess = sent.some(({ attempt }) => attempt.outcome === "internal")
    ? null
    : sent.every(({ error }) => error === null);
  await parts.store.engine.batch([
    ...sent.flatMap(({ statements }) => statements),
    saveTestStatement(channel),
  ]);
  return sent;
};

/**
 * Whatever the channel's health, and whether it is switched on. Each message takes as long as the
 * channel's time-out at most, for each few recipients. Whatever the endpoint does is in the result.
 */
export const sendTest = async (
  parts: TestSendParts,
  channel: Channel,
  messages: readonly Message[],
  purpose: SigningPurpose,
): Promise<TestResult> => {
  const all: Sent[] = [];
  for (const message of messages) {
    const sent = await sendMessage(parts, channel, message, purpose);
    all.push(...sent);
    if (sent.some(({ error }) => error !== null)) break;
    if (channel.type.audience === "state" && message !== messages.at(-1))
      await new Promise<void>((resolve) => parts.clock.after(DWELL_MS, resolve));
  }
  const telling = all.find(({ error }) => error !== null) ?? all.at(-1);
  if (telling === undefined) throw new Error(`${channel.kind}: nothing is sent as a test`);
  return {
    isSuccess: telling.error === null,
    error: telling.error,
    attempt: telling.attempt,
    attempts: all.map(({ attempt }) => attempt),
  };
};
