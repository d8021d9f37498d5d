// In: how a heartbeat is scheduled and when it reported last. Out: when the next report is expected, and until
// when it may come. Pure; times in ms of the wall clock.
import type { HeartbeatTarget, MonitorState } from "../schema";

/** The moments of a cron pattern after a time, rising. */
export type MomentsOf = (pattern: string, timeZone: string, afterMs: number) => Iterable<number>;

export interface Expectation {
  /** Null: nothing is expected, because it has never reported. */
  expectedAt: number | null;
  /** Null: nothing becomes of it by waiting. */
  deadlineAt: number | null;
}

const nextMoment = (
  { periodSeconds, cron, timeZone }: HeartbeatTarget,
  afterMs: number,
  momentsOf: MomentsOf,
): number | null => {
  if (periodSeconds !== null) return afterMs + periodSeconds * 1_000;
  for (const moment of momentsOf(cron ?? "", timeZone, afterMs)) return moment;
  return null;
};

/**
 * From the first report on. A job that said that it begins must end within its grace. What is not known any
 * more, because it was paused, is expected anew from then on.
 */
export const expectationOf = (
  target: HeartbeatTarget,
  { status, since, lastPingAt, startedAt }: MonitorState,
  momentsOf: MomentsOf,
): Expectation => {
  const graceMs = target.graceSeconds * 1_000;
  const base = lastPingAt === null ? null : status === "pending" ? Math.max(since, lastPingAt) : lastPingAt;
  const expectedAt = base === null ? null : nextMoment(target, base, momentsOf);
  if (status === "down") return { expectedAt, deadlineAt: null };
  const deadlines = [expectedAt, startedAt].filter((at) => at !== null).map((at) => at + graceMs);
  return { expectedAt, deadlineAt: deadlines.length === 0 ? null : Math.min(...deadlines) };
};
