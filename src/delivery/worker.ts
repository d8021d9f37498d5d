// In: outbox rows that are durable, and the clock. Out: every row sent and settled, as its channel's
// rules say. A row that is due is picked up from the file after any crash; timers are only a hint.
import type { Channel, ChannelDirectory } from "../channels/directory";
import { channelInStep, rowInStep } from "./in-step";
import { isSending } from "./is-sending";
import type { Actor } from "../core/actor";
import type { Clock } from "../core/clock";
import type { Log } from "../core/log";
import { createDeadlines } from "../lib/deadlines";
import type { Service } from "../lib/service";
import type { Engine } from "../store/engine";
import { performAttempt, type AttemptParts } from "./attempt";
import type { ChannelHealthKeeper } from "./health";
import { CHANNEL_LIMIT, type Lane } from "./lane";
import { createLanes, READ_AGAIN_MS } from "./lanes";
import type { OutboxRow } from "./outbox";
import { Pools, SLOW_AFTER_MS, type Place } from "./pools";
import { Turns } from "./turns";
import { createBookkeeping } from "./bookkeeping";
import { openReceipts, readReceipts } from "./receipts";
import { reconcile } from "./reconcile";
import { postponeBehind } from "./refill";
import { claimStatement, postponeStatement, releaseStatement } from "./repository";
import { noteStart, recallStarts, restOf } from "./rests";
import type { Outcome } from "./schema";
import { createSettler } from "./settler";
import type { Transports } from "./transports";

export interface WorkerParts {
  store: { engine: Engine; epoch: number };
  clock: Clock;
  log: Log;
  directory: ChannelDirectory;
  transports: Transports;
  health: ChannelHealthKeeper;
  attempt: AttemptParts;
  /** File of results that the database does not have yet; null: channels wait for their results. */
  receiptsPath: string | null;
  /** 0 ≤ random < 1, for jitter. */
  random?: () => number;
  /** Told of each finished attempt: metrics. */
  onAttempt?: (channel: Channel, outcome: Outcome, totalMs: number) => void;
}

export interface DeliveryWorker extends Service {
  /** Call it after the batch with these rows is durable; nothing is read again. */
  committed(rows: readonly OutboxRow[]): void;
  /** A channel changed, or rows of it became due (replay): look again. Without an ID: at all. */
  wake(channelId?: string): void;
  /** Something was sent to the channel by another way: it counts towards its limit. */
  noteStart(channel: Channel): void;
  /** Sends what waited, at once; durable when it resolves. */
  resume(channel: Channel, actor: Actor): Promise<void>;
  /** Attempts that run now. */
  readonly inFlight: number;
  /** Resolves when no attempt runs, nothing that may go is due, and all results are durable. */
  idle(): Promise<void>;
}

/** How long a stop waits for running attempts before it gives them up; they are sent again later. */
const STOP_GRACE_MS = 8_000;

export const createDeliveryWorker = (parts: WorkerParts): DeliveryWorker => {
  const { store, clock, log, directory, transports, health, random = Math.random } = parts;
  const turns = new Turns();
  const pools = new Pools();
  const deadlines = createDeadlines(clock);
  const parkedAt = new Map<string, Set<Lane>>();
  const running = new Set<Promise<void>>();
  let receipts = openReceipts(null);
  let hasGivenUp = false;
  let state: "new" | "running" | "stopping" | "stopped" = "new";
  let stopping: Promise<void> | null = null;
  let idleListeners: (() => void)[] = [];

  const settler = createSettler({ engine: store.engine, clock, log, onRoom: () => pump() });
  const lanes = createLanes({
    engine: store.engine,
    clock,
    log,
    directory,
    isRunning: () => state === "running",
    onRead: (lane) => {
      ready(lane);
      pump();
    },
    onLooked: () => pump(),
  });
  const books = createBookkeeping({ ...parts, settler, random });

  /** Gives the lane a turn when it has something to start. */
  const ready = (lane: Lane): void => {
    lanes.fill(lane);
    const isWaiting = lane.isParked || lane.cancelRest !== null;
    if (lane.queued > 0 && lane.inFlight < CHANNEL_LIMIT && !isWaiting) turns.give(lane);
  };

  /** It is given no turn for this long; what is more urgent and comes meanwhile still overtakes in it. */
  const rest = (lane: Lane, restMs: number): void => {
    const cancel = clock.after(restMs, () => {
      lane.cancelRest = null;
      ready(lane);
      pump();
    });
    lane.cancelRest = () => {
      cancel();
      lane.cancelRest = null;
    };
  };

  const park = (lane: Lane, host: string): void => {
    lane.isParked = true;
    const parked = parkedAt.get(host);
    if (parked === undefined) parkedAt.set(host, new Set([lane]));
    else parked.add(lane);
  };

  /** A place at the host is free: the first lane there that has something to send gets a turn. */
  const unpark = (host: string): void => {
    const parked = parkedAt.get(host);
    if (parked === undefined) return;
    for (const lane of parked) {
      parked.delete(lane);
      lane.isParked = false;
      ready(lane);
      if (lane.queued > 0) break;
    }
    if (parked.size === 0) parkedAt.delete(host);
  };

  /** Starts attempts as long as there is room, one of each channel in turn. */
  const pump = (): void => {
    while (state === "running" && !settler.isFull && pools.hasRoom(false)) {
      const lane = turns.next(pools.hasRoom(true));
      if (lane === undefined) break;
      const channel = directory.get(lane.channelId);
      if (channel === undefined || !isSending(channel)) {
        lane.clear();
        continue;
      }
      const restMs = restOf(lane, channel, clock);
      if (restMs > 0) {
        rest(lane, restMs);
        continue;
      }
      const host = hostOf(channel);
      if (!pools.hasRoomAt(host)) {
        park(lane, host);
        continue;
      }
      const row = lane.take(channel.behaviour.ordered);
      if (row === undefined) continue;
      start(lane, channel, row, host);
      ready(lane);
    }
    if (idleListeners.length > 0) tellIdle();
  };

  const hostOf = (channel: Channel): string => {
    const [target] = channel.type.targets(channel.config);
    return target === undefined ? channel.id : transports.hostKey(target.url);
  };

  const start = (lane: Lane, channel: Channel, row: OutboxRow, host: string): void => {
    const place = pools.enter(host, lane.isSuspect);
    lane.inFlight++;
    noteStart(lane, channel, clock);
    const run = attempt(lane, channel, row, place).catch((error: unknown) => {
      log.error("an attempt failed inside the worker", { error, delivery_id: row.id });
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
      if (idleListeners.length > 0) tellIdle();
    });
  };

  const attempt = async (lane: Lane, channel: Channel, row: OutboxRow, place: Place): Promise<void> => {
    // The file is asked only where memory can't know of an earlier row of the same subject.
    const mustAsk =
      channel.behaviour.ordered ||
      (lane.hasMoreOnDisk && row.urgency === 0 && row.event !== "alert.triggered");
    if (mustAsk) {
      const postponed = await postponeBehind(store.engine, row, channel.behaviour.ordered);
      if (postponed !== null) {
        const { urgency, nextAttemptAt } = postponed;
        settler.add({
          statements: [postponeStatement(row.seq, urgency, nextAttemptAt)],
          done: () => {
            lane.forget(row);
            lane.hasMoreOnDisk = true;
            lanes.noteDue(lane, nextAttemptAt);
          },
        });
        return end(lane, place);
      }
    }
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
    cancelSlow();
    const wasGivenUp = hasGivenUp && result.exchange.failure === "internal";
    if (wasGivenUp) return end(lane, place);
    lane.isSuspect = place.pool === "slow" || result.judgement.outcome !== "delivered";
    let isFreed = false;
    let isKept = false;
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
        if (isKept) receipts.release();
        lane.forget(row);
        if (nextAt !== null) lanes.noteDue(lane, nextAt);
        if (notices.length > 0) committed(notices);
        ready(lane);
      },
      onFreed: free,
    });
    if (result.judgement.outcome === "delivered") {
      const { statusCode, startedAt, totalMs } = result.exchange;
      isKept = receipts.keep({ id: row.id, number: row.attempts, statusCode, startedAt, totalMs });
      if (isKept) free();
    }
    leavePools(place);
    pump();
  };

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

  const committed = (rows: readonly OutboxRow[]): void => {
    if (state !== "running") return;
    for (const row of rows) {
      if (row.status !== "pending" && row.status !== "held") continue;
      const { statements, isDue } = rowInStep(row, directory.get(row.channelId), clock.now());
      if (statements.length > 0) settler.add({ statements });
      if (!isDue) continue;
      const lane = lanes.of(row.channelId);
      lane.offer(row);
      ready(lane);
    }
    pump();
  };

  const wake = (channelId?: string): void => {
    if (state !== "running") return;
    const ids = channelId === undefined ? [...directory.all()].map(({ id }) => id) : [channelId];
    for (const id of ids) {
      const lane = lanes.of(id);
      // Its settings may allow more now.
      lane.cancelRest?.();
      const channel = directory.get(id);
      if (channel === undefined || !isSending(channel)) {
        lane.clear();
        // Results that came in while the change was being committed may have left rows waiting.
        if (id === channelId) settler.add({ statements: channelInStep(id, channel, clock.now()) });
      } else {
        lane.hasMoreOnDisk = true;
        lane.mustReadAgain();
        ready(lane);
      }
      if (channel === undefined && lane.inFlight === 0) lanes.remove(id);
    }
    pump();
  };

  const isIdle = (): boolean =>
    running.size === 0 &&
    lanes.reads === 0 &&
    ![...lanes.all()].some((lane) => lane.queued > 0 && lane.cancelRest === null);

  const tellIdle = (): void => {
    if (!isIdle()) return;
    const listeners = idleListeners;
    idleListeners = [];
    for (const listener of listeners) listener();
  };

  const stop = async (): Promise<void> => {
    const wasRunning = state === "running";
    state = "stopping";
    lanes.stop();
    if (wasRunning) {
      const cancelGrace = clock.after(STOP_GRACE_MS, () => {
        hasGivenUp = true;
        transports.abandon();
      });
      await Promise.all(running);
      cancelGrace();
      books.saveHealth(true);
      settler.retryNow();
      await settler.flush();
    }
    books.stop();
    settler.stop();
    receipts.close();
    deadlines.clear();
    state = "stopped";
  };

  return {
    name: "delivery",
    committed,
    wake,
    noteStart: (channel) => noteStart(lanes.of(channel.id), channel, clock),
    get inFlight() {
      return pools.inFlight;
    },
    resume: async (channel, actor) => {
      const before = { ...channel };
      // Rows that wait for storage to be held must not come to be held after their release.
      settler.retryNow();
      const { statements, notices } = health.resumeChannel(channel, actor);
      try {
        await store.engine.batch([...statements, releaseStatement(channel.id, clock.now())]);
      } catch (error) {
        channel.health = before.health;
        channel.healthReason = before.healthReason;
        channel.consecutiveFailures = before.consecutiveFailures;
        throw error;
      }
      committed(notices);
      wake(channel.id);
    },
    idle: async () => {
      do {
        await settler.flush();
        if (!isIdle()) await new Promise<void>((resolve) => idleListeners.push(resolve));
        await settler.flush();
      } while (!isIdle());
    },
    start: async () => {
      if (state !== "new") return;
      await health.load();
      const { receiptsPath } = parts;
      const left = readReceipts(receiptsPath);
      await reconcile({ engine: store.engine, epoch: store.epoch, now: clock.now(), directory, left });
      receipts = openReceipts(receiptsPath);
      for (const channel of directory.all())
        await recallStarts({ engine: store.engine, clock, lane: lanes.of(channel.id), channel });
      state = "running";
      wake();
    },
    stop: () => (stopping ??= stop()),
  };
};
