// In: the words in which people ask for a range of time. Out: the range, in ms. Throws `invalid` with the field.
import { invalid } from "../../core/errors";
import { readTime } from "../../core/query";
import { addDays, dateText, localDateOf, monthBounds, startOfDay } from "../../lib/local-days";
import { isTimeZone } from "../../operations/recurrence";

export interface Range {
  from: number;
  to: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Rolling windows, which end now. */
export const WINDOWS = { "24h": DAY_MS, "7d": 7 * DAY_MS, "30d": 30 * DAY_MS, "90d": 90 * DAY_MS } as const;
type WindowName = keyof typeof WINDOWS;
const DEFAULT_WINDOW: WindowName = "30d";

const isWindow = (name: string): name is WindowName => Object.hasOwn(WINDOWS, name);

export interface RangeQuery {
  window?: string | undefined;
  month?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

/** The zone that was asked for, or else the other one. */
export const readTimeZone = (asked: string | undefined, otherwise: string): string => {
  if (asked === undefined || asked === "") return otherwise;
  if (!isTimeZone(asked))
    throw invalid("time_zone", "time_zone must be a name such as Europe/Berlin or UTC.");
  return asked;
};

/** A whole month of the zone, e.g. `2026-03`. */
export const readMonth = (text: string, timeZone: string): Range => {
  const [, year, month] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(text) ?? [];
  if (year === undefined || month === undefined) throw invalid("month", "month must be written as 2026-03.");
  return monthBounds(timeZone, Number(year), Number(month));
};

/** One of window, month, or from with to (now); the last 30 days when nothing is asked for. */
export const readRange = (query: RangeQuery, timeZone: string, now: number): Range => {
  const from = readTime("from", query.from);
  const to = readTime("to", query.to);
  const asked = [query.window, query.month, from ?? to].filter((one) => one !== undefined && one !== "");
  if (asked.length > 1) throw invalid("window", "Give one of window, month, or from and to.");
  if (query.month) return readMonth(query.month, timeZone);
  if (from !== undefined || to !== undefined) {
    if (from === undefined) throw invalid("from", "from is missing.");
    const end = to ?? now;
    if (end <= from) throw invalid("to", "to must be after from.");
    return { from, to: end };
  }
  const name = query.window ?? DEFAULT_WINDOW;
  if (!isWindow(name)) throw invalid("window", `window takes ${Object.keys(WINDOWS).join(", ")}.`);
  return { from: now - WINDOWS[name], to: now };
};

export interface LocalDay extends Range {
  /** `2026-03-29`. */
  date: string;
}

/** The last `count` days of the zone, oldest first; the last one is the day of `now`, complete. */
export const lastDays = (count: number, timeZone: string, now: number): LocalDay[] => {
  const today = localDateOf(timeZone, now);
  const dates = Array.from({ length: count + 1 }, (_, index) => addDays(today, index + 1 - count));
  const starts = dates.map((date) => startOfDay(timeZone, date));
  return dates.slice(0, count).map((date, index) => ({
    date: dateText(date),
    from: starts[index] ?? now,
    to: starts[index + 1] ?? now,
  }));
};
