// In: moments and a time zone. Out: local dates, and when local days and months begin, changes of the clock
// included. By the time zone data of the runtime.

/** Month and day count from 1. */
export interface LocalDate {
  year: number;
  month: number;
  day: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

const formatOf = (timeZone: string): Intl.DateTimeFormat => {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      calendar: "gregory",
      numberingSystem: "latn",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
    });
    formats.set(timeZone, format);
  }
  return format;
};

/** Throws RangeError for a time zone that does not exist. */
export const localDateOf = (timeZone: string, ms: number): LocalDate => {
  const date: LocalDate = { year: 0, month: 0, day: 0 };
  for (const { type, value } of formatOf(timeZone).formatToParts(ms))
    if (type === "year" || type === "month" || type === "day") date[type] = Number(value);
  return date;
};

/** As one number that rises with the date; days of the proleptic calendar, without a zone. */
const ordinal = ({ year, month, day }: LocalDate): number => Date.UTC(year, month - 1, day);

const HOUR_MS = 3_600_000;
/** No zone was ever further from UTC. */
const FURTHEST_MS = 16 * HOUR_MS;

/**
 * The first moment of the day, in ms: midnight, or the end of the gap where the clock skips midnight. A day
 * that a zone left out begins and ends with the next one.
 */
export const startOfDay = (timeZone: string, date: LocalDate): number => {
  const wanted = ordinal(date);
  const isReached = (ms: number): boolean => ordinal(localDateOf(timeZone, ms)) >= wanted;
  let before = wanted - FURTHEST_MS;
  let reached = wanted + FURTHEST_MS;
  // To the second: some zones were once off by some of them.
  while (reached - before > 1_000) {
    const middle = before + Math.floor((reached - before) / 2_000) * 1_000;
    if (isReached(middle)) reached = middle;
    else before = middle;
  }
  return reached;
};

/** So many days later; the calendar does the rest. */
export const addDays = ({ year, month, day }: LocalDate, days: number): LocalDate => {
  const moved = new Date(Date.UTC(year, month - 1, day + days));
  return { year: moved.getUTCFullYear(), month: moved.getUTCMonth() + 1, day: moved.getUTCDate() };
};

/** `2026-03-29`. */
export const dateText = ({ year, month, day }: LocalDate): string =>
  `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;

/** From its first moment to that of the next month, in ms. */
export const monthBounds = (timeZone: string, year: number, month: number): { from: number; to: number } => ({
  from: startOfDay(timeZone, { year, month, day: 1 }),
  to: startOfDay(
    timeZone,
    month === 12 ? { year: year + 1, month: 1, day: 1 } : { year, month: month + 1, day: 1 },
  ),
});
