// In: who asks for what. Out: admitted, or a wait. The budgets lie far above what plants send; they
// stop runaway scripts and guessing, each kind without touching the others.
import type { AccessLevel, Principal } from "../core/actor";
import type { Clock } from "../core/clock";
import { AppError } from "../core/errors";
import { addressGroup } from "../lib/address-list";
import { type BucketRate, createTokenBuckets } from "../lib/token-bucket";

export interface Limits {
  /** Per client address: everything, whoever asks. */
  address: BucketRate;
  /** Per client address: answers with 401, i.e. missing and wrong credentials. */
  refused: BucketRate;
  /** Per token or user: readings and heartbeats. */
  ingest: BucketRate;
  /** Per token or user: all other calls. */
  api: BucketRate;
  /** Requests of one address that wait for their answer or are still being sent. */
  inFlightPerAddress: number;
  inFlight: number;
}

export const DEFAULT_LIMITS: Limits = {
  address: { perSecond: 400_000, burst: 1_000_000 },
  refused: { perSecond: 10, burst: 600 },
  ingest: { perSecond: 300_000, burst: 600_000 },
  api: { perSecond: 5_000, burst: 20_000 },
  inFlightPerAddress: 512,
  inFlight: 10_000,
};

const tooMany = (retryAfterSeconds: number, code: string): AppError =>
  new AppError("rate_limited", "There are too many requests. Wait as long as Retry-After says.", {
    code,
    retryAfterSeconds,
  });

export interface AddressBudgets {
  /** Counts a request in. Null when admitted: then `leave` must follow; else the refusal. */
  enter(address: string): AppError | null;
  leave(address: string): void;
  /** After an answer of 401. Null as long as the address may go on trying. */
  refused(address: string): AppError | null;
  readonly inFlight: number;
}

export const createAddressBudgets = (clock: Clock, limits: Limits): AddressBudgets => {
  const all = createTokenBuckets(limits.address);
  const refusals = createTokenBuckets(limits.refused);
  const open = new Map<string, number>();
  let total = 0;

  const take = (buckets: typeof all, address: string, code: string): AppError | null => {
    const waitSeconds = buckets.take(addressGroup(address), clock.monotonic());
    return waitSeconds === 0 ? null : tooMany(waitSeconds, code);
  };

  return {
    enter: (address) => {
      const refusal = take(all, address, "too_many_requests");
      if (refusal !== null) return refusal;
      const key = addressGroup(address);
      const count = open.get(key) ?? 0;
      if (count >= limits.inFlightPerAddress || total >= limits.inFlight)
        return tooMany(1, "too_many_at_once");
      open.set(key, count + 1);
      total++;
      return null;
    },
    leave: (address) => {
      const key = addressGroup(address);
      const count = open.get(key) ?? 0;
      if (count <= 1) open.delete(key);
      else open.set(key, count - 1);
      total--;
    },
    refused: (address) => take(refusals, address, "too_many_refused"),
    get inFlight() {
      return total;
    },
  };
};

/** Throws AppError `rate_limited`. */
export type Admit = (principal: Principal, level: AccessLevel) => void;

/** The budgets of tokens and users; public routes have only the address's. */
export const createPrincipalBudgets = (clock: Clock, limits: Limits = DEFAULT_LIMITS): Admit => {
  const ingest = createTokenBuckets(limits.ingest);
  const api = createTokenBuckets(limits.api);
  return (principal, level) => {
    if (level === "public") return;
    const buckets = level === "ingest" ? ingest : api;
    const waitSeconds = buckets.take(principal.actor.id ?? principal.tenantId, clock.monotonic());
    if (waitSeconds > 0) throw tooMany(waitSeconds, "too_many_requests");
  };
};
