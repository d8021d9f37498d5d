// In: the data directory. Out: `running.json` in it, readable by its owner only: where the running
// instance listens, and the secret with which commands on this machine may ask it to act.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface RunningInstance {
  pid: number;
  /** Where it serves, as its log says it. */
  url: string;
  /** Where it takes commands: loopback only. */
  adminUrl: string;
  adminSecret: string;
}

const pathIn = (directory: string): string => join(directory, "running.json");

/** Replaces what an instance that was killed has left. */
export const writeRunningFile = (directory: string, instance: RunningInstance): void => {
  const path = pathIn(directory);
  // A new file: the permissions of one that is there would stay as they are.
  rmSync(path, { force: true });
  writeFileSync(path, `${JSON.stringify(instance)}\n`, { mode: 0o600, flag: "wx" });
};

export const removeRunningFile = (directory: string): void => rmSync(pathIn(directory), { force: true });

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";

/** Null when there is none, or when it is not ours to read. It may outlive a killed instance. */
export const readRunningFile = (directory: string): RunningInstance | null => {
  try {
    const read = JSON.parse(readFileSync(pathIn(directory), "utf8")) as Partial<RunningInstance> | null;
    if (read === null || !isText(read.url) || !isText(read.adminUrl) || !isText(read.adminSecret))
      return null;
    return {
      pid: Number(read.pid),
      url: read.url,
      adminUrl: read.adminUrl,
      adminSecret: read.adminSecret,
    };
  } catch {
    return null;
  }
};
