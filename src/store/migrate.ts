// In: an open database and the embedded migrations. Out: the present schema, or the old one untouched.
// Each migration is one transaction; an existing database is copied and the copy checked first.
import type { Database } from "bun:sqlite";
import { createHash } from "node:crypto";
import { EXIT_CODE, StartupError } from "../core/errors";
import { hitsWholeGroup } from "./failures";
import { readRows } from "./read-rows";
import { splitSql } from "./split-sql";
import type { Migration } from "./migrations";

const LEDGER =
  "CREATE TABLE IF NOT EXISTS schema_migrations " +
  "(name TEXT PRIMARY KEY, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL) WITHOUT ROWID";

export interface MigrateOptions {
  database: Database;
  migrations: readonly Migration[];
  now: () => number;
  /** Makes and checks a copy before an existing schema is changed; a throw leaves all as it was. */
  backUp: (firstPending: Migration) => void;
  /** Called before each statement and before the commit: the fail point of the tests. */
  beforeStatement?: (migration: string, index: number) => void;
}

/** Line ends are not part of it: a checkout on Windows gives the same sum. */
export const checksumOf = (sql: string): string =>
  createHash("sha256").update(sql.replaceAll("\r\n", "\n")).digest("hex");

interface Applied {
  name: string;
  checksum: string;
}

export const appliedMigrations = (database: Database): Applied[] => {
  if (readRows(database, "SELECT 1 FROM sqlite_master WHERE name = 'schema_migrations'").length === 0)
    return [];
  return readRows(database, "SELECT name, checksum FROM schema_migrations ORDER BY name").map(
    ([name, checksum]) => ({ name: String(name), checksum: String(checksum) }),
  );
};

/** Throws StartupError where the file was made by another version than this one can follow. */
export const pendingMigrations = (database: Database, migrations: readonly Migration[]): Migration[] => {
  const applied = appliedMigrations(database);
  for (const [index, { name, checksum }] of applied.entries()) {
    const known = migrations[index];
    if (known?.name !== name)
      throw new StartupError(
        EXIT_CODE.newerSchema,
        `The database ${database.filename} holds the migration ${name}, which this version of Andon does ` +
          "not know: a newer version wrote it. Start that version, or restore a backup made before it in backups/.",
      );
    if (checksumOf(known.sql) !== checksum)
      throw new StartupError(
        EXIT_CODE.newerSchema,
        `The migration ${name} in this executable differs from the one that made ` +
          `${database.filename}. ` +
          "Start the version that wrote the database, or restore a backup.",
      );
  }
  return migrations.slice(applied.length);
};

/** Returns the names applied now. The database keeps `foreign_keys=ON`. */
export const migrate = (options: MigrateOptions): string[] => {
  const { database, migrations } = options;
  const pending = pendingMigrations(database, migrations);
  const [firstPending] = pending;
  if (firstPending === undefined) return [];
  if (pending.length < migrations.length) options.backUp(firstPending);
  // Rebuilding a table drops the old one: with foreign keys on, its children's rows would go with it.
  database.run("PRAGMA foreign_keys=OFF");
  try {
    for (const migration of pending) apply(migration, options);
  } finally {
    database.run("PRAGMA foreign_keys=ON");
  }
  return pending.map(({ name }) => name);
};

const apply = ({ name, sql }: Migration, { database, now, beforeStatement }: MigrateOptions): void => {
  database.run("BEGIN IMMEDIATE");
  try {
    database.run(LEDGER);
    const statements = splitSql(sql);
    for (const [index, statement] of statements.entries()) {
      beforeStatement?.(name, index);
      database.run(statement);
    }
    const orphans = readRows(database, "PRAGMA foreign_key_check");
    if (orphans.length > 0)
      throw new Error(
        `${orphans.length} rows would point to nothing, the first in ${String(orphans[0]?.[0])}`,
      );
    database.run("INSERT INTO schema_migrations (name, checksum, applied_at) VALUES (?, ?, ?)", [
      name,
      checksumOf(sql),
      now(),
    ]);
    beforeStatement?.(name, statements.length);
    database.run("COMMIT");
  } catch (error) {
    if (database.inTransaction) database.run("ROLLBACK");
    // The disk is at fault, not the migration.
    if (hitsWholeGroup(error)) throw error;
    throw new StartupError(
      EXIT_CODE.corruptDatabase,
      `The migration ${name} failed and was undone; ${database.filename} is as it was: ` +
        (error instanceof Error ? error.message : String(error)),
      error,
    );
  }
};
