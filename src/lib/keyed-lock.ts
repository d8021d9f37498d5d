// In: a key and work to do. Out: the work of one key, one at a time and in the order of the calls;
// different keys do not wait for each other.

/** Nothing is kept of keys without work. */
export interface KeyedLock {
  /** True while work of this key runs or waits. */
  isHeld(key: string): boolean;
  /** Resolves and rejects as `work`, whose failure does not touch the work after it. */
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
  /** Resolves when the work that is there now is done; what comes meanwhile is not waited for. */
  settled(): Promise<void>;
  /** Resolves when no work is left. */
  idle(): Promise<void>;
}

/** Work on a free key begins inside the call of `run`, before it returns. */
export const createKeyedLock = (): KeyedLock => {
  const tails = new Map<string, Promise<unknown>>();

  return {
    isHeld: (key) => tails.has(key),
    run: (key, work) => {
      const before = tails.get(key);
      const result = before === undefined ? work() : before.then(work, work);
      const tail = result.then(
        () => undefined,
        () => undefined,
      );
      tails.set(key, tail);
      void tail.then(() => {
        if (tails.get(key) === tail) tails.delete(key);
      });
      return result;
    },
    settled: async () => void (await Promise.all(tails.values())),
    idle: async () => {
      while (tails.size > 0) await Promise.all(tails.values());
    },
  };
};

/**
 * Runs `work` while the turns of all keys are held, each of them once. Resolves and rejects as `work`. The
 * keys are taken in one order, so that no two callers wait for each other.
 */
export const runAlone = <T>(lock: KeyedLock, keys: readonly string[], work: () => Promise<T>): Promise<T> => {
  const sorted = [...new Set(keys)].toSorted();
  const runFrom = (from: number): Promise<T> => {
    const key = sorted[from];
    return key === undefined ? work() : lock.run(key, () => runFrom(from + 1));
  };
  return runFrom(0);
};
