// In: what went wrong while the data directory was opened. Out: the StartupError that says which file
// it is, what it means and what to do, with the exit code that supervisors and scripts rely on.
import { EXIT_CODE, StartupError } from "../core/errors";
import { errorCode } from "./failures";

const RESTORE =
  "The file was left as it is. Put a backup in its place (backups/ may hold one), or move the whole data " +
  "directory aside to begin with an empty instance.";

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export const corrupt = (path: string, what: string, cause?: unknown): StartupError =>
  new StartupError(EXIT_CODE.corruptDatabase, `The database ${path} is damaged: ${what}. ${RESTORE}`, cause);

export const foreignDatabase = (path: string, what: string): StartupError =>
  new StartupError(
    EXIT_CODE.corruptDatabase,
    `${path} is not the database of this instance: ${what}. ${RESTORE}`,
  );

export const databaseGone = (path: string, markerPath: string, since: string): StartupError =>
  new StartupError(
    EXIT_CODE.databaseMissing,
    `The database ${path} is missing, but ${markerPath} says that an instance has lived here since ${since}. ` +
      "Nothing was created. Mount the right directory, or put a backup in its place; to begin with an " +
      `empty instance on purpose, remove ${markerPath}.`,
  );

export const secondInstance = (directory: string, holder: string): StartupError =>
  new StartupError(
    EXIT_CODE.secondInstance,
    `The data directory ${directory} is in use by another Andon (${holder}). Stop that one first, or give ` +
      "this one a directory of its own with ANDON_DATA_DIR.",
  );

export const damagedLock = (path: string, cause: unknown): StartupError =>
  new StartupError(
    EXIT_CODE.corruptDatabase,
    `${path} is not the lock file that Andon made. It holds nothing: make sure that no other Andon runs ` +
      "on this directory, remove the file, and start again.",
    cause,
  );

export const unwritable = (path: string, cause: unknown): StartupError => {
  const { code } = cause as { code?: string };
  const fix =
    code === "ENOSPC" || code === "EDQUOT" || code === "SQLITE_FULL"
      ? "The disk is full: free some space and start again."
      : "Give this user write access to the directory, mount it read-write, or choose another with ANDON_DATA_DIR.";
  return new StartupError(
    EXIT_CODE.unwritableDataDirectory,
    `The data directory can't be written: ${path}: ${textOf(cause)}. ${fix}`,
    cause,
  );
};

export const tooLittleRoom = (directory: string, needed: number, free: number): StartupError =>
  new StartupError(
    EXIT_CODE.unwritableDataDirectory,
    `The new version changes the database and copies it first: ${directory} needs ${mebibytes(needed)} MiB ` +
      `free and has ${mebibytes(free)}. Free some space and start again; the database is as it was.`,
  );

const mebibytes = (bytes: number): number => Math.ceil(bytes / 1024 / 1024);

/** Any error of opening, checking or migrating, by what SQLite says and what the file system allows. */
export const refusalOf = (path: string, error: unknown, isFileWritable: boolean): StartupError => {
  if (error instanceof StartupError) return error;
  const code = errorCode(error);
  if (/^SQLITE_(BUSY|LOCKED)/.test(code))
    return new StartupError(
      EXIT_CODE.secondInstance,
      `Another program holds ${path} locked (a backup tool or a database shell?). Close it and start again.`,
      error,
    );
  if (code === "SQLITE_FULL") return unwritable(path, error);
  // Damage to the header can make SQLite believe that the file may only be read.
  if (/^SQLITE_(READONLY|CANTOPEN|PERM)/.test(code) && !isFileWritable) return unwritable(path, error);
  if (code.startsWith("SQLITE_IOERR") && code !== "SQLITE_IOERR_SHORT_READ")
    return new StartupError(
      EXIT_CODE.storageLost,
      `The disk of ${path} reports an error: ${textOf(error)} (${code}). Check the disk and its connection.`,
      error,
    );
  return corrupt(path, `${textOf(error)} (${code})`, error);
};
