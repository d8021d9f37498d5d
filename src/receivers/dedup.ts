// In: the headers and the payload of a verified request. Out: the ID by which a repetition of it is recognized.
import { sha256Hex } from "../lib/digest";
import type { Paths } from "./compile";
import { findText } from "./interpret";

/** In the order of trust: those that a standard names come first. */
const ID_HEADERS = ["webhook-id", "x-delivery-id", "idempotency-key", "x-github-delivery"] as const;

/** How long a repetition is one, in ms (seed-contracts.md). */
export const DEDUP_MS = 24 * 3_600_000;

const LONGEST_KEY = 256;

/** A longer one is known by its digest. */
const keyOf = (id: string): string => (id.length <= LONGEST_KEY ? id : `sha256:${sha256Hex(id)}`);

/**
 * `signedId` is the one that the signature covers: then nobody can give the request another one. One of the
 * payload comes next, because most signatures cover that and no header.
 */
export const dedupKeyOf = (
  { headers, payload, signedId }: { headers: Headers; payload: unknown; signedId: string | null },
  idPaths: Paths,
): string | null => {
  const trusted = signedId ?? (idPaths.length === 0 ? null : findText(idPaths, payload, payload));
  if (trusted !== null) return keyOf(trusted);
  for (const name of ID_HEADERS) {
    const id = headers.get(name);
    if (id !== null && id !== "") return keyOf(id);
  }
  return null;
};
