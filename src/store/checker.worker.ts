// In: the path of a database too large to be checked before the start. Out: `ok` or what is damaged.
// Entry point of a thread; src/workers.ts lists it.
import { Database } from "bun:sqlite";
import { readOne } from "./read-rows";

declare const self: Worker;

export interface CheckMessage {
  path: string;
}

export type CheckAnswer = { verdict: string };

const check = (path: string): string => {
  let database: Database | undefined;
  try {
    database = new Database(path, { readonly: true });
    return String(readOne(database, "PRAGMA quick_check(1)"));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    database?.close();
  }
};

self.onmessage = (event: MessageEvent<CheckMessage>) =>
  self.postMessage({ verdict: check(event.data.path) } satisfies CheckAnswer);
