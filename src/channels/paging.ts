// In: a message and its wording. Out: what it means to a pager or a phone: begun, taken care of or over,
// under which key, how loud; and the same as plain lines.
import { invalid } from "../core/errors";
import type { ComposedBody, Judgement, Message, SendResult } from "./channel";
import { jsonBody, judgeNative } from "./native";
import { textOf } from "./values";
import { wordingOf, type Wording } from "./wording";

export type PagerAction = "trigger" | "acknowledge" | "resolve";

/**
 * A step that escalates triggers once more, under the same key: the page that nobody took rings again.
 * An incident that people work on is acknowledged; one that began anew is triggered again.
 */
export const pagerActionOf = (
  { event, incident }: Message,
  { phase }: Pick<Wording, "phase">,
): PagerAction => {
  if (phase === "closed") return "resolve";
  if (phase === "acknowledged") return "acknowledge";
  const isWorkedOn = event === "incident.updated" && incident?.status !== "investigating";
  return isWorkedOn ? "acknowledge" : "trigger";
};

/** A pager keeps a page open until it hears of its end, or that somebody takes care. */
export const isEndOfPage = (message: Message): boolean =>
  pagerActionOf(message, wordingOf(message)) !== "trigger";

/** The ID of what the message is about: one page from its beginning to its end. */
export const pagerKeyOf = (
  { alert, incident, service, channel }: Message,
  { threadKey }: Pick<Wording, "threadKey">,
): string => alert?.id ?? incident?.id ?? service?.id ?? channel?.id ?? threadKey;

/** `calm`: nobody has to get up for it. */
export type Loudness = "critical" | "warning" | "info" | "calm";

const SOFTER = { critical: "warning", warning: "info", info: "info", good: "calm", neutral: "info" } as const;

/** News about an incident that was told already is a step softer than its beginning. */
export const loudnessOf = (
  event: Message["event"],
  { phase, tone }: Pick<Wording, "phase" | "tone">,
): Loudness => {
  if (phase === "acknowledged" || phase === "closed" || tone === "good") return "calm";
  if (event === "incident.updated") return SOFTER[tone];
  return tone === "neutral" ? "info" : tone;
};

/** The sentence, then a line per fact; never empty. */
export const plainText = ({ headline, body, facts }: Pick<Wording, "headline" | "body" | "facts">): string =>
  [
    ...(body === "" ? [] : [body]),
    ...(body === "" || facts.length === 0 ? [] : [""]),
    ...facts.map(([label, value]) => `${label}: ${value}`),
  ].join("\n") || headline;

const decoder = new TextDecoder();

/**
 * What a type stored as JSON, for types that add a secret or choose an address when they send it. Throws
 * for bytes that are none.
 */
export const readStored = <Stored>({ body }: ComposedBody): Stored =>
  JSON.parse(decoder.decode(body)) as Stored;

/** `Authorization` for a user name and a password (RFC 7617). */
export const basicAuth = (name: string, password: string): Record<string, string> => ({
  Authorization: `Basic ${Buffer.from(`${name}:${password}`, "utf8").toString("base64")}`,
});

/** How a server is signed in to, and what of it no evidence may hold. */
export interface Account {
  headers: Record<string, string>;
  credentials: readonly string[];
}

/** Of the settings `username` and `password`: both, or neither. Throws `invalid`. */
export const accountOf = (given: Readonly<Record<string, unknown>>): Account => {
  const username = textOf(given["username"], "config.username", { longest: 200 });
  const password = textOf(given["password"], "config.password", { longest: 200 });
  if ((username === undefined) !== (password === undefined))
    throw invalid(
      username === undefined ? "config.username" : "config.password",
      "username and password belong together.",
    );
  if (username === undefined || password === undefined) return { headers: {}, credentials: [] };
  if (username.includes(":")) throw invalid("config.username", "username must not hold a colon.");
  const headers = basicAuth(username, password);
  return { headers, credentials: [password, (headers["Authorization"] ?? "").slice("Basic ".length)] };
};

/** A 2xx with a web page: a login form, a proxy or another program stands where the service should be. */
const isWebPage = ({ statusCode, responseHeaders }: SendResult): boolean =>
  statusCode !== null &&
  statusCode >= 200 &&
  statusCode < 300 &&
  responseHeaders["content-type"]?.toLowerCase().startsWith("text/html") === true;

/** For servers of one's own, where an address is easily one that answers 200 to everything. */
export const judgePush =
  (service: string) =>
  (result: SendResult): Judgement =>
    isWebPage(result)
      ? {
          outcome: "client_error",
          retry: false,
          reason: `A web page answered ${result.statusCode}, not ${service}: check the server's address.`,
        }
      : judgeNative(result);

/** A body for one of several recipients; `recipient` is told apart by, and shown to nobody. */
export const bodyFor = (recipient: string, value: unknown): ComposedBody => ({
  ...jsonBody(value),
  contentType: `application/json; recipient="${encodeURIComponent(recipient)}"`,
});

/** The first of several bodies of one message: what `compose` gives where `composeEach` gives all. */
export const firstOf = (bodies: readonly ComposedBody[]): ComposedBody => {
  const [first] = bodies;
  if (first === undefined) throw new RangeError("a message without recipients");
  return first;
};
