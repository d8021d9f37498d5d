// In: a body and the channel that it is for. Out: one attempt: request made and signed afresh, sent,
// judged, and the evidence of it with every secret cut out.
import type { ComposedBody, Judgement, TransportRequest } from "../channels/channel";
import type { Channel } from "../channels/directory";
import type { Clock } from "../core/clock";
import { parseRetryAfter } from "../lib/retry-schedule";
import { maskHeaders, maskUrl, redact } from "../lib/secrets";
import type { AttemptRecord } from "./repository";
import { headersOfRequest, outlineOfRequest, type Transports } from "./transports";
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
}

export interface AttemptResult {
  exchange: Exchange;
  judgement: Judgement;
  /** What the endpoint asked for with a 429 or 503. */
  retryAfterMs: number | null;
  record: AttemptRecord;
  /** Holds secrets in clear. Null where none could be made. */
  request: TransportRequest | null;
}

export interface AttemptParts {
  transports: Transports;
  clock: Clock;
  version: string;
  /** The first delivery of the channel about a subject; undefined: there is none yet. */
  threadRootOf: (channelId: string, subjectId: string) => Promise<string | undefined>;
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

/** Never rejects: whatever goes wrong is the attempt's outcome. */
export const performAttempt = async (
  { transports, clock, version, threadRootOf }: AttemptParts,
  input: AttemptInput,
): Promise<AttemptResult> => {
  const { channel } = input;
  const { type, config, behaviour, secrets } = channel;
  let request: TransportRequest | null = null;
  let exchange: Exchange;
  try {
    const threadRootId =
      type.isThreaded === true ? await threadRootOf(channel.id, input.subjectId) : undefined;
    request = type.request(input.composed, config, {
      deliveryId: input.deliveryId,
      now: clock.now(),
      version,
      threadRootId,
    });
    exchange = await transports.send(request, { timeoutMs: behaviour.timeoutMs, channelId: channel.id });
  } catch {
    // The error may quote the settings: only the fact is kept.
    exchange = unsent(clock.now(), "No request can be made from the channel's settings.");
  }
  const judgement = type.judge(exchange, config);
  const { statusCode } = exchange;
  const outline = request === null ? null : outlineOfRequest(request);
  return {
    exchange,
    judgement,
    request,
    retryAfterMs:
      judgement.retryAfterMs ??
      (statusCode === 429 || statusCode === 503
        ? parseRetryAfter(exchange.responseHeaders["retry-after"], clock.now())
        : null),
    record: {
      deliverySeq: input.deliverySeq,
      channelId: channel.id,
      number: input.number,
      outcome: judgement.outcome,
      statusCode,
      error: exchange.error ?? (judgement.outcome === "delivered" ? null : judgement.reason),
      address: exchange.address,
      queuedAt: input.queuedAt,
      startedAt: exchange.startedAt,
      firstByteMs: exchange.firstByteMs,
      totalMs: exchange.totalMs,
      requestHeaders: redactAll(maskHeaders(request === null ? {} : headersOfRequest(request)), secrets),
      responseHeaders: statusCode === null ? null : redactAll(exchange.responseHeaders, secrets),
      responseBody:
        statusCode === null && exchange.responseBody === "" ? null : redact(exchange.responseBody, secrets),
      method: outline?.method ?? null,
      url: shownUrl(outline?.url ?? null, secrets),
    },
  };
};
