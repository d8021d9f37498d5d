// In: maintenance windows, their occurrences and requests about them. Out: their API models. Times ISO 8601
// UTC in ms.
import { t, type Static } from "elysia";
import type { MaintenanceTargets } from "../../core/events";
import { checkName } from "../../core/names";
import { readTime } from "../../core/query";
import { isoMillis, isoMillisOrNull } from "../../core/time";
import { NOTHING } from "./book";
import type { WindowSettings } from "./desk";
import type { PlannedOccurrence } from "./plan-ahead";
import type { CalendarRow, Occurrence, WindowRow } from "./repository";
import type { Timing } from "./timing";

const Ids = t.Array(t.String({ minLength: 1, maxLength: 200 }), { maxItems: 500, uniqueItems: true });
const Time = t.Union([t.String({ minLength: 1 }), t.Null()]);
/** A month; and no shorter than what a minute hand can show. */
const LONGEST_SECONDS = 31 * 86_400;
const SHORTEST_SECONDS = 60;

const timingFields = {
  starts_at: t.Optional(Time),
  ends_at: t.Optional(Time),
  cron: t.Optional(
    t.Union([t.String({ minLength: 9, maxLength: 200 }), t.Null()], {
      description:
        "Makes it recur: five fields, in `time_zone`. starts_at and ends_at then bound the beginnings of its occurrences, and may be left out.",
    }),
  ),
  duration_seconds: t.Optional(
    t.Union([t.Number({ multipleOf: 1, minimum: SHORTEST_SECONDS, maximum: LONGEST_SECONDS }), t.Null()], {
      description: "How long each occurrence of a recurring window lasts.",
    }),
  ),
  time_zone: t.Optional(t.String({ minLength: 1, maxLength: 100, description: "e.g. Europe/Berlin" })),
};

const windowFields = {
  description: t.Optional(t.String({ maxLength: 4_000, description: "Status pages show it." })),
  service_ids: t.Optional(Ids),
  machine_ids: t.Optional(Ids),
  monitor_ids: t.Optional(Ids),
  groups: t.Optional(
    t.Array(t.String({ minLength: 1, maxLength: 200 }), { maxItems: 500, uniqueItems: true }),
  ),
  project_ids: t.Optional(Ids),
  ...timingFields,
};

const NameField = t.String({ minLength: 1, maxLength: 200 });

export const WindowCreate = t.Object({ name: NameField, ...windowFields }, { additionalProperties: false });
export const WindowUpdate = t.Object(
  { name: t.Optional(NameField), ...windowFields },
  { additionalProperties: false },
);

/** When it would be, without saying for what. */
export const TimingBody = t.Object(timingFields, { additionalProperties: false });

const NullableString = t.Union([t.String(), t.Null()]);

export const OccurrenceWire = t.Object({
  id: t.String(),
  status: t.String({ description: "scheduled, active, ended" }),
  starts_at: t.String(),
  ends_at: t.String(),
  started_at: NullableString,
  ended_at: NullableString,
});
export type OccurrenceWire = Static<typeof OccurrenceWire>;

/** What stands in a calendar. */
export const CalendarWire = t.Composite([
  OccurrenceWire,
  t.Object({
    window_id: t.String(),
    window_name: t.String(),
    is_recurring: t.Boolean(),
    service_ids: t.Array(t.String(), {
      description: "Services that showed it; empty before it began.",
    }),
  }),
]);
export type CalendarWire = Static<typeof CalendarWire>;

export const TimesWire = t.Object({
  data: t.Array(t.Object({ starts_at: t.String(), ends_at: t.String() })),
});
export type TimesWire = Static<typeof TimesWire>;

export const WindowWire = t.Object({
  id: t.String(),
  name: t.String(),
  description: t.String(),
  status: t.Union([t.Literal("scheduled"), t.Literal("active"), t.Literal("ended")]),
  service_ids: t.Array(t.String()),
  machine_ids: t.Array(t.String()),
  monitor_ids: t.Array(t.String()),
  groups: t.Array(t.String()),
  project_ids: t.Array(t.String()),
  starts_at: NullableString,
  ends_at: NullableString,
  cron: NullableString,
  duration_seconds: t.Union([t.Integer(), t.Null()]),
  time_zone: t.String(),
  current: t.Union([OccurrenceWire, t.Null()]),
  next: t.Union([OccurrenceWire, t.Null()]),
  created_by: t.String(),
  created_at: t.String(),
  updated_at: t.String(),
});
export type WindowWire = Static<typeof WindowWire>;

type Body = Static<typeof WindowUpdate>;

const readTimeOrNull = (field: string, text: string | null): number | null =>
  text === null ? null : (readTime(field, text) ?? null);

const NO_TIMING: Timing = {
  startsAt: null,
  endsAt: null,
  cron: null,
  durationSeconds: null,
  timeZone: "UTC",
};

/** What is left out stays as it is. Throws `invalid` with the field. */
const readTimingChange = (body: Static<typeof TimingBody>): Partial<Timing> => ({
  ...(body.starts_at === undefined ? {} : { startsAt: readTimeOrNull("starts_at", body.starts_at) }),
  ...(body.ends_at === undefined ? {} : { endsAt: readTimeOrNull("ends_at", body.ends_at) }),
  ...(body.cron === undefined ? {} : { cron: body.cron }),
  ...(body.duration_seconds === undefined ? {} : { durationSeconds: body.duration_seconds }),
  ...(body.time_zone === undefined ? {} : { timeZone: body.time_zone }),
});

/** Throws `invalid` with the field. */
export const readTiming = (body: Static<typeof TimingBody>): Timing => ({
  ...NO_TIMING,
  ...readTimingChange(body),
});

const readTargets = (body: Body, before: MaintenanceTargets): MaintenanceTargets => ({
  serviceIds: body.service_ids ?? before.serviceIds,
  machineIds: body.machine_ids ?? before.machineIds,
  monitorIds: body.monitor_ids ?? before.monitorIds,
  groups: body.groups ?? before.groups,
  projectIds: body.project_ids ?? before.projectIds,
});

const TARGET_FIELDS = ["service_ids", "machine_ids", "monitor_ids", "groups", "project_ids"] as const;

/** Throws `invalid` with the field. */
export const readWindowChange = (body: Body, before: MaintenanceTargets): Partial<WindowSettings> => ({
  ...(body.name === undefined ? {} : { name: checkName("name", body.name) }),
  ...(body.description === undefined ? {} : { description: body.description }),
  ...(TARGET_FIELDS.every((field) => body[field] === undefined)
    ? {}
    : { targets: readTargets(body, before) }),
  ...readTimingChange(body),
});

/** Throws `invalid` with the field. */
export const readWindow = (body: Static<typeof WindowCreate>): WindowSettings => ({
  description: "",
  targets: NOTHING,
  ...NO_TIMING,
  ...readWindowChange(body, NOTHING),
  name: checkName("name", body.name),
});

export const presentOccurrence = (occurrence: Occurrence): OccurrenceWire => ({
  id: occurrence.id,
  status: occurrence.status,
  starts_at: isoMillis(occurrence.startsAt),
  ends_at: isoMillis(occurrence.endsAt),
  started_at: isoMillisOrNull(occurrence.startedAt),
  ended_at: isoMillisOrNull(occurrence.endedAt),
});

export const presentCalendar = ({ occurrence, windowName, cron }: CalendarRow): CalendarWire => ({
  ...presentOccurrence(occurrence),
  window_id: occurrence.windowId,
  window_name: windowName,
  is_recurring: cron !== null,
  service_ids: occurrence.serviceIds,
});

export const presentTimes = (planned: readonly PlannedOccurrence[]): TimesWire => ({
  data: planned.map(({ startsAt, endsAt }) => ({
    starts_at: isoMillis(startsAt),
    ends_at: isoMillis(endsAt),
  })),
});

/** `occurrences`: those of the window, in the order of their beginnings. */
export const statusOf = (occurrences: readonly Occurrence[]): WindowWire["status"] => {
  if (occurrences.some(({ status }) => status === "active")) return "active";
  return occurrences.some(({ status }) => status === "scheduled") ? "scheduled" : "ended";
};

export const presentWindow = (window: WindowRow, occurrences: readonly Occurrence[]): WindowWire => {
  const current = occurrences.find(({ status }) => status === "active");
  const next = occurrences.find(({ status }) => status === "scheduled");
  return {
    id: window.id,
    name: window.name,
    description: window.description,
    status: statusOf(occurrences),
    service_ids: window.targets.serviceIds,
    machine_ids: window.targets.machineIds,
    monitor_ids: window.targets.monitorIds,
    groups: window.targets.groups,
    project_ids: window.targets.projectIds,
    starts_at: isoMillisOrNull(window.startsAt),
    ends_at: isoMillisOrNull(window.endsAt),
    cron: window.cron,
    duration_seconds: window.durationSeconds,
    time_zone: window.timeZone,
    current: current === undefined ? null : presentOccurrence(current),
    next: next === undefined ? null : presentOccurrence(next),
    created_by: window.createdBy.name,
    created_at: isoMillis(window.createdAt),
    updated_at: isoMillis(window.updatedAt),
  };
};
