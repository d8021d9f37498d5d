// In: a drizzle builder. Out: a Statement for `Engine.batch`.
import { AppError } from "../core/errors";
import type { SqlValue, Statement } from "./engine";

interface Builder {
  toSQL(): { sql: string; params: unknown[] };
}

const isSqlValue = (value: unknown): value is SqlValue =>
  value === null ||
  typeof value === "string" ||
  typeof value === "number" ||
  typeof value === "bigint" ||
  value instanceof Uint8Array;

/** Checked because drizzle's parameters have no type. Throws AppError `internal`. */
export const toSqlValues = (values: readonly unknown[], sql: string): SqlValue[] =>
  values.map((value) => {
    if (isSqlValue(value)) return value;
    throw new AppError("internal", "A statement holds a value that SQLite has no type for.", {
      cause: new Error(`${typeof value} in: ${sql}`),
    });
  });

/** `expect`: see `Statement.expect`. */
export const statementOf = (builder: Builder, expect?: number): Statement => {
  const { sql, params } = builder.toSQL();
  const statement: Statement = { sql, params: toSqlValues(params, sql) };
  return expect === undefined ? statement : { ...statement, expect };
};
