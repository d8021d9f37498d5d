// In: the data directory. Out: a file of 64 MiB that is given up once when the disk is full, because
// SQLite needs room even to delete. Made slowly in the background, while there is plenty of room.
import { openSync, closeSync, rmSync, statfsSync } from "node:fs";
import { open, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { CancelTimer, Clock } from "../core/clock";
import type { Service } from "../lib/service";

export const BALLAST_BYTES = 64 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;
/** One chunk in this time: 20 MiB/s at most, so that making it is not felt. */
const CHUNK_PAUSE_MS = 50;
/** After a release, or on a nearly full disk, this long until the next look. */
const RETRY_MS = 60_000;
/** The ballast is made only where it takes no more than a quarter of what is free. */
const ROOM_FACTOR = 4;

export const ballastPathIn = (directory: string): string => join(directory, "ballast");

/** Bytes that this process may still write; Infinity where the system does not tell. */
export const freeBytes = (directory: string): number => {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
};

/** True if there was something to give up. */
export const releaseBallast = (path: string): boolean => {
  try {
    closeSync(openSync(path, "r"));
    rmSync(path);
    return true;
  } catch {
    return false;
  }
};

/** Keeps the ballast in place, and makes it again after a release as soon as there is room. */
export class Ballast implements Service {
  readonly name = "ballast";
  readonly #path: string;
  readonly #clock: Clock;
  /** Not zeros: a file system that compresses would give back nothing. */
  readonly #chunk = crypto.getRandomValues(new Uint8Array(64 * 1024));
  #cancel: CancelTimer | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  async start(): Promise<void> {
    this.#plan(CHUNK_PAUSE_MS);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel?.();
    await this.#writing;
  }

  #plan(delayMs: number): void {
    if (this.#isStopped) return;
    this.#cancel = this.#clock.after(delayMs, () => {
      this.#writing = this.#grow().then(
        (isWhole) => this.#plan(isWhole ? RETRY_MS : CHUNK_PAUSE_MS),
        () => this.#plan(RETRY_MS),
      );
    });
  }

  /** Adds one chunk; true when nothing is to be done now. */
  async #grow(): Promise<boolean> {
    const size = await stat(this.#path).then(
      (found) => found.size,
      () => 0,
    );
    if (size >= BALLAST_BYTES) return true;
    if (freeBytes(dirname(this.#path)) < (BALLAST_BYTES - size) * ROOM_FACTOR) return true;
    const file = await open(this.#path, "a", 0o600);
    try {
      for (let written = 0; written < CHUNK_BYTES; written += this.#chunk.length)
        await file.write(this.#chunk);
    } finally {
      await file.close();
    }
    return false;
  }
}
