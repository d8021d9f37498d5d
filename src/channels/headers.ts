// In: the headers that a person wants to send along. Out: the same, checked: none may break the
// request, replace what delivery guarantees, or smuggle a second request.
import { invalid } from "../core/errors";
import { isSettings } from "../lib/merge-patch";

const MOST_HEADERS = 20;
const MOST_BYTES = 4_096;

/** RFC 9110's token. */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;
/** Visible characters, space and tab, up to U+00FF: fetch refuses what lies above. */
// oxlint-disable-next-line no-control-regex
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Framing, routing and hop-by-hop headers, and those that proxies trust. */
const REFUSED = new Set([
  "host",
  "content-length",
  "transfer-encoding",
  "connection",
  "cookie",
  "set-cookie",
  "accept-encoding",
  "content-encoding",
  "expect",
  "forwarded",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "upgrade",
  "x-real-ip",
]);
const REFUSED_PREFIXES = ["webhook-", "x-forwarded-", "sec-"];

/** Null when a custom header may have this name, else the reason. */
export const refusalOfHeaderName = (name: string): string | null => {
  if (!NAME.test(name)) return "is not a valid header name";
  const lower = name.toLowerCase();
  return REFUSED.has(lower) || REFUSED_PREFIXES.some((prefix) => lower.startsWith(prefix))
    ? "is set by Andon and can't be replaced"
    : null;
};

/** Throws `invalid` naming `place` or the one header at fault; never echoes a value. */
export const parseHeaders = (value: unknown, place = "config.headers"): Record<string, string> => {
  if (value === undefined) return {};
  if (!isSettings(value)) throw invalid(place, "headers must be an object of names and texts.");
  const entries = Object.entries(value);
  if (entries.length > MOST_HEADERS)
    throw invalid(place, `headers may hold at most ${MOST_HEADERS} entries.`);
  const headers: Record<string, string> = {};
  const seen = new Set<string>();
  let bytes = 0;
  for (const [name, text] of entries) {
    const refusal = refusalOfHeaderName(name);
    if (refusal !== null) throw invalid(place, `The header ${JSON.stringify(name)} ${refusal}.`);
    const field = `${place}.${name}`;
    if (typeof text !== "string") throw invalid(field, `The header ${name} must be a text.`);
    if (!VALUE.test(text))
      throw invalid(
        field,
        `The header ${name} holds a line break or another character that headers can't carry.`,
      );
    if (seen.has(name.toLowerCase())) throw invalid(field, `The header ${name} is given twice.`);
    seen.add(name.toLowerCase());
    bytes += name.length + text.length + 4;
    headers[name] = text;
  }
  if (bytes > MOST_BYTES) throw invalid(place, `headers may hold at most ${MOST_BYTES} bytes in all.`);
  return headers;
};
