// In: services that somebody is about to change. Out: the work, once the turns of all of them are held.
import { createKeyedLock, runAlone } from "../lib/keyed-lock";

/** Whatever changes how services stand takes their turns, decides, commits, and gives them back. */
export interface ServiceLock {
  /** Resolves and rejects as `work`. Any order of IDs: no two callers block each other. */
  run<T>(serviceIds: readonly string[], work: () => Promise<T>): Promise<T>;
  /** Resolves when the work that is there now is done. */
  settled(): Promise<void>;
}

export const createServiceLock = (): ServiceLock => {
  const lock = createKeyedLock();
  return {
    run: (serviceIds, work) => runAlone(lock, serviceIds, work),
    settled: () => lock.settled(),
  };
};
