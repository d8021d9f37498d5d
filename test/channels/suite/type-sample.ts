// In: nothing. Out: what the suite has to know of a channel type that its contract does not say: a valid
// config, the service's limits, and how the service shows a body. One file per type in `types/`.
import type {
  ChannelAudience,
  JudgedOutcome,
  OutboundRequest,
  TransportRequest,
} from "../../../src/channels/channel";

/** A link as people can follow it. */
export interface ShownLink {
  text: string;
  url: string;
}

/** What the service makes of a body: written from its documents, not from our escaping. */
export interface Shown {
  /** Everything that people read, in order, without mark-up. */
  text: string;
  /** Whom it calls. */
  mentions: string[];
  /** Only links that stand behind a text or a button: an address that is shown as such is no trap. */
  links: ShownLink[];
  /** One entry per piece of formatting that came out of the texts: `bold`, `code`, `html b`. */
  markup: string[];
}

export interface TypeSample {
  /** Names the folder of golden files. */
  variant: string;
  /** With a secret in every place that can hold one. */
  config: Record<string, unknown>;
  /** Values that may appear nowhere but in the request to the endpoint. */
  canaries: string[];
  /** How the bodies' content type begins; JSON when left out. */
  contentType?: string;
  /** Golden files hold the body as text, not as JSON made pretty. */
  isPlainGolden?: boolean;
  /** What is wrong with a body by the service's documents: one line per broken limit. Empty: nothing. */
  breaches: (body: string, request: TransportRequest) => string[];
  /** Absent for channels whose bodies no person reads. */
  show?: (body: string, request: TransportRequest) => Shown;
  /** Credentials that the service wants in the body are added when it is sent. */
  hasCredentialsInBody?: boolean;
  /** The stored bytes also say what is done with them (an address, a recipient): the body is made of them. */
  isEnvelope?: boolean;
  /** A webhook dialect: every non-2xx is tried again, `webhook-*` headers are sent. */
  isWebhook?: boolean;
  /** Spoken instead of HTTP. */
  transport?: "smtp" | "mqtt";
  /** Left out: programs for a webhook dialect, else people. */
  audience?: ChannelAudience;
  /** Instead of the common table of HTTP statuses: code, outcome, and whether it is tried again. */
  answers?: readonly (readonly [code: number, outcome: JudgedOutcome, retry: boolean])[];
  /** Statuses whose meaning is the service's own: not judged by the common table. */
  ownStatuses?: readonly number[];
  /** Body of the answer that the service gives to a message that it took; `ok` when left out. */
  goodAnswer?: string;
}

/** The request of a type that speaks HTTP. */
export const httpOf = (request: TransportRequest): OutboundRequest => {
  if (request.transport !== undefined && request.transport !== "http")
    throw new Error(`This is ${request.transport}, not HTTP.`);
  return request;
};
/** A header's value, however its name is written. */
export const headerOf = (request: TransportRequest, name: string): string | undefined =>
  Object.entries(httpOf(request).headers).find(([one]) => one.toLowerCase() === name.toLowerCase())?.[1];

/** The body that a request carries, as text; most of what is stored is sent as it is. */
export const sentBody = (request: TransportRequest): string =>
  new TextDecoder("utf-8", { fatal: true }).decode(httpOf(request).body ?? undefined);

/** UTF-16 units above a limit, as a line for `breaches`. */
export const tooLong = (what: string, value: unknown, limit: number): string[] =>
  typeof value === "string" && value.length > limit ? [`${what}: ${value.length} > ${limit}`] : [];

/** Every string in a JSON value with its path, in the order of writing. */
export const stringsOf = (value: unknown, path = ""): [path: string, text: string][] => {
  if (typeof value === "string") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => stringsOf(inner, `${path}.${key}`));
};

/** For services that show their texts as they are: nothing is a mention, a link or mark-up. */
export const showPlainJson = (body: string): Shown => ({
  text: stringsOf(JSON.parse(body))
    .map(([, text]) => text)
    .join("\n"),
  mentions: [],
  links: [],
  markup: [],
});
