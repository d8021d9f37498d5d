// In: services that somebody is about to change. Out: the work, once the turns of all of them are held.
import { createKeyedLock } from "../lib/keyed-lock";

/** Whatever changes how services stand takes their turns, decides, commits, and gives them back. */
export interface ServiceLock {
  /** Resolves and rejects as `work`. Any order of IDs, each service once: no two callers block each other. */
  run<T>(serviceIds: readonly string[], work: () => Promise<T>): Promise<T>;
  /** Resolves when the work that is there now is done. */
  settled(): Promise<void>;
}

export const createServiceLock = (): ServiceLock => {
  const lock = createKeyedLock();
  const runFrom = <T>(ids: readonly string[], from: number, work: () => Promise<T>): Promise<T> => {
    const id = ids[from];
    return id === undefined ? work() : lock.run(id, () => runFrom(ids, from + 1, work));
  };
  return {
    // Sorted: whoever waits for a turn holds only turns that come before it.
    run: (serviceIds, work) => runFrom([...new Set(serviceIds)].toSorted(), 0, work),
    settled: () => lock.settled(),
  };
};
