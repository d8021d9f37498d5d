// In: what `fetch` threw. Out: the word for it and a sentence without URL or secret: the error itself
// carries the whole URL, which is a secret for some channels, and is dropped here.
import type { SendFailure } from "../channels/channel";

export interface Failure {
  failure: SendFailure;
  error: string;
}

const REFUSED = new Set(["ECONNREFUSED", "ConnectionRefused", "FailedToOpenSocket", "EACCES", "EPERM"]);
const UNREACHABLE = new Set(["EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN", "EADDRNOTAVAIL"]);
const RESET = new Set(["ECONNRESET", "ConnectionClosed", "EPIPE", "ECONNABORTED", "UND_ERR_SOCKET"]);
const TIMEOUT = new Set(["ETIMEDOUT", "TimeoutError", "Timeout"]);
const PROTOCOL = new Set([
  "Malformed_HTTP_Response",
  "InvalidHTTPResponse",
  "InvalidContentLength",
  "UnrequestedUpgrade",
  "HTTP2Unsupported",
  "ResponseHeaderTooLong",
  "HPE_INVALID_CONSTANT",
]);
const TLS = /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_|HOSTNAME|^EPROTO$|^CRL_|ISSUER|PATH_LENGTH|PURPOSE/;

/** What some TLS codes mean for the person who has to fix it. */
const TLS_TEXTS: Record<string, string> = {
  ERR_TLS_CERT_ALTNAME_INVALID: "The certificate is for another host name.",
  CERT_HAS_EXPIRED: "The certificate has expired.",
  CERT_NOT_YET_VALID: "The certificate is not valid yet.",
  DEPTH_ZERO_SELF_SIGNED_CERT: "The certificate is self-signed; give its CA in tls.ca.",
  SELF_SIGNED_CERT_IN_CHAIN: "The certificate comes from an unknown CA; give it in tls.ca.",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "The certificate comes from an unknown CA; give it in tls.ca.",
  UNABLE_TO_GET_ISSUER_CERT: "The certificate comes from an unknown CA; give it in tls.ca.",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "The certificate comes from an unknown CA; give it in tls.ca.",
};

/** Only an identifier is taken from the error; anything longer might quote the request. */
const codeOf = (error: unknown): string => {
  const { code, name } = (typeof error === "object" && error !== null ? error : {}) as {
    code?: unknown;
    name?: unknown;
  };
  const text = typeof code === "string" ? code : typeof name === "string" ? name : "";
  return /^\w{1,64}$/.test(text) ? text : "";
};

/** Never throws. A deadline is the caller's to tell apart: an abort comes out as `internal`. */
export const classifyFailure = (error: unknown): Failure => {
  const code = codeOf(error);
  if (REFUSED.has(code)) return { failure: "refused", error: `No connection could be made (${code}).` };
  if (UNREACHABLE.has(code)) return { failure: "unreachable", error: `There is no way to it (${code}).` };
  if (RESET.has(code)) return { failure: "reset", error: `The connection was closed (${code}).` };
  if (TIMEOUT.has(code)) return { failure: "timeout", error: `The connection timed out (${code}).` };
  if (PROTOCOL.has(code)) return { failure: "protocol", error: `The answer is not valid HTTP (${code}).` };
  if (TLS.test(code)) return { failure: "tls", error: TLS_TEXTS[code] ?? `TLS failed (${code}).` };
  return { failure: "internal", error: `The request failed (${code === "" ? "unknown" : code}).` };
};
