// In: the data directory. Out: the open store: engine, typed builder, epoch, commit signals, close.
// Every refusal to start is a StartupError whose message names the file and the way out.
import type { Clock } from "../core/clock";
import type { Log } from "../core/log";
import { createDatabase, type StoreDatabase } from "./database";
import { EmbeddedEngine } from "./embedded";
import type { Engine } from "./engine";
import { Database } from "bun:sqlite";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { migrate } from "./migrate";
import { MIGRATIONS } from "./migrations";
import { startWorker } from "../workers";

export interface StoreOptions {
  directory: string;
  log: Log;
  clock: Clock;
}

export interface Store {
  readonly engine: Engine;
  readonly db: StoreDatabase;
  /** Raised by one at every open: what carries a smaller one was left by an earlier process. */
  readonly epoch: number;
  /** Called after each committed group, once for all its batches. Returns the removal. */
  onCommit(listener: () => void): () => void;
  /** Resolves when no batch is open. */
  idle(): Promise<void>;
  /** Finishes what was taken, moves the log into the file, gives the lock back. Safe to call twice. */
  close(): Promise<void>;
}

const RAISE_EPOCH =
  "INSERT INTO settings (key, value) VALUES ('epoch', '1') " +
  "ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1 RETURNING CAST(value AS INTEGER)";

export const openStore = async ({ directory, clock }: StoreOptions): Promise<Store> => {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, "andon.db");
  const database = new Database(path, { create: true });
  database.run("PRAGMA journal_mode=WAL");
  migrate({ database, migrations: MIGRATIONS, now: () => clock.now(), backUp: () => undefined });
  database.close();
  const worker = startWorker("writer");
  await new Promise<void>((resolve) => {
    worker.onmessage = () => resolve();
    worker.postMessage({ role: "open", path, ballastPath: null });
  });
  const listeners = new Set<() => void>();
  const engine = new EmbeddedEngine({
    worker,
    path,
    onCommitted: () => {
      for (const listener of listeners) listener();
    },
    onEvent: () => closed?.(),
  });
  let closed: (() => void) | undefined;
  const [raised] = await engine.batch([{ sql: RAISE_EPOCH }]);
  let closing: Promise<void> | undefined;
  return {
    engine,
    db: createDatabase(engine),
    epoch: Number(raised?.rows[0]?.[0]),
    onCommit: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    idle: () => engine.idle(),
    close: () =>
      (closing ??= (async () => {
        await engine.close();
        await new Promise<void>((resolve) => {
          closed = resolve;
          worker.postMessage({ role: "close" });
        });
        worker.terminate();
      })()),
  };
};
