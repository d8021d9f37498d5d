// In: the data directory. Out: the open store: engine, typed builder, epoch, commit signals, close.
// Every refusal to start is a StartupError whose message names the file and the way out.
import type { Clock } from "../core/clock";
import type { StartupError } from "../core/errors";
import type { Log } from "../core/log";
import type { Vault } from "../core/vault";
import { startWorker } from "../workers";
import { Ballast, ballastPathIn } from "./ballast";
import type { CheckAnswer, CheckMessage } from "./checker.worker";
import { createDatabase, type StoreDatabase } from "./database";
import { EmbeddedEngine } from "./embedded";
import type { Engine } from "./engine";
import { makeDirectory } from "./durable-file";
import { lockDirectory } from "./lock";
import { MIGRATIONS, type Migration } from "./migrations";
import { prepareDatabase, type PreparedDatabase } from "./prepare-database";
import { corrupt, unwritable } from "./refusals";
import type { KeyTask } from "./secret-key";
import { createVault } from "./vault";
import { startWriterThread } from "./writer-thread";

export interface StoreOptions {
  /** Made if it does not exist; may hold other files. */
  directory: string;
  log: Log;
  clock: Clock;
  /**
   * After the start: the storage is lost for this process (a sync failed, the file is damaged, or a
   * minute without a way to write). The process should end with the error's exit code.
   */
  onFatal?: (error: StartupError) => void;
  /** What the configuration gives; without it the key is in a file of the directory. */
  secretKey?: string | null;
  /** What the operator wants done with the key of a stopped instance. */
  keyTask?: KeyTask;
  /** Keeps 64 MiB in reserve for a full disk; true unless told otherwise. */
  hasBallast?: boolean;
  /** Seams of the tests: more checkpoints, other migrations, a look before each statement, less room. */
  checkpointPages?: number;
  migrations?: readonly Migration[];
  beforeStatement?: (migration: string, index: number) => void;
  room?: (directory: string) => number;
  beforeSealing?: () => void;
}

export interface Store {
  readonly engine: Engine;
  /** What must be read back later is written through it. */
  readonly vault: Vault;
  readonly db: StoreDatabase;
  /** Raised by one at every open: what carries a smaller one was left by an earlier process. */
  readonly epoch: number;
  /** The directory had no database before. */
  readonly isNew: boolean;
  /** Called after each committed group, once for all its batches. Returns the removal. */
  onCommit(listener: () => void): () => void;
  /** Null while writing works; else a short reason that is safe to show to anybody. */
  health(): string | null;
  /** Another program holds the database's lock. */
  readonly isLocked: boolean;
  /** Called when another program takes the lock and keeps it for more than a moment. Returns the removal. */
  onLocked(listener: () => void): () => void;
  /** The program is being stopped: two seconds later nobody waits for a lock any more. */
  hurry(): void;
  /** Resolves when no batch is open. */
  idle(): Promise<void>;
  /** Finishes what was taken, moves the log into the file, gives the lock back. Safe to call twice. */
  close(): Promise<void>;
}

/** A commit that takes longer than this has met a lock or a failing disk. */
const STALLED_MS = 2_000;

const RAISE_EPOCH =
  "INSERT INTO settings (key, value) VALUES ('epoch', '1') " +
  "ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1 RETURNING CAST(value AS INTEGER)";

/** Throws StartupError: exit codes 3 damaged, 4 in use, 5 newer, 6 unwritable, 8 missing, 9 disk error, 10 key. */
export const openStore = async (options: StoreOptions): Promise<Store> => {
  const { directory, clock } = options;
  const now = (): number => clock.now();
  try {
    makeDirectory(directory);
  } catch (error) {
    throw unwritable(directory, error);
  }
  const lock = lockDirectory(directory, now);
  try {
    const prepared = prepareDatabase({ ...options, migrations: options.migrations ?? MIGRATIONS, now });
    return await startStore(options, prepared, lock.release);
  } catch (error) {
    lock.release();
    throw error;
  }
};

const startStore = async (
  options: StoreOptions,
  { path, isNew, needsBackgroundCheck, keys }: PreparedDatabase,
  unlock: () => void,
): Promise<Store> => {
  const { directory, clock, log } = options;
  const onFatal = options.onFatal ?? (() => undefined);
  const listeners = new Set<() => void>();
  const lockListeners = new Set<() => void>();
  const thread = await startWriterThread({
    path,
    directory,
    clock,
    log,
    checkpointPages: options.checkpointPages,
    onFatal,
    onDead: () => engine.abandon(),
  });
  const engine = new EmbeddedEngine({
    worker: thread.worker,
    path,
    clock,
    onCommitted: () => {
      for (const listener of listeners) listener();
    },
    onEvent: (event) => thread.handle(event),
    onLocked: () => {
      log.warn("the database is locked by another program: writing waits for it");
      for (const listener of lockListeners) listener();
    },
  });
  const ballast = new Ballast(ballastPathIn(directory), clock);

  const close = async (): Promise<void> => {
    const drained = engine.close();
    await ballast.stop();
    await drained;
    await thread.close();
    unlock();
  };
  let closing: Promise<void> | undefined;
  const closeOnce = (): Promise<void> => (closing ??= close());

  let epoch: number;
  try {
    const [raised] = await engine.batch([{ sql: RAISE_EPOCH }]);
    epoch = Number(raised?.rows[0]?.[0]);
  } catch (error) {
    await closeOnce();
    throw unwritable(path, error instanceof Error && error.cause !== undefined ? error.cause : error);
  }
  if (options.hasBallast ?? true) await ballast.start();
  if (needsBackgroundCheck) checkInBackground(path, log, onFatal);

  return {
    engine,
    vault: createVault(keys),
    db: createDatabase(engine),
    epoch,
    isNew,
    onCommit: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    health: () => {
      if (thread.problem !== null) return thread.problem;
      if (engine.isFull) return "the disk is full";
      if (engine.isLocked) return "the database is locked by another program";
      const sentAt = engine.sentAt;
      return sentAt !== null && clock.monotonic() - sentAt > STALLED_MS
        ? "the database does not answer"
        : null;
    },
    get isLocked() {
      return engine.isLocked;
    },
    onLocked: (listener) => {
      lockListeners.add(listener);
      return () => void lockListeners.delete(listener);
    },
    hurry: () => engine.hurry(),
    idle: () => engine.idle(),
    close: closeOnce,
  };
};

/** A damaged page is reported as fatal; the store serves in the meantime. */
const checkInBackground = (path: string, log: Log, onFatal: (error: StartupError) => void): void => {
  const worker = startWorker("checker");
  worker.onmessage = (message: MessageEvent<CheckAnswer>) => {
    worker.terminate();
    const { verdict } = message.data;
    if (verdict === "ok") return log.info("the database is whole", { path });
    const error = corrupt(path, verdict);
    log.error(error.message, { exit_code: error.exitCode });
    onFatal(error);
  };
  worker.postMessage({ path } satisfies CheckMessage);
};
