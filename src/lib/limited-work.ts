// In: work that is expensive to run side by side. Out: the same work, at most so many at a time.
// Beyond a bounded line of waiting calls it is refused instead of piling up.

export interface LimitedWork {
  /** Null when the line is full: nothing was run. */
  run<T>(work: () => Promise<T>): Promise<T> | null;
  readonly waiting: number;
}

export const createLimitedWork = (options: { atOnce: number; maxWaiting: number }): LimitedWork => {
  const line: (() => void)[] = [];
  let running = 0;

  const perform = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } finally {
      const next = line.shift();
      // The place is handed on, so nobody who comes later can slip in between.
      if (next === undefined) running--;
      else next();
    }
  };

  return {
    run: (work) => {
      if (running < options.atOnce) {
        running++;
        return perform(work);
      }
      if (line.length >= options.maxWaiting) return null;
      return new Promise<void>((resolve) => line.push(resolve)).then(() => perform(work));
    },
    get waiting() {
      return line.length;
    },
  };
};
