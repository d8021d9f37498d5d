// In: batches of many callers. Out: packets for the samples thread, one at a time, so that callers who
// come while one is being committed share the next; and the samples that no reader finds in their
// place yet.
import { AppError } from "../../core/errors";
import type { SeriesReadings } from "../../core/machine";
import { eachBatch, type LogEntry, type Packet } from "./protocol";
import { concatenate, toRun, type Run } from "./run";
import type { Progress } from "./writer";

interface Waiting {
  packet: Packet;
  receivedAt: number;
  resolve: () => void;
  reject: (error: AppError) => void;
}

export interface AppendQueue {
  /** From now on entries are sent; their IDs begin behind `lastId`. */
  open(lastId: number): void;
  append(batches: readonly SeriesReadings[], receivedAt: number): Promise<void>;
  answered(id: number, failure: AppError | null): void;
  drained(upTo: number): void;
  /** Later than `progress`, as runs merged in the order of arrival. */
  unsortedOf(seriesId: number, progress: Progress): Run;
  isIdle(): boolean;
  /** Resolves when everything that was taken is answered. */
  settled(): Promise<void>;
  /** The thread is gone: refuses what is open. What comes waits for the next `open`. */
  lose(error: AppError): void;
  /** Refuses what is open and what comes. */
  close(error: AppError): void;
}

export interface AppendQueueOptions {
  send: (entry: LogEntry) => void;
  /** Something is unsorted now. */
  onFirst: () => void;
  onSettled: () => void;
}

/** Of one commit: 4 MB. A request that is larger makes a commit of its own. */
const MAX_PACKET_NUMBERS = 500_000;
/** About 64 MB here: the disk does not keep up, and senders must wait. */
const MAX_UNSORTED_NUMBERS = 8_000_000;

const pack = (batches: readonly SeriesReadings[]): Packet => {
  let length = 0;
  for (const { count } of batches) length += 2 + 2 * count;
  const packet = new Float64Array(length);
  let at = 0;
  for (const { series, times, values, count } of batches) {
    packet[at] = series.id;
    packet[at + 1] = count;
    at += 2;
    for (let index = 0; index < count; index++) packet[at + index] = times[index] as number;
    at += count;
    for (let index = 0; index < count; index++) packet[at + index] = values[index] as number;
    at += count;
  }
  return packet;
};

const join = (group: readonly Waiting[]): Packet => {
  const [only] = group;
  if (group.length === 1 && only !== undefined) return only.packet;
  const packet = new Float64Array(group.reduce((sum, one) => sum + one.packet.length, 0));
  let at = 0;
  for (const one of group) {
    packet.set(one.packet, at);
    at += one.packet.length;
  }
  return packet;
};

export const createAppendQueue = ({ send, onFirst, onSettled }: AppendQueueOptions): AppendQueue => {
  let waiting: Waiting[] = [];
  let inFlight: { entry: LogEntry; group: Waiting[] } | null = null;
  let unsorted: LogEntry[] = [];
  let unsortedNumbers = 0;
  let nextId = 0;
  let isPlanned = false;
  let closedWith: AppError | null = null;
  let whenSettled: (() => void)[] = [];

  const isIdle = (): boolean => waiting.length === 0 && inFlight === null;

  const settle = (): void => {
    if (!isIdle()) return;
    const waiters = whenSettled;
    whenSettled = [];
    for (const wake of waiters) wake();
    onSettled();
  };

  const refuseOpen = (error: AppError): void => {
    const open = [...(inFlight?.group ?? []), ...waiting];
    inFlight = null;
    waiting = [];
    for (const one of open) one.reject(error);
    settle();
  };

  const takeGroup = (): Waiting[] => {
    let numbers = 0;
    let end = 0;
    for (const { packet } of waiting) {
      if (end > 0 && numbers + packet.length > MAX_PACKET_NUMBERS) break;
      numbers += packet.length;
      end++;
    }
    const group = waiting.slice(0, end);
    waiting = waiting.slice(end);
    return group;
  };

  const flush = (): void => {
    if (inFlight !== null || waiting.length === 0 || nextId === 0) return;
    const group = takeGroup();
    const entry: LogEntry = {
      id: nextId++,
      receivedAt: group.reduce((latest, one) => Math.max(latest, one.receivedAt), 0),
      packet: join(group),
    };
    inFlight = { entry, group };
    send(entry);
  };

  /** Not at once: callers of the same turn share a commit. */
  const planFlush = (): void => {
    if (isPlanned || inFlight !== null) return;
    isPlanned = true;
    setImmediate(() => {
      isPlanned = false;
      flush();
    });
  };

  return {
    isIdle,
    open: (lastId) => {
      nextId = lastId + 1;
      flush();
    },
    append: (batches, receivedAt) => {
      if (closedWith !== null) return Promise.reject(closedWith);
      if (unsortedNumbers > MAX_UNSORTED_NUMBERS)
        return Promise.reject(
          new AppError("unavailable", "Readings come faster than the disk takes them. Try again soon.", {
            retryAfterSeconds: 5,
          }),
        );
      const packet = pack(batches);
      if (packet.length === 0) return Promise.resolve();
      return new Promise<void>((resolve, reject) => {
        waiting.push({ packet, receivedAt, resolve, reject });
        planFlush();
      });
    },
    answered: (id, failure) => {
      if (inFlight === null || inFlight.entry.id !== id) return;
      const { entry, group } = inFlight;
      inFlight = null;
      if (failure === null) {
        unsorted.push(entry);
        unsortedNumbers += entry.packet.length;
        onFirst();
      }
      for (const one of group) {
        if (failure === null) one.resolve();
        else one.reject(failure);
      }
      if (waiting.length > 0) planFlush();
      else settle();
    },
    drained: (upTo) => {
      // They stand in the order of their IDs: what goes is at the front, and seldom much of all.
      let end = 0;
      for (; end < unsorted.length; end++) {
        const entry = unsorted[end];
        if (entry === undefined || entry.id > upTo) break;
        unsortedNumbers -= entry.packet.length;
      }
      unsorted.splice(0, end);
    },
    unsortedOf: (seriesId, { drained, draining, cursor }) => {
      const times: Float64Array[] = [];
      const values: Float64Array[] = [];
      for (const { id, packet } of unsorted) {
        if (id <= drained || (id <= draining && seriesId <= cursor)) continue;
        eachBatch(packet, (series, batchTimes, batchValues) => {
          if (series !== seriesId) return;
          times.push(batchTimes);
          values.push(batchValues);
        });
      }
      return toRun(concatenate(times), concatenate(values));
    },
    settled: () => (isIdle() ? Promise.resolve() : new Promise((resolve) => whenSettled.push(resolve))),
    lose: (error) => {
      nextId = 0;
      unsorted = [];
      unsortedNumbers = 0;
      refuseOpen(error);
    },
    close: (error) => {
      closedWith = error;
      refuseOpen(error);
    },
  };
};
