// In: the journal and subscribers. Out: for each event that a page shows, one row of the outbox per subscriber
// whom it concerns, exactly one: rows and the position up to which they reach are one commit, so that an
// end of the process at any moment repeats and leaves out nothing.
import type { CancelTimer, Clock } from "../../core/clock";
import type { Log } from "../../core/log";
import type { JournalFeed } from "../../journal/feed";
import { readKinds } from "../../journal/repository";
import type { Service } from "../../lib/service";
import { emptyPlan, type Commit } from "../../notify/plan";
import type { Engine } from "../../store/engine";
import type { StatusPage } from "../repository";
import type { SubscriberBook } from "./book";
import {
  chosenOf,
  isIncidentRow,
  isKeptBack,
  NEWS_KINDS,
  newsOf,
  type News,
  type NewsRow,
  type PageService,
  type PlanNote,
} from "./news";
import type { Outlets } from "./outlets";
import {
  saveFanOutStatement,
  type FanOutPosition,
  type Subscriber,
  type SubscriberRepository,
} from "./repository";

export interface Teller extends Service {
  /** Somebody is told from now on. */
  wake(): void;
  /** Resolves when all that is in the journal now has been told. */
  idle(): Promise<void>;
}

export interface TellerParts {
  engine: Engine;
  journal: Pick<JournalFeed, "subscribe" | "latest">;
  book: SubscriberBook;
  repository: SubscriberRepository;
  outlets: Outlets;
  pageOf: (id: string) => StatusPage | undefined;
  /** Shown on the page now, in its order. */
  servicesOf: (page: StatusPage) => readonly PageService[];
  commit: Commit;
  clock: Clock;
  log: Log;
}

/** Subscribers per commit: other writers wait no longer than a few milliseconds. */
const CHUNK = 200;
/** Numbers of the journal that one read goes over. */
const REACH = 20_000;
const ROWS = 100;
/** What was only passed over is passed over again after the end of the process: at most so much. */
const SAVE_EVERY = 20_000;
const AGAIN_MS = 1_000;

const NO_PLAN: PlanNote = { isRepeated: false, isMoved: false };

/** Asleep until `start`. */
export const createTeller = (parts: TellerParts): Teller => {
  const { engine, journal, book, repository, outlets, pageOf, servicesOf, commit, clock, log } = parts;
  let position: FanOutPosition = { seq: 0, afterId: "" };
  let savedSeq = 0;
  let running: Promise<void> | null = null;
  let isWanted = false;
  let isStopped = true;
  let unsubscribe: (() => void) | null = null;
  let cancelAgain: CancelTimer | null = null;

  /** Whom the event concerns, and what of it: in the order of IDs, which never changes. */
  const audienceOf = async (
    row: NewsRow,
  ): Promise<{ page: StatusPage; subscriber: Subscriber; news: News }[]> => {
    const pages = book
      .toldPages()
      .flatMap((id) => pageOf(id) ?? [])
      .filter(({ tenantId }) => tenantId === row.tenantId);
    if (pages.length === 0) return [];
    // Where a service flaps, most rows are told to nobody, and its incident has thousands of updates.
    if (isKeptBack(row)) return [];
    const updates = isIncidentRow(row) ? await repository.publicUpdates(row.subjectId) : [];
    const plan =
      row.kind === "maintenance.scheduled" || row.kind === "maintenance.cancelled"
        ? await repository.planNote(row)
        : NO_PLAN;
    return pages
      .flatMap((page) => {
        const news = newsOf(row, { services: servicesOf(page), updates, plan });
        if (news === null) return [];
        return book.of(page.id).flatMap((subscriber) => {
          const isTold = subscriber.sinceSeq !== null && subscriber.sinceSeq < row.seq;
          const own = isTold && outlets.isOpen(subscriber) ? chosenOf(news, subscriber.serviceIds) : null;
          return own === null ? [] : [{ page, subscriber, news: own }];
        });
      })
      .toSorted((a, b) => (a.subscriber.id < b.subscriber.id ? -1 : 1));
  };

  const moveTo = (next: FanOutPosition): void => {
    position = next;
    savedSeq = next.seq;
  };

  const tell = async (row: NewsRow): Promise<void> => {
    const resumed = position.afterId;
    const audience = (await audienceOf(row)).filter(({ subscriber }) => subscriber.id > resumed);
    for (let from = 0; from < audience.length; from += CHUNK) {
      const chunk = audience.slice(from, from + CHUNK);
      const isLast = from + CHUNK >= audience.length;
      const plan = emptyPlan();
      for (const { page, subscriber, news } of chunk)
        // Whoever has unsubscribed since is told no more.
        if (book.get(subscriber.id) !== undefined) outlets.tell(page, subscriber, news, plan);
      const next: FanOutPosition = isLast
        ? { seq: row.seq, afterId: "" }
        : { seq: row.seq - 1, afterId: chunk.at(-1)?.subscriber.id ?? "" };
      plan.statements.push(saveFanOutStatement(next));
      await commit(plan);
      moveTo(next);
      if (isStopped) return;
    }
    if (audience.length === 0) position = { seq: row.seq, afterId: "" };
  };

  /** From where on somebody may be told; null: nobody is. */
  const startOf = (): FanOutPosition | null => {
    const first = book.firstSeq();
    if (first === null) return null;
    return first > position.seq ? { seq: first, afterId: "" } : position;
  };

  const saveIfFar = async (): Promise<void> => {
    if (position.seq - savedSeq < SAVE_EVERY) return;
    await engine.batch([saveFanOutStatement(position)], "process");
    savedSeq = position.seq;
  };

  const pass = async (): Promise<void> => {
    for (;;) {
      const start = startOf();
      if (start === null || isStopped) return;
      position = start;
      const latest = await journal.latest();
      if (position.seq >= latest) return;
      const upTo = Math.min(latest, position.seq + REACH);
      const rows = await readKinds(engine, { kinds: NEWS_KINDS, after: position.seq, upTo, limit: ROWS });
      for (const row of rows) {
        await tell(row as NewsRow);
        if (isStopped) return;
      }
      if (rows.length < ROWS) position = { seq: upTo, afterId: "" };
      await saveIfFar();
    }
  };

  const run = async (): Promise<void> => {
    do {
      isWanted = false;
      await pass();
    } while (isWanted && !isStopped);
  };

  /** Following costs a read per commit: only while somebody is told. */
  const follow = (): void => {
    const isNeeded = !isStopped && book.firstSeq() !== null;
    if (isNeeded) unsubscribe ??= journal.subscribe(wake);
    else {
      unsubscribe?.();
      unsubscribe = null;
    }
  };

  const wake = (): void => {
    follow();
    isWanted = true;
    if (isStopped || running !== null) return;
    cancelAgain?.();
    cancelAgain = null;
    running = run()
      .catch((error: unknown) => {
        log.error("subscribers of status pages could not be told; it is tried again", { error });
        cancelAgain = clock.after(AGAIN_MS, wake);
      })
      .finally(() => {
        running = null;
        if (isWanted) wake();
      });
  };

  return {
    name: "subscribers",
    wake,
    idle: async () => {
      do {
        wake();
        await running;
      } while (running !== null);
    },
    start: async () => {
      position = await repository.position();
      savedSeq = position.seq;
      isStopped = false;
      wake();
    },
    stop: async () => {
      isStopped = true;
      follow();
      cancelAgain?.();
      cancelAgain = null;
      await running;
    },
  };
};
