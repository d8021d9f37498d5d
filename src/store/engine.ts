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

export interface Engine {
  /** Rows as arrays in column order, from the last committed state. Reads only. */
  query(statement: Statement): Promise<SqlValue[][]>;
  /**
   * Atomic. When the promise resolves, all of it is durable, power loss included. Batches are
   * committed in the order of the calls, many in one transaction where they come together.
   * Rejects with AppError `conflict` (a missed `expect` or a unique index), `storage_full`
   * or `unavailable`; then nothing of the batch has happened.
   */
  batch(statements: readonly Statement[]): Promise<StatementResult[]>;
}
