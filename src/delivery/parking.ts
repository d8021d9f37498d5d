// In: channels that have something to send, and the hosts that they send to. Out: who waits for a place at
// which host; when one is free, the first that still has something to send gets its turn.
import type { Channel } from "../channels/directory";
import type { Lane } from "./lane";
import type { Transports } from "./transports";

export interface Parking {
  /** The key that attempts of the channel are counted by. Never throws. */
  hostOf(channel: Channel): string;
  park(lane: Lane, host: string): void;
  /** A place at the host is free. */
  unpark(host: string): void;
}

/** `ready` gives the lane a turn when it has something to start. */
export const createParking = (
  transports: Pick<Transports, "hostKey">,
  ready: (lane: Lane) => void,
): Parking => {
  const parkedAt = new Map<string, Set<Lane>>();

  return {
    hostOf: (channel) => {
      try {
        const [target] = channel.type.targets(channel.config);
        return target === undefined ? channel.id : transports.hostKey(target.url);
      } catch {
        // The attempt will say what is wrong with the settings.
        return channel.id;
      }
    },
    park: (lane, host) => {
      lane.isParked = true;
      const parked = parkedAt.get(host);
      if (parked === undefined) parkedAt.set(host, new Set([lane]));
      else parked.add(lane);
    },
    unpark: (host) => {
      const parked = parkedAt.get(host);
      if (parked === undefined) return;
      for (const lane of parked) {
        parked.delete(lane);
        lane.isParked = false;
        ready(lane);
        if (lane.queued > 0) break;
      }
      if (parked.size === 0) parkedAt.delete(host);
    },
  };
};
