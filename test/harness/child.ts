// In: a command of store-child.ts. Out: that process, its lines as they come, and its end.
import { join } from "node:path";

export const STORE_CHILD = join(import.meta.dir, "store-child.ts");

export interface Child {
  readonly pid: number;
  /** The next line of standard output; null at its end. */
  line(): Promise<string | null>;
  /** Writes a line to standard input. */
  send(line: string): void;
  kill(): Promise<void>;
  /** Waits for the end. */
  end(): Promise<{ code: number; output: string; errors: string }>;
}

export interface ChildOptions {
  /** Put before the command, e.g. `["strace", "-f"]`. */
  before?: string[];
  cwd?: string;
  env?: Record<string, string>;
}

const readLines = async function* (stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const part of stream) {
    rest += decoder.decode(part, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
};

export const startChild = (words: string[], { before = [], cwd, env }: ChildOptions = {}): Child => {
  const process_ = Bun.spawn([...before, process.execPath, STORE_CHILD, ...words], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env: { ...Bun.env, ...env } }),
  });
  const lines = readLines(process_.stdout);
  const errors = new Response(process_.stderr).text();
  return {
    pid: process_.pid,
    line: async () => {
      const next = await lines.next();
      return next.done ? null : next.value;
    },
    send: (line) => {
      process_.stdin.write(`${line}\n`);
      process_.stdin.flush();
    },
    kill: async () => {
      process_.kill("SIGKILL");
      await process_.exited;
    },
    end: async () => {
      process_.stdin.end();
      const rest: string[] = [];
      for await (const line of lines) rest.push(line);
      const code = await process_.exited;
      return { code, output: rest.join("\n"), errors: await errors };
    },
  };
};

/** Runs a command to its end. */
export const runChild = (
  words: string[],
  options: ChildOptions = {},
): Promise<{ code: number; output: string; errors: string }> => startChild(words, options).end();
