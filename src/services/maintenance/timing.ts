// In: when a person wants maintenance to be. Out: the same, or the reason why it can't be; and when it would
// be next. Pure.
import { invalid } from "../../core/errors";
import { isTimeZone, refusePattern } from "../../operations/recurrence";
import {
  planAhead,
  planWithin,
  shortestInterval,
  type PlannedOccurrence,
  type WindowTiming,
} from "./plan-ahead";

/** What people set of it. */
export type Timing = Omit<WindowTiming, "plannedUntil">;

const checkRecurrence = ({ cron, durationSeconds, timeZone }: Timing, now: number): void => {
  if (cron === null) return;
  const refusal = refusePattern(cron);
  if (refusal !== null) throw invalid("cron", `cron is no pattern of five fields: ${refusal}`);
  if (durationSeconds === null)
    throw invalid("duration_seconds", "A recurring window needs duration_seconds.");
  if (shortestInterval(cron, timeZone, now) < durationSeconds * 1_000)
    throw invalid("duration_seconds", "It would last longer than until it comes again.");
};

/** Throws `invalid` with the field. */
export const checkTiming = (timing: Timing, now: number): void => {
  const { cron, startsAt, endsAt, timeZone } = timing;
  if (!isTimeZone(timeZone))
    throw invalid("time_zone", "time_zone must be a name such as Europe/Berlin or UTC.");
  checkRecurrence(timing, now);
  if (cron === null && timing.durationSeconds !== null)
    throw invalid("duration_seconds", "duration_seconds is for windows with cron: give ends_at.");
  if (cron === null && startsAt === null) throw invalid("starts_at", "starts_at is missing (or give cron).");
  if (cron === null && endsAt === null) throw invalid("ends_at", "ends_at is missing (or give cron).");
  if (endsAt !== null && endsAt <= (startsAt ?? endsAt - 1))
    throw invalid("ends_at", "ends_at must be after starts_at.");
  if (planAhead({ ...timing, plannedUntil: null }, now, 1).length === 0)
    throw invalid(cron === null ? "ends_at" : "cron", "This time is over already, or never comes.");
};

/** The next `count`, however far away they are. Throws as `checkTiming`. */
export const nextOccurrences = (timing: Timing, now: number, count: number): PlannedOccurrence[] => {
  checkTiming(timing, now);
  return planWithin({ ...timing, plannedUntil: null }, now, {
    room: count,
    aheadMs: Number.POSITIVE_INFINITY,
  });
};
