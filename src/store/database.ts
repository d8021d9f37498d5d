// In: the engine. Out: drizzle's typed query builder over it. Selects are queries, all else is a batch.
import { drizzle, type SqliteRemoteDatabase } from "drizzle-orm/sqlite-proxy";
import type { Engine, SqlValue } from "./engine";
import { toSqlValues } from "./statement";

export type StoreDatabase = SqliteRemoteDatabase;

/** A `with` may lead to a write as well; only drizzle's own text is looked at, never a value. */
const isRead = (sql: string): boolean =>
  /^\s*(select|values)\b/i.test(sql) ||
  (/^\s*with\b/i.test(sql) && !/\b(insert into|update|delete from)\b/i.test(sql));

type Method = "run" | "all" | "values" | "get";

// drizzle's type says that `get` gives an array too; at run time it wants one row or nothing.
const shape = (rows: SqlValue[][], method: Method): { rows: SqlValue[][] } =>
  method === "get" ? { rows: rows[0] as unknown as SqlValue[][] } : { rows };

/** `db.batch([...])` is atomic like `Engine.batch`; `db.transaction` must not be used: it is not. */
export const createDatabase = (engine: Engine): StoreDatabase =>
  drizzle(
    async (sql, params, method) => {
      const statement = { sql, params: toSqlValues(params as unknown[], sql) };
      if (isRead(sql)) return shape(await engine.query(statement), method);
      const [result] = await engine.batch([statement]);
      return shape(result?.rows ?? [], method);
    },
    async (queries) => {
      const results = await engine.batch(
        queries.map(({ sql, params }) => ({ sql, params: toSqlValues(params as unknown[], sql) })),
      );
      return results.map(({ rows }, index) => shape(rows, queries[index]?.method ?? "all"));
    },
  );
