// In: many short waits of few different lengths. Out: the same waits on one timer per length, so
// that thousands of attempts per second set and cancel no timers of their own.

export interface TimerSource {
  /** Milliseconds that never go back. */
  monotonic(): number;
  after(delayMs: number, run: () => void): () => void;
}

export interface Deadlines {
  /** Calls `run` once after `delayMs`, unless the returned function is called before. */
  start(delayMs: number, run: () => void): () => void;
  /** Drops every wait; none of them runs any more. */
  clear(): void;
}

interface Wait {
  at: number;
  run: () => void;
}

/** All waits of one length: a Set keeps the order of insertion, which is the order of due times. */
interface Line {
  waits: Set<Wait>;
  cancelTimer: (() => void) | null;
}

export const createDeadlines = (timers: TimerSource): Deadlines => {
  const lines = new Map<number, Line>();

  const arm = (line: Line, delayMs: number): void => {
    line.cancelTimer = timers.after(delayMs, () => {
      line.cancelTimer = null;
      const now = timers.monotonic();
      for (const wait of line.waits) {
        if (wait.at > now) {
          arm(line, wait.at - now);
          return;
        }
        line.waits.delete(wait);
        wait.run();
      }
    });
  };

  return {
    start: (delayMs, run) => {
      let line = lines.get(delayMs);
      if (line === undefined) lines.set(delayMs, (line = { waits: new Set(), cancelTimer: null }));
      const { waits } = line;
      const wait = { at: timers.monotonic() + delayMs, run };
      waits.add(wait);
      // The timer is left alone when a wait is cancelled: it finds the next one or nothing.
      if (line.cancelTimer === null) arm(line, delayMs);
      return () => void waits.delete(wait);
    },
    clear: () => {
      for (const line of lines.values()) {
        line.cancelTimer?.();
        line.waits.clear();
      }
      lines.clear();
    },
  };
};
