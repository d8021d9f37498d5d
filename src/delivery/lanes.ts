// In: channels and due times. Out: one lane each, filled from the file when its rows come due or when
// it has room for more. The times are in the file: the timer here is only a hint.
import type { Channel, ChannelDirectory } from "../channels/directory";
import type { Clock } from "../core/clock";
import type { ClockJump } from "../core/clock-jump";
import type { Log } from "../core/log";
import type { Engine } from "../store/engine";
import { createDueTimer } from "./due-timer";
import { isSending } from "./is-sending";
import { Lane } from "./lane";
import { refillLane } from "./refill";

/** Until the file is read again after an error, and until an attempt that threw is taken up again. */
export const READ_AGAIN_MS = 1_000;

export interface LanesParts {
  engine: Engine;
  clock: Clock;
  log: Log;
  directory: Pick<ChannelDirectory, "get">;
  /** Nothing is read while it says no. */
  isRunning: () => boolean;
  /** The lane has been read. */
  onRead: (lane: Lane) => void;
  /** Due times have come, or were looked at. */
  onLooked: () => void;
}

export interface Lanes {
  /** Made at the first call. */
  of(channelId: string): Lane;
  all(): Iterable<Lane>;
  remove(channelId: string): void;
  /** A row of the lane is due at this wall time. */
  noteDue(lane: Lane, at: number): void;
  /** Reads the file if the lane has room for what is known to wait there. */
  fill(lane: Lane): void;
  /** The file is not read until `release`: its times are being moved. */
  hold(jump: ClockJump): void;
  release(): void;
  readonly isHeld: boolean;
  /** Files that are being read. */
  readonly reads: number;
  stop(): void;
}

export const createLanes = (parts: LanesParts): Lanes => {
  const { engine, clock, log, directory, isRunning, onRead, onLooked } = parts;
  const lanes = new Map<string, Lane>();
  let reads = 0;
  let holds = 0;

  const sendingChannel = (lane: Lane): Channel | undefined => {
    const channel = directory.get(lane.channelId);
    return channel !== undefined && isSending(channel) ? channel : undefined;
  };

  const noteDue = (lane: Lane, at: number): void => {
    if (lane.nextDueAt === null || at < lane.nextDueAt) lane.nextDueAt = at;
    dueTimer.note(at);
  };

  const read = (lane: Lane): void => {
    if (!isRunning() || holds > 0) return;
    if (lane.isRefilling || lane.isReopening || lane.isSettlingStale) return;
    if (sendingChannel(lane) === undefined) return;
    reads++;
    void refillLane({ engine, lane, now: clock.now(), lanes: lanes.size })
      .then((nextAt) => {
        if (nextAt !== null) noteDue(lane, nextAt);
        if (sendingChannel(lane) === undefined) lane.clear();
      })
      .catch((error: unknown) => {
        log.error("the outbox could not be read", { error, channel_id: lane.channelId });
        lane.isUnreadable = true;
        noteDue(lane, clock.now() + READ_AGAIN_MS);
      })
      .finally(() => {
        reads--;
        onRead(lane);
      });
  };

  /** The time of some lane has come. */
  const look = (): void => {
    const now = clock.now();
    for (const lane of lanes.values()) {
      if (lane.nextDueAt === null) continue;
      if (lane.nextDueAt > now) {
        dueTimer.note(lane.nextDueAt);
        continue;
      }
      lane.nextDueAt = null;
      lane.hasMoreOnDisk = true;
      lane.isUnreadable = false;
      read(lane);
    }
    onLooked();
  };

  const dueTimer = createDueTimer(clock, look);

  return {
    of: (channelId) => {
      let lane = lanes.get(channelId);
      if (lane === undefined) lanes.set(channelId, (lane = new Lane(channelId)));
      return lane;
    },
    all: () => lanes.values(),
    remove: (channelId) => void lanes.delete(channelId),
    noteDue,
    fill: (lane) => {
      if (lane.hasMoreOnDisk && lane.needsRefill) read(lane);
    },
    hold: ({ byMs }) => {
      holds++;
      for (const lane of lanes.values()) if (lane.nextDueAt !== null) lane.nextDueAt += byMs;
    },
    release: () => {
      holds--;
      for (const lane of lanes.values()) {
        lane.hasMoreOnDisk = true;
        lane.mustReadAgain();
      }
    },
    get isHeld() {
      return holds > 0;
    },
    get reads() {
      return reads;
    },
    stop: () => {
      dueTimer.stop();
      for (const lane of lanes.values()) lane.cancelRest?.();
    },
  };
};
