// In: any value that somebody wants to log. Out: a plain value that is safe to write: no cause, no
// path or query of a URL, nothing under a secret's name, at most 8 KiB per field.
import { Plainly } from "../core/log";
import { MASK } from "../lib/secrets";

/** A log line stays readable and a flood stays bounded. */
const MAX_FIELD_BYTES = 8 * 1024;
const MAX_DEPTH = 6;
const MAX_ENTRIES = 100;

/** Names whose value is never written; `token_id`, `secret_count` and the like are harmless. */
const SECRET_NAME =
  /(?:secret|token|passw|authorization|credential|cookie|signature|api[-_]?key|private[-_]?key|(?:^|[-_.])key$)/i;
const HARMLESS_NAME = /[-_](?:id|name|count|kind|type|scope)$|(?:Id|Name|Count|Kind|Type|Scope)$/;

/** The scheme and the authority; user information, path, query and fragment are dropped. */
const URL_IN_TEXT = /\b([a-z][a-z0-9+.-]{1,20}):\/\/([^\s"'<>\\^`{|}]+)/gi;

const cutUrl = (_whole: string, scheme: string, rest: string): string => {
  const authority = rest.split(/[/?#]/, 1)[0] ?? "";
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  return `${scheme}://${host}${rest.length > authority.length ? "/…" : ""}`;
};

/** Every URL in the text cut to its origin. */
export const cutUrls = (text: string): string =>
  text.includes("://") ? text.replace(URL_IN_TEXT, cutUrl) : text;

const cutToSize = (text: string): string => {
  if (text.length * 3 <= MAX_FIELD_BYTES || Buffer.byteLength(text) <= MAX_FIELD_BYTES) return text;
  const kept = Buffer.from(text)
    .subarray(0, MAX_FIELD_BYTES - 16)
    .toString("utf8");
  return `${kept.replace(/\uFFFD+$/, "")}… (cut)`;
};

const isSecretName = (name: string): boolean => SECRET_NAME.test(name) && !HARMLESS_NAME.test(name);

/** The cause chain stays out: errors of fetch carry the URL, and a chat URL is a secret. */
const describeError = (error: Error): Record<string, unknown> => {
  const { code, kind } = error as Error & { code?: unknown; kind?: unknown };
  return {
    name: error.name,
    message: cutUrls(error.message),
    ...(typeof code === "string" ? { code } : {}),
    ...(typeof kind === "string" ? { kind } : {}),
    ...(error.stack === undefined ? {} : { stack: cutUrls(error.stack) }),
  };
};

const plain = (value: unknown, depth: number): unknown => {
  switch (typeof value) {
    case "string":
      return cutUrls(value);
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "boolean":
      return value;
    case "bigint":
      return value.toString();
    case "undefined":
      return undefined;
    case "function":
    case "symbol":
      return `(${typeof value})`;
    default:
      return value === null ? null : plainObject(value as object, depth);
  }
};

const plainObject = (value: object, depth: number): unknown => {
  if (value instanceof Plainly) return value.text;
  if (value instanceof Error) return describeError(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof URL) return cutUrls(value.href);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `(${value.byteLength} bytes)`;
  if (depth >= MAX_DEPTH) return "(deeper)";
  if (Array.isArray(value)) {
    const shown = value.slice(0, MAX_ENTRIES).map((entry) => plain(entry, depth + 1) ?? null);
    return value.length > MAX_ENTRIES ? [...shown, `(${value.length - MAX_ENTRIES} more)`] : shown;
  }
  if (value instanceof Map) return plainObject(Object.fromEntries(value), depth);
  if (value instanceof Set) return plainObject([...value], depth);
  const out: Record<string, unknown> = {};
  for (const [name, entry] of Object.entries(value).slice(0, MAX_ENTRIES))
    out[name] = plainNamed(name, entry, depth + 1);
  return out;
};

const plainNamed = (name: string, value: unknown, depth: number): unknown => {
  const isShown = value === null || value === undefined || typeof value === "boolean";
  if (isSecretName(name) && !isShown && !(value instanceof Plainly)) return MASK;
  return plain(value, depth);
};

/** Safe to give to JSON.stringify. Never throws, whatever the value. */
export const redactField = (name: string, value: unknown): unknown => {
  try {
    const safe = plainNamed(name, value, 0);
    if (typeof safe === "string") return cutToSize(safe);
    if (typeof safe !== "object" || safe === null) return safe;
    const written = JSON.stringify(safe);
    return Buffer.byteLength(written) <= MAX_FIELD_BYTES ? safe : cutToSize(written);
  } catch {
    return "(not readable)";
  }
};

export const redactMessage = (message: string): string => cutToSize(cutUrls(message));
