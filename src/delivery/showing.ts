// In: channels that show how things stand (lamps, retained topics), and the open alerts. Out: each shows
// the present state: after a change, a loss, a restart, and again from time to time, until it is shown.
import type { OpenAlerts, TransportRequest } from "../channels/channel";
import type { Channel, ChannelDirectory } from "../channels/directory";
import { STATE_BODY, STATE_EVENT } from "../channels/state-row";
import type { Clock } from "../core/clock";
import { newId } from "../core/ids";
import type { Log } from "../core/log";
import { createKeyedLock } from "../lib/keyed-lock";
import type { Service } from "../lib/service";
import type { Engine } from "../store/engine";
import { performAttempt, type AttemptParts, type AttemptResult } from "./attempt";
import type { ChannelHealthKeeper } from "./health";
import { isSending } from "./is-sending";
import type { Outbox, OutboxRow } from "./outbox";
import { insertAttemptStatement } from "./attempt-rows";
import { finishStatement } from "./repository";
import type { Outcome } from "./schema";

/** What attempts need of it. */
export interface Shown {
  state(channel: Channel): OpenAlerts;
  /** One after the other per channel: what was decided later also arrives later. */
  inTurn<T>(channelId: string, work: () => Promise<T>): Promise<T>;
  /** True when it is news: something else is shown than before, or it fails in another way. */
  note(channel: Channel, request: TransportRequest, outcome: Outcome): boolean;
}

export interface Showing extends Service, Shown {
  /** Alerts have changed: looks soon. */
  changed(): void;
  /** Looks at this channel now; `isForced`: shows the state though it should stand there already. */
  assert(channelId: string, isForced?: boolean): void;
  /** Whether anything is shown there, with the settings of now. */
  shows(channelId: string): boolean;
  /** Resolves when nothing is on its way. */
  idle(): Promise<void>;
}

export interface ShowingParts {
  engine: Engine;
  clock: Clock;
  log: Log;
  directory: ChannelDirectory;
  health: ChannelHealthKeeper;
  outbox: Outbox;
  attempt: () => AttemptParts;
  /** Gives up what runs: at a stop that takes too long. */
  abandon: () => void;
  /** The same filters as for messages. */
  stateOf: (channel: Channel) => OpenAlerts;
}

/** Changes that come close together are one look. A look that takes long comes less often. */
const LOOK_MS = 20;
const LOOK_SHARE = 10;
/** After a failure, in seconds; then the last one again and again, or `reassertSeconds` where that is less. */
const RETRY_SECONDS = [1, 2, 5, 10, 30, 60] as const;

/** As long as the worker waits for its attempts. */
const STOP_GRACE_MS = 8_000;

interface Face {
  /** The request that is known to have been taken last; null: unknown. */
  shown: string | null;
  /** How it failed last; null: it did not. */
  failure: Outcome | null;
  failures: number;
  running: Promise<void> | null;
  isAgain: boolean;
  isForced: boolean;
  cancelNext: () => void;
}

const keyOf = (request: TransportRequest): string => JSON.stringify(request);

export const createShowing = (parts: ShowingParts): Showing => {
  const { engine, clock, log, directory, health, outbox, stateOf } = parts;
  const faces = new Map<string, Face>();
  const lock = createKeyedLock();
  let isRunning = false;
  let cancelLook: (() => void) | null = null;
  let lookTookMs = 0;

  const faceOf = (channelId: string): Face => {
    let face = faces.get(channelId);
    if (face === undefined) {
      face = {
        shown: null,
        failure: null,
        failures: 0,
        running: null,
        isAgain: false,
        isForced: false,
        cancelNext: () => undefined,
      };
      faces.set(channelId, face);
    }
    return face;
  };

  const forget = (channelId: string): void => {
    faces.get(channelId)?.cancelNext();
    faces.delete(channelId);
  };

  /** What the channel should be sent now; null: nothing is shown there. */
  const wantedOf = (channel: Channel | undefined): TransportRequest | null => {
    if (channel?.type.show === undefined || !isSending(channel)) return null;
    const { version } = parts.attempt();
    return channel.type.show(channel.config, { open: stateOf(channel), version });
  };

  const note: Shown["note"] = (channel, request, outcome) => {
    const face = faceOf(channel.id);
    const isDelivered = outcome === "delivered";
    const key = keyOf(request);
    const isNews = isDelivered ? face.shown !== key || face.failure !== null : face.failure !== outcome;
    // What a failed attempt has left behind is not known.
    face.shown = isDelivered ? key : null;
    face.failure = isDelivered ? null : outcome;
    face.failures = isDelivered ? 0 : face.failures + 1;
    schedule(channel, face);
    return isNews;
  };

  const schedule = (channel: Channel, face: Face): void => {
    face.cancelNext();
    if (!isRunning || channel.type.show === undefined) return;
    const { reassertSeconds } = channel.behaviour;
    const retrySeconds = RETRY_SECONDS[Math.min(face.failures, RETRY_SECONDS.length) - 1];
    const seconds = Math.min(retrySeconds ?? Infinity, reassertSeconds ?? Infinity);
    if (seconds === Infinity) return;
    face.cancelNext = clock.after(seconds * 1_000, () => assert(channel.id, true));
  };

  const show = async (channelId: string, face: Face): Promise<void> => {
    // A message may be bringing it there at this moment.
    await lock.run(channelId, () => Promise.resolve());
    const channel = directory.get(channelId);
    const wanted = wantedOf(channel);
    if (channel === undefined || wanted === null) return forget(channelId);
    const { isForced } = face;
    face.isForced = false;
    if (!isForced && face.failures === 0 && face.shown === keyOf(wanted)) return;
    const at = clock.now();
    const row = rowOf(channel, at);
    const result = await performAttempt(parts.attempt(), {
      channel,
      deliveryId: row.id,
      deliverySeq: row.seq,
      subjectId: row.subjectId,
      composed: STATE_BODY,
      number: 1,
      queuedAt: at,
    });
    await save(channel, row, result);
  };

  const rowOf = (channel: Channel, at: number): OutboxRow => ({
    seq: outbox.takeSeq(),
    id: newId(),
    tenantId: channel.tenantId,
    channelId: channel.id,
    event: STATE_EVENT,
    subjectId: channel.id,
    machineId: null,
    urgency: 1,
    ...STATE_BODY,
    status: "failed",
    tries: 0,
    attempts: 1,
    nextAttemptAt: null,
    outcome: null,
    reason: null,
    replayOf: null,
    createdAt: at,
  });

  /** Evidence only of news; the channel's health of everything. */
  const save = async (channel: Channel, row: OutboxRow, result: AttemptResult): Promise<void> => {
    const { outcome, reason } = result.judgement;
    const now = clock.now();
    const isDelivered = outcome === "delivered";
    row.status = isDelivered ? "delivered" : "failed";
    row.outcome = outcome;
    row.reason = isDelivered ? null : reason;
    health.attempted(channel, isDelivered ? null : reason, now);
    try {
      await engine.batch([
        ...(result.isNews
          ? [
              outbox.insertStatement(row),
              finishStatement(row.seq, isDelivered ? now : null, now),
              insertAttemptStatement(result.record),
            ]
          : []),
        ...health.changeOf(channel, true),
      ]);
    } catch (error) {
      // What is shown stands whether or not it can be written down.
      log.warn("what a channel shows could not be recorded", { error, channel_id: channel.id });
    }
  };

  const assert = (channelId: string, isForced = false): void => {
    if (!isRunning) return;
    const face = faceOf(channelId);
    face.isForced ||= isForced;
    if (face.running !== null) {
      face.isAgain = true;
      return;
    }
    face.running = show(channelId, face)
      .catch((error: unknown) => {
        log.error("a channel could not be shown", { error, channel_id: channelId });
        const channel = directory.get(channelId);
        face.failures++;
        if (channel !== undefined) schedule(channel, face);
      })
      .finally(() => {
        face.running = null;
        if (!face.isAgain) return;
        face.isAgain = false;
        assert(channelId);
      });
  };

  const look = (): void => {
    cancelLook = null;
    const started = clock.monotonic();
    for (const channel of directory.all()) {
      if (channel.type.show === undefined) continue;
      const face = faces.get(channel.id);
      // A failing one is tried again in its time, with the state of then.
      if (face !== undefined && face.failures > 0) continue;
      const wanted = wantedOf(channel);
      if (wanted !== null && face?.shown !== keyOf(wanted)) assert(channel.id);
    }
    lookTookMs = clock.monotonic() - started;
  };

  return {
    name: "showing",
    state: stateOf,
    inTurn: (channelId, work) => lock.run(channelId, work),
    note,
    changed: () => {
      if (isRunning) cancelLook ??= clock.after(Math.max(LOOK_MS, lookTookMs * LOOK_SHARE), look);
    },
    assert,
    shows: (channelId) => wantedOf(directory.get(channelId)) !== null,
    idle: async () => {
      for (let running = true; running;) {
        const runs = [...faces.values()].flatMap((face) => face.running ?? []);
        running = runs.length > 0;
        await Promise.all(runs);
      }
    },
    start: () => {
      isRunning = true;
      for (const channel of directory.all()) if (channel.type.show !== undefined) assert(channel.id, true);
      return Promise.resolve();
    },
    stop: async () => {
      isRunning = false;
      cancelLook?.();
      for (const face of faces.values()) face.cancelNext();
      const cancelGrace = clock.after(STOP_GRACE_MS, parts.abandon);
      await Promise.all([...faces.values()].map((face) => face.running));
      cancelGrace();
    },
  };
};
