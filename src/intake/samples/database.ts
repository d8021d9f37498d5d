// In: the path of samples.db. Out: an open connection with the tables in place, or the reason why the
// file can't be used. Nothing in it is worth a stop: a damaged file is put aside and begun anew.
import { Database, type Statement } from "bun:sqlite";
import { existsSync, renameSync } from "node:fs";

/** Raised when the tables change; a file of another version is put aside. */
const FORMAT = 1;

/** Waiting blocks the samples thread only. */
const BUSY_TIMEOUT_MS = 30_000;
const CHECKPOINT_PAGES = 4_000;
const WAL_LIMIT_BYTES = 64 * 1024 * 1024;

/**
 * `arrivals`: packets in the order of commits, not yet sorted into their places. `progress`: how far
 * they are: everything up to `drained`; of those up to `draining` all series up to `cursor`.
 * `segments`: sorted runs of a series, received in one hour (`bucket`); where two have the same time,
 * the higher `id` wins. `summaries`: one row per series and hour of device time. `touched`: the hour
 * in which the row last grew; `minutes` is null once they have outlived their tier.
 */
const TABLES = `
CREATE TABLE arrivals (id INTEGER PRIMARY KEY, received_at INTEGER NOT NULL, packet BLOB NOT NULL);
CREATE TABLE progress (
  one INTEGER PRIMARY KEY, drained INTEGER NOT NULL, draining INTEGER NOT NULL, cursor INTEGER NOT NULL
);
INSERT INTO progress VALUES (1, 0, 0, 0);
CREATE TABLE segments (
  series INTEGER NOT NULL, bucket INTEGER NOT NULL, id INTEGER NOT NULL,
  first INTEGER NOT NULL, last INTEGER NOT NULL, count INTEGER NOT NULL, run BLOB NOT NULL,
  PRIMARY KEY (series, bucket, id)
) WITHOUT ROWID;
CREATE INDEX segments_by_age ON segments (bucket);
CREATE TABLE summaries (
  series INTEGER NOT NULL, hour INTEGER NOT NULL, touched INTEGER NOT NULL,
  min REAL NOT NULL, max REAL NOT NULL, sum REAL, count INTEGER NOT NULL,
  last REAL NOT NULL, last_time INTEGER NOT NULL, minutes BLOB,
  PRIMARY KEY (series, hour)
) WITHOUT ROWID;
CREATE INDEX summaries_by_age ON summaries (touched);
CREATE INDEX minutes_by_age ON summaries (touched) WHERE minutes IS NOT NULL;
PRAGMA user_version = ${FORMAT};
`;

const versionOf = (database: Database): number =>
  (database.query("PRAGMA user_version").get() as { user_version: number }).user_version;

/** A commit survives the end of the process; the last ones before a power loss may be missing. */
export const openSamplesDatabase = (path: string): Database => {
  const database = new Database(path, { create: true });
  try {
    for (const setting of [
      `busy_timeout=${BUSY_TIMEOUT_MS}`,
      "page_size=8192",
      "journal_mode=WAL",
      "synchronous=NORMAL",
      `wal_autocheckpoint=${CHECKPOINT_PAGES}`,
      `journal_size_limit=${WAL_LIMIT_BYTES}`,
      "cache_size=-16384",
    ])
      database.run(`PRAGMA ${setting}`);
    const version = versionOf(database);
    if (version === 0) database.transaction(() => database.run(TABLES)).immediate();
    else if (version !== FORMAT) throw new UnusableFile(`format ${version} is not ${FORMAT}`);
    database.query("SELECT count(*) FROM progress").get();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
};

/** A statement that is still open would keep the file locked and its log in place. */
export class Statements {
  readonly #database: Database;
  readonly #prepared: Statement[] = [];

  constructor(database: Database) {
    this.#database = database;
  }

  prepare(sql: string): Statement {
    const statement = this.#database.prepare(sql);
    this.#prepared.push(statement);
    return statement;
  }

  /** Ends all statements, then the connection. */
  close(): void {
    for (const statement of this.#prepared) statement.finalize();
    this.#database.close();
  }
}

export class UnusableFile extends Error {}

/** Damage, as opposed to a full disk or a lock. */
export const isDamage = (error: unknown): boolean => {
  if (error instanceof UnusableFile || error instanceof RangeError) return true;
  const { code, message } = (error ?? {}) as { code?: string; message?: string };
  return (
    /^SQLITE_(CORRUPT|NOTADB)/.test(code ?? "") ||
    // A file with the right header and other tables.
    (code === "SQLITE_ERROR" && /no such (table|column)|already exists/.test(message ?? ""))
  );
};

/** Renames the file and its companions. Returns the new name. */
export const setAside = (path: string, now: number): string => {
  let movedTo = `${path}.corrupt-${now}`;
  for (let extra = 1; existsSync(movedTo); extra++) movedTo = `${path}.corrupt-${now}-${extra}`;
  for (const suffix of ["", "-wal", "-shm"])
    if (existsSync(path + suffix)) renameSync(path + suffix, movedTo + suffix);
  return movedTo;
};
