// In: alerts and journal rows about them. Out: their API models. Times ISO 8601 UTC in milliseconds.
import { t, type Static } from "elysia";
import type { AlertSnapshot, EventKind, IncidentSnapshot, ServiceSnapshot } from "../core/events";
import { isoMillis, isoMillisOrNull } from "../core/time";
import { SeverityModel, type JournalEntryWire } from "../http/models";
import { presentIncidentSnapshot } from "../incidents/wire";
import { presentServiceSnapshot } from "../services/wire";

export type { JournalEntryWire } from "../http/models";

const NullableString = t.Union([t.String(), t.Null()]);

export const AlertStatusModel = t.Union([
  t.Literal("triggered"),
  t.Literal("acknowledged"),
  t.Literal("resolved"),
]);

/** The step that comes if nobody acts. */
export const NextEscalation = t.Object({
  policy_id: t.String(),
  policy_name: t.String(),
  channel_id: t.String(),
  channel_name: t.String(),
  due_at: t.String(),
});
export type NextEscalation = Static<typeof NextEscalation>;

/** As every list, verb and stream message has it. */
export const AlertWire = t.Object({
  id: t.String(),
  number: t.Integer(),
  name: t.String(),
  status: AlertStatusModel,
  severity: SeverityModel,
  message: t.String(),
  project_id: t.String(),
  machine_id: t.String(),
  machine_number: t.Integer(),
  machine_name: t.String(),
  machine_type: t.String(),
  labels: t.Record(t.String(), t.String()),
  rule_id: t.String(),
  rule_number: t.Integer(),
  metric_name: t.String(),
  metric_value: t.Number(),
  threshold_value: t.Number(),
  unit: t.String(),
  decimals: t.Union([t.Integer(), t.Null()]),
  triggered_at: t.String({ description: "Device time of the reading that broke the limit." }),
  acknowledged_at: NullableString,
  acknowledged_by: NullableString,
  resolved_at: NullableString,
  resolved_by: NullableString,
  resolve_reason: NullableString,
  fleeting: t.Boolean({ description: "Began and ended inside one request." }),
  occurrences: t.Integer(),
  created_at: t.String({ description: "Server time of the decision." }),
  next_escalation: t.Union([NextEscalation, t.Null()]),
});
export type AlertWire = Static<typeof AlertWire>;

/** Of what is open. */
export const AlertCounts = t.Object({
  triggered: t.Integer(),
  acknowledged: t.Integer(),
  open_by_severity: t.Object({ critical: t.Integer(), warning: t.Integer(), info: t.Integer() }),
});

/** A verb may come with a note, with an empty object or with no body at all. */
export const NoteBody = t.Optional(
  t.Union([
    t.Object(
      { note: t.Optional(t.Union([t.String({ maxLength: 4_000 }), t.Null()])) },
      { additionalProperties: false },
    ),
    t.Null(),
    t.Undefined(),
  ]),
);

export const NoteCreate = t.Object(
  { text: t.String({ minLength: 1, maxLength: 4_000 }) },
  { additionalProperties: false },
);

/** Times in ISO 8601 with milliseconds. */
export const presentAlert = (
  alert: AlertSnapshot,
  occurrences: number,
  nextEscalation: NextEscalation | null,
): AlertWire => ({
  id: alert.id,
  number: alert.number,
  name: alert.name,
  status: alert.status,
  severity: alert.severity,
  message: alert.message,
  project_id: alert.projectId,
  machine_id: alert.machineId,
  machine_number: alert.machineNumber,
  machine_name: alert.machineName,
  machine_type: alert.machineType,
  labels: alert.labels,
  rule_id: alert.ruleId,
  rule_number: alert.ruleNumber,
  metric_name: alert.metricName,
  metric_value: alert.metricValue,
  threshold_value: alert.thresholdValue,
  unit: alert.unit,
  decimals: alert.decimals,
  triggered_at: isoMillis(alert.triggeredAt),
  acknowledged_at: isoMillisOrNull(alert.acknowledgedAt),
  acknowledged_by: alert.acknowledgedBy,
  resolved_at: isoMillisOrNull(alert.resolvedAt),
  resolved_by: alert.resolvedBy,
  resolve_reason: alert.resolveReason,
  fleeting: alert.fleeting,
  occurrences,
  created_at: isoMillis(alert.createdAt),
  next_escalation: nextEscalation,
});

const snakeCase = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Their keys are people's own, or written in the API's way already. */
const AS_WRITTEN = new Set(["untold", "labels", "headers", "config", "selector", "condition", "filters"]);

const withSnakeKeys = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withSnakeKeys);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      snakeCase(key),
      AS_WRITTEN.has(key) ? inner : withSnakeKeys(inner),
    ]),
  );
};

/** What a journal row says, in the API's shape: snake_case, and alerts, incidents and services as elsewhere. */
export const presentEventData = (_kind: EventKind, data: unknown): Record<string, unknown> => {
  if (!isRecord(data)) return {};
  const { alert, incident, service, ...rest } = data;
  const presented = withSnakeKeys(rest) as Record<string, unknown>;
  if (isRecord(incident))
    return { incident: presentIncidentSnapshot(incident as unknown as IncidentSnapshot), ...presented };
  if (isRecord(service))
    return { service: presentServiceSnapshot(service as unknown as ServiceSnapshot), ...presented };
  if (!isRecord(alert)) return presented;
  const {
    next_escalation: _,
    occurrences: __,
    ...facts
  } = presentAlert(alert as unknown as AlertSnapshot, 1, null);
  return { alert: facts, ...presented };
};

/** A journal row, whatever it says. */
export interface JournalRowLike {
  seq: number;
  kind: EventKind;
  subjectId: string;
  actor: { kind: string; id: string | null; name: string };
  at: number;
  data: unknown;
}

/** One message of the live stream, and one line of a timeline. */
export const presentJournalEvent = (row: JournalRowLike): JournalEntryWire => ({
  seq: row.seq,
  kind: row.kind,
  subject_id: row.subjectId,
  at: isoMillis(row.at),
  actor: { kind: row.actor.kind, id: row.actor.id, name: row.actor.name },
  data: presentEventData(row.kind, row.data),
});
