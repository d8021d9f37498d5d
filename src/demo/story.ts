// In: a clock. Out: one batch of readings for each second, until it is stopped. A second that
// passed while the process slept (a closed laptop) is skipped, not made up for.
import type { CancelTimer, Clock } from "../core/clock";
import type { Service } from "../lib/service";
import type { ApiClient } from "./client";
import { secondOfRound } from "./failure";
import { readingsAt } from "./line";

export interface StoryParts {
  api: ApiClient;
  clock: Clock;
  /** After the readings of this second of the round were accepted. */
  onSecond: (secondOfRound: number) => void;
  onFailure: (error: unknown) => void;
}

export interface Story extends Service {
  /** Resolves when no request is under way. */
  idle(): Promise<void>;
}

const SECOND_MS = 1_000;

export const createStory = ({ api, clock, onSecond, onFailure }: StoryParts): Story => {
  let startedAt = 0;
  let cancel: CancelTimer | null = null;
  let sending: Promise<void> = Promise.resolve();
  let isStopped = true;

  const send = async (second: number): Promise<void> => {
    try {
      await api.call("POST", "/readings", readingsAt(second));
      if (!isStopped) onSecond(secondOfRound(second));
    } catch (error) {
      if (!isStopped) onFailure(error);
    }
    if (!isStopped) arm(second);
  };

  const arm = (after: number): void => {
    const elapsed = clock.monotonic() - startedAt;
    const next = Math.max(after + 1, Math.floor(elapsed / SECOND_MS) + 1);
    cancel = clock.after(next * SECOND_MS - elapsed, () => {
      sending = send(next);
    });
  };

  return {
    name: "demo story",
    idle: () => sending,
    start: async () => {
      isStopped = false;
      startedAt = clock.monotonic();
      arm(-1);
    },
    stop: async () => {
      isStopped = true;
      cancel?.();
      await sending;
    },
  };
};
