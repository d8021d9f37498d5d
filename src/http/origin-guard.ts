// In: an unsafe request that carries the session cookie. Out: null when it comes from our own pages,
// else why it is refused. Calls with a token carry nothing that a foreign page could make a browser add.
import { parseHost } from "../lib/host-header";
import { pathOf } from "./address-guard";
import { factsOf } from "./request-facts";
import { readSessionCookie } from "./session-cookie";
import type { Problem } from "./problem";

/** Forms for the public: nothing below it looks at the session, whose cookie a browser sends all the same. */
const WITHOUT_SESSION = "/status/";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

const refuse = (code: string, detail: string): Problem => ({ status: 403, code, detail });

const defaultPort = (scheme: string): number => (scheme === "https:" ? 443 : 80);

/** Our own name as the browser sees it: the Host that it sent, or the configured public URL. */
export const isOwnOrigin = (origin: string, request: Request, publicUrl: string | null): boolean => {
  if (publicUrl !== null && origin === publicUrl) return true;
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  if (url.protocol !== "http:" && url.protocol !== "https:") return false;
  // A page over plain http must not speak for the one over TLS.
  if (factsOf(request).isSecure && url.protocol !== "https:") return false;
  const host = parseHost(request.headers.get("host") ?? "");
  if (host === null) return false;
  const port = url.port === "" ? defaultPort(url.protocol) : Number(url.port);
  return (
    url.hostname.replace(/^\[|\]$/g, "") === host.host && port === (host.port ?? defaultPort(url.protocol))
  );
};

const hasBody = (request: Request): boolean =>
  (request.headers.get("content-length") ?? "0") !== "0" || request.headers.has("transfer-encoding");

/** Cheap for the calls that it does not concern: safe methods, and those with an Authorization header. */
export const judgeOrigin = (request: Request, publicUrl: string | null): Problem | null => {
  if (SAFE_METHODS.has(request.method)) return null;
  const { headers } = request;
  if (headers.has("authorization") || readSessionCookie(request) === null) return null;
  if (pathOf(request.url).startsWith(WITHOUT_SESSION)) return null;
  const site = headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin")
    return refuse("foreign_origin", "This call must come from Andon's own pages.");
  const origin = headers.get("origin");
  if (origin === null || !isOwnOrigin(origin, request, publicUrl))
    return refuse(
      "foreign_origin",
      "This call must come from Andon's own pages (the Origin header does not match).",
    );
  const type = headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== undefined ? type !== "application/json" : hasBody(request))
    return refuse("json_expected", "Calls with a session must send JSON (Content-Type: application/json).");
  return null;
};
