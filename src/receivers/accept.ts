// In: a request to a receiver's address. Out: its answer, after it is in the log: who it is from, whether it is
// genuine, and what it led to. Everything that may be refused is refused before the payload is looked at.
import type { Clock } from "../core/clock";
import { AppError, isAppError, notFound } from "../core/errors";
import { newId } from "../core/ids";
import { addressGroup } from "../lib/address-list";
import { sha256Hex } from "../lib/digest";
import { createTokenBuckets, type BucketRate } from "../lib/token-bucket";
import { BODY_LIMIT_BYTES, contentEncoding, readBytes } from "../http/body";
import type { Engine } from "../store/engine";
import type { Receiver, ReceiverBook } from "./book";
import { dedupKeyOf } from "./dedup";
import { interpret } from "./interpret";
import { keptHeaders } from "./kept-headers";
import { keptPart, keptPayload, logStatements, type Delivery } from "./log";
import { readPayload } from "./payload";
import type { Processor } from "./process";
import type { ReceiverRecord } from "./repository";
import type { Sns } from "./sns";
import type { Teachings } from "./teaching";
import { verify, type Verdict } from "./verify";
import { withoutEffect, type ReceivedFacts } from "./summarize";

export interface Accept {
  /**
   * Durable when it resolves. Throws `not_found` for a token that is none, `rate_limited`, `too_large`,
   * `unsupported_media`, and as `Engine.batch`.
   */
  (incoming: { token: string; request: Request; address: string }): Promise<Delivery>;
}

export interface ReceiverLimits {
  /** Per client address: requests whose token or signature is wrong. */
  unverified: BucketRate;
  /** Per receiver: everything that is genuine. */
  receiver: BucketRate;
}

export const DEFAULT_RECEIVER_LIMITS: ReceiverLimits = {
  unverified: { perSecond: 10, burst: 600 },
  receiver: { perSecond: 100_000, burst: 200_000 },
};

export interface AcceptParts {
  book: ReceiverBook;
  processor: Processor;
  sns: Sns;
  teachings: Pick<Teachings, "isWaiting" | "capture">;
  engine: Pick<Engine, "batch">;
  clock: Clock;
  limits?: Partial<ReceiverLimits>;
  onReceived?: (result: Delivery["result"]) => void;
}

const TOKEN = /^[0-9a-f]{64}$/;

/** Those that a signature may be made with now. */
export const secretsOf = (record: ReceiverRecord, now: number): string[] => {
  const { hmacSecret, previousHmacSecret, previousHmacUntil } = record;
  const secrets = hmacSecret === null ? [] : [hmacSecret];
  if (previousHmacSecret !== null && now < (previousHmacUntil ?? 0)) secrets.push(previousHmacSecret);
  return secrets;
};

const tooMany = (retryAfterSeconds: number): AppError =>
  new AppError("rate_limited", "There are too many requests. Wait as long as Retry-After says.", {
    code: "too_many_requests",
    retryAfterSeconds,
  });

export const createAccept = (parts: AcceptParts): Accept => {
  const { book, processor, sns, teachings, engine, clock, onReceived = () => undefined } = parts;
  const limits = { ...DEFAULT_RECEIVER_LIMITS, ...parts.limits };
  const unverified = createTokenBuckets(limits.unverified);
  const ofReceiver = createTokenBuckets(limits.receiver);
  /** By rate: receivers have their own where a person has set one. */
  const chosen = new Map<number, ReturnType<typeof createTokenBuckets>>();

  const countUnverified = (address: string): void => {
    const wait = unverified.take(addressGroup(address), clock.monotonic());
    if (wait > 0) throw tooMany(wait);
  };

  const countReceiver = ({ id, settings: { rateLimitPerMinute: rate } }: ReceiverRecord): void => {
    let buckets = ofReceiver;
    if (rate !== null) {
      buckets = chosen.get(rate) ?? createTokenBuckets({ perSecond: rate / 60, burst: rate });
      chosen.set(rate, buckets);
    }
    const wait = buckets.take(id, clock.monotonic());
    if (wait > 0) throw tooMany(wait);
  };

  const write = async (delivery: Delivery): Promise<Delivery> => {
    await engine.batch(logStatements([delivery]));
    return delivery;
  };

  const judge = async (
    record: ReceiverRecord,
    { headers, body }: { headers: Headers; body: Uint8Array<ArrayBuffer> },
  ): Promise<Verdict> => {
    if (record.settings.signatureScheme === "sns") {
      const envelope = await readPayload(body, null);
      return envelope.isReadable
        ? sns.verify(envelope.value, clock.now())
        : { isVerified: false, reason: "This is no envelope of Amazon SNS." };
    }
    if (record.isSecretLost)
      return { isVerified: false, reason: "This receiver's secret can no longer be read: set a new one." };
    const { signatureHeader, signatureScheme, timestampHeader } = record.settings;
    const now = clock.now();
    return verify(
      { headers, body, now },
      { secrets: secretsOf(record, now), header: signatureHeader, scheme: signatureScheme, timestampHeader },
    );
  };

  /** What cannot be read whole cannot be verified either. */
  const readWhole = async (
    request: Request,
    facts: ReceivedFacts,
    address: string,
  ): Promise<Uint8Array<ArrayBuffer>> => {
    try {
      contentEncoding(request, false);
      return await readBytes(request, BODY_LIMIT_BYTES);
    } catch (error) {
      if (isAppError(error)) {
        countUnverified(address);
        await write(withoutEffect(facts, { result: "failed", error: error.message, isVerified: false }));
        onReceived("failed");
      }
      throw error;
    }
  };

  /** Somebody waits for it, to choose fields from it. */
  const keepForTeaching = async (facts: ReceivedFacts, text: string): Promise<Delivery> => {
    const { id: deliveryId, receivedAt: at, headers } = facts;
    const kept = teachings.capture(facts.receiverId, { at, deliveryId, headers, payload: text });
    const delivery = withoutEffect(facts, {
      result: "ignored",
      error: "It was kept to choose fields from it, and changed nothing.",
    });
    try {
      await engine.batch([kept.statement, ...logStatements([delivery])]);
    } catch (error) {
      kept.undo();
      throw error;
    }
    return delivery;
  };

  /** Before the answer: whoever is answered with a failure asks again. */
  const confirm = async (facts: ReceivedFacts, url: string): Promise<Delivery> => {
    const failure = await sns.confirm(url);
    return write(
      failure === null
        ? withoutEffect(facts, { result: "processed", error: "The subscription was confirmed." })
        : withoutEffect(facts, { result: "failed", error: failure }),
    );
  };

  const take = async (
    { record, settings }: Receiver,
    request: Request,
    address: string,
  ): Promise<Delivery> => {
    const { headers } = request;
    const empty: ReceivedFacts = {
      id: newId(),
      receiverId: record.id,
      receivedAt: clock.now(),
      sourceIp: address,
      headers: keptHeaders(headers),
      payload: null,
      payloadBytes: Number(headers.get("content-length") ?? 0),
      dedupKey: null,
      reprocessOf: null,
    };
    const body = await readWhole(request, empty, address);
    const verdict = await judge(record, { headers, body });
    if (!verdict.isVerified) {
      countUnverified(address);
      const facts = { ...empty, payload: keptPart(body), payloadBytes: body.byteLength };
      return write(withoutEffect(facts, { result: "auth_failed", error: verdict.reason, isVerified: false }));
    }
    countReceiver(record);
    const payload = await readPayload(body, headers.get("content-type"));
    const facts = { ...empty, payload: keptPayload(payload.text), payloadBytes: body.byteLength };
    if (!record.isActive)
      return write(withoutEffect(facts, { result: "ignored", error: "The receiver is switched off." }));
    if (!payload.isReadable) return write(withoutEffect(facts, { result: "failed", error: payload.reason }));
    if (teachings.isWaiting(record.id)) return keepForTeaching(facts, payload.text);
    const dedupKey = dedupKeyOf({ headers, payload: payload.value, signedId: verdict.id }, settings.id);
    const interpretation = interpret(payload.value, {
      compiled: settings,
      settings: record.settings,
      serviceId: record.serviceId,
      headers: facts.headers,
      now: facts.receivedAt,
    });
    if (interpretation.kind === "confirmation") return confirm(facts, interpretation.url);
    return processor.process({ receiver: record, facts: { ...facts, dedupKey }, interpretation });
  };

  return async ({ token, request, address }) => {
    const receiver = TOKEN.test(token) ? book.findByToken(sha256Hex(token), clock.now()) : undefined;
    if (receiver === undefined) {
      countUnverified(address);
      throw notFound("webhook receiver");
    }
    const delivery = await take(receiver, request, address);
    onReceived(delivery.result);
    return delivery;
  };
};
