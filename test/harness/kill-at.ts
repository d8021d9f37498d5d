// In: the product's command, and a step of its own. Out: a command that runs it until it is killed in the middle of
// that very system call, by strace; and whether it has ended.
import { join } from "node:path";
import type { ProductCommand } from "./process";

export interface KillPoint {
  what: string;
  /** One system call, or several with commas. */
  call: string;
  /** Only on this file of the data directory; null: wherever the call is made. */
  file: string | null;
  /** The signal comes at the n-th call of a thread, n between 1 and this. */
  most: number;
}

/** A point that has not come by then does not come: then it is a kill like any other. */
const POINT_LIMIT_MS = 4_000;
const POLL_MS = 5;

export const killedAt = (
  command: ProductCommand,
  dataDirectory: string,
  { call, file }: KillPoint,
  when: number,
): ProductCommand => ({
  ...command,
  argv: [
    // -D: the product itself is the child, and its tracer goes with it.
    "strace",
    "-D",
    "-f",
    "-qq",
    "-o",
    "/dev/null",
    ...(file === null ? [] : ["-P", join(dataDirectory, file)]),
    "-e",
    `trace=${call}`,
    "-e",
    `inject=${call}:signal=SIGKILL:when=${when}`,
    ...command.argv,
  ],
});

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** True when it ended by itself. */
export const untilEnded = async (pid: number): Promise<boolean> => {
  const limit = performance.now() + POINT_LIMIT_MS;
  while (isAlive(pid)) {
    if (performance.now() > limit) return false;
    await Bun.sleep(POLL_MS);
  }
  return true;
};
