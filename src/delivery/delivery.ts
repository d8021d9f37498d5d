// In: store, clock, directory of channels and the outbound settings. Out: all of delivery, wired:
// one place for the program and for tests.
import { networkInterfaces } from "node:os";
import type { OpenAlerts } from "../channels/channel";
import type { ChannelDelivery } from "../channels/service";
import type { Channel, ChannelDirectory } from "../channels/directory";
import type { Clock } from "../core/clock";
import type { Log } from "../core/log";
import { createNetPolicy, type ListeningAddress, type OutboundMode } from "../lib/net-policy";
import type { Service } from "../lib/service";
import type { Engine } from "../store/engine";
import type { DialSocket } from "./connect";
import type { AttemptParts } from "./attempt";
import { createChannelHealth, type ChannelHealthKeeper } from "./health";
import type { NameServer } from "./name-server";
import type { DescribeTenant } from "./notices";
import { createOutbox, type Outbox } from "./outbox";
import { createResolver } from "./resolver";
import { createReplayRunner, type ReplayRunner } from "./replay-runner";
import type { RoutesOut } from "./routes-out";
import type { Outcome } from "./schema";
import { createSender, type Dial, type Sender } from "./sender";
import { createStale } from "./stale";
import { sendTest } from "./test-send";
import { findFirstDelivery } from "./repository";
import { createShowing, type Showing } from "./showing";
import { createTargets, type Targets } from "./targets";
import { createTransports } from "./transports";
import { createDeliveryWorker, type DeliveryWorker } from "./worker";

export interface DeliveryParts {
  store: { engine: Engine; epoch: number };
  clock: Clock;
  log: Log;
  directory: ChannelDirectory;
  outbound: {
    mode: OutboundMode;
    allow: readonly string[];
    /** Where this program listens: never dialled unless listed. */
    listeners: () => readonly ListeningAddress[];
  };
  describe: DescribeTenant;
  version: string;
  /** Where results are kept until the database has them; without it channels wait for that. */
  receiptsPath?: string;
  /** Where the attempt that is being begun is named; without it a row that ends the process is not known. */
  markerPath?: string;
  /** Looks whether the clock was set, and has it told to the worker. */
  checkClock?: () => void;
  onAttempt?: (channel: Channel, outcome: Outcome, totalMs: number) => void;
  /** Called when a message of this event has failed for good or is held back; null: messages of any. */
  onUntold?: (event: string | null) => void;
  /** What is open within a channel's filters; absent: nothing ever is. */
  openAlertsOf?: (channel: Channel) => OpenAlerts;
  /** Tests replace what talks to the network. */
  seams?: {
    nameServer?: NameServer;
    dial?: Dial;
    dialSocket?: DialSocket;
    hostsPath?: string | null;
    random?: () => number;
    routes?: RoutesOut;
  };
}

export interface Delivery {
  outbox: Outbox;
  worker: DeliveryWorker;
  sender: Sender;
  /** Resolves and judges addresses, for whoever else dials. */
  targets: Targets;
  /** Null when an address that a stranger entered may be dialled as far as can be known now, else why not. */
  refusalForStrangers: (url: string) => Promise<string | null>;
  health: ChannelHealthKeeper;
  /** Starts after the worker. */
  replays: ReplayRunner;
  /** Lamps and retained topics; started after the worker. */
  showing: Showing;
  /** What is kept open to others; stopped last. */
  connections: Service;
  /** For the channel service. */
  forChannels: ChannelDelivery;
}

const localAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).map(({ address }) => address.split("%")[0] ?? address),
  );

const NOTHING_OPEN: OpenAlerts = { worst: null, isAcknowledged: false, count: 0 };

/** `directory` and `outbox` must be loaded before the worker starts. */
export const createDelivery = (parts: DeliveryParts): Delivery => {
  const { store, clock, log, directory, outbound, version, seams = {} } = parts;
  const policy = createNetPolicy({ ...outbound, localAddresses });
  const resolver = createResolver({
    clock,
    ...(seams.nameServer === undefined ? {} : { nameServer: seams.nameServer }),
    ...(seams.hostsPath === undefined ? {} : { hostsPath: seams.hostsPath }),
  });
  const targets = createTargets({ policy, resolver });
  const strangers = createTargets({
    policy: createNetPolicy({ ...outbound, mode: "strict", localAddresses }),
    resolver,
  });
  const sender = createSender({
    clock,
    policy,
    resolver,
    targets,
    strangers,
    ...(seams.dial === undefined ? {} : { dial: seams.dial }),
  });
  const transports = createTransports({
    clock,
    http: sender,
    targets,
    dialSocket: seams.dialSocket,
    // What was retained may be gone with the broker.
    onReconnected: (channelId) => showing.assert(channelId, true),
  });
  const attempt: AttemptParts = {
    transports,
    clock,
    version,
    threadRootOf: (channelId, subjectId) => findFirstDelivery(store.engine, channelId, subjectId),
  };
  const outbox = createOutbox({ store, clock });
  const health = createChannelHealth({
    engine: store.engine,
    clock,
    directory,
    outbox,
    describe: parts.describe,
  });
  const showing = createShowing({
    engine: store.engine,
    clock,
    log,
    directory,
    health,
    outbox,
    attempt: () => attempt,
    abandon: transports.abandon,
    stateOf: parts.openAlertsOf ?? (() => NOTHING_OPEN),
  });
  attempt.shown = showing;
  const stale = createStale({ engine: store.engine, clock, outbox, describe: parts.describe });
  const worker = createDeliveryWorker({
    stale,
    store,
    clock,
    log,
    directory,
    transports,
    health,
    attempt,
    receiptsPath: parts.receiptsPath ?? null,
    markerPath: parts.markerPath ?? null,
    ...(parts.checkClock === undefined ? {} : { checkClock: parts.checkClock }),
    ...(seams.random === undefined ? {} : { random: seams.random }),
    ...(seams.routes === undefined ? {} : { routes: seams.routes }),
    ...(parts.onAttempt === undefined ? {} : { onAttempt: parts.onAttempt }),
    ...(parts.onUntold === undefined ? {} : { onUntold: parts.onUntold }),
  });

  /** The channel changed: what it shows is shown anew, what is kept open for it belongs to the past. */
  const shownAnew = (channelId: string): void => {
    // Where something is shown, the same or another connection is needed at once: that closes the old one.
    if (!showing.shows(channelId)) transports.release(channelId);
    showing.assert(channelId, true);
  };

  return {
    outbox,
    worker,
    sender,
    targets,
    refusalForStrangers: strangers.refusalOf,
    health,
    replays: createReplayRunner({ store, clock, log, directory, outbox, worker }),
    showing,
    connections: { name: "connections", start: () => Promise.resolve(), stop: transports.close },
    forChannels: {
      refusalOf: transports.refusalOf,
      sendTest: async (channel, messages, purpose) => {
        const testing = { store, clock, outbox, attempt, onStart: worker.noteStart };
        try {
          return await sendTest(testing, channel, messages, purpose);
        } finally {
          showing.assert(channel.id);
        }
      },
      tellTestFailure: async (channel, reason) => {
        const { statements, notices } = health.testFailed(channel, reason);
        await store.engine.batch(statements);
        worker.committed(notices);
      },
      resume: async (channel, actor) => {
        await worker.resume(channel, actor);
        showing.assert(channel.id, true);
      },
      activate: worker.activate,
      wake: (channelId) => {
        worker.wake(channelId);
        shownAnew(channelId);
      },
    },
  };
};
