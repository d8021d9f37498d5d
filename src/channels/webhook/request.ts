// In: a composed body, the channel's settings and the moment. Out: the HTTP request: custom headers,
// the three `webhook-*` headers, and a fresh signature over exactly the bytes that are sent.
import { signatureIn, standardSignature } from "../../lib/hmac";
import type { ComposedBody, OutboundRequest, RequestContext } from "../channel";
import type { WebhookConfig } from "./config";

const hasHeader = (headers: Record<string, string>, name: string): boolean => {
  for (const key in headers) if (key.length === name.length && key.toLowerCase() === name) return true;
  return false;
};

export const buildRequest = (
  { body, contentType }: ComposedBody,
  config: WebhookConfig,
  { deliveryId, now, version }: RequestContext,
): OutboundRequest => {
  const timestampSeconds = Math.floor(now / 1_000);
  const headers: Record<string, string> = { ...config.headers };
  if (!hasHeader(headers, "content-type")) headers["Content-Type"] = contentType;
  if (!hasHeader(headers, "user-agent")) headers["User-Agent"] = `Andon/${version}`;
  headers["Accept-Encoding"] = "identity";
  headers["webhook-id"] = deliveryId;
  headers["webhook-timestamp"] = String(timestampSeconds);
  if (config.keys !== null) {
    const parts = { id: deliveryId, timestampSeconds, body };
    headers["webhook-signature"] = standardSignature(config.keys.standard, parts);
    for (const { header, format } of config.signatures)
      headers[header] = signatureIn(
        format,
        format === "standard" ? config.keys.standard : config.keys.plain,
        parts,
      );
  }
  return {
    method: config.method,
    url: config.url,
    headers,
    body,
    ...(config.tls === null ? {} : { tls: config.tls }),
  };
};
