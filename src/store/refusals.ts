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

const LOST_KEY =
  "If the key is lost for good, `andon secrets forget` clears what was sealed with it, so that the " +
  "instance starts and the secrets can be typed in again.";

export const secretKeyMissing = (path: string, ids: readonly string[]): StartupError =>
  new StartupError(
    EXIT_CODE.secretKey,
    `The database holds secrets that are sealed with the key ${ids.join(", ")}, and there is no key: ` +
      `${path} does not exist and ANDON_SECRET_KEY is not set. Put the key back from its own backup, or set ` +
      `ANDON_SECRET_KEY or ANDON_SECRET_KEY_FILE. Nothing was changed. ${LOST_KEY}`,
  );

export const secretKeyWrong = (found: {
  path: string;
  unknown: readonly string[];
  present: readonly string[];
  isConfigured: boolean;
}): StartupError =>
  new StartupError(
    EXIT_CODE.secretKey,
    `The database holds secrets that are sealed with the key ${found.unknown.join(", ")}; the key ` +
      `${found.isConfigured ? "in ANDON_SECRET_KEY" : `in ${found.path}`} is another one ` +
      `(${found.present.join(", ")}). Put back the key that belongs to this database. Nothing was changed. ` +
      LOST_KEY,
  );

export const keyFileUnreadable = (path: string, cause: unknown): StartupError =>
  new StartupError(
    EXIT_CODE.secretKey,
    `The secret key ${path} can't be read (${errorCode(cause)}). Make it readable for the user that runs Andon.`,
    cause,
  );

export const keyFileDamaged = (path: string): StartupError =>
  new StartupError(
    EXIT_CODE.secretKey,
    `${path} does not hold a key: it should have one line of 64 hex characters. Put it back from its ` +
      `backup. Nothing was changed. ${LOST_KEY}`,
  );

export const keyOfConfiguration = (): StartupError =>
  new StartupError(
    EXIT_CODE.usage,
    "The key comes from ANDON_SECRET_KEY, so that only you can change it: put a new one (openssl rand -hex 32) " +
      "in front of the present one, separated by a space, and start Andon, which then seals everything with " +
      "the new one; after that, leave the old one out.",
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
