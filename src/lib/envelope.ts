// In: a text and a key. Out: the text sealed with AES-256-GCM, beside the name of the key, and back.
// The name is made from the key itself, so that it is known what a row was sealed with.
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";

export interface SecretKey {
  /** 16 hex characters that tell keys apart and say nothing about them. */
  id: string;
  /** 32 of them. */
  bytes: Uint8Array;
}

const KEY_BYTES = 32;
/** NIST SP 800-38D, 8.2.2: random ones of 96 bits are safe for 2^32 texts per key. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = "aes-256-gcm";

/** What every sealed text begins with; nothing that is kept in clear does. */
export const SEALED_PREFIX = "sealed:";
const SEALED = /^sealed:([0-9a-f]{16}):([A-Za-z0-9+/]+={0,2})$/;

const named = (bytes: Uint8Array): SecretKey => ({
  id: createHmac("sha256", bytes).update("name of this key").digest("hex").slice(0, 16),
  bytes,
});

export const randomKey = (): SecretKey => named(randomBytes(KEY_BYTES));

/** 64 hex characters, or 32 bytes as base64 or base64url. Null for anything else. */
export const parseKey = (text: string): SecretKey | null => {
  if (/^[0-9a-f]{64}$/i.test(text)) return named(Buffer.from(text, "hex"));
  return /^[A-Za-z0-9+/_-]{43}=?$/.test(text) ? named(Buffer.from(text, "base64")) : null;
};

export const printKey = ({ bytes }: SecretKey): string => Buffer.from(bytes).toString("hex");

/** What the texts that were sealed with this key begin with. */
export const prefixOf = ({ id }: SecretKey): string => `${SEALED_PREFIX}${id}:`;

/** The ID of the key; null for what was never sealed. */
export const keyIdOf = (text: string): string | null => SEALED.exec(text)?.[1] ?? null;

export const sealText = (key: SecretKey, text: string): string => {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key.bytes, nonce).setAAD(Buffer.from(prefixOf(key)));
  const parts = [nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()];
  return prefixOf(key) + Buffer.concat(parts).toString("base64");
};

/** Throws an Error without a secret in it: another key, or not as it was written. */
export const openText = (key: SecretKey, sealed: string): string => {
  const [, id, body = ""] = SEALED.exec(sealed) ?? [];
  const bytes = Buffer.from(body, "base64");
  if (id !== key.id || bytes.length < NONCE_BYTES + TAG_BYTES) throw new Error("This was not sealed here.");
  const decipher = createDecipheriv(CIPHER, key.bytes, bytes.subarray(0, NONCE_BYTES))
    .setAAD(Buffer.from(prefixOf(key)))
    .setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString("utf8");
  } catch {
    throw new Error("A sealed text was changed after it was written.");
  }
};
