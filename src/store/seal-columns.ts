// In: an open database and the keys. Out: every secret in it sealed with the first key, in one commit,
// and nothing of what stood there before left in the file or its log.
import type { Database } from "bun:sqlite";
import { keyIdOf, prefixOf, SEALED_PREFIX } from "../lib/envelope";
import type { SqlValue } from "./engine";
import { readRows } from "./read-rows";
import { SEALED_COLUMNS, type SealedColumn } from "./sealed-columns";
import { createVault, type SecretKeys } from "./vault";

/** A database that is older than a column has nothing to seal in it. */
const columnsOf = (database: Database): SealedColumn[] =>
  SEALED_COLUMNS.filter(
    ({ table, column }) =>
      readRows(database, "SELECT 1 FROM pragma_table_info(?) WHERE name = ?", table, column).length > 0,
  );

/** A setting: what was sealed since can still be read in free parts of the file. */
const TRACES = "traces_of_secrets";

/** IDs of the keys that something in the database is sealed with. */
export const keyIdsInUse = (database: Database): string[] => {
  const ids = new Set<string>();
  for (const { table, column } of columnsOf(database))
    for (const [text] of readRows(
      database,
      `SELECT ${column} FROM ${table} WHERE ${column} LIKE '${SEALED_PREFIX}%'`,
    )) {
      const id = keyIdOf(String(text));
      if (id !== null) ids.add(id);
    }
  return [...ids];
};

/** Gives up what none of the keys opens; gives their number. Durable when it returns. */
export const clearUnreadable = (database: Database, keys: SecretKeys): number => {
  const known = keys.map(prefixOf);
  let cleared = 0;
  for (const { table, column, cleared: nothing } of columnsOf(database))
    cleared += database.run(
      `UPDATE ${table} SET ${column} = ? WHERE ${column} LIKE '${SEALED_PREFIX}%' ` +
        `AND NOT (${known.map(() => `${column} LIKE ?`).join(" OR ")})`,
      [nothing, ...known.map((prefix) => `${prefix}%`)],
    ).changes;
  return cleared;
};

export interface Sealing {
  /** Values that were sealed with another of the keys. */
  resealed: number;
  /** Values that stood in clear until now. */
  sealed: number;
}

interface Found {
  place: SealedColumn;
  /** Key and value. */
  rows: SqlValue[][];
}

/** What is not sealed with the first key yet. */
const findUnsealed = (database: Database, prefix: string): Found[] =>
  columnsOf(database)
    .map((place) => ({
      place,
      rows: readRows(
        database,
        `SELECT ${place.key}, ${place.column} FROM ${place.table} WHERE ${place.column} IS NOT NULL ` +
          `AND ${place.column} IS NOT ? AND substr(${place.column}, 1, ?) <> ?`,
        place.cleared,
        prefix.length,
        prefix,
      ),
    }))
    .filter(({ rows }) => rows.length > 0);

/** Free space and the log still show what stood there before: the file is written anew. */
const removeTraces = (database: Database): void => {
  database.run("VACUUM");
  database.run("DELETE FROM settings WHERE key = ?", [TRACES]);
  database.run("PRAGMA wal_checkpoint(TRUNCATE)");
};

/**
 * Durable when it returns; whole or not at all. `beforeStep` is a seam of the tests, which end the
 * process there. A value that no key opens any more is left as it is: its owner says so.
 */
export const sealColumns = (
  database: Database,
  keys: SecretKeys,
  beforeStep: () => void = () => undefined,
): Sealing => {
  const vault = createVault(keys);
  const done: Sealing = { resealed: 0, sealed: 0 };

  const seal = ({ place, rows }: Found): void => {
    for (const [key, value] of rows) {
      beforeStep();
      const text = String(value);
      const isSealed = keyIdOf(text) !== null;
      let clear: string;
      try {
        clear = isSealed ? vault.open(text) : text;
      } catch {
        continue;
      }
      database.run(`UPDATE ${place.table} SET ${place.column} = ? WHERE ${place.key} = ?`, [
        vault.seal(clear),
        key ?? null,
      ]);
      if (isSealed) done.resealed += 1;
      else done.sealed += 1;
    }
  };

  const found = findUnsealed(database, prefixOf(keys[0]));
  if (found.length > 0) {
    database.run("BEGIN IMMEDIATE");
    try {
      for (const one of found) seal(one);
      if (done.sealed + done.resealed > 0)
        database.run("INSERT OR REPLACE INTO settings (key, value) VALUES (?, '1')", [TRACES]);
      beforeStep();
      database.run("COMMIT");
    } catch (error) {
      database.run("ROLLBACK");
      throw error;
    }
  }
  beforeStep();
  if (readRows(database, "SELECT 1 FROM settings WHERE key = ?", TRACES).length > 0) removeTraces(database);
  return done;
};
