// In: options. Out: a sink running as a process of its own, its ports, counts and log.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { FromSink, SinkCounts, SinkLogLine, SinkOptions, ToSink } from "./sink-options";

const PROGRAM = join(import.meta.dir, "sink-process.ts");
const POLL_MS = 10;

export interface SinkProcess {
  readonly ports: readonly number[];
  readonly pid: number;
  /** The address of a listener's hook. */
  url(listener: number): string;
  counts(): Promise<SinkCounts>;
  /** Resolves with true when that many different webhook-ids came, with false after `withinMs`. */
  arrived(distinct: number, withinMs: number): Promise<boolean>;
  /** Starts counting anew; the log goes on. */
  forget(): Promise<void>;
  setDelay(delayMs: number): Promise<void>;
  /** What was synced so far, in the order of arrival. */
  log(): SinkLogLine[];
  stop(): Promise<void>;
}

export const startSink = async (options: SinkOptions): Promise<SinkProcess> => {
  const answers: ((message: FromSink) => void)[] = [];
  const next = (): Promise<FromSink> => new Promise((resolve) => answers.push(resolve));
  const started = next();
  const child = Bun.spawn([process.execPath, PROGRAM, JSON.stringify(options)], {
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
    ipc: (message: FromSink) => answers.shift()?.(message),
  });
  const first = await Promise.race([started, child.exited]);
  if (typeof first === "number" || first.tell !== "ports") throw new Error("the sink did not start");
  const { ports } = first;

  const ask = (message: ToSink): Promise<FromSink> => {
    const answer = next();
    child.send(message);
    return answer;
  };

  const counts = async (): Promise<SinkCounts> => {
    const answer = await ask({ ask: "counts" });
    if (answer.tell !== "counts") throw new Error("the sink answered something else");
    return answer.counts;
  };

  return {
    ports,
    pid: child.pid,
    url: (listener) => `http://127.0.0.1:${ports[listener % ports.length]}/hook`,
    counts,
    arrived: async (distinct, withinMs) => {
      const limit = performance.now() + withinMs;
      while ((await counts()).distinct < distinct) {
        if (performance.now() > limit) return false;
        await Bun.sleep(POLL_MS);
      }
      return true;
    },
    forget: async () => void (await ask({ ask: "forget" })),
    setDelay: async (delayMs) => void (await ask({ ask: "manner", delayMs })),
    log: () => {
      const path = options.logPath;
      if (path === undefined || !existsSync(path)) return [];
      return readFileSync(path, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as SinkLogLine);
    },
    stop: async () => {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
};
