// In: a small text. Out: a file that holds either its old or its new content, power loss included.
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** Makes a rename or removal in the directory durable; systems without the notion are left alone. */
export const syncDirectory = (directory: string): void => {
  if (process.platform === "win32") return;
  const handle = openSync(directory, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
};

/** Makes the content of an existing file durable. */
export const syncFile = (path: string): void => {
  const handle = openSync(path, "r+");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
};

/**
 * Makes a directory, for its owner only, and those above it; does nothing where it exists. A new one
 * survives a power cut if the directory around it may be read.
 */
export const makeDirectory = (directory: string): void => {
  const path = resolve(directory);
  const first = mkdirSync(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) {
    try {
      syncDirectory(dirname(made));
    } catch {
      // It is there; only its survival of a power cut within the next seconds is not certain.
    }
  }
};

/** Readable by the owner only. Throws what the file system throws. */
export const writeDurably = (path: string, text: string): void => {
  const draft = `${path}.new`;
  const handle = openSync(draft, "w", 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } catch (error) {
    closeSync(handle);
    rmSync(draft, { force: true });
    throw error;
  }
  closeSync(handle);
  renameSync(draft, path);
  syncDirectory(dirname(path));
};
