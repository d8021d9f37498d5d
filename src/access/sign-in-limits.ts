// In: tries to sign in, by account and by address. Out: how long the next one must wait. A try counts
// from its beginning, so many at once count as many; the rows survive a restart.
import type { AccessRepository, AttemptRow } from "./repository";
import type { Statement } from "../store/engine";

export interface AttemptRule {
  /** Failures without any wait. */
  free: number;
  /** After each further failure the wait doubles, from one second to this. */
  longestWaitMs: number;
}

/** Five free tries and waits of 1, 2, 4, 8, 16 s: ten tries in the first minute, fewer later. */
export const ACCOUNT_RULE: AttemptRule = { free: 5, longestWaitMs: 5 * 60_000 };
/** A whole plant may share one address. */
export const ADDRESS_RULE: AttemptRule = { free: 50, longestWaitMs: 60_000 };
/** A quiet hour forgets the failures. */
const FORGET_AFTER_MS = 60 * 60_000;
/** Attackers may invent accounts: the longest unused ones are dropped. */
const MAX_KEYS = 50_000;

export interface Attempt {
  /** Failures of the address so far, this try included: who failed least is looked at first. */
  readonly rank: number;
  /** The sign-in went through: the account's failures are forgotten. */
  succeed(): Statement[];
  fail(): Statement[];
  /** Neither: not a try at the account. The address keeps it: whoever floods the line goes to its end. */
  abandon(): void;
}

export interface SignInLimits {
  /** Milliseconds to wait; 0 when a try may begin. */
  waitMs(key: string, nowMs: number): number;
  /** To be called at once after a `waitMs` of 0 for both keys, and settled exactly once. */
  begin(account: string, address: string, nowMs: number): Attempt;
  /** Removes what a quiet hour has made meaningless. */
  prune(nowMs: number): Statement[];
}

export const waitAfter = (failures: number, rule: AttemptRule): number =>
  failures < rule.free ? 0 : Math.min(1000 * 2 ** (failures - rule.free), rule.longestWaitMs);

export const createSignInLimits = (
  rows: readonly AttemptRow[],
  repository: Pick<AccessRepository, "putAttempt" | "deleteAttempt">,
): SignInLimits => {
  const attempts = new Map(rows.map((row) => [row.key, row]));
  const ruleOf = (key: string): AttemptRule => (key.startsWith("address:") ? ADDRESS_RULE : ACCOUNT_RULE);

  const isForgotten = (row: AttemptRow, nowMs: number): boolean =>
    Math.abs(nowMs - row.lastFailureAt) > FORGET_AFTER_MS;

  const current = (key: string, nowMs: number): AttemptRow | undefined => {
    const row = attempts.get(key);
    return row === undefined || isForgotten(row, nowMs) ? undefined : row;
  };

  const count = (key: string, nowMs: number): AttemptRow => {
    const failures = (current(key, nowMs)?.failures ?? 0) + 1;
    const row = {
      key,
      failures,
      lastFailureAt: nowMs,
      blockedUntil: nowMs + waitAfter(failures, ruleOf(key)),
    };
    // Put at the end: the map's order is that of the last use.
    attempts.delete(key);
    attempts.set(key, row);
    for (const oldest of attempts.keys()) {
      if (attempts.size <= MAX_KEYS) break;
      attempts.delete(oldest);
    }
    return row;
  };

  const uncount = (key: string): void => {
    const row = attempts.get(key);
    if (row === undefined) return;
    if (row.failures <= 1) attempts.delete(key);
    else attempts.set(key, { ...row, failures: row.failures - 1, blockedUntil: row.lastFailureAt });
  };

  return {
    waitMs: (key, nowMs) => {
      const row = current(key, nowMs);
      if (row === undefined) return 0;
      // The wall clock may have gone back: no wait is longer than the rule's.
      return Math.min(Math.max(row.blockedUntil - nowMs, 0), ruleOf(key).longestWaitMs);
    },
    begin: (account, address, nowMs) => {
      count(account, nowMs);
      const { failures } = count(address, nowMs);
      return {
        rank: failures,
        succeed: () => {
          attempts.delete(account);
          uncount(address);
          return [repository.deleteAttempt(account)];
        },
        fail: () =>
          [attempts.get(account), attempts.get(address)]
            .filter((row) => row !== undefined)
            .map((row) => repository.putAttempt(row)),
        abandon: () => uncount(account),
      };
    },
    prune: (nowMs) => {
      const old = [...attempts.values()].filter((row) => isForgotten(row, nowMs));
      for (const { key } of old) attempts.delete(key);
      return old.map(({ key }) => repository.deleteAttempt(key));
    },
  };
};
