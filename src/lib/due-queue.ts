// In: things and when each is due. Out: the one that is due first. A binary heap: thousands of things cost a
// few comparisons per change. Domain-free.

export interface DueQueue<T> {
  /** Put it in, or move it: each thing is in once. */
  set(item: T, at: number): void;
  delete(item: T): void;
  has(item: T): boolean;
  /** When the first one is due; null when there is none. */
  nextAt(): number | null;
  /** The first one, taken out, if it is due at `now`; else undefined. */
  take(now: number): T | undefined;
  readonly size: number;
}

interface Entry<T> {
  item: T;
  at: number;
  index: number;
}

export const createDueQueue = <T>(): DueQueue<T> => {
  const heap: Entry<T>[] = [];
  const entries = new Map<T, Entry<T>>();

  const place = (entry: Entry<T>, index: number): void => {
    heap[index] = entry;
    entry.index = index;
  };

  const rise = (entry: Entry<T>): void => {
    let { index } = entry;
    while (index > 0) {
      const above = heap[(index - 1) >> 1];
      if (above === undefined || above.at <= entry.at) break;
      const free = above.index;
      place(above, index);
      index = free;
    }
    place(entry, index);
  };

  const sink = (entry: Entry<T>): void => {
    let { index } = entry;
    for (;;) {
      const left = heap[2 * index + 1];
      const right = heap[2 * index + 2];
      const below = right !== undefined && left !== undefined && right.at < left.at ? right : left;
      if (below === undefined || below.at >= entry.at) break;
      const free = below.index;
      place(below, index);
      index = free;
    }
    place(entry, index);
  };

  const remove = (entry: Entry<T>): void => {
    entries.delete(entry.item);
    const last = heap.pop();
    if (last === undefined || last === entry) return;
    place(last, entry.index);
    rise(last);
    sink(last);
  };

  return {
    set: (item, at) => {
      let entry = entries.get(item);
      if (entry === undefined) {
        entry = { item, at, index: heap.length };
        entries.set(item, entry);
        heap.push(entry);
      } else entry.at = at;
      rise(entry);
      sink(entry);
    },
    delete: (item) => {
      const entry = entries.get(item);
      if (entry !== undefined) remove(entry);
    },
    has: (item) => entries.has(item),
    nextAt: () => heap[0]?.at ?? null,
    take: (now) => {
      const first = heap[0];
      if (first === undefined || first.at > now) return undefined;
      remove(first);
      return first.item;
    },
    get size() {
      return heap.length;
    },
  };
};
