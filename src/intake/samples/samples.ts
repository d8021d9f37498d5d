// In: readings, already sorted per series, and questions about them. Out: the samples store: durable
// against the end of the process before `append` resolves, and answers that include what was just
// appended. samples.db is expendable: a damaged file is put aside and begun anew.
import { join } from "node:path";
import { AppError } from "../../core/errors";
import type { CancelTimer, Clock } from "../../core/clock";
import type { Log } from "../../core/log";
import type { SeriesReadings } from "../../core/machine";
import type { Service } from "../../lib/service";
import { errorOf } from "../../store/failures";
import { startWorker } from "../../workers";
import { isDamage } from "./database";
import { createAppendQueue } from "./append-queue";
import type { FromSamplesWorker, ToSamplesWorker } from "./protocol";
import { SamplesReader, type SamplesAnswer, type SamplesQuery, UnsortedOverlap } from "./reader";

export interface SamplesRetention {
  rawDays: number;
  minuteDays: number;
  hourDays: number;
}

export interface SamplesOptions {
  directory: string;
  clock: Clock;
  log: Log;
  retention: SamplesRetention;
  /** False: nothing is deleted for its age now, for the clock may be wrong by years. */
  isClockTrusted?: () => boolean;
}

export interface Samples extends Service {
  /**
   * Each batch is sorted by device time; none lies more than 5 min after `receivedAt`. The arrays may
   * be reused at once. Rejects with AppError `storage_full` or `unavailable`; then nothing is stored.
   */
  append(batches: readonly SeriesReadings[], receivedAt: number): Promise<void>;
  query(query: SamplesQuery): Promise<SamplesAnswer>;
  /** Their IDs are never used again. Resolves when the last row is gone. */
  remove(seriesIds: readonly number[]): Promise<void>;
  /** The highest ID of a series that had samples at the start; 0 when none had. */
  lastSeriesId(): number;
  /** Every series that has samples. */
  seriesIds(): Promise<number[]>;
  /** Sorts what was appended into its place. */
  drain(): Promise<void>;
  /** Deletes what has outlived its tier. */
  retain(): Promise<void>;
  /** Resolves when no order is open. */
  idle(): Promise<void>;
}

/** Between two sortings of a small trickle. */
const DRAIN_MS = 30_000;
const RETAIN_MS = 10 * 60_000;
/** Before a thread that ended is started again. */
const RESTART_MS = 1_000;
const DAY_MS = 86_400_000;

interface Order {
  resolve: (seriesIds: number[]) => void;
  reject: (error: AppError) => void;
}

const unavailable = (): AppError =>
  new AppError("unavailable", "The readings store is not open.", { retryAfterSeconds: 5 });

export const createSamples = (options: SamplesOptions): Samples => {
  const { directory, clock, log, retention, isClockTrusted = () => true } = options;
  const path = join(directory, "samples.db");
  const orders = new Map<number, Order>();
  const timers: Partial<Record<"drain" | "retain" | "restart", CancelTimer | null>> = {};
  let worker: Worker | null = null;
  let reader: SamplesReader | null = null;
  let requests = 0;
  let lastSeries = 0;
  let starting: { resolve: () => void; reject: (error: unknown) => void } | null = null;
  let closing: (() => void) | null = null;
  let stopped: Promise<void> | null = null;
  let recovery: Promise<unknown> = Promise.resolve();
  let idleWaiters: (() => void)[] = [];

  const post = (message: ToSamplesWorker): void => worker?.postMessage(message);

  const queue = createAppendQueue({
    send: (entry) => post({ kind: "append", entry }),
    onFirst: () => {
      timers.drain ??= clock.after(DRAIN_MS, () => {
        timers.drain = null;
        drain().catch((error: unknown) => log.warn("readings could not be sorted; tried again", { error }));
      });
    },
    onSettled: () => wakeIdle(),
  });

  const isIdle = (): boolean => orders.size === 0 && queue.isIdle();

  const wakeIdle = (): void => {
    if (!isIdle()) return;
    const waiters = idleWaiters;
    idleWaiters = [];
    for (const wake of waiters) wake();
  };

  const order = (message: (request: number) => ToSamplesWorker): Promise<number[]> => {
    if (worker === null) return Promise.reject(unavailable());
    const request = ++requests;
    return new Promise((resolve, reject) => {
      orders.set(request, { resolve, reject });
      post(message(request));
    });
  };

  const drain = async (): Promise<void> => {
    await order((request) => ({ kind: "drain", request }));
  };

  const retain = async (): Promise<void> => {
    if (!isClockTrusted()) return;
    const before = (days: number): number => clock.now() - days * DAY_MS;
    const cutoffs = {
      raw: before(retention.rawDays),
      minutes: before(retention.minuteDays),
      hours: before(retention.hourDays),
    };
    await order((request) => ({ kind: "retain", request, cutoffs }));
  };

  const armRetention = (): void => {
    timers.retain = clock.after(RETAIN_MS, () => {
      retain()
        .catch((error: unknown) => log.warn("old readings could not be deleted; tried again", { error }))
        .finally(() => {
          if (stopped === null) armRetention();
        });
    });
  };

  const openReader = (): SamplesReader => (reader ??= new SamplesReader(path, queue.unsortedOf));

  const closeReader = (): void => {
    reader?.close();
    reader = null;
  };

  const receive = (message: FromSamplesWorker): void => {
    switch (message.kind) {
      case "opened":
        queue.open(message.lastId);
        ({ lastSeries } = message);
        // Until the log of an earlier process is sorted, a reader would miss what is in it.
        if (!message.isSorted)
          recovery = drain().catch((error: unknown) =>
            log.error("readings of the last run could not be sorted", { error }),
          );
        starting?.resolve();
        break;
      case "appended":
        queue.answered(message.id, message.failure === null ? null : errorOf(message.failure));
        break;
      case "drained":
        queue.drained(message.upTo);
        break;
      case "done": {
        const open = orders.get(message.request);
        orders.delete(message.request);
        if (message.failure === null) open?.resolve(message.seriesIds);
        else open?.reject(errorOf(message.failure));
        wakeIdle();
        break;
      }
      case "set_aside":
        closeReader();
        log.error("samples.db was damaged: it was put aside and begun anew; alerts are not affected", {
          moved_to: message.movedTo,
          reason: message.reason,
        });
        break;
      case "trouble":
        log.error("samples.db can't be written", {
          code: message.failure.code,
          reason: message.failure.message,
        });
        break;
      case "closed":
        closing?.();
        break;
    }
  };

  const lose = (reason: unknown): void => {
    log.error("the samples thread ended; it is started again", { error: reason });
    worker?.terminate();
    worker = null;
    closeReader();
    queue.lose(unavailable());
    for (const open of orders.values()) open.reject(unavailable());
    orders.clear();
    starting?.reject(reason);
    closing?.();
    wakeIdle();
    if (stopped === null) timers.restart = clock.after(RESTART_MS, () => void spawn().catch(() => undefined));
  };

  /** What an earlier thread committed and did not sort is in the log of the file. */
  const spawn = (): Promise<void> =>
    new Promise((resolve, reject) => {
      starting = { resolve, reject };
      const thread = startWorker("samples");
      worker = thread;
      thread.onmessage = (event: MessageEvent<FromSamplesWorker>) => receive(event.data);
      thread.onerror = (event) => {
        if (worker === thread) lose(new Error(event.message));
      };
      post({ kind: "open", path });
    });

  const read = (query: SamplesQuery, isSorted: boolean): SamplesAnswer => {
    try {
      return openReader().read(query, isSorted);
    } catch (error) {
      if (isDamage(error)) {
        closeReader();
        post({ kind: "set_aside", reason: error instanceof Error ? error.message : String(error) });
        throw unavailable();
      }
      throw error;
    }
  };

  const stop = async (): Promise<void> => {
    timers.drain?.();
    timers.retain?.();
    timers.restart?.();
    if (worker === null) return queue.close(unavailable());
    await queue.settled();
    await drain().catch((error: unknown) =>
      log.warn("readings stay unsorted until the next start", { error }),
    );
    queue.close(unavailable());
    closeReader();
    await new Promise<void>((resolve) => {
      closing = resolve;
      post({ kind: "close" });
    });
    worker?.terminate();
    worker = null;
  };

  return {
    name: "samples",
    append: (batches, receivedAt) => queue.append(batches, receivedAt),
    query: async (query) => {
      await recovery;
      if (worker === null) throw unavailable();
      try {
        return read(query, false);
      } catch (error) {
        if (!(error instanceof UnsortedOverlap)) throw error;
        await drain();
        return read(query, true);
      }
    },
    remove: async (seriesIds) => {
      if (seriesIds.length > 0)
        await order((request) => ({ kind: "remove", request, seriesIds: [...seriesIds] }));
    },
    lastSeriesId: () => lastSeries,
    seriesIds: () => order((request) => ({ kind: "list_series", request })),
    drain,
    retain,
    idle: () => (isIdle() ? Promise.resolve() : new Promise((resolve) => idleWaiters.push(resolve))),
    start: async () => {
      await spawn();
      armRetention();
    },
    stop: () => (stopped ??= stop()),
  };
};
