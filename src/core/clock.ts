// In: nothing. Out: the only source of time in the program, so that tests can move it.
// Wall time (`now`) is for display, due times and signatures; `monotonic` is for durations.

/** A cancelled timer never fires; cancelling twice is harmless. */
export type CancelTimer = () => void;

/** Both times are in milliseconds. Only this file asks the operating system. */
export interface Clock {
  /** Wall time in milliseconds since 1970-01-01T00:00:00Z, whole. */
  now(): number;
  /** Milliseconds with a fraction since an arbitrary start; never goes back. */
  monotonic(): number;
  /** Calls `run` once after `delayMs`. The timer does not keep the process alive. */
  after(delayMs: number, run: () => void): CancelTimer;
}

/** setTimeout fires at once for delays over 2^31-1 ms, so longer waits are cut and taken up again. */
const LONGEST_TIMER_MS = 2_000_000_000;

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (delayMs, run) => {
    let timer: ReturnType<typeof setTimeout>;
    const arm = (leftMs: number): void => {
      timer = setTimeout(
        () => (leftMs > LONGEST_TIMER_MS ? arm(leftMs - LONGEST_TIMER_MS) : run()),
        Math.min(Math.max(leftMs, 0), LONGEST_TIMER_MS),
      );
      timer.unref?.();
    };
    arm(delayMs);
    return () => clearTimeout(timer);
  },
};
