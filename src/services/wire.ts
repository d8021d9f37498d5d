// In: services, their history and requests about them. Out: their API models. Times ISO 8601 UTC in ms.
import { t, type Static } from "elysia";
import { STATUS_SOURCE_KINDS, type ServiceSnapshot } from "../core/events";
import { checkName } from "../core/names";
import { isoMillis, isoMillisOrNull } from "../core/time";
import type { ServiceRecord } from "./book";
import type { ServiceSettings } from "./desk";
import { readStatusFrom, StatusFromField } from "./followed/wire";
import type { StatusChange } from "./planner";
import type { HistoryRow } from "./repository";

export const ServiceStatusModel = t.Union([
  t.Literal("operational"),
  t.Literal("degraded"),
  t.Literal("down"),
  t.Literal("maintenance"),
]);

const NullableString = t.Union([t.String(), t.Null()]);
const GroupField = t.Union([t.String({ minLength: 1, maxLength: 200 }), t.Null()]);

const settingFields = {
  group: t.Optional(GroupField),
  description: t.Optional(t.String({ maxLength: 2_000 })),
  order: t.Optional(
    t.Number({
      multipleOf: 1,
      minimum: -1_000_000,
      maximum: 1_000_000,
      description: "Lower ones come first on pages.",
    }),
  ),
  owner: t.Optional(t.Union([t.String({ minLength: 1, maxLength: 200 }), t.Null()])),
  project_id: t.Optional(t.String({ minLength: 1 })),
  depends_on: t.Optional(
    t.Array(t.String({ minLength: 1 }), {
      maxItems: 100,
      description:
        "IDs of services that this one needs. While one of them is down, its failures are recorded but told to nobody.",
    }),
  ),
  status_from: t.Optional(StatusFromField),
  sla_target: t.Optional(
    t.Union([t.Number({ minimum: 0, maximum: 100 }), t.Null()], {
      description: "Uptime that was promised, in percent.",
    }),
  ),
  degraded_weight: t.Optional(
    t.Union([t.Number({ minimum: 0, maximum: 1 }), t.Null()], {
      description: "Share of degraded time that counts as downtime; null takes the organization's.",
    }),
  ),
};

const NameField = t.String({ minLength: 1, maxLength: 200 });

export const ServiceCreate = t.Object({ name: NameField, ...settingFields }, { additionalProperties: false });
export const ServiceUpdate = t.Object(
  { name: t.Optional(NameField), ...settingFields },
  { additionalProperties: false },
);

export const StatusSet = t.Object(
  {
    status: ServiceStatusModel,
    message: t.Optional(
      t.String({ maxLength: 4_000, description: "Shown with the status, on status pages too." }),
    ),
  },
  { additionalProperties: false },
);

const SourceWire = t.Object({
  kind: t.String({ description: STATUS_SOURCE_KINDS.join(", ") }),
  id: t.String(),
  name: t.String(),
});

export const ServiceWire = t.Object({
  id: t.String(),
  name: t.String(),
  group: NullableString,
  description: t.String(),
  order: t.Integer(),
  owner: NullableString,
  project_id: t.String(),
  depends_on: t.Array(t.String()),
  status_from: StatusFromField,
  status: ServiceStatusModel,
  message: t.String(),
  status_since: t.String(),
  sources: t.Array(
    t.Object({ source: SourceWire, status: ServiceStatusModel, message: t.String(), since: t.String() }),
    {
      description:
        "Who says that it is not operational. The worst of them is shown; maintenance comes first.",
    },
  ),
  sla_target: t.Union([t.Number(), t.Null()]),
  degraded_weight: t.Union([t.Number(), t.Null()]),
  created_at: t.String(),
  updated_at: t.String(),
});
export type ServiceWire = Static<typeof ServiceWire>;

export const StatusAnswer = t.Composite([
  ServiceWire,
  t.Object({
    result: t.Union([t.Literal("processed"), t.Literal("ignored")], {
      description: "ignored: the service had this status already, or something stronger holds another.",
    }),
    previous_status: ServiceStatusModel,
  }),
]);
export type StatusAnswer = Static<typeof StatusAnswer>;

export const HistoryWire = t.Object({
  id: t.Integer(),
  at: t.String(),
  until: t.Union([t.String(), t.Null()], {
    description: "When the next change came; null for the present status.",
  }),
  status: ServiceStatusModel,
  previous_status: ServiceStatusModel,
  message: t.String(),
  source: SourceWire,
});
export type HistoryWire = Static<typeof HistoryWire>;

const readOwn = (body: Static<typeof ServiceUpdate>): Partial<ServiceSettings> => ({
  ...(body.group === undefined ? {} : { group: body.group === null ? null : checkName("group", body.group) }),
  ...(body.description === undefined ? {} : { description: body.description }),
  ...(body.order === undefined ? {} : { order: body.order }),
  ...(body.owner === undefined ? {} : { owner: body.owner }),
  ...(body.project_id === undefined ? {} : { projectId: body.project_id }),
  ...(body.depends_on === undefined ? {} : { dependsOn: [...new Set(body.depends_on)] }),
  ...(body.status_from === undefined ? {} : { statusFrom: readStatusFrom(body.status_from) }),
  ...(body.sla_target === undefined ? {} : { slaTarget: body.sla_target }),
  ...(body.degraded_weight === undefined ? {} : { degradedWeight: body.degraded_weight }),
});

/** Throws `invalid` with the field. */
export const readService = (
  body: Static<typeof ServiceCreate>,
): Partial<ServiceSettings> & { name: string } => ({ ...readOwn(body), name: checkName("name", body.name) });

/** Throws `invalid` with the field. */
export const readServiceChange = (body: Static<typeof ServiceUpdate>): Partial<ServiceSettings> => ({
  ...readOwn(body),
  ...(body.name === undefined ? {} : { name: checkName("name", body.name) }),
});

export const presentService = (service: ServiceRecord): ServiceWire => ({
  id: service.id,
  name: service.name,
  group: service.group,
  description: service.description,
  order: service.order,
  owner: service.owner,
  project_id: service.projectId,
  depends_on: [...service.dependsOn],
  status_from: service.statusFrom,
  status: service.status,
  message: service.message,
  status_since: isoMillis(service.changedAt),
  sources: service.words.map(({ source, status, message, at }) => ({
    source: { ...source },
    status,
    message,
    since: isoMillis(at),
  })),
  sla_target: service.slaTarget,
  degraded_weight: service.degradedWeight,
  created_at: isoMillis(service.createdAt),
  updated_at: isoMillis(service.updatedAt),
});

export const presentChange = ({
  hasChanged,
  hasNewWords,
  previousStatus,
  service,
}: StatusChange): StatusAnswer => ({
  ...presentService(service),
  result: hasChanged || hasNewWords ? "processed" : "ignored",
  previous_status: previousStatus,
});

/** `until`: when the change after it came, in ms. */
export const presentHistory = (row: HistoryRow, until: number | null): HistoryWire => ({
  id: row.id,
  at: isoMillis(row.at),
  until: isoMillisOrNull(until),
  status: row.status,
  previous_status: row.previousStatus,
  message: row.message,
  source: { kind: row.sourceKind, id: row.sourceId, name: row.sourceName },
});

/** As it was at an event: in the words of `ServiceWire`. */
export const presentServiceSnapshot = (service: ServiceSnapshot): Record<string, unknown> => ({
  id: service.id,
  name: service.name,
  group: service.group,
  project_id: service.projectId,
  status: service.status,
  previous_status: service.previousStatus,
  message: service.message,
  status_since: isoMillis(service.changedAt),
});
