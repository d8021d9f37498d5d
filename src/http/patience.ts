// In: requests that wait for their answer, and a storage that does not take writes for a while. Out: none of
// them is cut for being idle before it has been told how it ended.
import type { Server } from "bun";

/** What the store says of itself. */
export interface Lockable {
  readonly isLocked: boolean;
  /** Returns the removal. */
  onLocked(listener: () => void): () => void;
}

export interface Patience {
  /** The request waits for its answer from now on. */
  enter(request: Request, listener: Server<unknown>): void;
  leave(request: Request): void;
  close(): void;
}

/** More than storage has anybody wait, and no less than any route asks for itself. */
const PATIENCE_SECONDS = 240;

export const createPatience = (store: Lockable | undefined): Patience => {
  const waiting = new Map<Request, Server<unknown>>();
  const forget = store?.onLocked(() => {
    for (const [request, listener] of waiting) listener.timeout(request, PATIENCE_SECONDS);
  });
  return {
    enter: (request, listener) => {
      if (store === undefined) return;
      waiting.set(request, listener);
      if (store.isLocked) listener.timeout(request, PATIENCE_SECONDS);
    },
    leave: (request) => void waiting.delete(request),
    close: () => forget?.(),
  };
};
