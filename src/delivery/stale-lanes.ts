// In: lanes whose channels can be reached again, or whose next row has waited too long. Out: that settled
// first, with the lane standing still meanwhile; a storage that refuses is asked again a second later.
import type { ChannelDirectory } from "../channels/directory";
import type { Log } from "../core/log";
import { isSending } from "./is-sending";
import type { Lane } from "./lane";
import { READ_AGAIN_MS } from "./lanes";
import type { OutboxRow } from "./outbox";
import type { Stale } from "./stale";

export interface StaleLanesParts {
  stale: Stale;
  directory: Pick<ChannelDirectory, "get">;
  log: Log;
  /** False while rows must stay where they are: at a stop, and while nothing can be reached at all. */
  isReachable: () => boolean;
  /** The file's times are being moved. */
  isHeld: () => boolean;
  committed: (rows: readonly OutboxRow[]) => void;
  rest: (lane: Lane, restMs: number) => void;
  /** The lane may go on. */
  goOn: (lane: Lane) => void;
}

export interface StaleLanes {
  /** True when that comes first: nothing of the lane may be sent before `goOn`. */
  settle(lane: Lane): boolean;
  /** Lanes that are being settled. */
  readonly count: number;
}

export const createStaleLanes = (parts: StaleLanesParts): StaleLanes => {
  const { stale, directory, log, isReachable, isHeld, committed, rest, goOn } = parts;
  let count = 0;

  return {
    settle: (lane) => {
      const channel = directory.get(lane.channelId);
      const isDated = channel !== undefined && channel.type.audience !== "program" && !lane.cannotSummarize;
      if (!isDated || !isSending(channel)) {
        lane.mustSettleStale = false;
        return false;
      }
      lane.mustSettleStale = true;
      // Until the channel can be reached at all, one of its rows is how that is found out.
      if (!isReachable()) return false;
      // Rows are on their way from the file, or change there: once that is over.
      if (lane.isRefilling || isHeld()) return true;
      lane.mustSettleStale = false;
      lane.isSettlingStale = true;
      lane.clear();
      lane.hasMoreOnDisk = true;
      count++;
      stale
        .settle(lane, channel)
        .then((summary) => {
          lane.isSettlingStale = false;
          committed(summary);
        })
        .catch((error: unknown) => {
          log.error("a summary could not be stored; it is tried again", { error, channel_id: channel.id });
          lane.isSettlingStale = false;
          lane.mustSettleStale = true;
          rest(lane, READ_AGAIN_MS);
        })
        .finally(() => {
          count--;
          goOn(lane);
        });
      return true;
    },
    get count() {
      return count;
    },
  };
};
