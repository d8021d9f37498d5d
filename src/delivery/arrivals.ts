// In: rows that have become durable, and channels that were changed. Out: each row in its lane, or in step
// with a channel that sends nothing; each changed channel looked at again.
import type { ChannelDirectory } from "../channels/directory";
import type { Clock } from "../core/clock";
import { channelInStep, rowInStep } from "./in-step";
import { isSending } from "./is-sending";
import type { Lane } from "./lane";
import type { Lanes } from "./lanes";
import type { OutboxRow } from "./outbox";
import type { Settler } from "./settler";

export interface ArrivalsParts {
  clock: Clock;
  directory: Pick<ChannelDirectory, "get" | "all">;
  lanes: Lanes;
  settler: Pick<Settler, "add">;
  /** Nothing arrives while it says no: the next start reads it from the file. */
  isRunning: () => boolean;
  /** The lane may have something to start. */
  ready: (lane: Lane) => void;
  /** There may be something to start. */
  pump: () => void;
  /** What was held while the change that lets the channel send was being committed. */
  letGo: (lane: Lane) => void;
  /** Messages of a channel are held back or cancelled. */
  onHeld: () => void;
}

export interface Arrivals {
  /** Rows that are durable; nothing is read again. */
  committed(rows: readonly OutboxRow[]): void;
  /** More may wait in the file than the lane knows of. */
  readAgain(lane: Lane): void;
  /** The channel is another than before; without an ID: all of them are looked at. */
  wake(channelId?: string): void;
}

export const createArrivals = (parts: ArrivalsParts): Arrivals => {
  const { clock, directory, lanes, settler, isRunning, ready, pump, letGo, onHeld } = parts;

  const readAgain = (lane: Lane): void => {
    lane.mustReadAgain();
    ready(lane);
  };

  return {
    readAgain,
    committed: (rows) => {
      if (!isRunning()) return;
      for (const row of rows) {
        if (row.status !== "pending" && row.status !== "held") continue;
        const channel = directory.get(row.channelId);
        const { statements, isDue } = rowInStep(row, channel, clock.now());
        if (channel === undefined) {
          settler.add({ statements });
          continue;
        }
        const lane = lanes.of(row.channelId);
        // Looked at again when that is durable: a read of the file may have passed it over meanwhile.
        if (statements.length > 0) settler.add({ statements, done: () => void (isDue && readAgain(lane)) });
        if (isDue) {
          lane.offer(row);
          ready(lane);
        } else lane.mayHold = true;
      }
      pump();
    },
    wake: (channelId) => {
      if (!isRunning()) return;
      const ids = channelId === undefined ? [...directory.all()].map(({ id }) => id) : [channelId];
      for (const id of ids) {
        const lane = lanes.of(id);
        // Its settings may allow more now.
        lane.cancelRest?.();
        const channel = directory.get(id);
        if (channel === undefined || !isSending(channel)) {
          lane.clear();
          lane.mayHold = true;
          // Results that came in while the change was being committed may have left rows waiting.
          if (id === channelId)
            settler.add({ statements: channelInStep(id, channel, clock.now()), done: onHeld });
        } else {
          if (lane.mayHold) letGo(lane);
          lane.mustSettleStale = true;
          readAgain(lane);
        }
        if (channel === undefined && lane.inFlight === 0) lanes.remove(id);
      }
      pump();
    },
  };
};
