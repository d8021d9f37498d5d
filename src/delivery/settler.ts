// In: what attempts and channels changed. Out: the same, durable, in large groups and in order. What
// can't be written (a full disk) is kept in bounded memory and written when there is room again.
import type { Clock } from "../core/clock";
import { isAppError } from "../core/errors";
import type { Log } from "../core/log";
import type { Engine, Statement } from "../store/engine";

/** Written together or not at all; `done` runs when they are durable. */
export interface Change {
  statements: readonly Statement[];
  done?: () => void;
  /** Runs when it is durable, and also when storage refuses: whoever waits for it need not any more. */
  freed?: () => void;
  /** Runs when it can't be written for a reason of its own: it is given up, and nothing of it has happened. */
  refused?: () => void;
}

export interface Settler {
  /** Takes effect in the order of the calls. */
  add(change: Change): void;
  /** So much waits that no new attempt should start. */
  readonly isFull: boolean;
  /** What storage refused is given to it again without the usual wait. */
  retryNow(): void;
  /** Resolves when all that was added is durable, or at once when storage refuses to write. */
  flush(): Promise<void>;
  stop(): void;
}

/** Changes per commit; a group of this size takes a few milliseconds. */
const GROUP = 512;
/** Groups under way at the same time: the engine commits those that meet there together. */
const GROUPS_UNDER_WAY = 8;
/** About 16 MiB of attempts with evidence. */
const MOST_WAITING = 4_096;
const RETRY_MS = 1_000;
/**
 * What a loss of power takes of the results is sent again with the same ID: waiting for the disk at
 * each result would cost more than all the rest of a delivery.
 */
const SETTLED = "process";

/** `order` is that of the calls: groups that fail one after the other are put back in it. */
interface Numbered extends Change {
  order: number;
}

/** The disk, not what is to be written: it may be tried again. */
export const isStorageFault = (error: unknown): boolean =>
  isAppError(error, "storage_full") || isAppError(error, "unavailable");

export const createSettler = (parts: {
  engine: Engine;
  clock: Clock;
  log: Log;
  /** Called after each commit: a worker that waited for room goes on. */
  onRoom: () => void;
}): Settler => {
  const { engine, clock, log, onRoom } = parts;
  let waiting: Numbered[] = [];
  let added = 0;
  let underWay = 0;
  let cancelRetry: (() => void) | null = null;
  let isStopped = false;
  let quiet: (() => void)[] = [];

  const release = (): void => {
    const listeners = quiet;
    quiet = [];
    for (const listener of listeners) listener();
  };

  const succeed = (changes: readonly Numbered[]): void => {
    for (const change of changes) {
      change.freed?.();
      change.done?.();
    }
    onRoom();
  };

  const giveUp = (change: Change, error: unknown): void => {
    log.error("a delivery result could not be written", { error });
    change.freed?.();
    change.refused?.();
    onRoom();
  };

  /** One of a group can't be written, for a reason of its own: find it and leave it out. */
  const writeOneByOne = async (changes: readonly Numbered[]): Promise<void> => {
    for (const [index, change] of changes.entries()) {
      try {
        await engine.batch(change.statements, SETTLED);
        succeed([change]);
      } catch (error) {
        if (isStorageFault(error)) return keep(changes.slice(index));
        giveUp(change, error);
      }
    }
  };

  const keep = (changes: readonly Numbered[]): void => {
    waiting = [...changes, ...waiting].sort((left, right) => left.order - right.order);
    for (const change of changes) change.freed?.();
    if (isStopped) return release();
    onRoom();
    cancelRetry ??= clock.after(RETRY_MS, retry);
    release();
  };

  const write = async (changes: readonly Numbered[]): Promise<void> => {
    underWay++;
    try {
      await engine.batch(
        changes.flatMap((change) => change.statements),
        SETTLED,
      );
      succeed(changes);
    } catch (error) {
      if (isStorageFault(error)) {
        log.warn("delivery results wait for storage", { waiting: waiting.length + changes.length });
        keep(changes);
      } else if (changes.length === 1) {
        for (const change of changes) giveUp(change, error);
      } else await writeOneByOne(changes);
    } finally {
      underWay--;
      pump();
    }
  };

  const pump = (): void => {
    while (waiting.length > 0 && underWay < GROUPS_UNDER_WAY && cancelRetry === null) {
      const group = waiting.length <= GROUP ? waiting : waiting.slice(0, GROUP);
      waiting = waiting.length <= GROUP ? [] : waiting.slice(GROUP);
      void write(group);
    }
    if (waiting.length === 0 && underWay === 0) release();
  };

  const retry = (): void => {
    cancelRetry = null;
    pump();
  };

  return {
    add: (change) => {
      waiting.push({ ...change, order: ++added });
      if (cancelRetry !== null) change.freed?.();
      if (underWay < GROUPS_UNDER_WAY) pump();
    },
    get isFull() {
      return waiting.length >= MOST_WAITING;
    },
    retryNow: () => {
      if (cancelRetry === null) return;
      cancelRetry();
      retry();
    },
    flush: () =>
      new Promise((resolve) => {
        if ((waiting.length === 0 && underWay === 0) || cancelRetry !== null) resolve();
        else quiet.push(resolve);
      }),
    stop: () => {
      isStopped = true;
      cancelRetry?.();
      cancelRetry = null;
    },
  };
};
