// In: the data directory. Out: the file `instance.json`, which says that an instance lives here even
// when its database is gone: then nothing may be created silently.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeDurably } from "./durable-file";
import { unwritable } from "./refusals";

export interface Marker {
  /** The same as the setting `instance_id` in the database; null when the file can't be understood. */
  id: string | null;
  /** ISO 8601, or words for "unknown". */
  createdAt: string;
}

export const markerPathIn = (directory: string): string => join(directory, "instance.json");

/** Null only where there is no such file: an unreadable one still marks the directory. */
export const readMarker = (directory: string): Marker | null => {
  try {
    const found = JSON.parse(readFileSync(markerPathIn(directory), "utf8")) as Record<string, unknown>;
    return {
      id: typeof found["id"] === "string" ? found["id"] : null,
      createdAt: typeof found["created_at"] === "string" ? found["created_at"] : "an unknown day",
    };
  } catch (error) {
    return (error as { code?: string }).code === "ENOENT" ? null : { id: null, createdAt: "an unknown day" };
  }
};

/** Durable when it returns. Throws StartupError. */
export const writeMarker = (directory: string, id: string, now: number): void => {
  const path = markerPathIn(directory);
  const content = {
    id,
    created_at: new Date(now).toISOString(),
    note: "Keep this file: without its database, Andon asks for a backup instead of starting empty.",
  };
  try {
    writeDurably(path, `${JSON.stringify(content, null, 2)}\n`);
  } catch (error) {
    throw unwritable(path, error);
  }
};
