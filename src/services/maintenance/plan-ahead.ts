// In: a maintenance window and a span of time. Out: the occurrences that it has there. Pure.
import { momentsOf } from "../../operations/recurrence";
import type { WindowRow } from "./repository";

export interface PlannedOccurrence {
  /** When the pattern came due. */
  slot: number;
  startsAt: number;
  endsAt: number;
}

/** Occurrences get rows this long before they begin; the next one gets one however far away it is. */
export const AHEAD_MS = 14 * 86_400_000;

export type WindowTiming = Pick<
  WindowRow,
  "startsAt" | "endsAt" | "cron" | "durationSeconds" | "timeZone" | "plannedUntil"
>;

/**
 * What has no row yet, in order, at most `room`. What has begun already begins now: nobody makes downtime
 * of the past into maintenance. What is over before `now` is not made up for.
 */
export const planAhead = (window: WindowTiming, now: number, room: number): PlannedOccurrence[] =>
  planWithin(window, now, { room, aheadMs: AHEAD_MS });

/** The same as far ahead as is asked for. */
export const planWithin = (
  window: WindowTiming,
  now: number,
  { room, aheadMs }: { room: number; aheadMs: number },
): PlannedOccurrence[] => {
  const { startsAt, endsAt, cron, durationSeconds, timeZone, plannedUntil } = window;
  if (cron === null || durationSeconds === null) {
    if (plannedUntil !== null || startsAt === null || endsAt === null || endsAt <= now) return [];
    return [{ slot: startsAt, startsAt: Math.max(startsAt, now), endsAt }];
  }
  const durationMs = durationSeconds * 1_000;
  const after = Math.max(plannedUntil ?? 0, now - durationMs, (startsAt ?? 0) - 1);
  const planned: PlannedOccurrence[] = [];
  for (const slot of momentsOf(cron, timeZone, after)) {
    if (endsAt !== null && slot > endsAt) break;
    const hasNext = (planned.at(-1)?.slot ?? plannedUntil ?? 0) > now;
    if (planned.length >= room || (slot > now + aheadMs && hasNext)) break;
    planned.push({ slot, startsAt: Math.max(slot, now), endsAt: slot + durationMs });
  }
  return planned;
};

/** The shortest time between two of the next occurrences, in ms; infinite when there are not two. */
export const shortestInterval = (cron: string, timeZone: string, now: number): number => {
  let shortest = Number.POSITIVE_INFINITY;
  let before: number | null = null;
  for (const moment of momentsOf(cron, timeZone, now).take(COMPARED)) {
    if (before !== null) shortest = Math.min(shortest, moment - before);
    before = moment;
  }
  return shortest;
};

/** Enough to see each interval of a pattern over the days of a week. */
const COMPARED = 200;
