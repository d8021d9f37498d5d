// In: due times of channels. Out: one timer to the earliest of them. The times themselves are in the
// file: losing this timer loses nothing.
import type { Clock } from "../core/clock";

export interface DueTimer {
  /** Something is due at this wall time, in ms. */
  note(at: number): void;
  stop(): void;
}

/** The wall clock may be set: no wait is longer than this before it is looked at again. */
const LONGEST_WAIT_MS = 30_000;

/** `fire` is called when the earliest time has come, or to look again. It notes what is still to come. */
export const createDueTimer = (clock: Clock, fire: () => void): DueTimer => {
  let firesAt = Number.POSITIVE_INFINITY;
  let cancel: (() => void) | null = null;

  return {
    note: (at) => {
      const delay = Math.min(Math.max(at - clock.now(), 0), LONGEST_WAIT_MS);
      const wanted = clock.monotonic() + delay;
      if (wanted >= firesAt) return;
      cancel?.();
      firesAt = wanted;
      cancel = clock.after(delay, () => {
        firesAt = Number.POSITIVE_INFINITY;
        cancel = null;
        fire();
      });
    },
    stop: () => {
      cancel?.();
      cancel = null;
      firesAt = Number.POSITIVE_INFINITY;
    },
  };
};
