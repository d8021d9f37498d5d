// In: a row whose turn it is. Out: one attempt of it, and what became of it handed on: settled, put back
// where our own network is at fault, taken up again a second later where the fault is inside Andon.
import type { Channel, ChannelDirectory } from "../channels/directory";
import type { Clock } from "../core/clock";
import type { Log } from "../core/log";
import { createDeadlines } from "../lib/deadlines";
import type { Engine } from "../store/engine";
import { performAttempt, type AttemptParts } from "./attempt";
import type { Bookkeeping } from "./bookkeeping";
import { isSending } from "./is-sending";
import type { Lane } from "./lane";
import { READ_AGAIN_MS, type Lanes } from "./lanes";
import type { NetworkWatch } from "./network";
import type { OutboxRow } from "./outbox";
import { SLOW_AFTER_MS, type Place, type Pools } from "./pools";
import { AFTER_EXCEPTIONS, MOST_STRIKES, quarantineAfterExceptions } from "./quarantine";
import { postponeBehind } from "./refill";
import type { Receipts } from "./receipts";
import { claimStatement, postponeStatement, unclaimStatement } from "./repository";
import { isStorageFault, type Settler } from "./settler";

export interface AttemptsParts {
  store: { engine: Engine; epoch: number };
  clock: Clock;
  log: Log;
  directory: Pick<ChannelDirectory, "get">;
  attempt: AttemptParts;
  network: NetworkWatch;
  settler: Settler;
  books: Bookkeeping;
  lanes: Lanes;
  pools: Pools;
  receipts: () => Receipts;
  /** A stop has run out of patience: what fails now is sent again by the next start. */
  hasGivenUp: () => boolean;
  /** The lane may have something to start. */
  ready: (lane: Lane) => void;
  /** No turn for the lane for so long. */
  rest: (lane: Lane, restMs: number) => void;
  /** There is a place at the host. */
  unpark: (host: string) => void;
  /** There may be room for more. */
  pump: () => void;
  /** A message of this event has failed for good, or is held back; null: messages of any. */
  onUntold?: (event: string | null) => void;
  /** Notices about channels that are durable. */
  committed: (rows: readonly OutboxRow[]) => void;
  /** An attempt is over, and all that follows from it in memory. */
  onOver: () => void;
}

export interface Attempts {
  start(lane: Lane, channel: Channel, row: OutboxRow, host: string): void;
  /** Resolves when all that run now are over. */
  over(): Promise<void>;
  readonly count: number;
  stop(): void;
}

/** While nothing outside this machine can be reached, each channel tries one message so often. */
const PROBE_MS = 5_000;

export const createAttempts = (parts: AttemptsParts): Attempts => {
  const { store, clock, log, directory, network, settler, books, lanes, pools } = parts;
  const { hasGivenUp, ready, rest, unpark, pump } = parts;
  const deadlines = createDeadlines(clock);
  const running = new Set<Promise<void>>();
  /** Attempts in a row that failed inside Andon, by row. */
  const strikes = new Map<number, number>();

  const leavePools = (place: Place): void => {
    pools.leave(place);
    unpark(place.host);
  };

  const end = (lane: Lane, place: Place): void => {
    lane.inFlight--;
    leavePools(place);
    ready(lane);
    pump();
  };

  const strike = (row: OutboxRow): boolean => {
    const count = (strikes.get(row.seq) ?? 0) + 1;
    strikes.set(row.seq, count);
    if (count < MOST_STRIKES) return false;
    strikes.delete(row.seq);
    return true;
  };

  /** Whatever it is about the row that can't be done: the queue goes on without it. */
  const setAside = (lane: Lane, row: OutboxRow): void => {
    const over = (): void => {
      lane.forget(row);
      parts.onUntold?.(row.event);
      ready(lane);
      pump();
    };
    settler.add({ statements: quarantineAfterExceptions(row, clock.now()), done: over, refused: over });
  };

  /** True when the row has to come after an earlier one that only the file knows: it is put there. */
  const isPostponed = async (lane: Lane, channel: Channel, row: OutboxRow): Promise<boolean> => {
    const { ordered } = channel.behaviour;
    // The file is asked only where memory can't know of an earlier row of the same subject.
    if (!ordered && !(lane.hasMoreOnDisk && row.urgency === 0 && row.event !== "alert.triggered"))
      return false;
    const postponed = await postponeBehind(store.engine, row, ordered);
    if (postponed === null) return false;
    const { urgency, nextAttemptAt } = postponed;
    settler.add({
      statements: [postponeStatement(row.seq, urgency, nextAttemptAt)],
      done: () => {
        lane.forget(row);
        lane.hasMoreOnDisk = true;
        lanes.noteDue(lane, nextAttemptAt);
        // Those that waited behind it have to find their place as well.
        ready(lane);
      },
    });
    return true;
  };

  /** As if it had not been tried: it keeps its place, and the lane waits a little. */
  const putBack = (lane: Lane, row: OutboxRow, place: Place): void => {
    lane.isSuspect = true;
    if (place.pool === "slow") settler.add({ statements: [unclaimStatement(row.seq)] });
    const channel = directory.get(row.channelId);
    if (channel === undefined || !isSending(channel)) lane.forget(row);
    else {
      lane.putBack(row);
      rest(lane, PROBE_MS);
    }
    end(lane, place);
  };

  const attempt = async (lane: Lane, channel: Channel, row: OutboxRow, place: Place): Promise<void> => {
    if (await isPostponed(lane, channel, row)) return end(lane, place);
    const cancelSlow = deadlines.start(SLOW_AFTER_MS, () => {
      if (!pools.slowDown(place)) return;
      lane.isSuspect = true;
      settler.add({ statements: [claimStatement(row.seq, store.epoch)] });
      unpark(place.host);
      pump();
    });
    const result = await performAttempt(parts.attempt, {
      channel,
      deliveryId: row.id,
      deliverySeq: row.seq,
      subjectId: row.subjectId,
      composed: row,
      number: row.attempts + 1,
      queuedAt: row.nextAttemptAt ?? row.createdAt,
    });
    const { exchange, judgement } = result;
    const counts = network.isEndpointsDoing(place.host, exchange);
    const isCounted = typeof counts === "boolean" ? counts : await counts;
    cancelSlow();
    const wasGivenUp = hasGivenUp() && exchange.failure === "internal";
    if (wasGivenUp) return end(lane, place);
    if (!isCounted) return putBack(lane, row, place);
    lane.isSuspect = place.pool === "slow" || judgement.outcome !== "delivered";
    let quarantine: string | null = null;
    if (result.isOwnFault) {
      log.error("an answer could not be judged", { delivery_id: row.id, channel_id: channel.id });
      if (strike(row)) quarantine = AFTER_EXCEPTIONS;
    } else if (strikes.size > 0) strikes.delete(row.seq);
    const receipts = parts.receipts();
    let isFreed = false;
    let isKept = false;
    let isDurable = false;
    // Until then it counts as in flight: a crash sends at most that many of a channel again.
    const free = (): void => {
      if (isFreed) return;
      isFreed = true;
      lane.inFlight--;
      ready(lane);
    };
    books.settle({
      channel,
      row,
      result,
      isStopped: () => lane.clear(),
      onDurable: (nextAt, notices) => {
        isDurable = true;
        if (isKept) receipts.release();
        lane.forget(row);
        if (nextAt !== null) lanes.noteDue(lane, nextAt);
        if (notices.length > 0) parts.committed(notices);
        // Where the whole channel has stopped, others are held with it.
        if (row.status === "held") parts.onUntold?.(null);
        else if (row.status === "failed") parts.onUntold?.(isSending(channel) ? row.event : null);
        ready(lane);
      },
      onFreed: free,
      onRefused: () => setAside(lane, row),
      quarantine,
    });
    if (row.status === "held") lane.mayHold = true;
    if (judgement.outcome === "delivered") {
      const { statusCode, startedAt, totalMs } = exchange;
      receipts.keep({ id: row.id, number: row.attempts, statusCode, startedAt, totalMs }, (wasKept) => {
        if (!wasKept) return;
        // The database was faster.
        if (isDurable) return receipts.release();
        isKept = true;
        free();
        pump();
      });
    }
    leavePools(place);
    pump();
  };

  return {
    start: (lane, channel, row, host) => {
      const place = pools.enter(host, lane.isSuspect);
      lane.inFlight++;
      const run = attempt(lane, channel, row, place).catch((error: unknown) => {
        log.error("an attempt failed inside the worker", { error, delivery_id: row.id });
        // What storage refuses is nobody's fault.
        const isOver = !isStorageFault(error) && strike(row);
        if (isOver) {
          setAside(lane, row);
          return end(lane, place);
        }
        // Not at once, and its place in the order is kept until then.
        deadlines.start(READ_AGAIN_MS, () => {
          lane.forget(row);
          lanes.noteDue(lane, clock.now());
        });
        end(lane, place);
      });
      running.add(run);
      void run.finally(() => {
        running.delete(run);
        parts.onOver();
      });
    },
    over: async () => void (await Promise.all(running)),
    get count() {
      return running.size;
    },
    stop: () => deadlines.clear(),
  };
};
