// In: an open database that is about to be migrated. Out: a checked copy of it in backups/.
import { Database } from "bun:sqlite";
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { freeBytes } from "./ballast";
import { syncDirectory, syncFile } from "./durable-file";
import { appliedMigrations } from "./migrate";
import { readOne } from "./read-rows";
import { corrupt, tooLittleRoom } from "./refusals";

/** Older ones are removed: each is as large as the database. */
const KEPT_COPIES = 3;
/** For the log and the migration's own growth. */
const SPARE_BYTES = 64 * 1024 * 1024;
const NAME = /^before-.+\.db$/;

export interface MigrationBackupOptions {
  database: Database;
  directory: string;
  /** The first migration to come; gives the copy its name. */
  migration: string;
  now: number;
  /** Free bytes of a directory; tests replace it. */
  room?: (directory: string) => number;
}

/** Returns the copy's path. Throws StartupError; then there is no copy and nothing has changed. */
export const backUpBeforeMigration = (options: MigrationBackupOptions): string => {
  const { database, migration, now, room = freeBytes } = options;
  const folder = join(options.directory, "backups");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  removeUnfinished(folder);
  checkRoom(database, folder, room);
  const stamp = new Date(now).toISOString().replaceAll(/[:.]/g, "-");
  const path = join(folder, `before-${migration}-${stamp}.db`);
  const draft = `${path}.unfinished`;
  database.run("VACUUM INTO ?", [draft]);
  syncFile(draft);
  verifyCopy(draft, appliedMigrations(database).length);
  renameSync(draft, path);
  syncDirectory(folder);
  removeOldCopies(folder);
  return path;
};

/** Left by a process that was killed while it copied. */
const removeUnfinished = (folder: string): void => {
  for (const name of readdirSync(folder))
    if (/^before-.+\.unfinished(-journal)?$/.test(name)) rmSync(join(folder, name), { force: true });
};

/** Room for the copy and for a migration that writes every page again. */
const checkRoom = (database: Database, folder: string, room: (directory: string) => number): void => {
  const read = (pragma: string): number => Number(readOne(database, `PRAGMA ${pragma}`));
  const needed = 2 * read("page_count") * read("page_size") + SPARE_BYTES;
  const free = room(folder);
  if (free < needed) throw tooLittleRoom(folder, needed, free);
};

const verifyCopy = (path: string, migrations: number): void => {
  const copy = new Database(path, { readonly: true });
  try {
    const verdict = readOne(copy, "PRAGMA quick_check(1)");
    if (verdict !== "ok" || appliedMigrations(copy).length !== migrations || statSync(path).size === 0)
      throw corrupt(path, `the copy before the migration is not whole: ${String(verdict)}`);
  } finally {
    copy.close();
  }
};

const removeOldCopies = (folder: string): void => {
  const copies = readdirSync(folder)
    .filter((name) => NAME.test(name))
    .map((name) => ({ path: join(folder, name), at: statSync(join(folder, name)).mtimeMs }))
    .sort((a, b) => b.at - a.at);
  for (const { path } of copies.slice(KEPT_COPIES)) rmSync(path, { force: true });
};
