// In: what SQLite threw. Out: whose fault it is: of one batch, of the full disk, or of a connection
// that must not be used again.
import { AppError } from "../core/errors";
import type { Failure } from "./protocol";

/** SQLite's extended code by name, e.g. `SQLITE_IOERR_FSYNC`. */
export const errorCode = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "UNKNOWN";
};

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export const isFull = (error: unknown): boolean => errorCode(error) === "SQLITE_FULL";

/** Nobody can say what the file holds now, or it can't be written: the connection is given up. */
const LOST = /^SQLITE_(IOERR|CORRUPT|NOTADB|READONLY|CANTOPEN|NOLFS|PROTOCOL|PERM|AUTH)/;

export const isConnectionLost = (error: unknown): boolean => LOST.test(errorCode(error));

/** After a failed sync the kernel may have dropped the pages: only a restart is safe. */
export const isSyncFailure = (error: unknown): boolean =>
  /^SQLITE_IOERR_(FSYNC|DIR_FSYNC)$/.test(errorCode(error));

export const isCorrupt = (error: unknown): boolean => /^SQLITE_(CORRUPT|NOTADB)/.test(errorCode(error));

/** Another program holds the lock: nothing has happened, and the same may be tried again. */
export const isBusy = (error: unknown): boolean => errorCode(error).startsWith("SQLITE_BUSY");

/** True where the whole group is at stake, not the batch that happened to run. */
export const hitsWholeGroup = (error: unknown): boolean =>
  isFull(error) || isConnectionLost(error) || /^SQLITE_(NOMEM|BUSY|LOCKED|INTERRUPT)/.test(errorCode(error));

export const failureOf = (error: unknown): Failure => {
  const code = errorCode(error);
  const message = textOf(error);
  if (code === "SQLITE_CONSTRAINT_UNIQUE" || code === "SQLITE_CONSTRAINT_PRIMARYKEY")
    return { kind: "conflict", code: "unique", message };
  if (code === "SQLITE_CONSTRAINT_FOREIGNKEY")
    return { kind: "conflict", code: "reference_missing", message };
  if (isFull(error)) return { kind: "storage_full", code, message };
  if (hitsWholeGroup(error)) return { kind: "unavailable", code, message };
  return { kind: "internal", code, message };
};

export const expectMissed = (expected: number, changed: number): Failure => ({
  kind: "conflict",
  code: "expect_missed",
  message: `expected ${expected} changed rows, got ${changed}`,
});

const PUBLIC_MESSAGE = {
  conflict: "Somebody else changed or created this at the same moment. Read it again and retry.",
  storage_full: "The disk is full. Nothing was saved. Free some space; writing goes on by itself.",
  unavailable: "The database can't be written at the moment. Nothing was confirmed. Try again soon.",
  internal: "Something went wrong inside Andon.",
} as const;

/** SQLite's own words go into the cause: logged, never sent. */
export const errorOf = (failure: Failure): AppError =>
  new AppError(failure.kind, PUBLIC_MESSAGE[failure.kind], {
    code: failure.kind === "conflict" ? failure.code : failure.kind,
    ...(failure.kind === "storage_full" || failure.kind === "unavailable" ? { retryAfterSeconds: 5 } : {}),
    cause: new Error(`${failure.code}: ${failure.message}`),
  });

/** The `table.column` names of a unique violation; empty for every other error. */
export const uniqueColumns = (error: unknown): string[] => {
  const cause = error instanceof AppError ? error.context.cause : undefined;
  const list =
    cause instanceof Error ? /UNIQUE constraint failed: (.+)$/.exec(cause.message)?.[1] : undefined;
  return list?.split(", ") ?? [];
};
