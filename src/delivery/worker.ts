// In: outbox rows that are durable, and the clock. Out: every row sent and settled, as its channel's
// rules say. A row that is due is picked up from the file after any crash; timers are only a hint.
import type { Channel, ChannelDirectory } from "../channels/directory";
import { isSending } from "./is-sending";
import type { Clock } from "../core/clock";
import type { ClockJump } from "../core/clock-jump";
import type { Log } from "../core/log";
import { createQuietTime } from "../lib/quiet-time";
import type { Service } from "../lib/service";
import type { Engine } from "../store/engine";
import { createArrivals } from "./arrivals";
import type { AttemptParts } from "./attempt";
import { openAttemptMarker, readMark, type AttemptMarker } from "./attempt-marker";
import { createAttempts } from "./attempts";
import { shiftOutboxStatements } from "./clock-shift";
import type { ChannelHealthKeeper } from "./health";
import { CHANNEL_LIMIT, type Lane } from "./lane";
import { createLanes } from "./lanes";
import { createNetworkWatch } from "./network";
import { networkStatements } from "./network-journal";
import type { OutboxRow } from "./outbox";
import { createParking } from "./parking";
import { Pools } from "./pools";
import { Turns } from "./turns";
import { createBookkeeping } from "./bookkeeping";
import { openReceipts, readReceipts } from "./receipts";
import { reconcile } from "./reconcile";
import { createReopening, type Reopening } from "./reopen";
import { noteStart, recallStarts, restOf } from "./rests";
import { systemRoutes, type RoutesOut } from "./routes-out";
import type { Outcome } from "./schema";
import type { Stale } from "./stale";
import { createStaleLanes } from "./stale-lanes";
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
  stale: Stale;
  /** File of results that the database does not have yet; null: channels wait for their results. */
  receiptsPath: string | null;
  /** Whether there is a way out of this machine; tests say so themselves. */
  routes?: RoutesOut;
  /** File with the name of the attempt that is being begun; null: none is marked. */
  markerPath: string | null;
  /** Looks whether the clock was set, and calls `clockJumped` if it was. */
  checkClock?: () => void;
  /** 0 ≤ random < 1, for jitter. */
  random?: () => number;
  /**
   * Called when a message of this event has failed for good or is held back, and with null when those of a
   * channel are: whoever relies on them may do something else.
   */
  onUntold?: (event: string | null) => void;
  /** Told of each finished attempt: metrics. */
  onAttempt?: (channel: Channel, outcome: Outcome, totalMs: number) => void;
}

export interface DeliveryWorker extends Service {
  /** Call it after the batch with these rows is durable; nothing is read again. */
  committed(rows: readonly OutboxRow[]): void;
  /** A channel changed, or rows of it became due (replay): look again. Without an ID: at all. */
  wake(channelId?: string): void;
  /** What the channel is to be told of subjects that begin so was cancelled (`cancelSubjectsStatement`). */
  withdrawn(channelId: string, subjectPrefix: string): void;
  /** Something was sent to the channel by another way: it counts towards its limit. */
  noteStart(channel: Channel): void;
  /** Schedules go on after their delays, and nothing grows old by it. */
  clockJumped(jump: ClockJump): void;
  /** Sends what waited, at once; durable when it resolves. */
  resume: Reopening["resume"];
  /** For a channel that was off until its endpoint proved to be there. */
  activate: Reopening["activate"];
  /** Why nothing outside this machine can be reached; null while something can, as far as is known. */
  readonly networkProblem: string | null;
  /** Attempts that run now. */
  readonly inFlight: number;
  /** Resolves when no attempt runs, nothing that may go is due, and all results are durable. */
  idle(): Promise<void>;
}

/** How long a stop waits for running attempts before it gives them up; they are sent again later. */
const STOP_GRACE_MS = 8_000;

export const createDeliveryWorker = (parts: WorkerParts): DeliveryWorker => {
  const { store, clock, log, directory, transports, health, stale, random = Math.random } = parts;
  const turns = new Turns();
  const pools = new Pools();
  let receipts = openReceipts(null);
  let marker: AttemptMarker | null = null;
  let hasGivenUp = false;
  let state: "new" | "running" | "stopping" | "stopped" = "new";
  let stopping: Promise<void> | null = null;

  const settler = createSettler({ engine: store.engine, clock, log, onRoom: () => pump() });
  const lanes = createLanes({
    engine: store.engine,
    clock,
    log,
    directory,
    isRunning: () => state === "running",
    onRead: (lane) => goOn(lane),
    onLooked: () => pump(),
  });
  const books = createBookkeeping({ ...parts, settler, random });
  const network = createNetworkWatch({
    clock,
    routes: parts.routes ?? systemRoutes,
    onLost: (reason) => {
      log.warn("the network is lost: messages wait, no attempt is counted", { reason });
      settler.add({ statements: networkStatements(directory, "network.lost", { reason }, clock.now()) });
    },
    onBack: (lostForMs) => {
      log.info("the network is back", { lost_for_ms: Math.round(lostForMs) });
      const fact = { lostForMs: Math.round(lostForMs) };
      settler.add({ statements: networkStatements(directory, "network.back", fact, clock.now()) });
      for (const lane of lanes.all()) {
        lane.cancelRest?.();
        lane.mustSettleStale = true;
        ready(lane);
      }
      pump();
    },
  });
  const goOn = (lane: Lane): void => {
    ready(lane);
    pump();
  };
  const staleLanes = createStaleLanes({
    stale,
    directory,
    log,
    isReachable: () => state === "running" && !network.isLost,
    isHeld: () => lanes.isHeld,
    committed: (rows) => arrivals.committed(rows),
    rest: (lane, restMs) => rest(lane, restMs),
    goOn,
  });
  const reopening = createReopening({
    engine: store.engine,
    clock,
    health,
    settler,
    lanes,
    committed: (rows) => arrivals.committed(rows),
    wake: (channelId) => arrivals.wake(channelId),
    readAgain: (lane) => arrivals.readAgain(lane),
  });
  const attempts = createAttempts({
    ...parts,
    network,
    settler,
    books,
    lanes,
    pools,
    receipts: () => receipts,
    hasGivenUp: () => hasGivenUp,
    ready: (lane) => ready(lane),
    rest: (lane, restMs) => rest(lane, restMs),
    unpark: (host) => parking.unpark(host),
    pump: () => pump(),
    committed: (rows) => arrivals.committed(rows),
    onOver: () => quiet.tell(),
  });

  const arrivals = createArrivals({
    clock,
    directory,
    lanes,
    settler,
    isRunning: () => state === "running",
    ready: (lane) => ready(lane),
    pump: () => pump(),
    letGo: reopening.letGo,
    onHeld: () => parts.onUntold?.(null),
  });
  const parking = createParking(transports, (lane) => ready(lane));
  const quiet = createQuietTime(() => isIdle());

  /** Gives the lane a turn when it has something to start. */
  const ready = (lane: Lane): void => {
    if (lane.isSettlingStale || (lane.mustSettleStale && lane.cancelRest === null && staleLanes.settle(lane)))
      return;
    lanes.fill(lane);
    const isWaiting = lane.isParked || lane.cancelRest !== null;
    if (lane.queued > 0 && lane.inFlight < (network.isLost ? 1 : CHANNEL_LIMIT) && !isWaiting)
      turns.give(lane);
  };

  /** It is given no turn for this long; what is more urgent and comes meanwhile still overtakes in it. */
  const rest = (lane: Lane, restMs: number): void => {
    lane.cancelRest?.();
    const cancel = clock.after(restMs, () => {
      lane.cancelRest = null;
      goOn(lane);
    });
    lane.cancelRest = () => {
      cancel();
      lane.cancelRest = null;
    };
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
      const host = parking.hostOf(channel);
      if (!pools.hasRoomAt(host)) {
        parking.park(lane, host);
        continue;
      }
      let row = lane.take(channel.behaviour.ordered);
      if (row !== undefined && stale.isStale(row, channel)) {
        lane.putBack(row);
        if (staleLanes.settle(lane)) continue;
        row = lane.take(channel.behaviour.ordered);
      }
      if (row === undefined) continue;
      // What does not leave this machine does not count towards the endpoint's limit.
      if (!network.isLost) noteStart(lane, channel, clock);
      attempts.start(lane, channel, row, host);
      ready(lane);
    }
    quiet.tell();
  };

  const isIdle = (): boolean =>
    attempts.count === 0 &&
    lanes.reads === 0 &&
    staleLanes.count === 0 &&
    ![...lanes.all()].some((lane) => lane.queued > 0 && lane.cancelRest === null);

  const stop = async (): Promise<void> => {
    const wasRunning = state === "running";
    state = "stopping";
    lanes.stop();
    if (wasRunning) {
      const cancelGrace = clock.after(STOP_GRACE_MS, () => {
        hasGivenUp = true;
        transports.abandon();
      });
      await attempts.over();
      cancelGrace();
      books.saveHealth(true);
      settler.retryNow();
      await settler.flush();
    }
    books.stop();
    settler.stop();
    receipts.close();
    marker?.close();
    attempts.stop();
    state = "stopped";
  };

  return {
    name: "delivery",
    committed: arrivals.committed,
    wake: arrivals.wake,
    withdrawn: (channelId, subjectPrefix) => {
      if (state === "running") lanes.of(channelId).drop(subjectPrefix);
    },
    noteStart: (channel) => noteStart(lanes.of(channel.id), channel, clock),
    clockJumped: (jump) => {
      if (state !== "running") return;
      for (const channel of directory.all()) if (channel.quietUntil !== null) channel.quietUntil += jump.byMs;
      lanes.hold(jump);
      const over = (): void => {
        lanes.release();
        for (const lane of lanes.all()) ready(lane);
        pump();
      };
      const { byMs, now } = jump;
      settler.add({
        statements: [
          ...shiftOutboxStatements(jump),
          ...networkStatements(directory, "clock.jumped", { byMs }, now),
        ],
        done: over,
        refused: over,
      });
    },
    get networkProblem() {
      return network.problem;
    },
    get inFlight() {
      return pools.inFlight;
    },
    resume: reopening.resume,
    activate: reopening.activate,
    idle: async () => {
      do {
        await settler.flush();
        await quiet.come();
        await settler.flush();
      } while (!isIdle());
    },
    start: async () => {
      if (state !== "new") return;
      await health.load();
      const { receiptsPath } = parts;
      const left = readReceipts(receiptsPath);
      const { markerPath } = parts;
      const mark = readMark(markerPath);
      const { engine, epoch } = store;
      await reconcile({ engine, epoch, now: clock.now(), directory, left, mark });
      parts.attempt.marker = marker = openAttemptMarker(markerPath, epoch);
      receipts = openReceipts(receiptsPath);
      for (const channel of directory.all())
        await recallStarts({ engine: store.engine, clock, lane: lanes.of(channel.id), channel });
      state = "running";
      arrivals.wake();
    },
    stop: () => (stopping ??= stop()),
  };
};
