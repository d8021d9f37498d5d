// In: how a service stood, as spans, and a range of time. Out: how many seconds it spent in each state there,
// and what follows: downtime, uptime, the error budget. Pure, and exact to the second, so that a report can
// be made again at any time and comes out the same.
//
// A second belongs to the state at its end: what began and ended within one second is not seen. Before the
// service existed there is no data, and after it was deleted neither: nobody counts that as up. Maintenance
// is left out of the time that counts.
import type { ServiceStatus } from "../../core/events";

/** In the order of their beginnings, without gaps; `endedAt` is null for the present one. Times in ms. */
export interface Span {
  readonly state: ServiceStatus;
  readonly startedAt: number;
  readonly endedAt: number | null;
}

export type Seconds = Record<ServiceStatus | "no_data", number>;

/** Shares of the time that count as downtime, 0 to 1. */
export interface Weights {
  down: number;
  degraded: number;
}

/** Not settable: what is down is down. */
export const DOWN_WEIGHT = 1;
/** As status pages count it (partial failures are `degraded` here). */
export const DEFAULT_DEGRADED_WEIGHT = 0;

const secondOf = (ms: number): number => Math.floor(ms / 1_000);

/** In [from, to) as far as it is over at `now`; all in ms. What is still to come is not among the seconds. */
export const measure = (
  spans: readonly Span[],
  { from, to, now }: { from: number; to: number; now: number },
): Seconds => {
  const first = secondOf(from);
  const end = Math.max(first, Math.min(secondOf(to), secondOf(now)));
  const seconds: Seconds = { operational: 0, degraded: 0, down: 0, maintenance: 0, no_data: 0 };
  let counted = 0;
  for (const { state, startedAt, endedAt } of spans) {
    const begins = Math.max(first, secondOf(startedAt));
    const ends = Math.min(end, endedAt === null ? end : secondOf(endedAt));
    if (ends <= begins) continue;
    seconds[state] += ends - begins;
    counted += ends - begins;
  }
  seconds.no_data = end - first - counted;
  return seconds;
};

export interface Uptime {
  /** In percent, 0 to 100, cut after five decimals: 100 means that there was no downtime at all. Null: no data. */
  percent: number | null;
  /** Weighted. */
  downtimeSeconds: number;
  /** What uptime is measured over: neither maintenance nor time without data. */
  countedSeconds: number;
}

const PERCENT_PLACES = 100_000;

export const uptimeOf = (seconds: Seconds, weights: Weights): Uptime => {
  const countedSeconds = seconds.operational + seconds.degraded + seconds.down;
  const downtimeSeconds = seconds.down * weights.down + seconds.degraded * weights.degraded;
  return {
    percent:
      countedSeconds === 0
        ? null
        : Math.floor((100 - (100 * downtimeSeconds) / countedSeconds) * PERCENT_PLACES) / PERCENT_PLACES,
    downtimeSeconds,
    countedSeconds,
  };
};

/** What a promised uptime leaves for downtime. */
export interface ErrorBudget {
  targetPercent: number;
  allowedSeconds: number;
  /** Negative when it is overdrawn. */
  remainingSeconds: number;
  /** So far. */
  isMet: boolean;
}

/** `futureSeconds`: what of the range is still to come. The budget is that of the whole range. */
export const budgetOf = (
  { countedSeconds, downtimeSeconds }: Uptime,
  targetPercent: number,
  futureSeconds: number,
): ErrorBudget => {
  // In ten thousandths of a percent, since 100 - 99.9 is not 0.1 in binary.
  const share = Math.round((100 - targetPercent) * 1e4);
  const allowedSeconds = Math.floor(((countedSeconds + futureSeconds) * share) / 1e6);
  const remainingSeconds = allowedSeconds - downtimeSeconds;
  return { targetPercent, allowedSeconds, remainingSeconds, isMet: remainingSeconds >= 0 };
};
