// In: SQL of SQLite's dialect. Out: the whole storage interface: read with `query`, write with `batch`.
// A replicated engine of the same dialect could take the embedded one's place behind it.

export type SqlValue = string | number | bigint | null | Uint8Array;

export interface Statement {
  /** Kept as a prepared statement under its text: put values into `params`, never into the text. */
  sql: string;
  params?: readonly SqlValue[];
  /** Rows that must change; a miss rolls the whole batch back and rejects with a `conflict` AppError. */
  expect?: number;
}

export interface StatementResult {
  changes: number;
  /** Of an INSERT into a table with a rowid. */
  lastInsertRowid: number;
  /** Of a statement with RETURNING, as arrays in column order. */
  rows: SqlValue[][];
}

/**
 * What a resolved `batch` has survived: `power`, the loss of power at any moment; `process`, the end of
 * this process (`kill -9`), while a loss of power may take the last second of such batches.
 */
export type Durability = "power" | "process";

export interface Engine {
  /** Rows as arrays in column order, from the last committed state. Reads only. */
  query(statement: Statement): Promise<SqlValue[][]>;
  /**
   * Atomic. When the promise resolves, all of it is durable, power loss included unless asked for
   * less. Batches are committed in the order of the calls, many in one transaction where they come
   * together: one that needs more than the others gives it to all.
   * Rejects with AppError `conflict` (a missed `expect` or a unique index), `storage_full`
   * or `unavailable`; then nothing of the batch has happened.
   */
  batch(statements: readonly Statement[], durability?: Durability): Promise<StatementResult[]>;
}
