// In: uptime readings. Out: their API models. Times ISO 8601 UTC in ms, durations in whole seconds unless a
// weight makes them fractions.
import { t, type Static } from "elysia";
import { isoMillis } from "../../core/time";
import type { ErrorBudget, Seconds } from "./measure";
import type { LocalDay } from "./ranges";
import type { SlaSettings, UptimeReading } from "./read-uptime";

const SecondsWire = t.Object({
  operational: t.Integer(),
  degraded: t.Integer(),
  down: t.Integer(),
  maintenance: t.Integer(),
  no_data: t.Integer({
    description: "Before the service existed, or after it was deleted: neither up nor down.",
  }),
});

const Percent = t.Union([t.Number(), t.Null()], {
  description:
    "Cut after five decimals, so that 100 means no downtime at all; null where there is no time that counts.",
});

const WeightsWire = t.Object(
  { down: t.Number(), degraded: t.Number() },
  { description: "Shares that count as downtime. Maintenance is left out of the time that counts." },
);

const BudgetWire = t.Union([
  t.Object({
    target_percent: t.Number(),
    allowed_seconds: t.Integer({ description: "Downtime that the target leaves in the whole range." }),
    used_seconds: t.Number(),
    remaining_seconds: t.Number({ description: "Negative when it is overdrawn." }),
    is_met: t.Boolean(),
  }),
  t.Null(),
]);

const measuredFields = {
  uptime_percent: Percent,
  downtime_seconds: t.Number(),
  counted_seconds: t.Integer(),
  seconds: SecondsWire,
};

export const UptimeWire = t.Object({
  service_id: t.String(),
  from: t.String(),
  to: t.String(),
  measured_until: t.String({ description: "`to`, or now when that is still to come." }),
  time_zone: t.String(),
  ...measuredFields,
  weights: WeightsWire,
  budget: BudgetWire,
});
export type UptimeWire = Static<typeof UptimeWire>;

/** What a bar of a status page shows. */
const DayState = t.Union([
  t.Literal("operational"),
  t.Literal("degraded"),
  t.Literal("down"),
  t.Literal("maintenance"),
  t.Literal("no_data"),
]);

export const DayWire = t.Object({
  date: t.String({ description: "Of the time zone." }),
  from: t.String(),
  to: t.String(),
  state: DayState,
  ...measuredFields,
});
export type DayWire = Static<typeof DayWire>;

export const DaysWire = t.Object({
  service_id: t.String(),
  time_zone: t.String(),
  weights: WeightsWire,
  data: t.Array(DayWire, { description: "Oldest first; the last one is today." }),
});

/** The bars of many services at once, without the seconds behind them. */
export const OverviewWire = t.Object({
  time_zone: t.String(),
  dates: t.Array(t.String(), { description: "Oldest first; the last one is today." }),
  data: t.Array(
    t.Object({
      service_id: t.String(),
      uptime_percent: Percent,
      days: t.Array(t.Object({ state: DayState, uptime_percent: Percent, downtime_seconds: t.Number() }), {
        description: "One per date.",
      }),
    }),
  ),
});
export type OverviewWire = Static<typeof OverviewWire>;

export const ReportRowWire = t.Object({
  service_id: t.String(),
  name: t.String(),
  group: t.Union([t.String(), t.Null()]),
  deleted_at: t.Union([t.String(), t.Null()]),
  ...measuredFields,
  weights: WeightsWire,
  budget: BudgetWire,
});
export type ReportRowWire = Static<typeof ReportRowWire>;

export const ReportWire = t.Object({
  month: t.String(),
  time_zone: t.String(),
  from: t.String(),
  to: t.String(),
  measured_until: t.String(),
  data: t.Array(ReportRowWire),
});
export type ReportWire = Static<typeof ReportWire>;

export const SettingsWire = t.Object({
  degraded_weight: t.Number({ minimum: 0, maximum: 1 }),
  time_zone: t.String({ minLength: 1, maxLength: 100 }),
});
export const SettingsPatch = t.Partial(SettingsWire, { additionalProperties: false });

export const presentSettings = ({ degradedWeight, timeZone }: SlaSettings): Static<typeof SettingsWire> => ({
  degraded_weight: degradedWeight,
  time_zone: timeZone,
});

const presentBudget = (budget: ErrorBudget | null, usedSeconds: number): Static<typeof BudgetWire> =>
  budget === null
    ? null
    : {
        target_percent: budget.targetPercent,
        allowed_seconds: budget.allowedSeconds,
        used_seconds: usedSeconds,
        remaining_seconds: budget.remainingSeconds,
        is_met: budget.isMet,
      };

const presentMeasured = ({ uptime, seconds }: UptimeReading) => ({
  uptime_percent: uptime.percent,
  downtime_seconds: uptime.downtimeSeconds,
  counted_seconds: uptime.countedSeconds,
  seconds,
});

export const presentUptime = (serviceId: string, timeZone: string, reading: UptimeReading): UptimeWire => ({
  service_id: serviceId,
  from: isoMillis(reading.from),
  to: isoMillis(reading.to),
  measured_until: isoMillis(reading.measuredUntil),
  time_zone: timeZone,
  ...presentMeasured(reading),
  weights: reading.weights,
  budget: presentBudget(reading.budget, reading.uptime.downtimeSeconds),
});

/** The worst that happened on a day; a day without any data is none of the others. */
const dayState = (seconds: Seconds): DayWire["state"] => {
  if (seconds.down > 0) return "down";
  if (seconds.degraded > 0) return "degraded";
  if (seconds.maintenance > 0) return "maintenance";
  return seconds.operational > 0 ? "operational" : "no_data";
};

export const presentDay = ({ date, from, to }: LocalDay, reading: UptimeReading): DayWire => ({
  date,
  from: isoMillis(from),
  to: isoMillis(to),
  state: dayState(reading.seconds),
  ...presentMeasured(reading),
});

/** `whole`: over all the days. */
export const presentOverviewRow = (
  serviceId: string,
  whole: UptimeReading,
  days: readonly UptimeReading[],
): OverviewWire["data"][number] => ({
  service_id: serviceId,
  uptime_percent: whole.uptime.percent,
  days: days.map(({ seconds, uptime }) => ({
    state: dayState(seconds),
    uptime_percent: uptime.percent,
    downtime_seconds: uptime.downtimeSeconds,
  })),
});

export const presentReportRow = (
  service: { id: string; name: string; group: string | null; deletedAt: number | null },
  reading: UptimeReading,
): ReportRowWire => ({
  service_id: service.id,
  name: service.name,
  group: service.group,
  deleted_at: service.deletedAt === null ? null : isoMillis(service.deletedAt),
  ...presentMeasured(reading),
  weights: reading.weights,
  budget: presentBudget(reading.budget, reading.uptime.downtimeSeconds),
});
