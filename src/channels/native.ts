// In: what is particular about a service that people read or are paged by. Out: a complete channel
// type: what all of these share stands here once.
import { invalid } from "../core/errors";
import type { TellableEvent } from "../core/events";
import type {
  ChannelBehaviour,
  ChannelField,
  ChannelType,
  ComposedBody,
  Judgement,
  OutboundRequest,
  RequestContext,
  SendResult,
  TransportRequest,
} from "./channel";
import { judgeStatus } from "./judge-status";
import { allSpellings, maskGiven } from "./secret-values";
import { parseTls, type ClientTls } from "./tls";
import { refuseUnknownKeys } from "./values";

/** Quick at first, for what passes in a moment; then for as long as an outage lasts: 3 h 43 min in all. */
export const NATIVE_RETRY_DELAYS_SECONDS: readonly number[] = [5, 30, 120, 600, 1_800, 3_600, 7_200];

/** A person who reads of an incident needs no second message about the service it is about. */
export const NATIVE_EVENTS: readonly TellableEvent[] = [
  "alert.triggered",
  "alert.acknowledged",
  "alert.resolved",
  "alert.escalated",
  "incident.opened",
  "incident.updated",
  "incident.resolved",
];

/** One life cycle, so that colours, threads and closing are seen to work. */
export const NATIVE_TEST_EVENTS: readonly TellableEvent[] = [
  "alert.triggered",
  "alert.acknowledged",
  "alert.resolved",
];

/** What all of them do unless a type says otherwise. */
export const NATIVE_BEHAVIOUR: ChannelBehaviour = {
  timeoutMs: 10_000,
  retryDelaysSeconds: NATIVE_RETRY_DELAYS_SECONDS,
  jitter: true,
  defaultEvents: NATIVE_EVENTS,
  // Who relies on being called must hear that calls do not arrive.
  whenExhausted: "tell_failure",
  pauseAfterFailures: null,
  // A trigger that arrives after its resolution would page somebody about nothing.
  ordered: true,
  handshake: false,
};

/** Answers below 500 that are worth another try: too slow, too early, too many. */
const PASSING_STATUSES = new Set([408, 425, 429]);

const isPermanent = (statusCode: number | null): boolean =>
  statusCode !== null && statusCode >= 400 && statusCode < 500 && !PASSING_STATUSES.has(statusCode);

const MEANINGS: Readonly<Record<number, string>> = {
  404: "nothing is there any more; check the address",
  410: "it has been taken away for good",
  413: "the message is too large",
};

/** By the status alone: a permanent 4xx is final at once, everything else that failed is tried again. */
export const judgeNative = (result: SendResult): Judgement => {
  const { outcome, reason } = judgeStatus(result);
  const meaning = MEANINGS[result.statusCode ?? 0];
  return {
    outcome,
    reason: meaning === undefined ? reason : `The endpoint answered ${result.statusCode}: ${meaning}.`,
    retry: outcome !== "delivered" && outcome !== "invalid_config" && !isPermanent(result.statusCode),
  };
};

/** The answer as a JSON object; empty where it is none. */
export const readJson = ({ responseBody }: SendResult): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(responseBody);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
};

/** A wait that a body asked for, in ms; undefined for what is no such number. At most a day. */
export const waitOf = (value: unknown, unitMs: number): number | undefined =>
  typeof value === "number" && value >= 0 ? Math.min(Math.ceil(value * unitMs), 86_400_000) : undefined;

const encoder = new TextEncoder();

/** A body of JSON, as it is stored and sent. */
export const jsonBody = (value: unknown): ComposedBody => ({
  body: encoder.encode(JSON.stringify(value)),
  contentType: "application/json",
});

/** What is left of long texts, the first that fits: nothing is cut that need not be. */
const SHARES = [1, 0.6, 0.35, 0.2, 0.1, 0.05, 0.02] as const;

/**
 * For services that limit the whole body: composed with ever shorter texts until it has at most
 * `mostBytes`. The last share must fit whatever the texts are.
 */
export const fitBody = (mostBytes: number, compose: (share: number) => unknown): ComposedBody => {
  let composed = jsonBody(null);
  for (const share of SHARES) {
    composed = jsonBody(compose(share));
    if (composed.body.length <= mostBytes) break;
  }
  return composed;
};

/**
 * Whether a service out there takes it for an address: several refuse a whole message over a button
 * whose host is a bare name, as plants have them (`http://andon:8080`).
 */
export const hasFullHost = (url: string): boolean => {
  const hostname = URL.parse(url)?.hostname ?? "";
  return hostname.includes(".") || hostname.includes(":");
};

/** The request that almost all of them make; `headers` come on top. */
export const postRequest = (
  { body, contentType }: ComposedBody,
  { version }: RequestContext,
  parts: {
    url: string;
    method?: OutboundRequest["method"];
    headers?: Record<string, string>;
    tls?: ClientTls | null;
  },
): OutboundRequest => ({
  method: parts.method ?? "POST",
  url: parts.url,
  headers: {
    "Content-Type": contentType,
    "User-Agent": `Andon/${version}`,
    "Accept-Encoding": "identity",
    ...parts.headers,
  },
  body,
  ...(parts.tls === null || parts.tls === undefined ? {} : { tls: parts.tls }),
});

/** A setting; a plain optional text unless told otherwise. */
export const fieldOf = (
  field: Pick<ChannelField, "name" | "label" | "hint"> & Partial<ChannelField>,
): ChannelField => ({ type: "text", required: false, secret: false, ...field });

/** The URL of an incoming webhook: whoever knows it can post. */
export const webhookUrlField = (hint: string): ChannelField =>
  fieldOf({ name: "webhook_url", label: "Webhook URL", type: "url", required: true, secret: true, hint });

/** For servers of one's own with a private CA or mutual TLS. */
export const TLS_FIELD: ChannelField = fieldOf({
  name: "tls",
  label: "TLS",
  type: "tls",
  secret: true,
  hint: "Private CA or client certificate: ca, client_cert, client_key (PEM), server_name.",
  advanced: true,
});

/** Every config of a native type keeps what the client wrote, to be returned masked. */
export interface NativeConfig {
  given: Record<string, unknown>;
}

type Particular =
  | "kind"
  | "label"
  | "description"
  | "fields"
  | "parse"
  | "compose"
  | "request"
  | "targets"
  | "secrets";

/** What a type must say itself, and what it may replace. */
export type NativeParts<Config, Request extends TransportRequest = OutboundRequest> = Pick<
  ChannelType<Config, Request>,
  Particular
> &
  Partial<Omit<ChannelType<Config, Request>, Particular | "behaviour">> & {
    behaviour?: Partial<ChannelBehaviour> | ((config: Config) => Partial<ChannelBehaviour>);
  };

/**
 * Unknown settings are refused by the names in `fields`; `secrets` need not list spellings; `mask`
 * follows the fields that are marked secret.
 */
export const nativeType = <Config extends NativeConfig, Request extends TransportRequest = OutboundRequest>({
  behaviour,
  ...parts
}: NativeParts<Config, Request>): ChannelType<Config, Request> => {
  const names = parts.fields.map(({ name }) => name);
  const whole: ChannelBehaviour = {
    ...NATIVE_BEHAVIOUR,
    ...(parts.defaultEvents === undefined ? {} : { defaultEvents: parts.defaultEvents }),
    ...(typeof behaviour === "function" ? {} : behaviour),
  };
  return {
    audience: "people",
    defaultEvents: whole.defaultEvents,
    behaviour:
      typeof behaviour === "function" ? (config) => ({ ...whole, ...behaviour(config) }) : () => whole,
    judge: judgeNative,
    eventAliases: () => ({}),
    testEvents: () => NATIVE_TEST_EVENTS,
    mask: ({ given }) => maskGiven(given, parts.fields),
    ...parts,
    parse: (given) => {
      refuseUnknownKeys(given, names, "config");
      return parts.parse(given);
    },
    secrets: (config) => allSpellings(parts.secrets(config)),
  };
};

/** `config.tls`, or null; only an https address can have it. Throws `invalid`. */
export const tlsOf = (given: Readonly<Record<string, unknown>>, url: string): ClientTls | null => {
  const tls = parseTls(given["tls"]);
  if (tls !== null && !url.toLowerCase().startsWith("https:"))
    throw invalid("config.tls", "tls needs an https:// address.");
  return tls;
};
