// In: incidents, their updates and requests about them. Out: their API models. Times ISO 8601 UTC in ms.
import { t, type Static } from "elysia";
import type { IncidentSnapshot } from "../core/events";
import { checkName } from "../core/names";
import { isoMillis, isoMillisOrNull } from "../core/time";
import type { IncidentEdit, IncidentInput, UpdateInput } from "./desk";
import type { IncidentRecord, UpdateRow } from "./repository";

export const IncidentStatusModel = t.Union([
  t.Literal("investigating"),
  t.Literal("identified"),
  t.Literal("monitoring"),
  t.Literal("resolved"),
]);
export const IncidentSeverityModel = t.Union([t.Literal("minor"), t.Literal("major"), t.Literal("critical")]);

/** What an incident may say about its services. */
const SaidStatus = t.Union([t.Literal("degraded"), t.Literal("down"), t.Literal("maintenance"), t.Null()], {
  description: "What its services show while it is open; null leaves them alone.",
});

const NullableString = t.Union([t.String(), t.Null()]);
const Title = t.String({ minLength: 1, maxLength: 300 });
const Message = t.String({ maxLength: 10_000 });
const ServiceIds = t.Array(t.String({ minLength: 1 }), { maxItems: 200, uniqueItems: true });
const Public = t.Boolean({ description: "Whether status pages show it." });

export const IncidentCreate = t.Object(
  {
    title: Title,
    severity: IncidentSeverityModel,
    service_ids: t.Optional(ServiceIds),
    message: t.Optional(Message),
    service_status: t.Optional(SaidStatus),
    public: t.Optional(Public),
    project_id: t.Optional(t.String({ minLength: 1 })),
  },
  { additionalProperties: false },
);

export const UpdateCreate = t.Object(
  {
    status: IncidentStatusModel,
    message: t.Optional(Message),
    public: t.Optional(Public),
    service_status: t.Optional(SaidStatus),
  },
  { additionalProperties: false },
);

export const IncidentPatch = t.Object(
  {
    title: t.Optional(Title),
    severity: t.Optional(IncidentSeverityModel),
    service_ids: t.Optional(ServiceIds),
    engineer_notes: t.Optional(t.String({ maxLength: 20_000 })),
    post_mortem: t.Optional(
      t.Union([t.String({ maxLength: 50_000 }), t.Null()], {
        description: "Status pages show it once the incident is resolved.",
      }),
    ),
  },
  { additionalProperties: false },
);

export const MergeBody = t.Object(
  { into: t.String({ minLength: 1, description: "ID or code of the incident that goes on." }) },
  { additionalProperties: false },
);

export const UpdateWire = t.Object({
  id: t.String(),
  status: IncidentStatusModel,
  message: t.String(),
  public: t.Boolean(),
  by: t.String(),
  at: t.String(),
});
export type UpdateWire = Static<typeof UpdateWire>;

export const IncidentWire = t.Object({
  id: t.String(),
  code: t.String(),
  number: t.Integer(),
  title: t.String(),
  status: IncidentStatusModel,
  severity: IncidentSeverityModel,
  message: t.String({ description: "The text of the newest update." }),
  project_id: t.String(),
  service_ids: t.Array(t.String()),
  services: t.Array(t.Object({ id: t.String(), name: t.String(), group: NullableString })),
  service_status: SaidStatus,
  source: t.Object({
    kind: t.String({ description: "person, receiver, monitor or alert" }),
    id: NullableString,
    name: t.String(),
    url: t.Union([t.String({ description: "Where the source itself shows it." }), t.Null()]),
  }),
  monitor: t.Union([t.Object({ id: t.String(), name: t.String(), group: NullableString }), t.Null()]),
  probe: t.Union([
    t.Object({
      endpoint: t.String(),
      response_code: t.Integer(),
      latency_ms: t.Number(),
      region: t.String(),
    }),
    t.Null(),
  ]),
  final_response_code: t.Union([t.Integer(), t.Null()]),
  auto_resolved: t.Boolean(),
  engineer_notes: t.String(),
  post_mortem: NullableString,
  merged_into: NullableString,
  reopened_count: t.Integer(),
  opened_at: t.String(),
  since: t.String({ description: "When it was opened, or opened again." }),
  resolved_at: NullableString,
  updated_at: t.String(),
});
export type IncidentWire = Static<typeof IncidentWire>;

export const IncidentDetailWire = t.Composite([
  IncidentWire,
  t.Object({ updates: t.Array(UpdateWire, { description: "The newest 50, newest first." }) }),
]);

/** Throws `invalid` with the field. */
export const readIncident = (body: Static<typeof IncidentCreate>): IncidentInput => ({
  title: checkName("title", body.title),
  severity: body.severity,
  serviceIds: body.service_ids ?? [],
  message: body.message ?? "",
  serviceStatus: body.service_status ?? null,
  isPublic: body.public ?? true,
  ...(body.project_id === undefined ? {} : { projectId: body.project_id }),
});

export const readUpdate = (body: Static<typeof UpdateCreate>): UpdateInput => ({
  status: body.status,
  message: body.message ?? "",
  isPublic: body.public ?? true,
  ...(body.service_status === undefined ? {} : { serviceStatus: body.service_status }),
});

/** Throws `invalid` with the field. */
export const readEdit = (body: Static<typeof IncidentPatch>): IncidentEdit => ({
  ...(body.title === undefined ? {} : { title: checkName("title", body.title) }),
  ...(body.severity === undefined ? {} : { severity: body.severity }),
  ...(body.service_ids === undefined ? {} : { serviceIds: body.service_ids }),
  ...(body.engineer_notes === undefined ? {} : { engineerNotes: body.engineer_notes }),
  ...(body.post_mortem === undefined ? {} : { postMortem: body.post_mortem }),
});

/** `operational` is never said. */
const saidOf = ({ serviceStatus }: IncidentRecord): IncidentWire["service_status"] =>
  serviceStatus === "operational" ? null : serviceStatus;

const presentProbe = (probe: IncidentSnapshot["probe"]): IncidentWire["probe"] =>
  probe === null
    ? null
    : {
        endpoint: probe.endpoint,
        response_code: probe.responseCode,
        latency_ms: probe.latencyMs,
        region: probe.region,
      };

export const presentIncident = (incident: IncidentRecord): IncidentWire => ({
  id: incident.id,
  code: incident.code,
  number: incident.number,
  title: incident.title,
  status: incident.status,
  severity: incident.severity,
  message: incident.message,
  project_id: incident.projectId,
  service_ids: incident.services.map(({ id }) => id),
  services: incident.services.map(({ id, name, group }) => ({ id, name, group })),
  service_status: saidOf(incident),
  source: {
    kind: incident.sourceKind,
    id: incident.sourceId,
    name: incident.sourceName,
    url: incident.sourceUrl,
  },
  monitor: incident.monitor,
  probe: presentProbe(incident.probe),
  final_response_code: incident.finalResponseCode,
  auto_resolved: incident.isAutoResolved,
  engineer_notes: incident.engineerNotes,
  post_mortem: incident.postMortem,
  merged_into: incident.mergedInto,
  reopened_count: incident.reopenedCount,
  opened_at: isoMillis(incident.openedAt),
  since: isoMillis(incident.sinceAt),
  resolved_at: isoMillisOrNull(incident.resolvedAt),
  updated_at: isoMillis(incident.updatedAt),
});

export const presentUpdate = (row: UpdateRow): UpdateWire => ({
  id: row.id,
  status: row.status,
  message: row.message,
  public: row.isPublic,
  by: row.actor.name,
  at: isoMillis(row.at),
});

/** As it was at an event: in the words of `IncidentWire`. */
export const presentIncidentSnapshot = (incident: IncidentSnapshot): Record<string, unknown> => ({
  id: incident.id,
  code: incident.code,
  number: incident.number,
  title: incident.title,
  status: incident.status,
  severity: incident.severity,
  message: incident.message,
  project_id: incident.projectId,
  service_ids: incident.services.map(({ id }) => id),
  services: incident.services,
  source: incident.source,
  monitor: incident.monitor,
  probe: presentProbe(incident.probe),
  final_response_code: incident.finalResponseCode,
  auto_resolved: incident.isAutoResolved,
  engineer_notes: incident.engineerNotes,
  since: isoMillis(incident.openedAt),
  resolved_at: isoMillisOrNull(incident.resolvedAt),
});
