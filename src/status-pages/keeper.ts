// In: pages, and the journal's signal. Out: the shelf of each page, built anew when something that it shows
// has changed, and otherwise ready. Whoever asks after a change was answered sees the change.
import type { CancelTimer, Clock } from "../core/clock";
import type { Log } from "../core/log";
import type { JournalFeed } from "../journal/feed";
import type { Service } from "../lib/service";
import type { Engine } from "../store/engine";
import type { StatusPageBook } from "./book";
import { buildView, factsNeededSince } from "./build-view";
import { readConcerns, readEnd } from "./concern";
import { readFacts, type PastMemory } from "./facts";
import type { StatusPage } from "./repository";
import { createShelf, type Family, type Shelf } from "./shelf";
import { componentsOf, HISTORY_DAYS } from "./view";

export interface PageKeeper extends Service {
  /** At once where nothing has changed. Rejects only for a page that could never be built. */
  shelfOf(page: StatusPage): Shelf | Promise<Shelf>;
  /** A page was created, changed or removed; call it after the commit. */
  changed(pageId: string): void;
  /** Called with each shelf that differs from the one before. Returns the removal. */
  onRebuilt(listener: (page: StatusPage, shelf: Shelf) => void): () => void;
}

export interface PageKeeperParts {
  book: StatusPageBook;
  engine: Engine;
  feed: Pick<JournalFeed, "subscribe">;
  representations: readonly Family[];
  /** Where a page is read, as far as the configuration says. */
  urlOf: (page: StatusPage) => string | null;
  clock: Clock;
  log: Log;
}

interface Entry {
  shelf: Shelf | null;
  isStale: boolean;
  building: Promise<void> | null;
  /** Monotonic: however often something changes, building takes a quarter of the time at most. */
  restsUntil: number;
}

const DAY_MS = 86_400_000;
/** Changes that come together are shown together. */
const GATHER_MS = 200;
/** The wall clock may be set: due times are looked at so often at least. */
const LOOK_AGAIN_MS = 60_000;
const REST_PER_BUILD = 3;
const LONGEST_REST_MS = 500;

/** Asleep until `start`; pages can be read before it as well. */
export const createPageKeeper = (parts: PageKeeperParts): PageKeeper => {
  const { book, engine, feed, clock, log } = parts;
  const entries = new Map<string, Entry>();
  const memory: PastMemory = new Map();
  const listeners = new Set<(page: StatusPage, shelf: Shelf) => void>();
  let position: number | null = null;
  let looking: Promise<void> | null = null;
  let isLookWanted = false;
  let unsubscribe: (() => void) | null = null;
  let cancelTimer: CancelTimer | null = null;
  let isStopped = true;
  let running: Promise<void> = Promise.resolve();

  const entryOf = (pageId: string): Entry => {
    let entry = entries.get(pageId);
    if (entry === undefined) {
      entry = { shelf: null, isStale: true, building: null, restsUntil: 0 };
      entries.set(pageId, entry);
    }
    return entry;
  };

  const isFresh = ({ shelf, isStale }: Entry): boolean => {
    if (shelf === null || isStale) return false;
    const now = clock.now();
    // A clock that was set back lets nothing stand for longer.
    return shelf.view.builtAt <= now && now < shelf.view.validUntil;
  };

  const markConcerned = (tenantId: string, serviceId: string | null): void => {
    for (const page of book.of(tenantId)) {
      const entry = entryOf(page.id);
      if (serviceId === null || entry.shelf === null) entry.isStale = true;
      else if (componentsOf(entry.shelf.view).some(({ id }) => id === serviceId)) entry.isStale = true;
    }
  };

  const lookOnce = async (): Promise<void> => {
    const until = await readEnd(engine);
    if (position !== null && until > position)
      for (const { tenantId, serviceId } of await readConcerns(engine, { after: position, until }))
        markConcerned(tenantId, serviceId);
    position = until;
  };

  /** After a commit: what is concerned is known before anybody is answered from what was there before. */
  const lookSoon = (): void => {
    isLookWanted = true;
    if (looking !== null) return;
    isLookWanted = false;
    looking = lookOnce()
      .catch((error: unknown) => {
        // A store that is closing or locked; everything is looked at again.
        log.warn("status pages could not follow what happened", { reason: String(error) });
        for (const entry of entries.values()) entry.isStale = true;
      })
      .finally(() => {
        looking = null;
        if (isLookWanted) lookSoon();
        else arm();
      });
  };

  /** Resolves once everything is known that was committed before the call. */
  const caughtUp = async (): Promise<void> => {
    // The first look may have begun too early; the second one has not.
    if (looking !== null) await looking;
    if (looking !== null) await looking;
  };

  /** Following costs a read per commit: only while there are pages. */
  const follow = (): void => {
    const isNeeded = !isStopped && book.all()[Symbol.iterator]().next().done !== true;
    if (!isNeeded) {
      unsubscribe?.();
      unsubscribe = null;
      position = null;
    } else if (unsubscribe === null) {
      unsubscribe = feed.subscribe(lookSoon);
      // What was committed before somebody followed.
      for (const page of book.all()) entryOf(page.id).isStale = true;
      lookSoon();
    }
  };

  const rest = async ({ restsUntil }: Entry): Promise<void> => {
    const ms = restsUntil - clock.monotonic();
    if (ms > 0) await new Promise<void>((resolve) => clock.after(ms, resolve));
  };

  const build = async (pageId: string, entry: Entry): Promise<void> => {
    await rest(entry);
    const page = book.get(pageId);
    if (page === undefined) return;
    const began = clock.monotonic();
    // What changes from here on makes it stale again.
    entry.isStale = false;
    const now = clock.now();
    const facts = await readFacts(engine, page, {
      since: factsNeededSince(page, now),
      historySince: now - HISTORY_DAYS * DAY_MS,
      memory,
    });
    const view = buildView({ page, facts, url: parts.urlOf(page), now });
    const before = entry.shelf;
    entry.restsUntil =
      clock.monotonic() + Math.min((clock.monotonic() - began) * REST_PER_BUILD, LONGEST_REST_MS);
    if (before?.view.version === view.version) {
      // Nothing to render anew: the same bytes are good for longer.
      entry.shelf = { ...before, view: { ...before.view, validUntil: view.validUntil, builtAt: now } };
      return;
    }
    const shelf = createShelf(view, parts.representations);
    entry.shelf = shelf;
    for (const listener of listeners) listener(page, shelf);
  };

  const buildOnce = (pageId: string, entry: Entry): Promise<void> =>
    (entry.building ??= build(pageId, entry)
      .catch((error: unknown) => {
        entry.isStale = true;
        if (entry.shelf === null) throw error;
        log.warn("a status page could not be brought up to date", { page: pageId, reason: String(error) });
      })
      .finally(() => {
        entry.building = null;
      }));

  const refresh = async (pageId: string, entry: Entry): Promise<Shelf> => {
    await caughtUp();
    // One that began before may have missed what this one is asked for.
    if (entry.building !== null) await entry.building;
    if (!isFresh(entry)) await buildOnce(pageId, entry);
    if (entry.shelf === null) throw new Error("The page was removed meanwhile.");
    return entry.shelf;
  };

  const pass = async (): Promise<void> => {
    for (const page of Array.from(book.all())) {
      const entry = entryOf(page.id);
      if (!isFresh(entry))
        await refresh(page.id, entry).catch((error: unknown) =>
          log.warn("a status page could not be built", { page: page.id, reason: String(error) }),
        );
    }
  };

  const dueInMs = (): number => {
    let ms = LOOK_AGAIN_MS;
    for (const page of book.all()) {
      const { shelf, isStale } = entryOf(page.id);
      ms = Math.min(ms, shelf === null || isStale ? 0 : shelf.view.validUntil - clock.now());
    }
    return Math.max(ms, GATHER_MS);
  };

  function arm(): void {
    cancelTimer?.();
    cancelTimer = null;
    if (isStopped || unsubscribe === null) return;
    cancelTimer = clock.after(dueInMs(), () => {
      cancelTimer = null;
      running = pass().then(arm);
    });
  }

  return {
    name: "status pages",
    shelfOf: (page) => {
      const entry = entryOf(page.id);
      return entry.shelf !== null && looking === null && isFresh(entry)
        ? entry.shelf
        : refresh(page.id, entry);
    },
    changed: (pageId) => {
      if (book.get(pageId) === undefined) entries.delete(pageId);
      else entryOf(pageId).isStale = true;
      follow();
      arm();
    },
    onRebuilt: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    start: async () => {
      isStopped = false;
      follow();
      arm();
    },
    stop: async () => {
      isStopped = true;
      cancelTimer?.();
      cancelTimer = null;
      follow();
      await running;
      if (looking !== null) await looking;
    },
  };
};
