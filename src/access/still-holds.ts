// In: a principal from an earlier check. Out: whether the session or token behind it is still good, for
// connections that stay open. Unlike `authenticate` this does not count as use.
import type { Principal } from "../core/actor";
import type { Clock } from "../core/clock";
import type { AccessBook } from "./book";
import { IDLE_MS, MAX_AGE_MS } from "./sessions";

export interface StillHoldsParts {
  book: AccessBook;
  clock: Clock;
}

/** False as well when the role has changed: the caller connects again with the new one. */
export const createStillHolds = ({ book, clock }: StillHoldsParts) => {
  const sessionHolds = (sessionId: string, principal: Principal): boolean => {
    const session = book.session(sessionId);
    if (session === undefined || !session.user.isActive || session.user.role !== principal.role) return false;
    const now = clock.now();
    return now - session.row.lastSeenAt <= IDLE_MS && now - session.row.createdAt <= MAX_AGE_MS;
  };

  const tokenHolds = (tokenId: string): boolean => {
    const token = book.tokens.get(tokenId);
    if (token === undefined) return false;
    return token.row.expiresAt === null || token.row.expiresAt > clock.now();
  };

  return (principal: Principal): boolean => {
    if (principal.sessionId !== undefined) return sessionHolds(principal.sessionId, principal);
    return principal.actor.kind !== "token" || tokenHolds(principal.actor.id ?? "");
  };
};
