// In: an account and a password from an address. Out: a fresh session, or a refusal that does not tell
// whether the account exists. Guessing is slowed down per account and per address.
import { SYSTEM } from "../core/actor";
import { AppError } from "../core/errors";
import { addressGroup } from "../lib/address-list";
import { sha256Hex } from "../lib/digest";
import type { Statement } from "../store/engine";
import { type LiveSession, principalOfUser } from "./book";
import { type AccessParts, recorded } from "./parts";
import { checkPassword } from "./passwords";
import type { UserRow } from "./repository";
import type { SessionDesk, Visitor } from "./sessions";
import type { Attempt, SignInLimits } from "./sign-in-limits";

export interface SignedIn {
  user: UserRow;
  /** For the cookie. */
  sessionId: string;
}

export interface SignInRequest extends Visitor {
  email: string;
  password: string;
  /** Of the cookie that came along: its session ends. */
  oldSessionId: string | null;
}

export interface SignInDesk {
  /** Throws `unauthenticated`, or `rate_limited` with the seconds to wait. */
  signIn(request: SignInRequest): Promise<SignedIn>;
  /** Opens a session for somebody who was just created. */
  enter(user: UserRow, visitor: Visitor): Promise<SignedIn>;
  signOut(session: LiveSession): Promise<void>;
  /** The session that is now; others of the same person end. */
  changePassword(
    session: LiveSession,
    passwords: { current: string; next: string },
    visitor: Visitor,
  ): Promise<SignedIn>;
}

interface SignInParts extends AccessParts {
  sessions: SessionDesk;
  limits: SignInLimits;
}

const UNKNOWN_ACCOUNT = "(unknown)";
/** Failures that an address with somebody signed in has before it, in the line, to one with nobody. */
const KNOWN_ADDRESS_LEAD = 10;

const wrong = (): AppError =>
  new AppError("unauthenticated", "The e-mail address or the password is wrong.", { code: "sign_in_failed" });

export const createSignInDesk = (parts: SignInParts): SignInDesk => {
  const { engine, repository, book, clock, log, passwords, sessions, limits, lock } = parts;

  /** Somebody at an address from which the person is signed in is not locked out by guessers elsewhere. */
  const accountKey = (email: string, user: UserRow | undefined, address: string): string => {
    const account = `account:${sha256Hex(email)}`;
    return user !== undefined && sessions.isKnownFrom(user.id, address) ? `${account}@${address}` : account;
  };

  const beginAttempt = (account: string, address: string): Attempt => {
    const now = clock.now();
    const waitMs = Math.max(limits.waitMs(account, now), limits.waitMs(address, now));
    if (waitMs > 0)
      throw new AppError("rate_limited", "There were too many failed tries. Wait a little.", {
        code: "sign_in_blocked",
        retryAfterSeconds: Math.ceil(waitMs / 1000),
      });
    return limits.begin(account, address, now);
  };

  const check = async (
    attempt: Attempt,
    { password, address }: { password: string; address: string },
    user: UserRow | undefined,
  ): Promise<boolean> => {
    // People at work are not kept waiting by guessers who come from everywhere.
    const lead = sessions.isKnownAddress(address) ? KNOWN_ADDRESS_LEAD : 0;
    try {
      return await passwords.verify(password, user?.passwordHash ?? null, attempt.rank - lead);
    } catch (error) {
      attempt.abandon();
      throw error;
    }
  };

  /**
   * The same row for an account that exists and for one that does not, else the time that it takes
   * would tell them apart. What stands for an unknown account is not kept: people mistype passwords there.
   */
  const failureOf = (user: UserRow | undefined, account: string, address: string): Statement[] => {
    if (user !== undefined) {
      const doer = {
        tenantId: user.tenantId,
        actor: { kind: "user", id: user.id, name: user.name } as const,
      };
      return [recorded("access.sign_in_failed", doer, user.id, { account, address }, clock.now())];
    }
    const [home] = book.organizations.values();
    if (home === undefined) return [];
    const doer = { tenantId: home.id, actor: SYSTEM };
    const data = { account: UNKNOWN_ACCOUNT, address };
    return [recorded("access.sign_in_failed", doer, home.id, data, clock.now())];
  };

  const refuse = async (attempt: Attempt, user: UserRow | undefined, account: string, address: string) => {
    log.warn("sign-in failed", { address, known: user !== undefined });
    await engine.batch([...attempt.fail(), ...failureOf(user, account, address)]);
    return wrong();
  };

  const open = async (
    user: UserRow,
    visitor: Visitor,
    extra: Parameters<typeof engine.batch>[0],
    oldHash: string | null,
  ): Promise<SignedIn> => {
    const opened = sessions.open(user, visitor);
    await engine.batch([
      ...extra,
      ...(oldHash === null ? [] : [repository.deleteSession(oldHash)]),
      opened.statement,
      recorded(
        "access.signed_in",
        principalOfUser(user),
        user.id,
        { id: user.id, name: user.name },
        clock.now(),
      ),
    ]);
    if (oldHash !== null) book.removeSession(oldHash);
    book.putSession(opened.row, user);
    return { user, sessionId: opened.id };
  };

  const changeHash = async (
    session: LiveSession,
    passwordHash: string,
    visitor: Visitor,
  ): Promise<SignedIn> => {
    const { user } = session;
    const after: UserRow = { ...user, passwordHash, updatedAt: clock.now() };
    const opened = sessions.open(after, visitor);
    const data = { object: "user", id: user.id, name: user.name, changes: { password: "changed" } };
    await engine.batch([
      repository.updateUser(after),
      repository.deleteSessionsOf(user.id),
      opened.statement,
      recorded("config.updated", principalOfUser(user), user.id, data, after.updatedAt),
    ]);
    book.removeSessionsOf(user.id);
    book.putUser(after);
    book.putSession(opened.row, after);
    return { user: after, sessionId: opened.id };
  };

  return {
    signIn: async ({ email, password, oldSessionId, ...visitor }) => {
      const name = email.trim().toLowerCase();
      const known = book.userByEmail(name);
      const user = known?.isActive === true ? known : undefined;
      const address = `address:${addressGroup(visitor.address)}`;
      const attempt = beginAttempt(accountKey(name, user, visitor.address), address);
      const matches = await check(attempt, { password, address: visitor.address }, user);
      // Read again: the password may have been changed while this one was being checked.
      const current = user === undefined ? undefined : book.users.get(user.id);
      if (
        !matches ||
        current === undefined ||
        !current.isActive ||
        current.passwordHash !== user?.passwordHash
      )
        throw await refuse(attempt, user, name, visitor.address);
      const oldHash = oldSessionId === null ? null : sessions.hashOf(oldSessionId);
      return open(current, visitor, attempt.succeed(), oldHash);
    },
    enter: (user, visitor) => open(user, visitor, [], null),
    signOut: async ({ row, user }) => {
      await engine.batch([
        repository.deleteSession(row.idHash),
        recorded(
          "access.signed_out",
          principalOfUser(user),
          user.id,
          { id: user.id, name: user.name },
          clock.now(),
        ),
      ]);
      book.removeSession(row.idHash);
    },
    changePassword: async (session, { current, next }, visitor) => {
      const { user } = session;
      checkPassword(next);
      const account = `${accountKey(user.email, user, visitor.address)}#password`;
      const attempt = beginAttempt(account, `address:${addressGroup(visitor.address)}`);
      if (!(await check(attempt, { password: current, address: visitor.address }, user))) {
        await refuse(attempt, user, user.email, visitor.address);
        throw new AppError("invalid", "The present password is wrong.", { field: "current_password" });
      }
      await engine.batch(attempt.succeed());
      const passwordHash = await passwords.hash(next);
      return lock.run(user.tenantId, async () => {
        const living = book.session(session.row.idHash);
        if (living === undefined) throw wrong();
        return changeHash(living, passwordHash, visitor);
      });
    },
  };
};
