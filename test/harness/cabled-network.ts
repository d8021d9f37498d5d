// In: a network namespace of one's own, as root. Out: a cable to another one, where hosts answer; it can be pulled
// at either end, and one of the hosts can go.
import { join } from "node:path";
import { eventually } from "./eventually";

export interface CabledNetwork {
  /** Our end. */
  pull(): void;
  plug(): void;
  /** `down`, `up`, `gone`, `report`: see the other end's program. */
  ask(word: string): Promise<unknown>;
  close(): void;
}

const ip = (...words: string[]): void => {
  if (Bun.spawnSync(["ip", ...words]).exitCode !== 0) throw new Error(`ip ${words.join(" ")} failed`);
};

export const openCabledNetwork = async (): Promise<CabledNetwork> => {
  ip("link", "set", "lo", "up");
  ip("link", "add", "v0", "type", "veth", "peer", "name", "v1");
  const program = join(import.meta.dir, "../faults/network-loss-receiver.ts");
  const other = Bun.spawn(["unshare", "--net", process.execPath, program, "two"], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  const lines: string[] = [];
  void (async () => {
    let text = "";
    for await (const chunk of other.stdout) {
      text += new TextDecoder().decode(chunk);
      const parts = text.split("\n");
      text = parts.pop() ?? "";
      lines.push(...parts);
    }
  })();
  const nextLine = async (): Promise<unknown> => {
    await eventually(async () => lines.length > 0, Boolean);
    return JSON.parse(lines.shift() ?? "null") as unknown;
  };
  const ask = async (word: string): Promise<unknown> => {
    await other.stdin.write(`${word}\n`);
    await other.stdin.flush();
    return nextLine();
  };
  await nextLine();
  ip("link", "set", "v1", "netns", String(other.pid));
  ip("addr", "add", "10.77.0.1/24", "dev", "v0");
  ip("link", "set", "v0", "up");
  await ask("go");
  return {
    pull: () => ip("link", "set", "v0", "down"),
    plug: () => ip("link", "set", "v0", "up"),
    ask,
    close: () => other.kill(),
  };
};
