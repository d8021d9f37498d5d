// In: commits. Out: the journal for those who follow it: rows after a number, and a signal when there
// are new ones. The signal says nothing about what is new; a follower reads from its own position.
import type { Store } from "../store/store";
import { readJournal, readLatest, readSubject, type JournalRange, type JournalRow } from "./repository";

export type { JournalRange, JournalRow } from "./repository";

export interface JournalFeed {
  /** In the order of commits. */
  read(range: JournalRange): Promise<JournalRow[]>;
  /** The greatest number given so far; 0 while the journal is empty. */
  latest(): Promise<number>;
  /**
   * `listener` is called after commits that added rows, once for many of them, and never before those
   * rows can be read. Returns the removal.
   */
  subscribe(listener: () => void): () => void;
  /** Everything that happened to an alert, rule, channel or machine, oldest first. */
  timelineOf(tenantId: string, subjectId: string): Promise<JournalRow[]>;
}

export const createJournalFeed = (store: Pick<Store, "engine" | "onCommit">): JournalFeed => {
  const { engine } = store;
  const listeners = new Set<() => void>();
  let stopWatching: (() => void) | undefined;
  let seen = 0;
  // What was there before is not new to anybody: followers read it from their own position.
  void readLatest(engine).then(
    (latest) => (seen = Math.max(seen, latest)),
    () => undefined,
  );
  let isLooking = false;
  let isLookWanted = false;

  /** Most commits hold no journal row: followers are woken only when the number has grown. */
  const look = async (): Promise<void> => {
    isLooking = true;
    do {
      isLookWanted = false;
      // A store that is closing or lost has nothing new to tell.
      const latest = await readLatest(engine).catch(() => seen);
      if (latest <= seen) continue;
      seen = latest;
      for (const listener of listeners) listener();
    } while (isLookWanted);
    isLooking = false;
  };

  const onCommit = (): void => {
    isLookWanted = true;
    if (!isLooking) void look();
  };

  return {
    read: (range) => readJournal(engine, range),
    latest: () => readLatest(engine),
    timelineOf: (tenantId, subjectId) => readSubject(engine, tenantId, subjectId),
    subscribe: (listener) => {
      listeners.add(listener);
      stopWatching ??= store.onCommit(onCommit);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        stopWatching?.();
        stopWatching = undefined;
      };
    },
  };
};
