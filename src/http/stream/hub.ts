// In: the journal's signal, and followers with a position each. Out: every row after that position to
// each follower, in order, as fast as it takes them. Nothing is kept for a follower but its position.
import type { Principal } from "../../core/actor";
import type { CancelTimer, Clock } from "../../core/clock";
import type { Log } from "../../core/log";
import type { JournalFeed, JournalRow } from "../../journal/feed";
import type { Service } from "../../lib/service";

/** Why the server ends a stream. */
export type StreamEnd = "stopping" | "signed_out" | "too_slow" | "failed";

/** Where a follower's messages go. Nothing is called after `end`. */
export interface StreamSink {
  /** A whole message as JSON text; `seq` is null for those that are not in the journal. */
  send(message: string, seq: number | null): void;
  ping(): void;
  /** False while the client has to catch up; then `Follower.wake` says that it has. */
  hasRoom(): boolean;
  end(reason: StreamEnd): void;
}

export interface Follower {
  /** There may be something to do: call it when the client has room again. */
  wake(): void;
  /** The client is gone. Safe to call twice. */
  leave(): void;
}

export interface StreamHubOptions {
  feed: Pick<JournalFeed, "read" | "latest" | "subscribe">;
  clock: Clock;
  log: Log;
  /** A journal row in the API's shape. */
  present: (row: JournalRow) => object;
  /** False once the session or token that opened the stream has ended. Does not count as its use. */
  stillHolds: (principal: Principal) => boolean;
}

export interface StreamHub extends Service {
  /** `after`: the last number that the client has; null begins with what comes from now on. */
  follow(principal: Principal, after: number | null, sink: StreamSink): Promise<Follower>;
  readonly size: number;
}

/** The UI calls a stream dead after 35 s of silence; proxies commonly cut at 60 s. */
const PING_EVERY_MS = 15_000;
/** A client that takes nothing for so long is closed; it comes back with its last number. */
const SLOW_LIMIT_MS = 30_000;
const PAGE_ROWS = 200;

interface Member {
  principal: Principal;
  sink: StreamSink;
  position: number;
  isPumping: boolean;
  isWoken: boolean;
  isGone: boolean;
  /** Monotonic time since when the sink has had no room; null while it has. */
  fullSince: number | null;
}

interface Page {
  messages: { seq: number; text: string }[];
  isLast: boolean;
}

export const createStreamHub = (options: StreamHubOptions): StreamHub => {
  const { feed, clock, log } = options;
  const members = new Set<Member>();
  /** Clients that stand at the same place share one read and one presentation. */
  const reads = new Map<string, Promise<Page>>();
  let unsubscribe: (() => void) | null = null;
  let cancelPing: CancelTimer | null = null;

  const loadPage = async (tenantId: string, after: number): Promise<Page> => {
    const rows = await feed.read({ tenantId, after, limit: PAGE_ROWS });
    return {
      messages: rows.map((row) => ({ seq: row.seq, text: JSON.stringify(options.present(row)) })),
      isLast: rows.length < PAGE_ROWS,
    };
  };

  const readPage = (tenantId: string, after: number): Promise<Page> => {
    const key = `${tenantId}:${after}`;
    const known = reads.get(key);
    if (known !== undefined) return known;
    const page = loadPage(tenantId, after).finally(() => reads.delete(key));
    reads.set(key, page);
    return page;
  };

  /** Watching costs a read per commit: only while there is somebody to tell. */
  const watch = (): void => {
    unsubscribe ??= feed.subscribe(() => {
      for (const member of members) wake(member);
    });
  };

  const forget = (member: Member): void => {
    member.isGone = true;
    members.delete(member);
    if (members.size > 0) return;
    unsubscribe?.();
    unsubscribe = null;
  };

  const end = (member: Member, reason: StreamEnd): void => {
    if (member.isGone) return;
    forget(member);
    member.sink.end(reason);
  };

  const hasRoom = (member: Member): boolean => {
    const room = member.sink.hasRoom();
    if (room) member.fullSince = null;
    else member.fullSince ??= clock.monotonic();
    return room;
  };

  /** Sends what there is; stops at the end of the journal, or of the client's room. */
  const pump = async (member: Member): Promise<void> => {
    do {
      member.isWoken = false;
      let isLast = false;
      while (!isLast && !member.isGone && hasRoom(member)) {
        const page = await readPage(member.principal.tenantId, member.position);
        if (member.isGone) return;
        for (const { seq, text } of page.messages) {
          member.sink.send(text, seq);
          member.position = seq;
        }
        isLast = page.isLast;
      }
    } while (member.isWoken && !member.isGone);
  };

  const wake = (member: Member): void => {
    member.isWoken = true;
    if (member.isPumping || member.isGone) return;
    member.isPumping = true;
    pump(member)
      .catch((error: unknown) => {
        log.warn("a live stream ended because the journal could not be read", { error });
        end(member, "failed");
      })
      .finally(() => {
        member.isPumping = false;
        if (member.isWoken && !member.isGone && member.sink.hasRoom()) wake(member);
      });
  };

  const look = (member: Member): void => {
    if (!options.stillHolds(member.principal)) return end(member, "signed_out");
    if (hasRoom(member)) member.sink.ping();
    else if (clock.monotonic() - (member.fullSince ?? 0) >= SLOW_LIMIT_MS) end(member, "too_slow");
  };

  const planPing = (): void => {
    cancelPing = clock.after(PING_EVERY_MS, () => {
      for (const member of members) look(member);
      planPing();
    });
  };

  return {
    name: "live stream",
    get size() {
      return members.size;
    },
    start: async () => {
      if (cancelPing === null) planPing();
    },
    stop: async () => {
      cancelPing?.();
      cancelPing = null;
      for (const member of members) end(member, "stopping");
    },
    follow: async (principal, after, sink) => {
      const member: Member = {
        principal,
        sink,
        position: after ?? Number.MAX_SAFE_INTEGER,
        isPumping: true,
        isWoken: false,
        isGone: false,
        fullSince: null,
      };
      // A member before it is greeted: what is committed meanwhile wakes it.
      members.add(member);
      watch();
      const follower = {
        wake: () => wake(member),
        leave: () => forget(member),
      };
      const latest = await feed.latest();
      if (member.isGone) return follower;
      // A number from the future belongs to a database that has been replaced since.
      member.position = Math.min(after ?? latest, latest);
      sink.send(JSON.stringify({ kind: "hello", seq: latest }), null);
      member.isPumping = false;
      wake(member);
      return follower;
    },
  };
};
