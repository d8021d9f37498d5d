// In: a channel that may have been given a new signing secret. Out: with which secrets the next request
// is signed, with which it is signed again where the endpoint refuses that, and what its answer proves.
import type { Signing } from "../channels/channel";
import type { Channel } from "../channels/directory";
import type { AcceptedKey } from "../channels/schema";

export interface SigningPlan {
  /** Undefined: as always, by the secret of the settings. */
  first: Signing | undefined;
  /** For a 401 or 403: the same delivery at once with the secret that was replaced. */
  again: Signing | undefined;
  /** What it means when the first is accepted; null: nothing is known by it. */
  proves: AcceptedKey | null;
  /** Of the rotation that this is about; null without one. */
  rotatedAt: number | null;
}

/** `proof`: signed by the new secret alone, so that the answer tells whether the endpoint knows it. */
export type SigningPurpose = "delivery" | "proof";

const AS_ALWAYS: SigningPlan = { first: undefined, again: undefined, proves: null, rotatedAt: null };

/** As it is at `now`: from the end of the rotation on, only the new secret signs. */
export const planSigning = (
  { type, config, rotation }: Pick<Channel, "type" | "config" | "rotation">,
  purpose: SigningPurpose,
  now: number,
): SigningPlan => {
  const present = type.rotation?.secretOf(config) ?? null;
  if (type.rotation === undefined || rotation === null || present === null || now >= rotation.validUntil)
    return AS_ALWAYS;
  const { previousSecret: previous, rotatedAt } = rotation;
  if (purpose === "proof")
    return {
      first: { secrets: [present], digestSecret: present },
      again: undefined,
      proves: "current",
      rotatedAt,
    };
  const hasSingleDigest = type.rotation.hasSingleDigest(config);
  return {
    first: { secrets: [present, previous], digestSecret: present },
    // Where everything was signed by both, an endpoint that still refuses may look at one signature only.
    again: { secrets: hasSingleDigest ? [present, previous] : [previous], digestSecret: previous },
    proves: hasSingleDigest ? "current" : null,
    rotatedAt,
  };
};
