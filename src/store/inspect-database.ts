// In: an existing database file and its marker. Out: nothing, if the file is whole, ours and of a
// schema that this version knows; else a StartupError, with the file and its log as they were.
import { Database } from "bun:sqlite";
import { existsSync } from "node:fs";
import { pendingMigrations } from "./migrate";
import type { Marker } from "./marker";
import type { Migration } from "./migrations";
import { readOne } from "./read-rows";
import { corrupt, foreignDatabase } from "./refusals";

/** "Andn": tells our files from other programs' ones. */
export const APPLICATION_ID = 0x41_6e_64_6e;

export interface InspectOptions {
  path: string;
  marker: Marker | null;
  migrations: readonly Migration[];
  /** The file is too large to read it all before the start. */
  skipsPages: boolean;
}

/**
 * On a read-only connection: closing a writable one would move the log into the file, and with a log
 * of another database that would destroy what can still be saved.
 */
export const inspectDatabase = (options: InspectOptions): void => {
  // A first start that was cut off leaves a rollback journal, which only a writer can play back.
  const needsWriter = existsSync(`${options.path}-journal`);
  const database = new Database(options.path, needsWriter ? { readwrite: true } : { readonly: true });
  try {
    inspect(database, options);
  } finally {
    database.close();
  }
};

const inspect = (database: Database, { path, marker, migrations, skipsPages }: InspectOptions): void => {
  if (Number(readOne(database, "SELECT count(*) FROM sqlite_master")) === 0) {
    // A first start that was cut off; but with a marker the schema was there once.
    if (marker === null) return;
    throw corrupt(path, "it holds no tables");
  }
  if (readOne(database, "PRAGMA application_id") !== APPLICATION_ID)
    throw foreignDatabase(path, "another program wrote it, or its header is damaged");
  if (!skipsPages) {
    const verdict = readOne(database, "PRAGMA quick_check(1)");
    if (verdict !== "ok") throw corrupt(path, String(verdict));
  }
  pendingMigrations(database, migrations);
  checkIdentity(database, path, marker);
};

const checkIdentity = (database: Database, path: string, marker: Marker | null): void => {
  const known = readOne(database, "SELECT value FROM settings WHERE key = 'instance_id'");
  if (marker === null || marker.id === null || marker.id === known) return;
  throw foreignDatabase(path, `instance.json says ${marker.id}, the database says ${String(known)}`);
};
