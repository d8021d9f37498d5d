// In: environment variables. Out: Andon as a process of its own on a temporary directory and a free
// loopback port: the compiled binary when ANDON_BINARY names one, else the source.
import { join } from "node:path";
import { removeDirectory, temporaryDirectory } from "./store";

const MAIN = join(import.meta.dir, "../../src/main.ts");
/** Time to the first 200 of /readyz; generous, since two cores may be busy with other tests. */
const START_LIMIT_MS = 20_000;

export interface ProcessOptions {
  env?: Record<string, string>;
  directory?: string;
  /** Answers 200 when the start is over; default: /readyz, which wants a finished set-up. */
  readyPath?: "/readyz" | "/healthz";
}

export interface TestProcess {
  url: string;
  /** An administrator's API token (the bootstrap token). */
  token: string;
  directory: string;
  pid: number;
  /** Everything printed so far, both streams, all starts. */
  output(): string;
  /** kill -9, and waits for the end. */
  kill(): Promise<void>;
  /** SIGTERM; gives the exit code. */
  terminate(): Promise<number>;
  /** The same directory and port again. */
  restart(): Promise<void>;
  /** Ends it and removes the directory. */
  remove(): Promise<void>;
}

const freePort = (): number => {
  const probe = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
  const { port } = probe;
  void probe.stop(true);
  if (port === undefined) throw new Error("no free port");
  return port;
};

export const command = (): string[] => {
  const binary = process.env["ANDON_BINARY"];
  return binary === undefined || binary === "" ? [process.execPath, MAIN] : [binary];
};

export const startProcess = async (options: ProcessOptions = {}): Promise<TestProcess> => {
  const directory = options.directory ?? temporaryDirectory("andon-process-");
  const port = freePort();
  const token = "bootstrap-token-of-the-tests-0123456789abcdef";
  const chunks: string[] = [];
  let child: Bun.Subprocess<"ignore", "pipe", "pipe"> | undefined;

  const collect = async (stream: ReadableStream<Uint8Array>): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) chunks.push(decoder.decode(chunk, { stream: true }));
  };

  const isReady = async (): Promise<boolean> => {
    try {
      const response = await fetch(`http://127.0.0.1:${port}${options.readyPath ?? "/readyz"}`);
      await response.arrayBuffer();
      return response.status === 200;
    } catch {
      return false;
    }
  };

  const start = async (): Promise<void> => {
    const started = Bun.spawn([...command(), "serve"], {
      cwd: directory,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: directory,
        ANDON_DATA_DIR: join(directory, "data"),
        ANDON_PORT: String(port),
        ANDON_BOOTSTRAP_TOKEN: token,
        ...options.env,
      },
    });
    child = started;
    void collect(started.stdout);
    void collect(started.stderr);
    const limit = performance.now() + START_LIMIT_MS;
    while (!(await isReady())) {
      if (started.exitCode !== null || performance.now() > limit)
        throw new Error(`Andon did not start (exit ${started.exitCode}):\n${chunks.join("")}`);
      await Bun.sleep(10);
    }
  };

  const end = async (signal: "SIGKILL" | "SIGTERM"): Promise<number> => {
    child?.kill(signal);
    return (await child?.exited) ?? 0;
  };

  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    token,
    directory,
    get pid() {
      return child?.pid ?? 0;
    },
    output: () => chunks.join(""),
    kill: async () => void (await end("SIGKILL")),
    terminate: () => end("SIGTERM"),
    restart: start,
    remove: async () => {
      if (child?.exitCode === null) await end("SIGKILL");
      removeDirectory(directory);
    },
  };
};
