// In: work that is expensive to run side by side. Out: the same work, at most so many at a time. Those
// who wait stand in the order of their rank; beyond a bounded line the worst rank is sent away.

export interface LimitedWork {
  /** The lowest rank goes first, among equals who came first. Rejects with `refusal()` when sent away. */
  run<T>(work: () => Promise<T>, rank?: number): Promise<T>;
  readonly waiting: number;
}

export interface LimitedWorkOptions {
  atOnce: number;
  maxWaiting: number;
  refusal: () => Error;
}

interface Waiting {
  rank: number;
  begin: () => void;
  sendAway: (error: Error) => void;
}

export const createLimitedWork = ({ atOnce, maxWaiting, refusal }: LimitedWorkOptions): LimitedWork => {
  /** Sorted by rank, then by arrival. */
  const line: Waiting[] = [];
  let running = 0;

  const perform = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } finally {
      const next = line.shift();
      // The place is handed on, so nobody who comes later can slip in between.
      if (next === undefined) running--;
      else next.begin();
    }
  };

  const standInLine = (rank: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const behind = line.findIndex((other) => other.rank > rank);
      line.splice(behind === -1 ? line.length : behind, 0, { rank, begin: resolve, sendAway: reject });
      if (line.length > maxWaiting) line.pop()?.sendAway(refusal());
    });

  return {
    run: (work, rank = 0) => {
      if (running >= atOnce) return standInLine(rank).then(() => perform(work));
      running++;
      return perform(work);
    },
    get waiting() {
      return line.length;
    },
  };
};
