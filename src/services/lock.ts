// In: services that somebody is about to change, or to make. Out: the work, once the turns of all of them are held.
import { createKeyedLock, runAlone } from "../lib/keyed-lock";
import { nameKeyOf } from "./names";

/**
 * Whatever changes how services stand takes their turns, decides, commits, and gives them back. A turn is the
 * service's ID; `nameTurn` where there is none yet.
 */
export interface ServiceLock {
  /** Resolves and rejects as `work`. Any order of turns: no two callers block each other. */
  run<T>(turns: readonly string[], work: () => Promise<T>): Promise<T>;
  /** Resolves when the work that is there now is done. */
  settled(): Promise<void>;
}

/** Of a service that is about to be made or renamed: two who want the same name come one after the other. */
export const nameTurn = (tenantId: string, name: string): string => `name ${tenantId} ${nameKeyOf(name)}`;

export const createServiceLock = (): ServiceLock => {
  const lock = createKeyedLock();
  return {
    run: (turns, work) => runAlone(lock, turns, work),
    settled: () => lock.settled(),
  };
};
