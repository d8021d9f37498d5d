// In: signals that ask the program to end. Out: the first request, and an impatient second one.
import { systemClock } from "../core/clock";

const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

/**
 * One Ctrl-C (SIGINT) reaches a program several times: from the terminal, and passed on by each of
 * `npx` and `bun run` above it. Within this time they are the same request.
 */
const SAME_CTRL_C_MS = 500;

export interface StopRequests {
  /** Once. */
  first: (signal: string) => void;
  /** Somebody does not want to wait for the orderly end. */
  again: (signal: string) => void;
}

/** From now on the signals do what `requests` says and no longer end the process by themselves. */
export const listenForStop = (requests: StopRequests): void => {
  let firstAt: number | null = null;
  const onSignal = (signal: string): void => {
    const now = systemClock.monotonic();
    if (firstAt === null) {
      firstAt = now;
      requests.first(signal);
    } else if (signal !== "SIGINT" || now - firstAt > SAME_CTRL_C_MS) requests.again(signal);
  };
  for (const signal of SIGNALS) process.on(signal, () => onSignal(signal));
};
