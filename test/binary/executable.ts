// In: arguments and variables. Out: the compiled executable run from an empty directory, as a user
// without rights where this process may change users.
import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { removeDirectory, temporaryDirectory } from "../harness/store";

const ROOT = join(import.meta.dir, "../..");
const BINARY = process.env["ANDON_BINARY"] ?? join(ROOT, "dist/andon");
/** The user of the container image. */
const USER_ID = 10_001;
/** Longer than any start on a busy machine; a hang is a failure, not a wait. */
const START_LIMIT_MS = 30_000;

export const isRoot = process.getuid?.() === 0;

/** `verify` has built it; a run of these tests alone builds what is missing. */
const ensureBuilt = (): void => {
  if (existsSync(BINARY)) return;
  const build = Bun.spawnSync([process.execPath, join(ROOT, "src/build/build.ts")], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (build.exitCode !== 0) throw new Error("the executable could not be built");
};

/** Nothing of the test's own environment gets in. */
const bareEnvironment = (home: string, more: Record<string, string>): Record<string, string> => ({
  PATH: "/usr/bin:/bin",
  HOME: home,
  ...more,
});

export interface Finished {
  exitCode: number;
  out: string;
  err: string;
}

export interface Running {
  url: string;
  /** Everything written so far, line by line. */
  lines(): string[];
  /** Resolves when a line that holds this has been written. */
  untilLine(part: string): Promise<void>;
  signal(name: NodeJS.Signals): void;
  exited: Promise<number>;
}

export interface Executable {
  /** Holds the executable and nothing else; the working directory of every run. */
  directory: string;
  dataDir: string;
  run(args: string[], options?: { env?: Record<string, string>; input?: string }): Promise<Finished>;
  /** Resolves when it listens. */
  serve(options?: { args?: string[]; env?: Record<string, string>; prefix?: string[] }): Promise<Running>;
  /** The words that start it as the user without rights. */
  command(args: string[]): string[];
  remove(): Promise<void>;
}

export const placeExecutable = (): Executable => {
  ensureBuilt();
  const directory = temporaryDirectory("andon-binary-");
  const path = join(directory, "andon");
  const dataDir = join(directory, "data");
  copyFileSync(BINARY, path);
  chmodSync(path, 0o755);
  mkdirSync(dataDir, { mode: 0o700 });
  chmodSync(directory, 0o755);
  if (isRoot) chownSync(dataDir, USER_ID, USER_ID);
  const children = new Set<Bun.Subprocess>();

  const command = (args: string[]): string[] => {
    const asUser = isRoot
      ? ["setpriv", `--reuid=${USER_ID}`, `--regid=${USER_ID}`, "--clear-groups", "--no-new-privs"]
      : [];
    return [...asUser, path, ...args];
  };

  const spawn = (words: string[], env: Record<string, string>, input: string | undefined) => {
    const child = Bun.spawn(words, {
      cwd: directory,
      env: bareEnvironment(directory, { ANDON_DATA_DIR: dataDir, ...env }),
      stdin: input === undefined ? "ignore" : Buffer.from(input),
      stdout: "pipe",
      stderr: "pipe",
    });
    children.add(child);
    return child;
  };

  return {
    directory,
    dataDir,
    command,
    run: async (args, { env = {}, input } = {}) => {
      const child = spawn(command(args), env, input);
      const [out, err, exitCode] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
        child.exited,
      ]);
      return { exitCode, out: out.trimEnd(), err: err.trimEnd() };
    },
    serve: async ({ args = [], env = {}, prefix = [] } = {}) => {
      const words = [...prefix, ...command(["serve", "--port", "0", ...args])];
      const child = spawn(words, env, undefined);
      const lines: string[] = [];
      const wakers: (() => void)[] = [];
      const listening = Promise.withResolvers<string>();
      const read = async (stream: ReadableStream<Uint8Array>): Promise<void> => {
        const decoder = new TextDecoder();
        let rest = "";
        for await (const part of stream) {
          const split = (rest + decoder.decode(part, { stream: true })).split("\n");
          rest = split.pop() ?? "";
          for (const line of split) {
            lines.push(line);
            const url = /"message":"listening","url":"([^"]+)"/.exec(line)?.[1];
            if (url !== undefined) listening.resolve(url);
          }
          for (const wake of wakers.splice(0)) wake();
        }
      };
      void read(child.stdout);
      void read(child.stderr);
      const fail = (why: string) => () => listening.reject(new Error(`${why}\n${lines.join("\n")}`));
      const limit = setTimeout(fail("it does not listen"), START_LIMIT_MS);
      void child.exited.then(fail("it ended before it listened"));
      try {
        const url = await listening.promise;
        return {
          url,
          lines: () => [...lines],
          untilLine: async (part) => {
            while (!lines.some((line) => line.includes(part)))
              await new Promise<void>((resolve) => wakers.push(resolve));
          },
          signal: (name) => child.kill(name),
          exited: child.exited,
        };
      } finally {
        clearTimeout(limit);
      }
    },
    remove: async () => {
      for (const child of children) {
        if (child.exitCode === null) child.kill("SIGKILL");
        await child.exited;
      }
      removeDirectory(directory);
    },
  };
};
