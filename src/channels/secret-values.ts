// In: secrets of a channel's settings. Out: how they are shown, and every spelling in which an
// endpoint may repeat them, to be cut out of what is kept as evidence.
import { isSettings } from "../lib/merge-patch";
import { MASK, maskText } from "../lib/secrets";
import type { ChannelField } from "./channel";

/** As it stands, in JSON, and in a URL: endpoints repeat what they were sent in either. */
export const spellingsOf = (secret: string): string[] => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  encodeURIComponent(secret.toWellFormed()),
];

/** The longest first: what holds another is cut out whole. Without repetitions and empty texts. */
export const allSpellings = (secrets: readonly string[]): string[] =>
  [...new Set(secrets.filter((secret) => secret !== "").flatMap(spellingsOf))].sort(
    (left, right) => right.length - left.length,
  );

/** A chat service's URL is its secret, and only its host is not: `https://hooks.slack.com/••••last`. */
export const maskSecretUrl = (url: string): string => {
  const { origin, pathname, search } = new URL(url);
  return `${origin}/${maskText((pathname + search).slice(1))}`;
};

/** Words such as `services` and `workflows` say nothing; whatever else is long may be the key. */
const isTelling = (part: string): boolean => part.length >= 8 && !/^[a-z]+$/.test(part);

/** The URL, what follows its host, and each part of that which may be a key of its own. */
export const secretsOfUrl = (url: string): string[] => {
  const { pathname, search, searchParams } = new URL(url);
  const path = pathname + search;
  return [
    url,
    ...(path.length > 1 ? [path] : []),
    ...pathname.split("/").filter(isTelling),
    ...[...searchParams.values()].filter(isTelling),
  ];
};

const maskDeep = (value: unknown): unknown => {
  if (typeof value === "string") return maskText(value);
  if (Array.isArray(value)) return value.map(maskDeep);
  if (!isSettings(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, maskDeep(inner)]));
};

/** Of TLS settings only the private key is secret; the end of a PEM file says nothing. */
const maskTls = (tls: unknown): unknown =>
  isSettings(tls) && tls["client_key"] !== undefined ? { ...tls, client_key: MASK } : tls;

/** What the client gave, with every field that is marked secret masked. */
export const maskGiven = (
  given: Readonly<Record<string, unknown>>,
  fields: readonly ChannelField[],
): Record<string, unknown> => {
  const secret = new Map(fields.filter((field) => field.secret).map((field) => [field.name, field]));
  const masked: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const field = secret.get(name);
    if (field === undefined) masked[name] = value;
    else if (name === "tls") masked[name] = maskTls(value);
    else
      masked[name] =
        field.type === "url" && typeof value === "string" ? maskSecretUrl(value) : maskDeep(value);
  }
  return masked;
};
