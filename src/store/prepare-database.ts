// In: a locked data directory. Out: an existing, checked database of the present schema in it, and a
// marker; or a StartupError and every file as it was.
import { Database } from "bun:sqlite";
import { accessSync, constants, statSync } from "node:fs";
import { join } from "node:path";
import { newId } from "../core/ids";
import type { Log } from "../core/log";
import { APPLICATION_ID, inspectDatabase } from "./inspect-database";
import { markerPathIn, readMarker, writeMarker, type Marker } from "./marker";
import { migrate, type MigrateOptions } from "./migrate";
import { backUpBeforeMigration } from "./migration-backup";
import { readOne } from "./read-rows";
import { corrupt, databaseGone, refusalOf } from "./refusals";
import { clearUnreadable, sealColumns } from "./seal-columns";
import { findKeys, writeKeyFile, type FoundKeys, type KeyTask } from "./secret-key";
import type { SecretKeys } from "./vault";

/** About half a second of reading; larger files are checked in the background after the start. */
const CHECKED_AT_START_BYTES = 256 * 1024 * 1024;
/** A backup tool may hold the file for a moment. */
const BUSY_TIMEOUT_MS = 5_000;

export interface PrepareOptions extends Pick<MigrateOptions, "migrations" | "now" | "beforeStatement"> {
  directory: string;
  log: Log;
  /** What the configuration gives; without it the key is in a file of the directory. */
  secretKey?: string | null;
  /** What the operator wants done with the key. */
  keyTask?: KeyTask;
  /** Free bytes of a directory; tests replace it. */
  room?: (directory: string) => number;
  /** Before each step of sealing; tests end the process there. */
  beforeSealing?: () => void;
}

export interface PreparedDatabase {
  path: string;
  /** Everything in the database is sealed with the first of them. */
  keys: SecretKeys;
  isNew: boolean;
  /** Too large to be checked before the start. */
  needsBackgroundCheck: boolean;
}

export const databasePathIn = (directory: string): string => join(directory, "andon.db");

const sizeOf = (path: string): number | null => {
  try {
    return statSync(path).size;
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return null;
    throw error;
  }
};

const isWritable = (...paths: string[]): boolean => {
  try {
    for (const path of paths) accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
};

export const prepareDatabase = (options: PrepareOptions): PreparedDatabase => {
  const { directory } = options;
  const path = databasePathIn(directory);
  const marker = readMarker(directory);
  const size = sizeOf(path);
  if (marker !== null && size === null) throw databaseGone(path, markerPathIn(directory), marker.createdAt);
  if (marker !== null && size === 0) throw corrupt(path, "it is empty (0 bytes)");
  const isNew = size === null || size === 0;
  const needsBackgroundCheck = (size ?? 0) > CHECKED_AT_START_BYTES;
  let database: Database | undefined;
  try {
    if (!isNew)
      inspectDatabase({ path, marker, migrations: options.migrations, skipsPages: needsBackgroundCheck });
    database = open(path, isNew);
    options.beforeSealing?.();
    const found = findKeys(database, {
      directory,
      given: options.secretKey ?? null,
      log: options.log,
      ...(options.keyTask === undefined ? {} : { task: options.keyTask }),
    });
    bringUpToDate(database, options);
    const id = identify(database, marker);
    seal(database, found, options);
    database.close();
    if (marker?.id !== id) writeMarker(directory, id, options.now());
    return { path, isNew, needsBackgroundCheck, keys: found.keys };
  } catch (error) {
    try {
      database?.close();
    } catch {
      // The first error is the one to report.
    }
    throw refusalOf(path, error, isWritable(directory, path));
  }
};

const open = (path: string, isNew: boolean): Database => {
  const database = new Database(path, { readwrite: true, create: isNew });
  database.run(`PRAGMA busy_timeout=${BUSY_TIMEOUT_MS}`);
  database.run("PRAGMA synchronous=FULL");
  database.run("PRAGMA foreign_keys=ON");
  return database;
};

const bringUpToDate = (database: Database, options: PrepareOptions): void => {
  if (readOne(database, "PRAGMA journal_mode=WAL") !== "wal")
    throw new Error("the file system does not support a write-ahead log");
  if (readOne(database, "PRAGMA application_id") !== APPLICATION_ID)
    database.run(`PRAGMA application_id=${APPLICATION_ID}`);
  const applied = migrate({
    database,
    migrations: options.migrations,
    now: options.now,
    ...(options.beforeStatement === undefined ? {} : { beforeStatement: options.beforeStatement }),
    backUp: ({ name }) => {
      const copy = backUpBeforeMigration({
        database,
        directory: options.directory,
        migration: name,
        now: options.now(),
        ...(options.room === undefined ? {} : { room: options.room }),
      });
      options.log.info("copied the database before changing it", { copy });
    },
  });
  if (applied.length > 0) options.log.info("database schema changed", { migrations: applied });
};

/** A key that is on its way out leaves the file once nothing is sealed with it any more. */
const seal = (
  database: Database,
  { keys, origin }: FoundKeys,
  { directory, log, beforeSealing, keyTask }: PrepareOptions,
): void => {
  beforeSealing?.();
  if (keyTask === "forget")
    log.warn("secrets that no key opens were given up", { count: clearUnreadable(database, keys) });
  const { sealed, resealed } = sealColumns(database, keys, beforeSealing);
  if (resealed > 0) log.info("secrets are sealed with another key now", { count: resealed, key: keys[0].id });
  if (sealed > 0)
    log.warn(
      "secrets that stood in clear are sealed now; copies of the database from before still show them",
      { count: sealed, copies: join(directory, "backups") },
    );
  if (origin === "configuration" || keys.length === 1) return;
  beforeSealing?.();
  writeKeyFile(directory, [keys[0]]);
  beforeSealing?.();
};

/** The instance's ID; the same in the database and in the marker. */
const identify = (database: Database, marker: Marker | null): string => {
  const known = readOne(database, "SELECT value FROM settings WHERE key = 'instance_id'");
  if (typeof known === "string") return known;
  const id = marker?.id ?? newId();
  database.run("INSERT INTO settings (key, value) VALUES ('instance_id', ?)", [id]);
  return id;
};
