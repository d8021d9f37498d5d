// In: machines and requests to change them. Out: their API models, snake_case outside.
import { t, type Static } from "elysia";
import { invalid } from "../../core/errors";
import type { MetricInfo } from "../../core/machine";
import { isoMillis, isoMillisOrNull } from "../../core/time";
import { pageFields } from "../../http/models";
import type { MachineRecord, MetricRecord, SeriesRecord } from "../records";
import type { NewMachine } from "../registry";
import type { MachineSettings } from "../repository";

const TextOrNull = t.Union([t.String({ maxLength: 200 }), t.Null()]);
const LabelsModel = t.Record(t.String(), t.String());
/** A year. */
const OfflineAfter = t.Union([t.Integer({ minimum: 1, maximum: 31_536_000 }), t.Null()]);

export const MachineCreate = t.Object(
  {
    name: t.String({ minLength: 1, maxLength: 200 }),
    display_name: t.Optional(TextOrNull),
    type: t.Optional(t.String({ minLength: 1, maxLength: 100 })),
    project_id: t.Optional(t.String()),
    labels: t.Optional(LabelsModel),
    offline_after_seconds: t.Optional(OfflineAfter),
  },
  { additionalProperties: false },
);

export const MachineUpdate = t.Partial(MachineCreate, { additionalProperties: false });

export const MetricUpdate = t.Object(
  {
    display_name: t.Optional(TextOrNull),
    unit: t.Optional(t.Union([t.String({ maxLength: 50 }), t.Null()])),
    decimals: t.Optional(t.Union([t.Integer({ minimum: 0, maximum: 10 }), t.Null()])),
    range: t.Optional(t.Union([t.Array(t.Number(), { minItems: 2, maxItems: 2 }), t.Null()])),
  },
  { additionalProperties: false },
);

export const MachineQuery = t.Object(
  {
    ...pageFields,
    status: t.Optional(t.Union([t.Literal("online"), t.Literal("offline")])),
    approval: t.Optional(t.Union([t.Literal("approved"), t.Literal("pending")])),
    type: t.Optional(t.String()),
    project_id: t.Optional(t.String()),
    name: t.Optional(t.String({ description: "Exactly this name" })),
  },
  { additionalProperties: false },
);

const StringOrNull = t.Union([t.String(), t.Null()]);
const NumberOrNull = t.Union([t.Number(), t.Null()]);

export const MachineWire = t.Object({
  id: t.String(),
  number: t.Integer(),
  name: t.String(),
  display_name: StringOrNull,
  type: t.String(),
  project_id: t.String(),
  labels: LabelsModel,
  status: t.Union([t.Literal("online"), t.Literal("offline")]),
  approval: t.Union([t.Literal("approved"), t.Literal("pending")]),
  offline_after_seconds: NumberOrNull,
  last_contact_at: StringOrNull,
  last_heartbeat_at: StringOrNull,
  metrics: t.Array(
    t.Object({
      name: t.String(),
      display_name: StringOrNull,
      unit: StringOrNull,
      decimals: NumberOrNull,
      range: t.Union([t.Array(t.Number()), t.Null()]),
      series: t.Array(
        t.Object({
          labels: LabelsModel,
          last_value: NumberOrNull,
          last_time: StringOrNull,
          last_received_at: StringOrNull,
          quality: t.Union([t.Literal("good"), t.Literal("bad")]),
          clock_skew_ms: NumberOrNull,
        }),
      ),
    }),
  ),
  created_at: t.String(),
  updated_at: t.String(),
});
export type MachineWire = Static<typeof MachineWire>;

export const HeartbeatAnswer = t.Object({
  machine_id: t.String(),
  status: t.Union([t.Literal("online"), t.Literal("offline")]),
  received_at: t.String(),
});

export const readMachineChange = (body: Static<typeof MachineUpdate>): Partial<MachineSettings> => ({
  ...(body.name === undefined ? {} : { name: body.name }),
  ...(body.display_name === undefined ? {} : { displayName: body.display_name }),
  ...(body.type === undefined ? {} : { type: body.type }),
  ...(body.project_id === undefined ? {} : { projectId: body.project_id }),
  ...(body.labels === undefined ? {} : { labels: body.labels }),
  ...(body.offline_after_seconds === undefined ? {} : { offlineAfterSeconds: body.offline_after_seconds }),
});

export const readMachine = (body: Static<typeof MachineCreate>): Partial<NewMachine> & { name: string } => ({
  ...readMachineChange(body),
  name: body.name,
});

export const readMetricChange = (body: Static<typeof MetricUpdate>): Partial<MetricInfo> => {
  const { range } = body;
  const [low, high] = range ?? [];
  if (low !== undefined && high !== undefined && low >= high)
    throw invalid("range", "range must be [low, high] with low below high.");
  return {
    ...(body.display_name === undefined ? {} : { displayName: body.display_name }),
    ...(body.unit === undefined ? {} : { unit: body.unit }),
    ...(body.decimals === undefined ? {} : { decimals: body.decimals }),
    ...(range === undefined ? {} : { rangeLow: low ?? null, rangeHigh: high ?? null }),
  };
};

const presentSeries = (series: SeriesRecord) => ({
  labels: series.labels,
  last_value: series.lastValue,
  last_time: isoMillisOrNull(series.lastTime),
  last_received_at: isoMillisOrNull(series.lastReceivedAt),
  quality: series.quality,
  clock_skew_ms: series.clockSkewMs,
});

const presentMetric = ({ name, info }: MetricRecord, series: readonly SeriesRecord[]) => ({
  name,
  display_name: info.displayName,
  unit: info.unit,
  decimals: info.decimals,
  range: info.rangeLow === null || info.rangeHigh === null ? null : [info.rangeLow, info.rangeHigh],
  series: series.map(presentSeries),
});

export const presentMachine = (machine: MachineRecord): MachineWire => {
  const byMetric = Map.groupBy(machine.series, (series) => series.metric);
  return {
    id: machine.id,
    number: machine.number,
    name: machine.name,
    display_name: machine.displayName,
    type: machine.type,
    project_id: machine.projectId,
    labels: machine.labels,
    status: machine.status,
    approval: machine.approval,
    offline_after_seconds: machine.offlineAfterSeconds,
    last_contact_at: isoMillisOrNull(machine.lastContactAt),
    last_heartbeat_at: isoMillisOrNull(machine.lastHeartbeatAt),
    metrics: [...machine.metrics.values()].map((metric) =>
      presentMetric(metric, byMetric.get(metric.name) ?? []),
    ),
    created_at: isoMillis(machine.createdAt),
    updated_at: isoMillis(machine.updatedAt),
  };
};
