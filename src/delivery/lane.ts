// In: rows of one channel that are due. Out: the next one that may start. Holds a bounded part of the
// backlog in memory; the rest stays in the file and is read in the same order when there is room.
import type { SlidingWindow } from "../lib/sliding-window";
import { haveOneRecipient, type OutboxRow } from "./outbox";

/** Rows of one channel in memory at most. */
export const QUEUE_LIMIT = 256;
/** The file is read again when less than this part of the room is in use. */
const REFILL_BELOW = 0.25;
/** Urgent rows in memory at least, while there are any. */
export const LEAST_ROWS = 8;
/** Attempts of one channel at the same time. */
export const CHANNEL_LIMIT = 4;
/** Urgencies 0, 1 and 2. */
export const URGENCIES = [0, 1, 2] as const;

const bySeq = (left: OutboxRow, right: OutboxRow): number => left.seq - right.seq;

/** In the order of the file. */
const isBefore = (left: OutboxRow, right: OutboxRow): boolean => {
  const earlierBy = (right.nextAttemptAt ?? 0) - (left.nextAttemptAt ?? 0);
  return earlierBy === 0 ? left.seq < right.seq : earlierBy > 0;
};

const isUntried = ({ attempts }: OutboxRow): boolean => attempts === 0;

export class Lane {
  readonly channelId: string;
  /** Rows that are read from the file at most: less than QUEUE_LIMIT where many channels share memory. */
  capacity = QUEUE_LIMIT;
  /** Attempts that run. */
  inFlight = 0;
  /** There may be due rows in the file that are not in memory. */
  hasMoreOnDisk = false;
  /** An urgent row was left on disk: reading it must not wait until the queue is nearly empty. */
  hasUrgentOnDisk = false;
  isRefilling = false;
  /** The file could not be read: it is read again when its time comes, not at once. */
  isUnreadable = false;
  /** The earliest due time in the file after now, as far as is known; null: none. */
  nextDueAt: number | null = null;
  /** What was held for it is being released: until that is in the file, nothing that is newer starts. */
  isReopening = false;
  /** Rows of it may have been held behind the back of a change that lets it send. */
  mayHold = false;
  /** The last attempt was slow or failed: such lanes may not fill the fast pool. */
  isSuspect = false;
  /** Waits for a place at its host. */
  isParked = false;
  /** Attempts of the last minute; null while there is no limit. */
  starts: SlidingWindow | null = null;
  /** What waited too long is being looked for: nothing is read or started until that is done. */
  isSettlingStale = false;
  /** It can be reached again after a while: that comes first. */
  mustSettleStale = false;
  /** No summary can be made for it: everything goes out by itself. */
  cannotSummarize = false;
  /** Cancels the timer that ends its rest; null while it does not rest. */
  cancelRest: (() => void) | null = null;

  readonly #queues: OutboxRow[][] = [[], [], []];
  #queued = 0;
  /** Summaries of what came before all that is queued: it waits until they have been tried once. */
  readonly #summaries = new Set<OutboxRow>();
  /** Queued, in flight, or settled and not yet durable: reading the file must skip them. */
  readonly #known = new Set<number>();
  /** The known rows per subject, in the order of decisions. */
  readonly #bySubject = new Map<string, OutboxRow[]>();
  readonly #forgottenWhileRefilling: number[] = [];
  /** Rows that became durable while the file was being read. */
  readonly #arrived: OutboxRow[] = [];
  /** Something was left in the file since the last read began. */
  #wasPassedOver = false;

  constructor(channelId: string) {
    this.channelId = channelId;
  }

  get queued(): number {
    return this.#queued;
  }

  get knownCount(): number {
    return this.#known.size;
  }

  get hasUrgent(): boolean {
    return this.#urgentQueued > 0;
  }

  get #urgentQueued(): number {
    return this.#queues[0]?.length ?? 0;
  }

  knows(seq: number): boolean {
    return this.#known.has(seq);
  }

  /** True when the file should be read again. */
  get needsRefill(): boolean {
    if (this.isRefilling || this.isUnreadable) return false;
    return (
      this.#queued < this.capacity * REFILL_BELOW || (this.hasUrgentOnDisk && this.#urgentQueued < LEAST_ROWS)
    );
  }

  /**
   * A row that has just become durable: queued, unless earlier ones are still in the file or there
   * is no room; then it stays there and is read in its turn.
   */
  offer(row: OutboxRow): void {
    if (!this.hasMoreOnDisk && !this.isReopening && this.#queued < QUEUE_LIMIT) return this.push(row);
    this.hasMoreOnDisk = true;
    if (row.urgency === 0) this.hasUrgentOnDisk = true;
    // While the file is being read, a few wait aside: they follow what it brings.
    if (this.isRefilling && this.#arrived.length < QUEUE_LIMIT) this.#arrived.push(row);
    else this.#wasPassedOver = true;
  }

  /** More may be due in the file than is known of; a read that is under way may not have seen it. */
  mustReadAgain(): void {
    this.hasMoreOnDisk = true;
    this.#wasPassedOver = true;
  }

  beginRefill(): void {
    this.isRefilling = true;
    this.#wasPassedOver = false;
  }

  /** All that was due when the read began is in memory. */
  reachedEnd(): void {
    if (this.#wasPassedOver) return;
    this.hasMoreOnDisk = false;
    this.hasUrgentOnDisk = false;
    for (const row of this.#arrived) this.push(row);
  }

  /** Takes a row into the queue. Does nothing when it is there already. */
  push(row: OutboxRow): void {
    if (this.#known.has(row.seq)) return;
    this.#known.add(row.seq);
    const siblings = this.#bySubject.get(row.subjectId);
    if (siblings === undefined) this.#bySubject.set(row.subjectId, [row]);
    else {
      siblings.push(row);
      siblings.sort(bySeq);
    }
    this.#queueOf(row).push(row);
    this.#queued++;
    if (row.event === "channel.summary" && row.attempts === 0) this.#summaries.add(row);
  }

  /**
   * The next row, most urgent and oldest first, or undefined when none may start now. A row waits
   * while an earlier one of its subject has not had its first attempt; in an ordered channel,
   * until that one is durably delivered or failed.
   */
  take(isOrdered: boolean): OutboxRow | undefined {
    const isSummaryFirst = this.#summaries.size > 0 && [...this.#summaries].some(isUntried);
    for (const queue of this.#queues) {
      const index = queue.findIndex((row) =>
        isSummaryFirst ? this.#summaries.has(row) : this.#mayStart(row, isOrdered),
      );
      const row = queue[index];
      if (row === undefined) continue;
      if (index === 0) queue.shift();
      else queue.splice(index, 1);
      this.#queued--;
      return row;
    }
    return undefined;
  }

  /** One that was taken and not sent after all comes next again. */
  putBack(row: OutboxRow): void {
    const queue = this.#queueOf(row);
    // Several that were in flight together come back in any order.
    const index = queue.findIndex((other) => isBefore(row, other));
    queue.splice(index === -1 ? queue.length : index, 0, row);
    this.#queued++;
  }

  /** The row is settled and durable, or no longer ours to send. */
  forget(row: OutboxRow): void {
    this.#summaries.delete(row);
    const siblings = this.#bySubject.get(row.subjectId);
    if (siblings !== undefined) {
      const index = siblings.indexOf(row);
      if (index !== -1) siblings.splice(index, 1);
      if (siblings.length === 0) this.#bySubject.delete(row.subjectId);
    }
    // A read that began before the commit may still bring the row as pending.
    if (this.isRefilling) this.#forgottenWhileRefilling.push(row.seq);
    else this.#known.delete(row.seq);
  }

  endRefill(): void {
    this.isRefilling = false;
    this.#arrived.length = 0;
    for (const seq of this.#forgottenWhileRefilling) this.#known.delete(seq);
    this.#forgottenWhileRefilling.length = 0;
  }

  /** Rows that are being sent, or whose results are not durable yet. */
  unqueuedSeqs(): number[] {
    const queued = new Set(this.#queues.flat().map(({ seq }) => seq));
    return [...this.#known].filter((seq) => !queued.has(seq));
  }

  /** Drops what is queued, not what runs; returns the rows. */
  clear(): OutboxRow[] {
    const dropped = this.#queues.flat();
    for (const queue of this.#queues) queue.length = 0;
    this.#queued = 0;
    for (const row of dropped) this.forget(row);
    return dropped;
  }

  /** Drops what is queued about subjects that begin so, not what runs. */
  drop(subjectPrefix: string): void {
    for (const queue of this.#queues) {
      const dropped = queue.filter(({ subjectId }) => subjectId.startsWith(subjectPrefix));
      for (const row of dropped) {
        queue.splice(queue.indexOf(row), 1);
        this.forget(row);
      }
      this.#queued -= dropped.length;
    }
  }

  #queueOf(row: OutboxRow): OutboxRow[] {
    return this.#queues[Math.min(Math.max(row.urgency, 0), 2)] as OutboxRow[];
  }

  #mayStart(row: OutboxRow, isOrdered: boolean): boolean {
    const siblings = this.#bySubject.get(row.subjectId);
    if (siblings === undefined || siblings.length === 1) return true;
    for (const earlier of siblings) {
      if (earlier.seq >= row.seq) return true;
      if (!haveOneRecipient(earlier, row)) continue;
      if (isOrdered || earlier.attempts === 0) return false;
    }
    return true;
  }
}
