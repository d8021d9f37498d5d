// In: a cron pattern and a time zone. Out: the moments at which it comes due, for whatever people plan to
// recur. Beside the scheduler the only user of the cron package.
import { Cron } from "croner";

/** Whether the operating system's time zone data knows it, e.g. `Europe/Berlin`. */
export const isTimeZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

/** Null, or why this is no pattern of five fields. */
export const refusePattern = (pattern: string): string | null => {
  try {
    new Cron(pattern, { timezone: "UTC", paused: true, mode: "5-part" });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^CronPattern: /, "") : "no cron pattern";
  }
};

/**
 * The moments after `afterMs`, in ms, rising; ends where the pattern never comes due again. Local times:
 * what falls into the hour that a change of the clock skips comes at its end; in an hour that comes twice,
 * a fixed time of day comes due the first time only. Throws for what `refusePattern` and `isTimeZone` refuse.
 */
export const momentsOf = function* (pattern: string, timeZone: string, afterMs: number): Generator<number> {
  const cron = new Cron(pattern, { timezone: timeZone, paused: true, mode: "5-part" });
  let next = cron.nextRun(new Date(afterMs));
  while (next !== null) {
    yield next.getTime();
    next = cron.nextRun(next);
  }
};
