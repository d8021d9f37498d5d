// In: a data directory, and how Andon is to be run. Out: the running product as a child process that
// can be killed, stopped and measured; its log goes to a file, so that no pipe slows it down.
import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

/** Long enough for a bootstrap token (32 characters or more). */
export const BOOTSTRAP_TOKEN = "bootstrap-token-of-the-harness-0123456789abcdef";

const ROOT = join(import.meta.dir, "../..");
const BINARY = join(ROOT, "dist/andon");
const SOURCE = join(ROOT, "src/main.ts");
/** Generous: a busy machine may take seconds to load the program. */
const START_LIMIT_MS = 60_000;
const PROBE_PAUSE_MS = 2;

export interface ProductCommand {
  argv: readonly string[];
  /** Shown above a table of figures. */
  description: string;
  /** Null when it runs from source. */
  binaryPath: string | null;
}

/** Whether something below src/ or migrations/ changed after the file was made. */
const isOlderThanSource = (path: string): boolean => {
  const { mtimeMs } = statSync(path);
  return ["src", "migrations", "web"].some((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }).some(
      (entry) => entry.isFile() && statSync(join(entry.parentPath, entry.name)).mtimeMs > mtimeMs,
    ),
  );
};

/** ANDON_BINARY wins; `binary` takes dist/andon where it exists; else the source is run. */
export const productCommand = (prefer: "binary" | "source"): ProductCommand => {
  const named = process.env["ANDON_BINARY"];
  const path = named !== undefined && named !== "" ? named : prefer === "binary" ? BINARY : null;
  if (path === null || !existsSync(path))
    return { argv: [process.execPath, SOURCE], description: "source, not compiled", binaryPath: null };
  const age = isOlderThanSource(path) ? ", OLDER THAN THE SOURCE: bun run build" : "";
  return { argv: [path], description: `compiled executable${age}`, binaryPath: path };
};

/** A port that nobody listens on at the moment. */
export const freePort = (): number => {
  const probe = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
  const { port } = probe;
  probe.stop(true);
  return port;
};

/** Wall time in ms with a fraction, comparable between processes of one machine. */
export const wallTime = (): number => performance.timeOrigin + performance.now();

export interface Memory {
  rssBytes: number;
  /** The highest so far. */
  peakBytes: number;
}

/** Zeros once the process has ended. */
export const memoryOf = (pid: number): Memory => {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const read = (key: string): number =>
      Number(new RegExp(`^${key}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0) * 1024;
    return { rssBytes: read("VmRSS"), peakBytes: read("VmHWM") };
  } catch {
    return { rssBytes: 0, peakBytes: 0 };
  }
};

export interface ProductOptions {
  dataDirectory: string;
  /** The same port after a restart, so that clients find it again. */
  port: number;
  command: ProductCommand;
  env?: Record<string, string>;
}

export interface Product {
  readonly pid: number;
  readonly url: string;
  readonly port: number;
  /** `wallTime` of the start. */
  readonly startedAt: number;
  /** Null while it runs. */
  readonly exitCode: number | null;
  /** Resolves with the ms from the start to the first 200 of /readyz. Rejects when it ends before. */
  ready(): Promise<number>;
  /** kill -9, and waits for the end. */
  kill(): Promise<void>;
  /** SIGTERM, and waits for the end; `ms` is how long that took. */
  stop(): Promise<{ code: number; ms: number }>;
  memory(): Memory;
  /** Seconds of processor time used so far by all its threads. */
  processorSeconds(): number;
}

/** Processor ticks per second of /proc; fixed on Linux. */
const TICKS_PER_SECOND = 100;

const isReady = async (url: string): Promise<boolean> => {
  try {
    const response = await fetch(`${url}/readyz`, { headers: { connection: "close" } });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
};

/** Where the log of the product on this data directory goes; it lies beside the directory. */
export const logPathOf = (dataDirectory: string): string => `${dataDirectory}.log`;

const lastLines = (path: string): string => {
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  return lines.slice(-20).join("\n");
};

const running = new Set<Bun.Subprocess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Returns at once; `ready()` tells when it serves. It listens on 127.0.0.1 and may call loopback. */
export const startProduct = ({ dataDirectory, port, command, env }: ProductOptions): Product => {
  const logPath = logPathOf(dataDirectory);
  const log = openSync(logPath, "a");
  const startedAt = wallTime();
  const child = Bun.spawn([...command.argv, "serve"], {
    cwd: ROOT,
    stdin: "ignore",
    stdout: log,
    stderr: log,
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: process.env["HOME"] ?? "/",
      ANDON_DATA_DIR: dataDirectory,
      ANDON_HOST: "127.0.0.1",
      ANDON_PORT: String(port),
      ANDON_BOOTSTRAP_TOKEN: BOOTSTRAP_TOKEN,
      ANDON_OUTBOUND_MODE: "open",
      ANDON_LOG_LEVEL: "warn",
      ...env,
    },
  });
  closeSync(log);
  running.add(child);
  void child.exited.then(() => running.delete(child));
  const url = `http://127.0.0.1:${port}`;
  return {
    pid: child.pid,
    url,
    port,
    startedAt,
    get exitCode() {
      return child.exitCode;
    },
    ready: async () => {
      while (!(await isReady(url))) {
        const waited = wallTime() - startedAt;
        if (child.exitCode !== null || child.signalCode !== null || waited > START_LIMIT_MS)
          throw new Error(
            `Andon did not become ready (exit ${child.exitCode}, ${waited.toFixed(0)} ms):\n${lastLines(logPath)}`,
          );
        await Bun.sleep(PROBE_PAUSE_MS);
      }
      return wallTime() - startedAt;
    },
    kill: async () => {
      child.kill("SIGKILL");
      await child.exited;
    },
    stop: async () => {
      const from = performance.now();
      child.kill("SIGTERM");
      const code = await child.exited;
      return { code, ms: performance.now() - from };
    },
    memory: () => memoryOf(child.pid),
    processorSeconds: () => {
      // Fields 14 and 15, counted after the name, which may hold spaces.
      const stat = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
      return (Number(stat[11] ?? 0) + Number(stat[12] ?? 0)) / TICKS_PER_SECOND;
    },
  };
};

export const removeProductFiles = (dataDirectory: string): void => {
  rmSync(dataDirectory, { recursive: true, force: true });
  rmSync(logPathOf(dataDirectory), { force: true });
};

export const mebibytes = (bytes: number): number => bytes / 1024 / 1024;
