// In: the data directory, and the key that the configuration names, if it names one. Out: the keys
// that open what is sealed in the database; made at the first start. A key that is missing or wrong
// is a StartupError: the instance must not go on without its secrets.
import type { Database } from "bun:sqlite";
import { chmodSync, readFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Log } from "../core/log";
import { parseKey, printKey, randomKey, type SecretKey } from "../lib/envelope";
import { writeDurably } from "./durable-file";
import {
  keyFileDamaged,
  keyFileUnreadable,
  keyOfConfiguration,
  secretKeyMissing,
  secretKeyWrong,
  unwritable,
} from "./refusals";
import { keyIdsInUse } from "./seal-columns";
import type { SecretKeys } from "./vault";

/** What the operator wants done with the keys; nothing at an ordinary start. */
export type KeyTask = "rotate" | "forget";

export const keyFilePathIn = (directory: string): string => join(directory, "secret.key");

/** What a person wrote: one key, or several with the new one first. Null when it is no list of keys. */
export const parseKeys = (text: string): SecretKeys | null => {
  const [first, ...others] = text.split(/[\s,]+/).flatMap((word) => (word === "" ? [] : [parseKey(word)]));
  if (first === null || first === undefined) return null;
  const rest = others.filter((key) => key !== null);
  return rest.length === others.length ? [first, ...rest] : null;
};

/** Null where there is none. Throws StartupError. */
const readKeyFile = (directory: string, log: Log, task?: KeyTask): SecretKeys | null => {
  const path = keyFilePathIn(directory);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
    if (process.platform !== "win32" && (statSync(path).mode & 0o077) !== 0) {
      log.warn("the secret key could be read by others: now it is its owner's alone", { path });
      chmodSync(path, 0o600);
    }
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return null;
    throw keyFileUnreadable(path, error);
  }
  const keys = parseKeys(text);
  if (keys === null && task === "forget") {
    renameSync(path, `${path}.damaged`);
    return null;
  }
  if (keys === null) throw keyFileDamaged(path);
  return keys;
};

/** Durable when it returns. Throws StartupError. */
export const writeKeyFile = (directory: string, keys: SecretKeys): void => {
  const path = keyFilePathIn(directory);
  try {
    writeDurably(path, `${keys.map(printKey).join("\n")}\n`);
  } catch (error) {
    throw unwritable(path, error);
  }
};

export interface FoundKeys {
  /** The first one seals. */
  keys: SecretKeys;
  /** Where the first one comes from. */
  origin: "file" | "configuration";
}

const isKnown = (keys: readonly SecretKey[], id: string): boolean => keys.some((key) => key.id === id);

/**
 * A key of the configuration wins; one in the file still opens what it has sealed, so that a change
 * from one to the other loses nothing. A fresh key is durable before anything is sealed with it.
 */
export const findKeys = (
  database: Database,
  { directory, given, log, task }: { directory: string; given: string | null; log: Log; task?: KeyTask },
): FoundKeys => {
  const inUse = task === "forget" ? [] : keyIdsInUse(database);
  const configured = given === null ? null : parseKeys(given);
  const kept = readKeyFile(directory, log, task);
  if (configured === null && kept === null) {
    if (inUse.length > 0) throw secretKeyMissing(keyFilePathIn(directory), inUse);
    const fresh: SecretKeys = [randomKey()];
    writeKeyFile(directory, fresh);
    return { keys: fresh, origin: "file" };
  }
  const [first, ...others] = [...(configured ?? []), ...(kept ?? [])];
  if (first === undefined) throw keyFileDamaged(keyFilePathIn(directory));
  const keys: SecretKeys = [first, ...others];
  const unknown = inUse.filter((id) => !isKnown(keys, id));
  if (unknown.length > 0)
    throw secretKeyWrong({
      path: keyFilePathIn(directory),
      unknown,
      present: keys.map(({ id }) => id),
      isConfigured: configured !== null,
    });
  if (task === "rotate") {
    if (configured !== null) throw keyOfConfiguration();
    const renewed: SecretKeys = [randomKey(), ...keys];
    // Both are durable before anything is sealed with the new one.
    writeKeyFile(directory, renewed);
    return { keys: renewed, origin: "file" };
  }
  return { keys, origin: configured === null ? "file" : "configuration" };
};
