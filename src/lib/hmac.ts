// In: a secret, the bytes that are sent, and what else is signed. Out: signatures in the spellings
// that receivers expect. Always HMAC-SHA256 over the raw body bytes.
import { randomBytes } from "node:crypto";

export const SIGNATURE_FORMATS = ["hex", "sha256=hex", "base64", "standard", "ts:body"] as const;
export type SignatureFormat = (typeof SIGNATURE_FORMATS)[number];

export interface SignedParts {
  /** `webhook-id`. */
  id: string;
  timestampSeconds: number;
  body: Uint8Array;
}

const STANDARD_PREFIX = "whsec_";
/** One byte at least; padded or not. Half of it would decode to less than was meant, or to nothing. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=?|[A-Za-z0-9+/]{2}(?:==)?)$/;

/** False only for `whsec_` followed by something that is not base64. */
export const isUsableSecret = (secret: string): boolean =>
  !secret.startsWith(STANDARD_PREFIX) || BASE64.test(secret.slice(STANDARD_PREFIX.length));

/** `whsec_` and the base64 of 32 random bytes. */
export const randomStandardSecret = (): string => STANDARD_PREFIX + randomBytes(32).toString("base64");

/** Key of `webhook-signature`: base64 after `whsec_`, else the UTF-8 bytes of the whole secret. */
export const standardKey = (secret: string): Uint8Array =>
  secret.startsWith(STANDARD_PREFIX)
    ? Buffer.from(secret.slice(STANDARD_PREFIX.length), "base64")
    : Buffer.from(secret, "utf8");

const digest = (key: Uint8Array, prefix: string, body: Uint8Array, encoding: "hex" | "base64"): string => {
  const hasher = new Bun.CryptoHasher("sha256", key);
  if (prefix !== "") hasher.update(prefix);
  return hasher.update(body).digest(encoding);
};

/** `v1,<base64>` over `id.timestamp.body`, as the Standard Webhooks specification has it. */
export const standardSignature = (key: Uint8Array, { id, timestampSeconds, body }: SignedParts): string =>
  `v1,${digest(key, `${id}.${timestampSeconds}.`, body, "base64")}`;

/** The value of a header that holds a single digest; `key` is the secret's UTF-8 bytes. */
export const signatureIn = (
  format: Exclude<SignatureFormat, "standard">,
  key: Uint8Array,
  parts: SignedParts,
): string => {
  switch (format) {
    case "hex":
      return digest(key, "", parts.body, "hex");
    case "sha256=hex":
      return `sha256=${digest(key, "", parts.body, "hex")}`;
    case "base64":
      return digest(key, "", parts.body, "base64");
    case "ts:body":
      return digest(key, `${parts.timestampSeconds}:`, parts.body, "hex");
  }
};
