// In: a connection and one SQL text. Out: its rows, with nothing left open: a statement that is not
// finalized would keep the connection open after `close`.
import type { Database, SQLQueryBindings } from "bun:sqlite";
import type { SqlValue } from "./engine";

/** Rows as arrays in column order. */
export const readRows = (database: Database, sql: string, ...params: SQLQueryBindings[]): SqlValue[][] => {
  const prepared = database.prepare(sql);
  try {
    return prepared.values(...params) as SqlValue[][];
  } finally {
    prepared.finalize();
  }
};

/** The first value of the first row; undefined where there is none. */
export const readOne = (database: Database, sql: string): SqlValue | undefined =>
  readRows(database, sql)[0]?.[0];
