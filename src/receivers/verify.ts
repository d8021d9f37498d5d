// In: the bytes of a request, its headers, and the secrets of a receiver. Out: whether the sender knows one of
// them, or what is wrong with the signature, in words. The bytes are taken as they came: nothing is parsed
// before. Pure; comparisons take the same time wherever two digests differ.
import { timingSafeEqual } from "node:crypto";
import { equalSecrets } from "../lib/digest";
import { standardKey } from "../lib/hmac";
import type { SignatureScheme } from "./schema";

export interface SignedRequest {
  headers: Headers;
  body: Uint8Array;
  /** Server time in ms. */
  now: number;
}

export interface SignatureSettings {
  /** None: no signature is asked for. */
  secrets: readonly string[];
  header: string;
  scheme: SignatureScheme;
  timestampHeader: string | null;
}

/**
 * `id`: the delivery's ID where it was signed as well: then no other one counts. A refusal says why, without
 * anything of the secret or of the right signature.
 */
export type Verdict = { isVerified: true; id: string | null } | { isVerified: false; reason: string };

/** Both ways, in seconds (Standard Webhooks). */
export const TOLERANCE_SECONDS = 300;
/** Of one header; senders that rotate their key send two. */
const MOST_SIGNATURES = 8;
const DIGEST_BYTES = 32;

const HEX = /^[0-9a-f]{64}$/i;
/** 32 bytes take 43 characters and one of padding. */
const BASE64 = /^[A-Za-z0-9+/]{43}=$/;
const TIMESTAMP = /^\d{1,12}$/;

const VERIFIED: Verdict = { isVerified: true, id: null };
const refuse = (reason: string): Verdict => ({ isVerified: false, reason });

/** Null for whatever is not exactly one digest. */
const decodeHex = (text: string): Uint8Array | null => (HEX.test(text) ? Buffer.from(text, "hex") : null);

const decodeBase64 = (text: string): Uint8Array | null => {
  if (!BASE64.test(text)) return null;
  const bytes = Buffer.from(text, "base64");
  // The last character has bits that say nothing: only one spelling is taken.
  return bytes.length === DIGEST_BYTES && bytes.toString("base64") === text ? bytes : null;
};

const PREFIX = "sha256=";

const decodeDigest = (text: string): Uint8Array | null =>
  text.toLowerCase().startsWith(PREFIX)
    ? decodeHex(text.slice(PREFIX.length))
    : (decodeHex(text) ?? decodeBase64(text));

const digestOf = (key: string | Uint8Array, prefix: string, body: Uint8Array): Uint8Array => {
  const hasher = new Bun.CryptoHasher("sha256", key);
  if (prefix !== "") hasher.update(prefix);
  return hasher.update(body).digest();
};

const isOneOf = (given: readonly Uint8Array[], expected: Uint8Array): boolean =>
  given.reduce((found, digest) => timingSafeEqual(digest, expected) || found, false);

/** Null when it is in time; else why not. */
const judgeTimestamp = (text: string | null, header: string, now: number): string | null => {
  if (text === null) return `The header ${header} is missing: the time is signed.`;
  if (!TIMESTAMP.test(text)) return `The header ${header} must be one time in seconds since 1970.`;
  const apart = Number(text) - Math.floor(now / 1_000);
  if (Math.abs(apart) <= TOLERANCE_SECONDS) return null;
  return `The signed time is ${Math.abs(apart)} s ${apart < 0 ? "old" : "ahead"}; ${TOLERANCE_SECONDS} s are allowed. Check both clocks.`;
};

const STANDARD_ID = /^[\x21-\x7e]{1,256}$/;
const STANDARD_HEADER = "webhook-signature";

const verifyStandard = ({ headers, body, now }: SignedRequest, { secrets }: SignatureSettings): Verdict => {
  const id = headers.get("webhook-id");
  const timestamp = headers.get("webhook-timestamp");
  const signatures = headers.get(STANDARD_HEADER) ?? "";
  // Two headers of one name arrive as one, joined with a comma and a space.
  if (signatures.includes(", ")) return refuse("The header webhook-signature is doubled.");
  if (id === null || !STANDARD_ID.test(id)) return refuse("The header webhook-id is missing or doubled.");
  const late = judgeTimestamp(timestamp, "webhook-timestamp", now);
  if (late !== null) return refuse(late);
  const parts = signatures.split(" ");
  if (parts.length > MOST_SIGNATURES)
    return refuse(`The header webhook-signature holds more than ${MOST_SIGNATURES} signatures.`);
  // Other versions are for other keys; what is no digest is none.
  const given = parts
    .map((part) => (part.startsWith("v1,") ? decodeBase64(part.slice("v1,".length)) : null))
    .filter((digest) => digest !== null);
  if (given.length === 0) return refuse("The header webhook-signature must hold v1, and a base64 digest.");
  const prefix = `${id}.${timestamp}.`;
  const isRight = secrets.reduce(
    (found, secret) => isOneOf(given, digestOf(standardKey(secret), prefix, body)) || found,
    false,
  );
  return isRight ? { isVerified: true, id } : refuse(wrong(STANDARD_HEADER));
};

const wrong = (header: string): string =>
  `The signature in ${header} does not match: it must be made with this receiver's secret over the body as it is sent.`;

/** `v1=<hex>`, several with commas. */
const verifyList = (
  { body }: SignedRequest,
  { secrets, header }: SignatureSettings,
  value: string,
): Verdict => {
  const parts = value.split(",").map((part) => part.trim());
  if (parts.length > MOST_SIGNATURES)
    return refuse(`The header ${header} holds more than ${MOST_SIGNATURES} signatures.`);
  const given: Uint8Array[] = [];
  for (const part of parts) {
    const digest = part.startsWith("v1=") ? decodeHex(part.slice("v1=".length)) : null;
    if (digest === null) return refuse(`The header ${header} must hold v1= and 64 hex characters.`);
    given.push(digest);
  }
  const isRight = secrets.reduce(
    (found, secret) => isOneOf(given, digestOf(secret, "", body)) || found,
    false,
  );
  return isRight ? VERIFIED : refuse(wrong(header));
};

const verifyDigest = (
  { headers, body, now }: SignedRequest,
  { secrets, header, timestampHeader }: SignatureSettings,
  value: string,
): Verdict => {
  const given = decodeDigest(value);
  if (given === null)
    return refuse(
      `The header ${header} must hold one HMAC-SHA256 as 64 hex characters, as sha256= and hex, or as base64.`,
    );
  let prefix = "";
  if (timestampHeader !== null) {
    const timestamp = headers.get(timestampHeader);
    const late = judgeTimestamp(timestamp, timestampHeader, now);
    if (late !== null) return refuse(late);
    prefix = `${timestamp}:`;
  }
  const isRight = secrets.reduce(
    (found, secret) => timingSafeEqual(given, digestOf(secret, prefix, body)) || found,
    false,
  );
  return isRight ? VERIFIED : refuse(wrong(header));
};

/** Verified as well where no secret is set: then the token in the address is all there is. */
export const verify = (request: SignedRequest, settings: SignatureSettings): Verdict => {
  const { secrets, header, scheme } = settings;
  if (secrets.length === 0) return VERIFIED;
  const isStandardHeader = header.toLowerCase() === STANDARD_HEADER;
  const value = isStandardHeader ? null : request.headers.get(header);
  if (scheme === "standard" || value === null) {
    if (request.headers.has(STANDARD_HEADER) && scheme !== "v1") return verifyStandard(request, settings);
    return refuse(
      `The signature is missing: send it in the header ${scheme === "standard" ? STANDARD_HEADER : header}.`,
    );
  }
  if (value === "") return refuse(`The header ${header} is empty.`);
  if (scheme === "token")
    return secrets.reduce((found, secret) => equalSecrets(value, secret) || found, false)
      ? VERIFIED
      : refuse(`The header ${header} does not hold this receiver's secret.`);
  return scheme === "v1" ? verifyList(request, settings, value) : verifyDigest(request, settings, value);
};
