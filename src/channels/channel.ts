// In: a message about an event, and a channel's own settings. Out: the contract of every channel
// type. A type describes itself, so that the API model, the form in the UI and the documents come
// from one place. Nothing here touches the store, the journal or a clock: what a function needs, it is given.
import type {
  AlertSnapshot,
  EscalationSnapshot,
  IncidentSnapshot,
  ServiceSnapshot,
  TellableEvent,
} from "../core/events";
import type { Severity } from "../core/severity";
import type { MqttRequest, SmtpRequest } from "./requests";

/** What became too old to be told one by one while a channel could not be reached. Times in ms. */
export interface OfflineSummary {
  from: number;
  until: number;
  /** How many messages it stands for. */
  count: number;
  /** Oldest first; at most 50, `count` tells of the rest. */
  lines: { at: number; event: string; text: string }[];
}

/** What a message is about, complete: no channel looks anything up. Times in ms. */
export interface Message {
  event: TellableEvent;
  /** When it happened; the payload's timestamp. */
  at: number;
  organization: { id: string; number: number; name: string; slug: string };
  project: { id: string; number: number; name: string; slug: string };
  /** Present for alert.* and for channel.test (sample values there). */
  alert?: AlertSnapshot;
  escalation?: EscalationSnapshot;
  /** Present for incident.*. */
  incident?: IncidentSnapshot;
  /** Present for service.*. */
  service?: ServiceSnapshot;
  /** Present for channel.summary, which only channels for people are sent. */
  summary?: OfflineSummary;
  /** Present for channel.paused, .failed, .disabled, .resumed, .delivery_failed, .test_failed. */
  channel?: { id: string; name: string; reason: string };
  note?: string;
  /** Sent by the test button. */
  test?: boolean;
  /** Where the UI is reached, without a slash at the end. */
  baseUrl: string;
}

export const FIELD_TYPES = [
  "text",
  "url",
  "secret",
  "number",
  "boolean",
  "select",
  "headers",
  "list",
  "json",
  "template",
  // One object or a list of them: header, format (one of the options) and perhaps timestamp_header.
  "signatures",
  // An object of PEM texts: ca, client_cert, client_key; and server_name.
  "tls",
] as const;

/** One setting of a channel type: drives validation messages, the UI form and the documents. */
export interface ChannelField {
  /** Key in `config`. */
  name: string;
  label: string;
  type: (typeof FIELD_TYPES)[number];
  /** Where it is shown: see `shownWhen`. */
  required: boolean;
  /** Never leaves in clear: answers show its mask. */
  secret: boolean;
  hint: string;
  /** `defaultEvents`: told by default where this one is chosen, if that is not what the type says. */
  options?: { value: string; label: string; hint?: string; defaultEvents?: readonly TellableEvent[] }[];
  default?: string | number | boolean;
  /** Shown under "More settings". */
  advanced?: boolean;
  /** Makes sense only while another field has one of these values (its default where it has none). */
  shownWhen?: { field: string; values: readonly string[] };
}

export interface ChannelBehaviour {
  timeoutMs: number;
  /** Seconds before each retry; when the list ends, the delivery has failed. */
  retryDelaysSeconds: readonly number[];
  /** No jitter is added when false. */
  jitter: boolean;
  /** Events that it is told when the channel names none. */
  defaultEvents: readonly TellableEvent[];
  /**
   * What exhaustion of one delivery does to the channel. `tell_failure`: nothing, but its failure channel
   * is told, also where one try was enough to know.
   */
  whenExhausted: "fail_delivery" | "tell_failure" | "pause_channel" | "fail_channel";
  /** Failed attempts in a row of one delivery that pause the channel early; null: never. */
  pauseAfterFailures: number | null;
  /** One message of a subject at a time, in order, until it is delivered or failed. */
  ordered: boolean;
  /** Exactly 200 for a test event before it becomes active. */
  handshake: boolean;
  /** Of a type that shows how things stand: shown again after this time, changed or not. */
  reassertSeconds?: number;
  /** Attempts in any minute that the endpoint is known to bear; a channel's own limit wins. */
  rateLimitPerMinute?: number;
}

export interface ComposedBody {
  body: Uint8Array;
  /** Of several recipients each has its own, with its name as a parameter: order is kept per recipient. */
  contentType: string;
}

/** Stands for a body that could not be composed when its event happened: it is never sent. */
export const NEVER_COMPOSED: ComposedBody = {
  body: new Uint8Array(),
  contentType: "application/octet-stream",
};

export const isNeverComposed = ({ body, contentType }: ComposedBody): boolean =>
  body.length === 0 && contentType === NEVER_COMPOSED.contentType;

/** One HTTP request. */
export interface OutboundRequest {
  transport?: "http";
  method: "POST" | "PUT" | "PATCH" | "GET";
  url: string;
  headers: Record<string, string>;
  body: Uint8Array | null;
  tls?: { ca?: string; cert?: string; key?: string; serverName?: string };
  /** Nobody knows who entered the address: only public ones are dialled, by https, whatever the mode is. */
  isStrangers?: boolean;
  /** What the request means: kept beside its headers as evidence, never sent. Holds no secret. */
  evidence?: Readonly<Record<string, string>>;
}

/** What a channel type may ask delivery to send: one member per transport. */
export type TransportRequest = OutboundRequest | SmtpRequest | MqttRequest;

/** With which secrets a request is signed while one of them is being replaced. */
export interface Signing {
  /** Headers that may hold several signatures carry one by each, in this order. */
  secrets: readonly string[];
  /** Signs every header that holds a single digest. */
  digestSecret: string;
}

export interface RequestContext {
  /** `webhook-id`. */
  deliveryId: string;
  /** For `webhook-timestamp`, in ms. */
  now: number;
  version: string;
  /** Only for threaded types: the delivery that began what is told of the same subject, maybe this one. */
  threadRootId?: string | undefined;
  /** Absent: the secret of the config signs, as always but during a rotation. */
  signing?: Signing;
  /** Looked up only when it is called. */
  state?: (() => OpenAlerts) | undefined;
}

/** A secret that signs messages, and may be replaced while the endpoint still knows the one before. */
export interface RotatingSecret<Config = unknown> {
  /** Its key in `config`. */
  readonly field: string;
  readonly secretOf: (config: Config) => string | null;
  /** Some header holds a single digest: by its answer the endpoint tells which secret it knows. */
  readonly hasSingleDigest: (config: Config) => boolean;
}

/** What is open within a channel's filters at this moment. */
export interface OpenAlerts {
  /** Null: nothing. */
  worst: Severity | null;
  /** All alerts of the worst severity are. False when there is none. */
  isAcknowledged: boolean;
  count: number;
}

/**
 * Why there was no status line. `protocol`: what came back is not HTTP. `unreachable`: no packet finds a
 * way there. `dns_mute` and `dns_broken`: the server says nothing, or that it can't say.
 */
export type SendFailure =
  | "timeout"
  | "dns"
  | "dns_mute"
  | "dns_broken"
  | "refused"
  | "unreachable"
  | "reset"
  | "tls"
  | "protocol"
  | "blocked"
  | "invalid_config"
  | "internal";

/** What came of dialling: a status line, or the word for why there was none. */
export interface SendResult {
  statusCode: number | null;
  failure: SendFailure | null;
  responseHeaders: Record<string, string>;
  /** First 4 KiB, as text. */
  responseBody: string;
}

export type JudgedOutcome =
  | "delivered"
  | "timeout"
  | "dns"
  | "refused"
  | "reset"
  | "tls"
  | "redirect"
  | "client_error"
  | "auth_error"
  | "rate_limited"
  | "server_error"
  | "blocked"
  | "invalid_config"
  | "internal";

export interface Judgement {
  outcome: JudgedOutcome;
  /** False: final at once, whatever the schedule says. */
  retry: boolean;
  /** One sentence for people; holds no secret. */
  reason: string;
  /** What the endpoint asked for in its body; the Retry-After header of a 429 or 503 needs no mention. */
  retryAfterMs?: number;
}

/**
 * Who reads it. `program`: every event, in order, however late. `people`: what became too old during
 * an outage comes as one summary. `state`: it shows how things stand, and old news is none.
 */
export type ChannelAudience = "program" | "people" | "state";

/** A type whose messages go out by HTTP needs to name only its config. */
export interface ChannelType<Config = unknown, Request extends TransportRequest = OutboundRequest> {
  readonly kind: string;
  /**
   * Made by the program for its own use (subscribers of a status page): delivery sends to it as to any other,
   * and no list, form, rule, evidence or journal of channels shows it.
   */
  readonly isInternal?: true;
  readonly label: string;
  readonly description: string;
  readonly fields: readonly ChannelField[];
  readonly audience: ChannelAudience;
  /** Told by default where the config says nothing else (a dialect may). */
  readonly defaultEvents: readonly TellableEvent[];
  /** Checks and completes what the client sent; throws AppError `invalid` with the field `config.…`. */
  readonly parse: (config: Record<string, unknown>) => Config;
  /**
   * What is looked at once, when settings are saved, and not again at each start: whether what the
   * channel subscribes to can be told with them. Throws AppError `invalid` with the field `config.…`.
   */
  readonly check?: (
    config: Config,
    subscription: { events: readonly TellableEvent[]; areNamed: boolean },
  ) => void;
  readonly behaviour: (config: Config) => ChannelBehaviour;
  /**
   * Pure: golden files hold its output. The bytes are stored and sent unchanged on every try. They hold
   * no secret, because the outbox is kept in clear: what an endpoint wants to see in the body (a token,
   * a routing key) is put in by `request`, which is given the present settings each time.
   */
  readonly compose: (message: Message, config: Config) => ComposedBody;
  /**
   * For a type that calls each recipient by itself: one body per recipient, and at least one. Each becomes
   * a delivery of its own, so that a retry reaches only who was not reached yet. Previews show `compose`.
   */
  readonly composeEach?: (message: Message, config: Config) => readonly ComposedBody[];
  /**
   * Of a type that is not told what is old: whether this message is sent however late it is, because
   * something keeps ringing there until it is heard.
   */
  readonly isNeededLate?: (message: Message, config: Config) => boolean;
  /**
   * Called for each attempt with the present config: headers, fresh signatures, and whatever secret
   * belongs into the body. The same composed body and config give the same body, so that retries are
   * equal byte for byte.
   */
  readonly request: (composed: ComposedBody, config: Config, context: RequestContext) => Request;
  /** Messages about one alert or incident refer to the first of them. */
  readonly isThreaded?: boolean;
  /** Absent where nothing is signed by a secret of ours. */
  readonly rotation?: RotatingSecret<Config>;
  /**
   * For what shows how things stand: the request by which it shows that, whenever that has changed, and
   * again after each `reassertSeconds`. Null: with these settings it shows nothing.
   */
  readonly show?: (config: Config, context: { open: OpenAlerts; version: string }) => Request | null;
  readonly judge: (result: SendResult, config: Config) => Judgement;
  /** URLs that it will dial, with the field of each: checked against the outbound policy on saving. */
  readonly targets: (config: Config) => readonly { field: string; url: string }[];
  /** The dialect's own names of events, accepted in `events` beside the dotted ones. */
  readonly eventAliases: (config: Config) => Readonly<Record<string, readonly TellableEvent[]>>;
  /**
   * What the test button sends, one after the other: of a webhook the dialect's own test event, of
   * channels for people alert.triggered, alert.acknowledged and alert.resolved of one sample alert.
   */
  readonly testEvents: (config: Config) => readonly TellableEvent[];
  /** Every secret value in the config: cut out of answers before they are kept as evidence. */
  readonly secrets: (config: Config) => readonly string[];
  /** The config as the client gave it, with every secret replaced by `••••` and its last four characters. */
  readonly mask: (config: Config) => Record<string, unknown>;
}

/** A type of any transport, its config unknown: what the registry, the directory and delivery see. */
export type AnyChannelType = ChannelType<unknown, TransportRequest>;
