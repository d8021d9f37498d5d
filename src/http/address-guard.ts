// In: the Host header and the URL of a request. Out: null when both are sound, else why it is refused.
// Runs before the router, whose reading of a path depends on the shape of the host.
import { parseHost } from "../lib/host-header";

export interface HostRule {
  /** Origin of ANDON_PUBLIC_URL; null admits any well-formed host. */
  publicUrl: string | null;
  /** Own domains of status pages; asked at each new host. */
  pageHosts: () => ReadonlySet<string>;
}

export interface Refusal {
  status: 400 | 421;
  code: string;
  detail: string;
}

const ENCODED = /%(?:2f|5c|00)/i;
const DOT_SEGMENT = /\/\.{1,2}(?:\/|$)/;
/** Verdicts kept, so that a host is parsed once. Attackers can only make it start afresh. */
const MAX_REMEMBERED = 1000;
/** The router looks for the path behind the 11th character of the URL: `http://` and four more. */
const SHORTEST_PLAIN_HOST = 4;

const badHost = (detail: string): Refusal => ({ status: 400, code: "bad_host", detail });
const badPath = (detail: string): Refusal => ({ status: 400, code: "bad_path", detail });

const MISDIRECTED: Refusal = {
  status: 421,
  code: "unknown_host",
  detail: "Andon does not answer under this host name. Use the address in ANDON_PUBLIC_URL.",
};

/** `page` admits as well, but may change at any time and is not remembered. */
const judgeHost = (header: string, rule: HostRule, publicHost: string | null): Refusal | "own" | "page" => {
  const parsed = parseHost(header);
  if (parsed === null) return badHost("The request must have exactly one well-formed Host header.");
  // The URL drops the scheme's default port, which leaves the bare name.
  const written = parsed.port === null || parsed.port === 80 || parsed.port === 443 ? parsed.host : header;
  if (written.length < SHORTEST_PLAIN_HOST && !parsed.isLiteral)
    return badHost(
      "Host names of fewer than four characters need a port other than 80; or use the IP address.",
    );
  if (publicHost === null || parsed.isLiteral || parsed.host === publicHost || parsed.host === "localhost")
    return "own";
  return rule.pageHosts().has(parsed.host) ? "page" : MISDIRECTED;
};

/** The part of the URL between the authority and the query, e.g. `/api/v1/alerts`. */
export const pathOf = (url: string): string => {
  const start = url.indexOf("/", 8);
  if (start === -1) return "";
  const query = url.indexOf("?", start);
  return query === -1 ? url.slice(start) : url.slice(start, query);
};

/**
 * Dot segments are resolved by the HTTP parser before anybody sees the URL, so guard and router
 * agree on them; what it leaves (encoded slashes, doubled slashes, NUL) is refused.
 */
export const judgePath = (url: string): Refusal | null => {
  const path = pathOf(url);
  if (!path.startsWith("/")) return badPath("The request target must be a path that begins with /.");
  if (path.includes("//")) return badPath("The path must not hold //.");
  if (path.includes("%") && ENCODED.test(path))
    return badPath("The path must not hold encoded slashes, backslashes or NUL.");
  if (path.includes("#") || path.includes("\\") || (path.includes("/.") && DOT_SEGMENT.test(path)))
    return badPath("The path must not hold #, backslashes or dot segments.");
  return null;
};

export type JudgeHost = (header: string | null) => Refusal | null;

export const createHostGuard = (rule: HostRule): JudgeHost => {
  const publicHost =
    rule.publicUrl === null ? null : new URL(rule.publicUrl).hostname.replace(/^\[|\]$/g, "");
  let admitted = new Set<string>();
  return (header) => {
    if (header === null || header === "") return badHost("The request must have a Host header.");
    if (admitted.has(header)) return null;
    const verdict = judgeHost(header, rule, publicHost);
    if (typeof verdict === "object") return verdict;
    if (verdict === "own") {
      if (admitted.size >= MAX_REMEMBERED) admitted = new Set();
      admitted.add(header);
    }
    return null;
  };
};
