// In: an attempt whose answer tells which of two secrets the endpoint took. Out: what that says about
// the rotation, kept in the live channel at once and written with the attempt's own change.
import type { Channel } from "../channels/directory";
import type { AcceptedKey } from "../channels/schema";
import { SYSTEM } from "../core/actor";
import { journalStatement } from "../journal/append";
import type { Statement } from "../store/engine";

/** `rotatedAt` says which rotation it was signed in: a later one makes it worthless. */
export interface KeyProof {
  key: AcceptedKey;
  rotatedAt: number;
}

const SAVE =
  "UPDATE channels SET endpoint_switched_at = ?, last_accepted_key = ? WHERE id = ? AND rotated_at = ?";

/** Empty where nothing new was learned. Changes `channel` in memory. */
export const noteProof = (channel: Channel, proof: KeyProof | null, now: number): Statement[] => {
  const { rotation } = channel;
  if (proof === null || rotation === null || rotation.rotatedAt !== proof.rotatedAt) return [];
  if (rotation.lastAcceptedKey === proof.key) return [];
  const hasSwitched = proof.key === "current";
  rotation.lastAcceptedKey = proof.key;
  // An endpoint of several servers may switch one after the other: it has when none takes the old one.
  rotation.endpointSwitchedAt = hasSwitched ? now : null;
  const statements: Statement[] = [
    {
      sql: SAVE,
      params: [rotation.endpointSwitchedAt, proof.key, channel.id, rotation.rotatedAt],
    },
  ];
  statements.push(
    journalStatement({
      tenantId: channel.tenantId,
      kind: hasSwitched ? "channel.endpoint_switched" : "channel.previous_secret_used",
      subjectId: channel.id,
      actor: SYSTEM,
      at: now,
      data: {
        channelId: channel.id,
        channelName: channel.name,
        reason: hasSwitched
          ? "The endpoint takes the new secret."
          : "The endpoint refused the new secret and took the one before.",
      },
    }),
  );
  return statements;
};
