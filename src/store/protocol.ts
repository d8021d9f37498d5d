// In and out: the messages between the serving thread and the writer thread. A group of batches is
// one flat array of primitives, which costs a tenth of what objects cost to build, copy and read.
import type { SqlValue, StatementResult } from "./engine";

/**
 * Group: `batches, synced (1 | 0), bytes | 0, lengths | 0, (statements, (id, text | 0, expect | -1,
 * params, …values)*)*`. `text` comes with the first use of an ID and redefines it; later uses send 0.
 * Values that are bytes stand as `true` and lie one after the other in `bytes`: arrays of bytes of
 * their own would cost three times as much as all the rest of the message.
 */
export type GroupMessage = (SqlValue | true | Uint32Array)[];

/**
 * Answer: `committed (1 | 0), (1, (changes, lastInsertRowid, rows | 0)* | 0, kind, code, message)*`,
 * in the order of the group's batches. `BUSY` alone: another program holds the lock, and nothing of the
 * group has happened.
 */
export type AnswerMessage = (SqlValue | SqlValue[][])[];

/** In the place of `committed`. */
export const BUSY = 2;

/** Where the first batch of a group begins. */
export const FIRST_BATCH = 4;

/** Puts `values`, which stand as `true` in `group`, where the writer finds them. */
export const packBytes = (group: GroupMessage, values: readonly Uint8Array[]): void => {
  if (values.length === 0) return;
  const lengths = Uint32Array.from(values, (value) => value.length);
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const value of values) {
    bytes.set(value, at);
    at += value.length;
  }
  group[2] = bytes;
  group[3] = lengths;
};

/** Gives the values that `packBytes` put away, in their order. */
export const unpackBytes = (group: GroupMessage): (() => Uint8Array) => {
  const [, , bytes, lengths] = group as [number, number, Uint8Array | 0, Uint32Array | 0];
  let index = 0;
  let at = 0;
  return () => {
    if (bytes === 0 || lengths === 0) throw new Error("The group holds no bytes.");
    const from = at;
    at += lengths[index++] ?? 0;
    return bytes.subarray(from, at);
  };
};

export const NO_EXPECT = -1;

export type FailureKind = "conflict" | "storage_full" | "unavailable" | "internal";

export interface Failure {
  kind: FailureKind;
  /** Stable: `expect_missed`, `unique`, `reference_missing`, or SQLite's own name. */
  code: string;
  message: string;
}

/** What became of one batch. */
export type BatchOutcome = { results: StatementResult[] } | { failure: Failure };

/** First message to the worker. */
export interface OpenMessage {
  role: "open";
  path: string;
  /** Removed when the disk is full, to let the last writes through; null when there is none. */
  ballastPath: string | null;
  /** Pages in the log before they are moved into the file; the default where absent. */
  checkpointPages?: number;
}

/** Sent once the queue is empty: checkpoint, close, answer `closed`. */
export interface CloseMessage {
  role: "close";
}

export type ToWorker = OpenMessage | CloseMessage | GroupMessage;

export type WorkerEvent =
  | { event: "opened" }
  | { event: "closed" }
  /** The connection is given up. `isFinal`: a sync failed or the file is damaged; never opened again. */
  | { event: "lost"; code: string; message: string; isFinal: boolean }
  /** Opened again after a loss, and a write went through. */
  | { event: "restored" }
  | { event: "ballast_released" };

export type FromWorker = WorkerEvent | AnswerMessage;

/** Reads the outcome of a batch of `statements` at `at`; `next` is where the following one begins. */
export const decodeOutcome = (
  answer: AnswerMessage,
  at: number,
  statements: number,
): { outcome: BatchOutcome; next: number } => {
  if (answer[at] === 0) {
    const [kind, code, message] = answer.slice(at + 1, at + 4) as [FailureKind, string, string];
    return { outcome: { failure: { kind, code, message } }, next: at + 4 };
  }
  const results = new Array<StatementResult>(statements);
  let cursor = at + 1;
  for (let index = 0; index < statements; index++, cursor += 3) {
    const rows = answer[cursor + 2];
    results[index] = {
      changes: answer[cursor] as number,
      lastInsertRowid: answer[cursor + 1] as number,
      rows: rows === 0 ? [] : (rows as SqlValue[][]),
    };
  }
  return { outcome: { results }, next: cursor };
};
