// In and out: the messages between the serving thread and the writer thread. A group of batches is
// one flat array of primitives, which costs a tenth of what objects cost to build, copy and read.
import type { SqlValue, StatementResult } from "./engine";

/**
 * Group: `batches, synced (1 | 0), (statements, (id, text | 0, expect | -1, params, …values)*)*`.
 * `text` comes with the first use of an ID and redefines it; later uses send 0.
 */
export type GroupMessage = SqlValue[];

/**
 * Answer: `committed (1 | 0), (1, (changes, lastInsertRowid, rows | 0)* | 0, kind, code, message)*`,
 * in the order of the group's batches.
 */
export type AnswerMessage = (SqlValue | SqlValue[][])[];

/** Where the first batch of a group begins. */
export const FIRST_BATCH = 2;

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
