// In: the name of a schedule, tries so far, what the endpoint asked for. Out: the wait before the
// next try, or null when the schedule is used up. Delays are seconds, as in every document.

const HOUR = 3_600;

/** Every 8 hours until 72 hours have passed since the first attempt. */
const EIGHT_HOURS = 8 * HOUR;
const persistent = (): number[] => {
  const delays = [5, 30, 120, 600, 1_800, HOUR, 2 * HOUR, 4 * HOUR, EIGHT_HOURS];
  let total = delays.reduce((sum, delay) => sum + delay, 0);
  for (; total + EIGHT_HOURS <= 72 * HOUR; total += EIGHT_HOURS) delays.push(EIGHT_HOURS);
  return delays;
};

export const RETRY_SCHEDULES = {
  haltless: [30, 120, 600],
  statuspulse: [60, 300, 900, HOUR],
  roboticks: [60, 300, 1_800, 2 * HOUR],
  persistent: persistent(),
} as const satisfies Record<string, readonly number[]>;

export type RetryScheduleName = keyof typeof RETRY_SCHEDULES;

export const isRetryScheduleName = (text: string): text is RetryScheduleName =>
  Object.hasOwn(RETRY_SCHEDULES, text);

const LONGEST_JITTER_MS = 30_000;
const JITTER_SHARE = 0.1;
/** Nobody is believed who asks for more. */
export const LONGEST_RETRY_AFTER_MS = 24 * HOUR * 1_000;

export interface RetryQuestion {
  delaysSeconds: readonly number[];
  /** Failed attempts of the present schedule, this one included: 1 after the first. */
  tries: number;
  hasJitter: boolean;
  /** 0 ≤ random < 1. */
  random: number;
  /** What the endpoint asked for; counts when it is later than the plan. */
  retryAfterMs: number | null;
}

/** Milliseconds to wait, or null when no retry is left. Jitter only ever lengthens a delay. */
export const nextDelayMs = (question: RetryQuestion): number | null => {
  const delay = question.delaysSeconds[question.tries - 1];
  if (delay === undefined) return null;
  const planned = delay * 1_000;
  const jitter = question.hasJitter
    ? Math.min(planned * JITTER_SHARE, LONGEST_JITTER_MS) * question.random
    : 0;
  const asked = Math.min(question.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS);
  return Math.round(Math.max(planned + jitter, asked));
};

/** `Retry-After` in seconds or as an HTTP date; null when it is neither. `now` in ms. */
export const parseRetryAfter = (value: string | undefined, now: number): number | null => {
  if (value === undefined) return null;
  const text = value.trim();
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1_000;
  // Only the forms of HTTP dates: Date.parse takes far more than that.
  if (!/^[A-Z][a-z]{2,8},? /.test(text)) return null;
  // The oldest of them has no zone; all of them mean GMT.
  const at = Date.parse(text.endsWith("GMT") ? text : `${text} GMT`);
  return Number.isNaN(at) ? null : Math.max(at - now, 0);
};
