// In: statements from every slice. Out: the embedded engine: reads here on a read-only connection,
// writes in the writer thread, the batches of many callers in one commit.
import { Database, type SQLQueryBindings, type Statement as Prepared } from "bun:sqlite";
import type { Clock } from "../core/clock";
import { AppError } from "../core/errors";
import type { Durability, Engine, SqlValue, Statement, StatementResult } from "./engine";
import { errorOf, failureOf } from "./failures";
import {
  decodeOutcome,
  NO_EXPECT,
  packBytes,
  BUSY,
  type AnswerMessage,
  type Failure,
  type FromWorker,
  type GroupMessage,
  type ToWorker,
  type WorkerEvent,
} from "./protocol";

/** More waiting than this means that the disk does not keep up: callers are told at once. */
const MAX_WAITING_BATCHES = 10_000;
/** While another program holds the lock. */
const MAX_WAIT_MS = 30_000;
/** The same, for all together, once the program is being stopped. */
const MAX_WAIT_AT_STOP_MS = 2_000;
/** A commit holds at most this many statements, so that no caller waits for a huge group. */
const MAX_GROUP_STATEMENTS = 4_096;
/** Texts kept as prepared statements, here and in the writer. Ad-hoc texts make the table start anew. */
const MAX_KNOWN_TEXTS = 1_000;

interface Waiting {
  statements: readonly Statement[];
  durability: Durability;
  /** By the clock's `monotonic`. */
  since: number;
  resolve: (results: StatementResult[]) => void;
  reject: (error: AppError) => void;
}

export interface EmbeddedEngineOptions {
  /** The writer thread, already told to open the file. */
  worker: Worker;
  path: string;
  clock: Clock;
  /** Once for each group that changed something, after its promises are resolved. */
  onCommitted: () => void;
  onEvent: (event: WorkerEvent) => void;
  /** Another program holds the lock; called once until it has let go. */
  onLocked?: () => void;
}

export class EmbeddedEngine implements Engine {
  readonly #worker: Worker;
  readonly #reader: Database;
  readonly #options: EmbeddedEngineOptions;
  readonly #queries = new Map<string, Prepared>();
  readonly #ids = new Map<string, number>();
  #waiting: Waiting[] = [];
  #inFlight: Waiting[] = [];
  #isFlushPlanned = false;
  #isClosed = false;
  #isFull = false;
  #isLocked = false;
  /** From then on nobody waits for a lock, by the clock's `monotonic`. */
  #waitsUntil = Number.POSITIVE_INFINITY;
  #sentAt = 0;
  #whenIdle: (() => void)[] = [];

  constructor(options: EmbeddedEngineOptions) {
    this.#options = options;
    this.#worker = options.worker;
    this.#reader = new Database(options.path, { readonly: true });
    // Waiting would stop the serving thread; readers of a write-ahead log don't need to.
    this.#reader.run("PRAGMA busy_timeout=0");
    this.#worker.onmessage = (message: MessageEvent<FromWorker>) => this.#receive(message.data);
  }

  async query({ sql, params }: Statement): Promise<SqlValue[][]> {
    if (this.#isClosed) throw closedError();
    try {
      return this.#prepareQuery(sql).values(...((params ?? []) as SQLQueryBindings[])) as SqlValue[][];
    } catch (error) {
      const failure = failureOf(error);
      // This connection can't write at all: the statement is at fault, not the disk.
      throw errorOf(failure.code === "SQLITE_READONLY" ? { ...failure, kind: "internal" } : failure);
    }
  }

  batch(statements: readonly Statement[], durability: Durability = "power"): Promise<StatementResult[]> {
    if (statements.length === 0) return Promise.resolve([]);
    if (this.#isClosed) return Promise.reject(closedError());
    if (this.#waiting.length >= MAX_WAITING_BATCHES)
      return Promise.reject(errorOf({ kind: "unavailable", code: "queue_full", message: "writer too slow" }));
    return new Promise((resolve, reject) => {
      const since = this.#options.clock.monotonic();
      this.#waiting.push({ statements, durability, since, resolve, reject });
      this.#planFlush();
    });
  }

  /** Batches whose outcome is open. */
  get depth(): number {
    return this.#waiting.length + this.#inFlight.length;
  }

  /** Resolves when no batch is open. */
  idle(): Promise<void> {
    if (this.depth === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  /** What the last group said about the disk. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Another program holds the lock. */
  get isLocked(): boolean {
    return this.#isLocked;
  }

  /** The program is being stopped: nobody waits long for a lock any more. */
  hurry(): void {
    this.#waitsUntil = this.#options.clock.monotonic() + MAX_WAIT_AT_STOP_MS;
  }

  /** Since when the group in the writer waits, by the clock's `monotonic`; null when there is none. */
  get sentAt(): number | null {
    return this.#inFlight.length === 0 ? null : this.#sentAt;
  }

  /** The writer is gone: everything open is refused, and everything that comes. */
  abandon(): void {
    this.#isClosed = true;
    const open = [...this.#inFlight, ...this.#waiting];
    this.#inFlight = [];
    this.#waiting = [];
    const failure = { kind: "unavailable", code: "writer_gone", message: "the writer thread ended" } as const;
    for (const { reject } of open) reject(errorOf(failure));
    this.#afterGroup();
  }

  /** Refuses new work and finishes what was taken. The writer thread is left open. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.idle();
    for (const prepared of this.#queries.values()) prepared.finalize();
    this.#queries.clear();
    this.#reader.close();
  }

  #prepareQuery(sql: string): Prepared {
    const known = this.#queries.get(sql);
    if (known !== undefined) return known;
    if (this.#queries.size >= MAX_KNOWN_TEXTS) {
      for (const prepared of this.#queries.values()) prepared.finalize();
      this.#queries.clear();
    }
    const prepared = this.#reader.prepare(sql);
    this.#queries.set(sql, prepared);
    return prepared;
  }

  /** Not at once: callers that were answered together come back in the same turn, and share a commit. */
  #planFlush(): void {
    if (this.#isFlushPlanned || this.#inFlight.length > 0) return;
    this.#isFlushPlanned = true;
    setImmediate(() => {
      this.#isFlushPlanned = false;
      this.#flush();
    });
  }

  #flush(): void {
    const group = this.#takeGroup();
    if (group.length === 0) return;
    this.#inFlight = group;
    this.#sentAt = this.#options.clock.monotonic();
    try {
      this.#worker.postMessage(this.#encode(group) satisfies ToWorker);
    } catch (error) {
      // A value that no message can carry: a programming error in one of the batches.
      this.#inFlight = [];
      for (const { reject } of group) reject(errorOf(failureOf(error)));
      this.#afterGroup();
    }
  }

  #takeGroup(): Waiting[] {
    let statements = 0;
    let batches = 0;
    while (batches < this.#waiting.length && (batches === 0 || statements < MAX_GROUP_STATEMENTS)) {
      statements += this.#waiting[batches]?.statements.length ?? 0;
      batches += 1;
    }
    const group = this.#waiting.slice(0, batches);
    this.#waiting = this.#waiting.slice(batches);
    return group;
  }

  #encode(group: readonly Waiting[]): GroupMessage {
    if (this.#ids.size > MAX_KNOWN_TEXTS) this.#ids.clear();
    const isSynced = group.some(({ durability }) => durability === "power");
    const message: GroupMessage = [group.length, isSynced ? 1 : 0, 0, 0];
    const bytes: Uint8Array[] = [];
    for (const { statements } of group) {
      message.push(statements.length);
      for (const { sql, params, expect } of statements) {
        let id = this.#ids.get(sql);
        if (id === undefined) {
          id = this.#ids.size;
          this.#ids.set(sql, id);
          message.push(id, sql);
        } else message.push(id, 0);
        message.push(expect ?? NO_EXPECT, params?.length ?? 0);
        if (params === undefined) continue;
        for (const value of params)
          if (value instanceof Uint8Array) {
            bytes.push(value);
            message.push(true);
          } else message.push(value);
      }
    }
    packBytes(message, bytes);
    return message;
  }

  #receive(message: FromWorker): void {
    if (!Array.isArray(message)) return this.#options.onEvent(message);
    if (message[0] === BUSY) return this.#waitForLock();
    this.#isLocked = false;
    const hasCommitted = message[0] === 1;
    if (hasCommitted) this.#isFull = false;
    this.#settle(message);
    this.#afterGroup();
    if (hasCommitted) this.#options.onCommitted();
  }

  /** The group comes first again; whoever has waited long enough is told. */
  #waitForLock(): void {
    this.#waiting = [...this.#inFlight, ...this.#waiting];
    this.#inFlight = [];
    const isNews = !this.#isLocked;
    this.#isLocked = true;
    const now = this.#options.clock.monotonic();
    const limit = now >= this.#waitsUntil ? now : now - MAX_WAIT_MS;
    const late = this.#waiting.filter(({ since }) => since <= limit);
    if (late.length > 0) this.#waiting = this.#waiting.filter(({ since }) => since > limit);
    for (const { reject } of late) reject(errorOf(LOCKED));
    this.#afterGroup();
    if (isNews) this.#options.onLocked?.();
  }

  #settle(answer: AnswerMessage): void {
    const group = this.#inFlight;
    this.#inFlight = [];
    let at = 1;
    for (const { statements, resolve, reject } of group) {
      const { outcome, next } = decodeOutcome(answer, at, statements.length);
      if ("failure" in outcome) {
        this.#isFull ||= outcome.failure.kind === "storage_full";
        reject(errorOf(outcome.failure));
      } else resolve(outcome.results);
      at = next;
    }
  }

  #afterGroup(): void {
    if (this.#waiting.length > 0) this.#planFlush();
    if (this.depth > 0) return;
    const waiters = this.#whenIdle;
    this.#whenIdle = [];
    for (const wake of waiters) wake();
  }
}

const LOCKED: Failure = {
  kind: "unavailable",
  code: "locked",
  message: "another program has held the lock for too long",
};

const closedError = (): AppError => new AppError("unavailable", "Andon is shutting down.");
