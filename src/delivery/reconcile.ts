// In: the outbox as an earlier run of the program left it. Out: rows in step with their channels:
// taken ones are delivered, claimed ones due, those of stopped channels held, those of deleted channels cancelled.
import type { ChannelDirectory } from "../channels/directory";
import { bringNearStatement } from "./clock-shift";
import { channelInStep } from "./in-step";
import { isSending } from "./is-sending";
import type { Engine, Statement } from "../store/engine";
import type { Mark } from "./attempt-marker";
import { countDeath } from "./quarantine";
import type { Receipt } from "./receipts";
import { restoreStatements } from "./attempt-rows";
import { rescueStatement } from "./repository";
import { channelsHeld, channelsWaiting, releaseStatement } from "./waiting-rows";

/** Once, at start. Touches only rows that are out of step: its cost does not grow with the backlog. */
export const reconcile = async (parts: {
  engine: Engine;
  epoch: number;
  now: number;
  directory: Pick<ChannelDirectory, "get">;
  /** What an earlier process kept of its last moments. */
  left: readonly Receipt[];
  /** What it was beginning when it died, if it died. */
  mark: Mark | null;
}): Promise<void> => {
  const { engine, epoch, now, directory, left, mark } = parts;
  const statements: Statement[] = [...left.flatMap(restoreStatements), rescueStatement(epoch, now)];
  statements.push(...(await countDeath(engine, mark, now)));
  for (const id of await channelsWaiting(engine))
    statements.push(...channelInStep(id, directory.get(id), now), bringNearStatement(id, now));
  for (const id of await channelsHeld(engine)) {
    const channel = directory.get(id);
    if (channel === undefined) statements.push(...channelInStep(id, channel, now));
    else if (isSending(channel)) statements.push(releaseStatement(id, now));
  }
  await engine.batch(statements);
};
