// In: lines for people and programs. Out: standard output and standard error of this process.
import type { Terminal } from "./run";

const flushed = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => void stream.write("", () => resolve()));

export const processTerminal: Terminal & { flush(): Promise<void> } = {
  out: (text) => void process.stdout.write(`${text}\n`),
  note: (text) => void process.stderr.write(`${text}\n`),
  readInput: async () => (await Bun.stdin.text()).replace(/\r?\n$/, ""),
  /** Resolves when everything written has left the process. */
  flush: async () => {
    await flushed(process.stdout);
    await flushed(process.stderr);
  },
};
