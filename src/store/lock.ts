// In: the data directory. Out: the right to use it alone, until release or the end of the process.
// The kernel holds the lock, so a killed instance leaves none behind.
import { Database } from "bun:sqlite";
import { readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { errorCode, isCorrupt } from "./failures";
import { damagedLock, secondInstance, unwritable } from "./refusals";
import { writeDurably } from "./durable-file";

/** Lets an instance that is just ending finish; a second one is refused well within 2 s. */
const WAIT_MS = 700;

/** Referenced here: a collected connection would give its lock back. */
const held = new Set<Database>();

export interface InstanceLock {
  release(): void;
}

interface Holder {
  pid: number;
  host: string;
  started_at: string;
}

const describeHolder = (path: string): string => {
  try {
    const holder = JSON.parse(readFileSync(path, "utf8")) as Partial<Holder>;
    return `process ${holder.pid ?? "?"} on ${holder.host ?? "?"}, running since ${holder.started_at ?? "?"}`;
  } catch {
    return "its process is not known";
  }
};

/**
 * `lock.db` is an SQLite file only because SQLite's locks are portable; it stays empty. Nobody may
 * open it by other means: closing any handle of it would drop the lock.
 * Throws StartupError: exit code 4 naming the holder, or 6 where nothing can be written.
 */
export const lockDirectory = (directory: string, now: () => number): InstanceLock => {
  const holderPath = join(directory, "lock.json");
  const path = join(directory, "lock.db");
  let database: Database;
  try {
    database = new Database(path, { create: true, readwrite: true });
  } catch (error) {
    throw unwritable(path, error);
  }
  try {
    database.run(`PRAGMA busy_timeout=${WAIT_MS}`);
    database.run("BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (/^SQLITE_(BUSY|LOCKED)/.test(errorCode(error)))
      throw secondInstance(directory, describeHolder(holderPath));
    if (isCorrupt(error)) throw damagedLock(path, error);
    throw unwritable(path, error);
  }
  held.add(database);
  const release = (): void => {
    if (!held.delete(database)) return;
    try {
      rmSync(holderPath, { force: true });
    } catch {
      // On a read-only disk it stays and says nothing: the lock itself is what counts.
    }
    database.close();
  };
  try {
    const holder: Holder = { pid: process.pid, host: hostname(), started_at: new Date(now()).toISOString() };
    writeDurably(holderPath, `${JSON.stringify(holder)}\n`);
  } catch (error) {
    release();
    throw unwritable(holderPath, error);
  }
  return { release };
};
