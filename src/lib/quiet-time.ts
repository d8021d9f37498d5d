// In: a question whether anything is still under way. Out: a promise that it is over: whoever waits is told
// when somebody says that it may be.

export interface QuietTime {
  /** Resolves when nothing is under way, at the next `tell` at the latest. */
  come(): Promise<void>;
  /** Something has ended: it may have been the last. Costs nothing while nobody waits. */
  tell(): void;
}

export const createQuietTime = (isQuiet: () => boolean): QuietTime => {
  let listeners: (() => void)[] = [];
  return {
    come: () =>
      isQuiet() ? Promise.resolve() : new Promise<void>((resolve) => void listeners.push(resolve)),
    tell: () => {
      if (listeners.length === 0 || !isQuiet()) return;
      const waiting = listeners;
      listeners = [];
      for (const listener of waiting) listener();
    },
  };
};
