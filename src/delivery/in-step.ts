// In: a channel as it is now, or nothing where it was deleted. Out: the statements that bring its
// rows, or one of them, in step with it: held while it sends nothing, cancelled once it is gone.
import type { Channel } from "../channels/directory";
import type { Statement } from "../store/engine";
import { isSending } from "./is-sending";
import type { OutboxRow } from "./outbox";
import {
  cancelOneStatement,
  cancelStatements,
  holdOneStatement,
  holdStatement,
  releaseOneStatement,
} from "./waiting-rows";

const DELETED = "The channel was deleted.";

const whyHeld = (channel: Pick<Channel, "isActive" | "health">): string =>
  channel.isActive ? `The channel is ${channel.health}.` : "The channel is switched off.";

/** Empty for a channel that sends: what it holds back is released by whoever lets it send again. */
export const channelInStep = (
  channelId: string,
  channel: Pick<Channel, "isActive" | "health"> | undefined,
  now: number,
): Statement[] => {
  if (channel === undefined) return cancelStatements(channelId, DELETED, now);
  return isSending(channel) ? [] : [holdStatement(channelId, whyHeld(channel))];
};

/**
 * A row that was planned while its channel changed. Changes `row` where it may be sent after all;
 * `isDue` says whether it may.
 */
export const rowInStep = (
  row: OutboxRow,
  channel: Pick<Channel, "isActive" | "health"> | undefined,
  now: number,
): { statements: Statement[]; isDue: boolean } => {
  if (channel === undefined) return { statements: [cancelOneStatement(row.seq, DELETED, now)], isDue: false };
  if (!isSending(channel))
    return {
      statements: row.status === "pending" ? [holdOneStatement(row.seq, whyHeld(channel))] : [],
      isDue: false,
    };
  if (row.status !== "held") return { statements: [], isDue: true };
  row.status = "pending";
  row.nextAttemptAt = now;
  return { statements: [releaseOneStatement(row.seq, now)], isDue: true };
};
