// In: a composed body, the channel's settings and the moment. Out: the HTTP request: custom headers,
// the three `webhook-*` headers, and a fresh signature over exactly the bytes that are sent.
import { signatureIn, standardKey, standardSignature, type SignedParts } from "../../lib/hmac";
import type { ComposedBody, OutboundRequest, RequestContext, Signing } from "../channel";
import type { SigningKeys, WebhookConfig } from "./config";
import { QUERY_TYPE } from "./template";

const hasHeader = (headers: Record<string, string>, name: string): boolean => {
  for (const key in headers) if (key.length === name.length && key.toLowerCase() === name) return true;
  return false;
};

/** The keys of `webhook-signature` in order, and that of headers with a single digest. */
const keysOf = (config: WebhookConfig, signing: Signing | undefined): SigningKeys | null => {
  if (config.keys === null || signing === undefined) return config.keys;
  return {
    standard: signing.secrets.map(standardKey),
    plain: Buffer.from(signing.digestSecret, "utf8"),
  };
};

/** `v1,…`, and during a rotation `v1,… v1,…`: the specification separates several by spaces. */
const standardSignatures = ({ standard }: SigningKeys, parts: SignedParts): string =>
  standard.map((key) => standardSignature(key, parts)).join(" ");

/** The query of a GET goes behind what the URL has; the parser of URLs escapes what may not stand there. */
const withQuery = (address: string, query: string): string => {
  if (query === "") return address;
  const url = new URL(address);
  url.search = url.search === "" ? query : `${url.search}&${query}`;
  return url.href;
};

const NOTHING = new Uint8Array();

/**
 * A GET has no body: its signatures are over none, and what was composed is its query, unless the
 * method was changed meanwhile and it was composed as a body.
 */
export const buildRequest = (
  composed: ComposedBody,
  config: WebhookConfig,
  { deliveryId, now, version, signing }: RequestContext,
): OutboundRequest => {
  const { contentType } = composed;
  const isGet = config.method === "GET";
  const body = isGet ? NOTHING : composed.body;
  const timestampSeconds = Math.floor(now / 1_000);
  const headers: Record<string, string> = { ...config.headers };
  if (!isGet && !hasHeader(headers, "content-type")) headers["Content-Type"] = contentType;
  if (!hasHeader(headers, "user-agent")) headers["User-Agent"] = `Andon/${version}`;
  headers["Accept-Encoding"] = "identity";
  headers["webhook-id"] = deliveryId;
  headers["webhook-timestamp"] = String(timestampSeconds);
  const keys = keysOf(config, signing);
  if (keys !== null) {
    const parts = { id: deliveryId, timestampSeconds, body };
    headers["webhook-signature"] = standardSignatures(keys, parts);
    for (const { header, format, timestampHeader } of config.signatures) {
      headers[header] =
        format === "standard" ? standardSignatures(keys, parts) : signatureIn(format, keys.plain, parts);
      if (timestampHeader !== undefined) headers[timestampHeader] = String(timestampSeconds);
    }
  }
  return {
    method: config.method,
    url:
      isGet && contentType === QUERY_TYPE
        ? withQuery(config.url, new TextDecoder().decode(composed.body))
        : config.url,
    headers,
    body: isGet ? null : body,
    ...(config.tls === null ? {} : { tls: config.tls }),
  };
};
