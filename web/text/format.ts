// In: numbers, times and spans. Out: how people read them. Times are local, 24 hours; numbers keep
// the decimals of their metric.
import { now } from "../controllers/clock";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Two units at most: `31 s`, `2 min 10 s`, `14 min`, `3 h 12 min`, `2 d 4 h`. */
export const formatSpan = (ms: number): string => {
  const span = Math.max(0, ms);
  if (span < MINUTE) return `${Math.floor(span / SECOND)} s`;
  if (span < 10 * MINUTE) {
    const seconds = Math.floor((span % MINUTE) / SECOND);
    return `${Math.floor(span / MINUTE)} min${seconds === 0 ? "" : ` ${seconds} s`}`;
  }
  if (span < HOUR) return `${Math.floor(span / MINUTE)} min`;
  if (span < DAY) {
    const minutes = Math.floor((span % HOUR) / MINUTE);
    return `${Math.floor(span / HOUR)} h${minutes === 0 ? "" : ` ${minutes} min`}`;
  }
  const hours = Math.floor((span % DAY) / HOUR);
  return `${Math.floor(span / DAY)} d${hours === 0 || span >= 10 * DAY ? "" : ` ${hours} h`}`;
};

const two = (value: number): string => String(value).padStart(2, "0");

/** `11:40`, `1:02:10`; never below `0:00`. */
export const formatCountdown = (ms: number): string => {
  const seconds = Math.max(0, Math.ceil(ms / SECOND));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
};

/** Seconds as a rule says them: `45 s`, `5 min`, `1.5 h`. */
export const formatSeconds = (seconds: number): string => {
  if (seconds < 90 && seconds % 60 !== 0) return `${seconds} s`;
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  if (seconds % 60 === 0) return `${seconds / 60} min`;
  return formatSpan(seconds * SECOND);
};

/** Milliseconds of an exchange: `0.8 ms`, `42 ms`, `1.2 s`. */
export const formatMillis = (ms: number): string => {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  return `${(ms / SECOND).toFixed(ms < 10 * SECOND ? 1 : 0)} s`;
};

const parts = (at: number): { date: string; year: string; time: string; seconds: string } => {
  const date = new Date(at);
  return {
    date: `${date.getDate()} ${date.toLocaleString("en", { month: "short" })}`,
    year: String(date.getFullYear()),
    time: `${two(date.getHours())}:${two(date.getMinutes())}`,
    seconds: two(date.getSeconds()),
  };
};

/** `14:32:05` today, `12 Nov 14:32` before, with the year when it is another one. */
export const formatTime = (when: string | number): string => {
  const at = typeof when === "number" ? when : Date.parse(when);
  if (Number.isNaN(at)) return "—";
  const then = parts(at);
  const today = parts(now());
  if (then.date === today.date && then.year === today.year) return `${then.time}:${then.seconds}`;
  return then.year === today.year ? `${then.date} ${then.time}` : `${then.date} ${then.year} ${then.time}`;
};

/** For titles and tables: day, time to the second. */
export const formatFullTime = (when: string | number): string => {
  const at = typeof when === "number" ? when : Date.parse(when);
  if (Number.isNaN(at)) return "—";
  const then = parts(at);
  return `${then.date} ${then.year} ${then.time}:${then.seconds}`;
};

export const formatDay = (when: string): string => {
  const then = parts(Date.parse(when));
  return `${then.date} ${then.year}`;
};

/** A day of a calendar, such as `2026-03-29`, whatever the time zone: `29 Mar 2026`. */
export const formatDate = (date: string): string => {
  const at = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(at.getTime())) return "—";
  return `${at.getUTCDate()} ${at.toLocaleString("en", { month: "short", timeZone: "UTC" })} ${at.getUTCFullYear()}`;
};

const formatters = new Map<string, Intl.NumberFormat>();

const formatter = (least: number, most: number): Intl.NumberFormat => {
  const key = `${least}/${most}`;
  let found = formatters.get(key);
  if (found === undefined) {
    found = new Intl.NumberFormat("en", {
      minimumFractionDigits: least,
      maximumFractionDigits: most,
      useGrouping: "min2",
    });
    formatters.set(key, found);
  }
  return found;
};

/** With `decimals` exactly as many; without, as many as the size of the value deserves. */
export const formatNumber = (value: number, decimals: number | null = null): string => {
  if (!Number.isFinite(value)) return "—";
  const text =
    decimals === null
      ? formatter(0, Math.abs(value) >= 1000 ? 1 : Math.abs(value) >= 1 ? 2 : 4).format(value)
      : formatter(decimals, decimals).format(value);
  return text.replace("-", "−");
};

/** Value and unit, kept together by a space that does not break. */
export const formatValue = (value: number | null, unit: string | null, decimals: number | null): string => {
  if (value === null) return "—";
  const text = formatNumber(value, decimals);
  return unit === null || unit === "" ? text : `${text}\u00a0${unit}`;
};

/** `oil_temperature` → `Oil temperature`, for metrics without a display name. */
export const humanize = (name: string): string => {
  const words = name.replaceAll(/[_\-.]+/g, " ").trim();
  return words === "" ? name : words.charAt(0).toUpperCase() + words.slice(1);
};

export const formatPercent = (share: number): string =>
  `${formatNumber(share * 100, share >= 1 || share === 0 ? 0 : 1)}\u00a0%`;

const UPTIME_PLACES = 1_000;

/** In percent; cut, never rounded up: 100 means that there was no downtime at all. */
export const formatUptime = (percent: number | null): string => {
  if (percent === null) return "—";
  const cut = Math.floor(percent * UPTIME_PLACES) / UPTIME_PLACES;
  return `${formatNumber(cut, cut === 100 ? 0 : cut >= 99.9 ? 3 : 2)}\u00a0%`;
};
