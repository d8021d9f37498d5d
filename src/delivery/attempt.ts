// In: a body and the channel that it is for. Out: one attempt: request made and signed afresh, sent,
// judged, and the evidence of it with every secret cut out. While a secret is being replaced, it may
// take two exchanges: one by each.
import {
  isNeverComposed,
  type ComposedBody,
  type Judgement,
  type Signing,
  type TransportRequest,
} from "../channels/channel";
import type { Channel } from "../channels/directory";
import { isStateBody } from "../channels/state-row";
import type { Clock } from "../core/clock";
import { parseRetryAfter } from "../lib/retry-schedule";
import { maskHeaders, maskUrl, redact } from "../lib/secrets";
import type { AttemptMarker } from "./attempt-marker";
import type { AttemptRecord, RefusedExchange } from "./attempt-rows";
import type { KeyProof } from "./rotation-progress";
import type { Shown } from "./showing";
import { planSigning, type SigningPurpose } from "./signing";
import { headersOfRequest, outlineOfRequest, type SendOptions, type Transports } from "./transports";
import type { Exchange } from "./trial";

export interface AttemptInput {
  channel: Channel;
  /** `webhook-id`. */
  deliveryId: string;
  deliverySeq: number;
  /** What the message is about. */
  subjectId: string;
  composed: ComposedBody;
  /** 1 for the first attempt of the delivery. */
  number: number;
  /** When it became due, in ms. */
  queuedAt: number;
  /** Default: a delivery. */
  purpose?: SigningPurpose;
}

export interface AttemptResult {
  exchange: Exchange;
  judgement: Judgement;
  /** What the endpoint asked for with a 429 or 503. */
  retryAfterMs: number | null;
  /** Which of two secrets the endpoint took; null without a rotation, or where that can't be told. */
  proof: KeyProof | null;
  record: AttemptRecord;
  /** The fault is inside Andon: an exception where none may be. */
  isOwnFault: boolean;
  /** What a channel shows has changed, or can't be shown in another way than before. */
  isNews: boolean;
  /** The last one that was sent. Holds secrets in clear. Null where none could be made. */
  request: TransportRequest | null;
}

export interface AttemptParts {
  transports: Transports;
  clock: Clock;
  version: string;
  /** The first delivery of the channel about a subject; undefined: there is none yet. */
  threadRootOf: (channelId: string, subjectId: string) => Promise<string | undefined>;
  /** Remembers over the end of the process what is being begun; absent: nothing does. */
  marker?: AttemptMarker;
  /** Channels that show how things stand; absent: none do. */
  shown?: Shown;
}

const unsent = (now: number, error: string): Exchange => ({
  statusCode: null,
  failure: "invalid_config",
  responseHeaders: {},
  responseBody: "",
  error,
  address: null,
  startedAt: now,
  firstByteMs: null,
  totalMs: 0,
});

const redactAll = (values: Record<string, string>, secrets: readonly string[]): Record<string, string> => {
  if (secrets.length === 0) return values;
  const result: Record<string, string> = {};
  for (const name in values) result[name] = redact(values[name] ?? "", secrets);
  return result;
};

/** Of a chat service the address is the secret, and only its host is not. */
const shownUrl = (url: string | null, secrets: readonly string[]): string | null => {
  const parsed = url === null ? null : URL.parse(url);
  if (parsed === null) return null;
  const { protocol, host, pathname, search } = parsed;
  return `${protocol}//${host}` + redact(maskUrl(pathname + search), secrets);
};

interface Made {
  exchange: Exchange;
  request: TransportRequest | null;
}

/** One request and what came of it. */
const exchangeOnce = async (
  { transports, clock, version, threadRootOf, marker, shown }: AttemptParts,
  { channel, composed, deliveryId, deliverySeq, number, subjectId }: AttemptInput,
  signing: Signing | undefined,
): Promise<Made> => {
  const { type, config, behaviour } = channel;
  let request: TransportRequest | null = null;
  // Sent again by somebody: what was not composed when it happened can't be sent later either.
  if (isNeverComposed(composed))
    return {
      request,
      exchange: unsent(clock.now(), "This message was never composed: there is nothing to send."),
    };
  try {
    const threadRootId = type.isThreaded === true ? await threadRootOf(channel.id, subjectId) : undefined;
    request = type.request(composed, config, {
      deliveryId,
      now: clock.now(),
      version,
      threadRootId,
      ...(signing === undefined ? {} : { signing }),
      ...(shown === undefined ? {} : { state: () => shown.state(channel) }),
    });
    const options: SendOptions = {
      timeoutMs: behaviour.timeoutMs,
      channelId: channel.id,
      ...(marker === undefined ? {} : { begin: (dial) => marker.during(deliverySeq, number, dial) }),
    };
    return { request, exchange: await transports.send(request, options) };
  } catch {
    // The error may quote the settings: only the fact is kept.
    return {
      request,
      exchange: unsent(clock.now(), "No request can be made from the channel's settings."),
    };
  }
};

const ownSecretsOf = (request: TransportRequest | null): readonly string[] =>
  request?.transport === "smtp" ? (request.secrets ?? []) : [];

/** What may be kept of it: every secret is cut out. */
const evidenceOf = ({ exchange, request }: Made, settings: readonly string[]): RefusedExchange => {
  const { statusCode, error, address, startedAt, firstByteMs, totalMs } = exchange;
  const secrets = [...settings, ...ownSecretsOf(request)];
  return {
    statusCode,
    error: error === null ? null : redact(error, secrets),
    address,
    startedAt,
    firstByteMs,
    totalMs,
    requestHeaders: redactAll(maskHeaders(request === null ? {} : headersOfRequest(request)), secrets),
    responseHeaders: statusCode === null ? null : redactAll(exchange.responseHeaders, secrets),
    responseBody:
      statusCode === null && exchange.responseBody === "" ? null : redact(exchange.responseBody, secrets),
  };
};

const NOT_UNDERSTOOD: Judgement = {
  outcome: "internal",
  retry: true,
  reason: "Andon failed over the answer of the endpoint.",
};

/** Null when the type's own code fails over it. */
const judge = ({ type, config }: Channel, exchange: Exchange): Judgement | null => {
  try {
    return type.judge(exchange, config);
  } catch {
    return null;
  }
};

const isRefusal = ({ statusCode }: Exchange): boolean => statusCode === 401 || statusCode === 403;

/** Whether what is sent brings a channel to show something, instead of telling it. */
const isShowing = ({ channel, composed }: AttemptInput): boolean =>
  channel.type.show !== undefined && (channel.type.audience === "state" || isStateBody(composed));

/** Never rejects: whatever goes wrong is the attempt's outcome. */
export const performAttempt = (parts: AttemptParts, input: AttemptInput): Promise<AttemptResult> => {
  const { shown } = parts;
  if (shown === undefined || !isShowing(input)) return perform(parts, input);
  return shown.inTurn(input.channel.id, async () => {
    const result = await perform(parts, input);
    const { request, judgement } = result;
    return {
      ...result,
      isNews: request !== null && shown.note(input.channel, request, judgement.outcome),
    };
  });
};

const perform = async (parts: AttemptParts, input: AttemptInput): Promise<AttemptResult> => {
  const { clock } = parts;
  const { channel } = input;
  const { secrets } = channel;
  const signing = planSigning(channel, input.purpose ?? "delivery", clock.now());
  let made = await exchangeOnce(parts, input, signing.first);
  let refused: Made | null = null;
  if (signing.again !== undefined && isRefusal(made.exchange)) {
    refused = made;
    made = await exchangeOnce(parts, input, signing.again);
  }
  const { exchange } = made;
  const judged = judge(channel, exchange);
  const judgement = judged ?? NOT_UNDERSTOOD;
  const { statusCode } = exchange;
  const outline = made.request === null ? null : outlineOfRequest(made.request);
  const key = judgement.outcome !== "delivered" ? null : refused === null ? signing.proves : "previous";
  const evidence = evidenceOf(made, secrets);
  return {
    exchange,
    judgement,
    request: made.request,
    isOwnFault: judged === null,
    isNews: false,
    retryAfterMs:
      judgement.retryAfterMs ??
      (statusCode === 429 || statusCode === 503
        ? parseRetryAfter(exchange.responseHeaders["retry-after"], clock.now())
        : null),
    proof: key === null || signing.rotatedAt === null ? null : { key, rotatedAt: signing.rotatedAt },
    record: {
      ...evidence,
      deliverySeq: input.deliverySeq,
      channelId: channel.id,
      number: input.number,
      outcome: judgement.outcome,
      error: evidence.error ?? (judgement.outcome === "delivered" ? null : judgement.reason),
      queuedAt: input.queuedAt,
      method: outline?.method ?? null,
      url: shownUrl(outline?.url ?? null, secrets),
      acceptedKey: key,
      refused: refused === null ? null : evidenceOf(refused, secrets),
    },
  };
};
