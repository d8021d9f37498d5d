// In: what people choose about when maintenance comes. Out: the same as the server takes it, and back. Pure.
import type { MaintenanceWindow, WindowTiming } from "../api/maintenance";
import { now } from "../controllers/clock";

export const KINDS = ["once", "daily", "weekly", "monthly", "pattern"] as const;
export type Kind = (typeof KINDS)[number];
export const UNITS = { minutes: 60, hours: 3_600, days: 86_400 } as const;
export type Unit = keyof typeof UNITS;

/** Times as their fields hold them: `2026-03-29T02:00` in the browser's zone, `02:00` in the window's. */
export interface TimingDraft {
  kind: Kind;
  begins: string;
  ends: string;
  time: string;
  /** Sunday is 0. */
  weekdays: readonly number[];
  monthBy: "day" | "weekday";
  monthDay: number;
  /** `1` to `4`, or `L` for the last one. */
  nth: string;
  nthWeekday: number;
  pattern: string;
  duration: number;
  unit: Unit;
  timeZone: string;
  /** Bounds of a recurring one; empty: none. */
  from: string;
  to: string;
}

const HOUR_MS = 3_600_000;
const two = (value: number): string => String(value).padStart(2, "0");

export const browserZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** `2026-03-29T02:00`, as fields of date and time take it. */
export const localField = (ms: number): string => {
  const at = new Date(ms);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
};

const isoOf = (field: string): string | null => {
  const ms = Date.parse(field);
  return field === "" || Number.isNaN(ms) ? null : new Date(ms).toISOString();
};

/** Once, for an hour from the next full hour. */
export const emptyTiming = (): TimingDraft => {
  const begins = Math.ceil(now() / HOUR_MS) * HOUR_MS;
  return {
    kind: "once",
    begins: localField(begins),
    ends: localField(begins + HOUR_MS),
    time: "02:00",
    weekdays: [0],
    monthBy: "weekday",
    monthDay: 1,
    nth: "1",
    nthWeekday: 0,
    pattern: "",
    duration: 2,
    unit: "hours",
    timeZone: browserZone(),
    from: "",
    to: "",
  };
};

/** The pattern of a kind that recurs; null where something is missing. */
export const patternOf = (draft: TimingDraft): string | null => {
  if (draft.kind === "pattern") return draft.pattern.trim() || null;
  const [, hour, minute] = /^(\d{2}):(\d{2})/.exec(draft.time) ?? [];
  if (hour === undefined || minute === undefined) return null;
  const at = `${Number(minute)} ${Number(hour)}`;
  if (draft.kind === "daily") return `${at} * * *`;
  if (draft.kind === "weekly")
    return draft.weekdays.length === 0 ? null : `${at} * * ${draft.weekdays.toSorted().join(",")}`;
  if (draft.monthBy === "weekday") return `${at} * * ${draft.nthWeekday}#${draft.nth}`;
  return draft.monthDay >= 1 && draft.monthDay <= 31 ? `${at} ${draft.monthDay} * *` : null;
};

/** Null where something is missing. */
export const timingOf = (draft: TimingDraft): WindowTiming | null => {
  if (draft.kind === "once") {
    const begins = isoOf(draft.begins);
    const ends = isoOf(draft.ends);
    if (begins === null || ends === null) return null;
    return {
      starts_at: begins,
      ends_at: ends,
      cron: null,
      duration_seconds: null,
      time_zone: draft.timeZone,
    };
  }
  const cron = patternOf(draft);
  if (cron === null || !(draft.duration > 0)) return null;
  return {
    starts_at: isoOf(draft.from),
    ends_at: isoOf(draft.to),
    cron,
    duration_seconds: Math.round(draft.duration * UNITS[draft.unit]),
    time_zone: draft.timeZone,
  };
};

const durationOf = (seconds: number): Pick<TimingDraft, "duration" | "unit"> => {
  const unit =
    (["days", "hours", "minutes"] as const).find((each) => seconds % UNITS[each] === 0) ?? "minutes";
  return { duration: seconds / UNITS[unit], unit };
};

/** The choices that a pattern came from; `pattern` where none of them gives it. */
export const readPattern = (cron: string): Partial<TimingDraft> => {
  const own = { kind: "pattern" as const, pattern: cron };
  const [, minute, hour, day, weekday] =
    /^(\d{1,2}) (\d{1,2}) (\d{1,2}|\*) \* ([\d,#L]+|\*)$/.exec(cron) ?? [];
  if (minute === undefined || hour === undefined || day === undefined || weekday === undefined) return own;
  const time = `${two(Number(hour))}:${two(Number(minute))}`;
  if (day !== "*")
    return weekday === "*" ? { kind: "monthly", monthBy: "day", monthDay: Number(day), time } : own;
  if (weekday === "*") return { kind: "daily", time };
  const [, nthWeekday, nth] = /^([0-6])#([1-4L])$/.exec(weekday) ?? [];
  if (nthWeekday !== undefined && nth !== undefined)
    return { kind: "monthly", monthBy: "weekday", nth, nthWeekday: Number(nthWeekday), time };
  return /^[0-6](,[0-6])*$/.test(weekday)
    ? { kind: "weekly", weekdays: weekday.split(",").map(Number), time }
    : own;
};

const fieldOf = (at: string | null): string => (at === null ? "" : localField(Date.parse(at)));

export const timingDraftOf = (window: MaintenanceWindow): TimingDraft => {
  const base = { ...emptyTiming(), timeZone: window.time_zone };
  if (window.cron === null)
    return { ...base, begins: fieldOf(window.starts_at), ends: fieldOf(window.ends_at) };
  return {
    ...base,
    ...readPattern(window.cron),
    ...durationOf(window.duration_seconds ?? UNITS.hours),
    from: fieldOf(window.starts_at),
    to: fieldOf(window.ends_at),
  };
};

/** All that this browser knows, and the one that is chosen. */
export const timeZones = (chosen: string): string[] =>
  [...new Set(["UTC", browserZone(), chosen, ...Intl.supportedValuesOf("timeZone")])].toSorted();
