// In: maintenance windows and when they come. Out: sentences that say it.
import type { MaintenanceWindow, WindowTiming } from "../api/maintenance";
import { now } from "../controllers/clock";
import type { MarkKind } from "../elements/mark";
import { text } from "../text/en";
import { formatSpan } from "../text/format";
import { readPattern } from "./maintenance-draft";

const words = text.maintenance;

export const windowMark: Record<MaintenanceWindow["status"], MarkKind> = {
  active: "info",
  scheduled: "plain",
  ended: "plain",
};

const listed = (names: readonly string[]): string => {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : words.sentence.and(names.slice(0, -1).join(", "), last);
};

/** `Sun 29 Mar, 02:00` on the clock of a zone, with the year when it is another one. */
export const clockTime = (at: string | number, timeZone?: string): string => {
  const parts = new Intl.DateTimeFormat("en", {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    ...(timeZone === undefined ? {} : { timeZone }),
  }).formatToParts(new Date(at));
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? "";
  const year = part("year") === String(new Date(now()).getFullYear()) ? "" : ` ${part("year")}`;
  return `${part("weekday")} ${part("day")} ${part("month")}${year}, ${part("hour")}:${part("minute")}`;
};

/** `02:00 – 04:00`; with the day of the end when that is another one. */
export const timeRange = (from: string, to: string, timeZone?: string): string => {
  const begins = clockTime(from, timeZone);
  const ends = clockTime(to, timeZone);
  const [beginDay = "", beginTime = ""] = begins.split(", ");
  const [endDay = "", endTime = ""] = ends.split(", ");
  return beginDay === endDay ? `${beginTime} – ${endTime}` : `${beginTime} – ${endDay}, ${endTime}`;
};

export const dayOf = (at: string, timeZone?: string): string => clockTime(at, timeZone).split(", ")[0] ?? "";

/** When a window comes, as one says it. */
export const sentenceOf = (timing: WindowTiming): string => {
  const { sentence, weekdays, nths, ordinal } = words;
  if (timing.cron === null) {
    if (timing.starts_at === null || timing.ends_at === null) return "";
    return sentence.once(clockTime(timing.starts_at), clockTime(timing.ends_at));
  }
  const span = formatSpan((timing.duration_seconds ?? 0) * 1000);
  const read = readPattern(timing.cron);
  const time = read.time ?? "";
  const named = (index: number): string => weekdays[index] ?? "";
  const said = (): string => {
    switch (read.kind) {
      case "daily":
        return sentence.daily(time, span);
      case "weekly":
        return sentence.weekly(listed((read.weekdays ?? []).map(named)), time, span);
      case "monthly":
        return sentence.monthly(
          read.monthBy === "day"
            ? ordinal(read.monthDay ?? 1)
            : `${nths[read.nth ?? "1"] ?? ""} ${named(read.nthWeekday ?? 0)}`,
          time,
          span,
        );
      default:
        return sentence.pattern(timing.cron ?? "", span);
    }
  };
  return sentence.zone(said(), timing.time_zone);
};

/** `Shop, Checkout, group Plant, 2 machines`. */
export const coveredBy = (window: MaintenanceWindow, serviceNames: ReadonlyMap<string, string>): string => {
  const { covers } = words;
  const services = window.service_ids.flatMap((id) => serviceNames.get(id) ?? []);
  const few = services.length <= 3 ? services : [covers.services(services.length)];
  return [
    ...few,
    ...window.groups.map(covers.group),
    ...(window.machine_ids.length === 0 ? [] : [covers.machines(window.machine_ids.length)]),
    ...(window.monitor_ids.length === 0 ? [] : [covers.monitors(window.monitor_ids.length)]),
    ...(window.project_ids.length === 0 ? [] : [covers.projects(window.project_ids.length)]),
  ].join(", ");
};
