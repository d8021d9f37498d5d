// In: a user who has proved who they are, or a cookie. Out: a new session, or the one that the cookie
// belongs to. IDs have 256 bits and are kept as hashes; sessions end by idling, by age, or by decree.
import { type LiveSession } from "./book";
import type { AccessParts } from "./parts";
import type { SessionRow, UserRow } from "./repository";
import type { Statement } from "../store/engine";
import { randomSecret, sha256Hex } from "../lib/digest";

/** Without a request for so long, it is over. */
export const IDLE_MS = 12 * 60 * 60_000;
/** However busy. */
export const MAX_AGE_MS = 30 * 24 * 60 * 60_000;
/** Headers are the client's own words. */
const LONGEST_USER_AGENT = 200;

export interface Visitor {
  address: string;
  userAgent: string;
}

export interface OpenedSession {
  /** For the cookie; not kept. */
  id: string;
  row: SessionRow;
  statement: Statement;
}

export interface SessionDesk {
  /** To be committed by the caller, who then calls `book.putSession`. */
  open(user: UserRow, visitor: Visitor): OpenedSession;
  /** The living session of a cookie; counts as use. */
  find(id: string): LiveSession | undefined;
  hashOf(id: string): string;
  /** True when the user has a living session from this address. */
  isKnownFrom(userId: string, address: string): boolean;
  /** True when anybody has a living session from this address. */
  isKnownAddress(address: string): boolean;
  /** Statements for what changed since the last call: times of last use, sessions that are over. */
  flush(): Statement[];
}

export const createSessionDesk = ({ repository, book, clock }: AccessParts): SessionDesk => {
  const used = new Set<LiveSession>();

  const isOver = ({ row }: LiveSession, now: number): boolean =>
    now - row.lastSeenAt > IDLE_MS || now - row.createdAt > MAX_AGE_MS;

  return {
    open: (user, visitor) => {
      const id = randomSecret();
      const now = clock.now();
      const row: SessionRow = {
        idHash: sha256Hex(id),
        userId: user.id,
        createdAt: now,
        lastSeenAt: now,
        address: visitor.address,
        userAgent: visitor.userAgent.slice(0, LONGEST_USER_AGENT),
      };
      return { id, row, statement: repository.insertSession(row) };
    },
    find: (id) => {
      const session = book.session(sha256Hex(id));
      if (session === undefined) return undefined;
      const now = clock.now();
      if (isOver(session, now) || !session.user.isActive) return undefined;
      session.row.lastSeenAt = Math.max(session.row.lastSeenAt, now);
      used.add(session);
      return session;
    },
    hashOf: sha256Hex,
    isKnownFrom: (userId, address) => {
      const now = clock.now();
      for (const session of book.sessionsOf(userId))
        if (session.row.address === address && !isOver(session, now)) return true;
      return false;
    },
    isKnownAddress: (address) => {
      const now = clock.now();
      for (const session of book.sessions())
        if (session.row.address === address && !isOver(session, now)) return true;
      return false;
    },
    flush: () => {
      const now = clock.now();
      const statements: Statement[] = [];
      for (const { row } of used) statements.push(repository.touchSession(row.idHash, row.lastSeenAt));
      used.clear();
      for (const session of book.sessions())
        if (isOver(session, now)) {
          book.removeSession(session.row.idHash);
          statements.push(repository.deleteSession(session.row.idHash));
        }
      return statements;
    },
  };
};
