// In: work over a network that nobody vouches for. Out: one exchange of it: under a deadline for the
// whole, ended at once by a shutdown, timed, and never an exception.
import type { SendFailure, SendResult } from "../channels/channel";
import type { Clock } from "../core/clock";
import { createDeadlines } from "../lib/deadlines";
import { classifyFailure } from "./failure";

/** What came of one attempt, over whatever transport. */
export interface Exchange extends SendResult {
  /** What went wrong, for people; holds neither URL nor secret. */
  error: string | null;
  /** The address that was dialled last, with its port. */
  address: string | null;
  /** Wall time in ms. */
  startedAt: number;
  /** Until the first answer, in ms with a fraction. */
  firstByteMs: number | null;
  totalMs: number;
}

export interface Trial {
  /** Aborted by the deadline and by a shutdown. */
  readonly signal: AbortSignal;
  readonly overBy: "deadline" | "shutdown" | null;
  /** Ends the work's own use of the signal: a connection that is given up. */
  abort(): void;
  /** Since the start, in ms with a fraction. */
  elapsedMs(): number;
  ended(result: Omit<Exchange, "startedAt" | "totalMs">): Exchange;
  /** Where the time was up or the program was stopped, that is what the exchange says. */
  failed(failure: SendFailure, error: string, address?: string | null): Exchange;
}

export interface Trials {
  /** Never rejects. */
  run<T = Exchange>(timeoutMs: number, work: (trial: Trial) => Promise<T>): Promise<T | Exchange>;
  /** Gives up all that runs: those exchanges fail as `internal`. */
  abandon(): void;
  close(): void;
}

export const createTrials = (clock: Clock): Trials => {
  const deadlines = createDeadlines(clock);
  const running = new Set<() => void>();

  return {
    run: async (timeoutMs, work) => {
      const startedAt = clock.now();
      const started = clock.monotonic();
      const abort = new AbortController();
      let overBy: "deadline" | "shutdown" | null = null;
      const giveUp = (): void => {
        overBy ??= "shutdown";
        abort.abort();
      };
      const cancelDeadline = deadlines.start(timeoutMs, () => {
        overBy ??= "deadline";
        abort.abort();
      });
      const ended: Trial["ended"] = (result) => ({
        ...result,
        startedAt,
        totalMs: clock.monotonic() - started,
      });
      const failed: Trial["failed"] = (failure, error, address = null) => {
        const [word, text]: [SendFailure, string] =
          overBy === "deadline"
            ? [
                "timeout",
                failure === "timeout" ? error : `There was no answer within ${timeoutMs / 1_000} s.`,
              ]
            : overBy === "shutdown"
              ? ["internal", "Andon was stopped."]
              : [failure, error];
        return ended({
          statusCode: null,
          failure: word,
          responseHeaders: {},
          responseBody: "",
          error: text,
          address,
          firstByteMs: null,
        });
      };
      const trial: Trial = {
        signal: abort.signal,
        get overBy() {
          return overBy;
        },
        abort: () => abort.abort(),
        elapsedMs: () => clock.monotonic() - started,
        ended,
        failed,
      };
      running.add(giveUp);
      try {
        return await work(trial);
      } catch (error) {
        return failed("internal", classifyFailure(error).error);
      } finally {
        cancelDeadline();
        running.delete(giveUp);
      }
    },
    abandon: () => {
      for (const giveUp of running) giveUp();
    },
    close: () => deadlines.clear(),
  };
};
