// In: a receiver whose token or secret is to be replaced. Out: the receiver with the new one, and the one before
// still accepted for a day; what was replaced and whose time is up is forgotten. Pure but for what is random.
import { randomBytes } from "node:crypto";
import { sha256Hex } from "../lib/digest";
import type { ReceiverRecord } from "./repository";

/** For so long the token and the secret before are accepted as well, in ms (rulings.md). */
const OVERLAP_MS = 24 * 3_600_000;

const TOKEN_BYTES = 32;
const HINT_LENGTH = 4;

/** 64 lower-case hex characters. */
export const randomToken = (): string => randomBytes(TOKEN_BYTES).toString("hex");

/** What is kept of a token. */
export const tokenFields = (token: string): Pick<ReceiverRecord, "tokenHash" | "tokenHint"> => ({
  tokenHash: sha256Hex(token),
  tokenHint: token.slice(-HINT_LENGTH),
});

export interface Replacement {
  /** Server time in ms. */
  now: number;
  /** What was replaced is refused from now on. */
  revokesPrevious: boolean;
}

export const withToken = (
  before: ReceiverRecord,
  token: string,
  { now, revokesPrevious }: Replacement,
): ReceiverRecord => ({
  ...before,
  ...tokenFields(token),
  previousTokenHash: revokesPrevious ? null : before.tokenHash,
  previousTokenUntil: revokesPrevious ? null : now + OVERLAP_MS,
  updatedAt: now,
});

/** Null removes both. Where there was none, nothing is kept. */
export const withSecret = (
  before: ReceiverRecord,
  secret: string | null,
  { now, revokesPrevious }: Replacement,
): ReceiverRecord => {
  const keeps = secret !== null && before.hmacSecret !== null && !revokesPrevious;
  return {
    ...before,
    hmacSecret: secret,
    previousHmacSecret: keeps ? before.hmacSecret : null,
    previousHmacUntil: keeps ? now + OVERLAP_MS : null,
    isSecretLost: false,
    updatedAt: now,
  };
};

/** Null when nothing is over. */
export const withoutReplaced = (record: ReceiverRecord, now: number): ReceiverRecord | null => {
  const isOver = (until: number | null): boolean => until !== null && until <= now;
  const isTokenOver = isOver(record.previousTokenUntil);
  const isSecretOver = isOver(record.previousHmacUntil);
  if (!isTokenOver && !isSecretOver) return null;
  return {
    ...record,
    ...(isTokenOver ? { previousTokenHash: null, previousTokenUntil: null } : {}),
    ...(isSecretOver ? { previousHmacSecret: null, previousHmacUntil: null } : {}),
  };
};
