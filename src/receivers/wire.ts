// In: receivers and requests about them. Out: their API models. A token leaves in the answer that made it, and
// a secret only where Andon made it; elsewhere both are masks. Times ISO 8601 UTC in ms.
import { t, type Static } from "elysia";
import { invalid } from "../core/errors";
import { SERVICE_STATUSES } from "../core/events";
import { checkName } from "../core/names";
import { isoMillis, isoMillisOrNull } from "../core/time";
import { SeverityModel } from "../http/models";
import { MASK, maskText } from "../lib/secrets";
import type { Receiver } from "./book";
import type { ReceiverInput } from "./desk";
import { setsStatus } from "./default-settings";
import {
  SIGNATURE_SCHEMES,
  type AlertSettings,
  type Meaning,
  type ReceiverSettings,
  type SignatureScheme,
  type StatusMapping,
} from "./schema";

const nullable = <T extends Parameters<typeof t.Optional>[0]>(model: T) => t.Union([model, t.Null()]);

const MOST_PATHS = 8;
const Path = t.String({ minLength: 1, maxLength: 500 });
const PathsField = t.Union([Path, t.Array(Path, { minItems: 1, maxItems: MOST_PATHS })], {
  description:
    "A path such as data.items[0].state, or several: the first that leads to a value wins. With $. in front it is walked from the top.",
});
export const MeaningModel = t.Union([
  t.Literal("operational"),
  t.Literal("degraded"),
  t.Literal("down"),
  t.Literal("maintenance"),
  t.Literal("ignore"),
]);
export const IncidentSeverityModel = t.Union([t.Literal("minor"), t.Literal("major"), t.Literal("critical")]);
export const SchemeModel = t.Unsafe<SignatureScheme>(
  t.Union(
    SIGNATURE_SCHEMES.map((scheme) => t.Literal(scheme)),
    {
      description:
        "auto: HMAC-SHA256 as hex, sha256= and hex, or base64 in signature_header, or Standard Webhooks. standard: only those. token: the secret itself in signature_header. v1: as PagerDuty signs. sns: as Amazon SNS signs, without a secret.",
    },
  ),
);
const Word = t.String({ minLength: 1, maxLength: 200 });
const MappingField = t.Record(Word, t.Union([MeaningModel, t.Array(Word, { maxItems: 500 })]), {
  description:
    "From a word to its status, or from a status to its words; * stands for any characters, ignore for nothing to do. Comes before Alert24's table.",
});
const HeaderName = t.String({
  minLength: 1,
  maxLength: 100,
  pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$",
  title: "the name of a header, such as X-Signature",
});
const Secret = t.String({ minLength: 8, maxLength: 256 });

const AlertsField = t.Object(
  {
    severity: t.Optional(SeverityModel),
    severity_field: t.Optional(nullable(PathsField)),
    severity_mapping: t.Optional(nullable(t.Record(Word, SeverityModel))),
    machine_field: t.Optional(nullable(PathsField)),
    name_field: t.Optional(nullable(PathsField)),
    sets_status: t.Optional(nullable(t.Boolean())),
    expires_after_seconds: t.Optional(nullable(t.Number({ minimum: 10, maximum: 2_592_000 }))),
  },
  {
    additionalProperties: false,
    description:
      "What fails becomes an alert, with channels and escalation as for any other. severity counts where the payload says none; without a machine the service stands in; sets_status: services follow as well (by default where one is named); expires_after_seconds: over when nobody repeats it.",
  },
);

const receiverFields = {
  project_id: t.Optional(t.String({ minLength: 1 })),
  preset: t.Optional(t.String({ minLength: 1, maxLength: 50 })),
  is_active: t.Optional(t.Boolean()),
  service_id: t.Optional(nullable(t.String({ minLength: 1 }))),
  service_name_field: t.Optional(nullable(PathsField)),
  status_field: t.Optional(nullable(PathsField)),
  message_field: t.Optional(nullable(PathsField)),
  title_field: t.Optional(nullable(PathsField)),
  url_field: t.Optional(nullable(PathsField)),
  items_field: t.Optional(nullable(Path)),
  key_field: t.Optional(nullable(PathsField)),
  starts_at_field: t.Optional(nullable(PathsField)),
  ends_at_field: t.Optional(nullable(PathsField)),
  time_field: t.Optional(nullable(PathsField)),
  id_field: t.Optional(nullable(PathsField)),
  status_mapping: t.Optional(nullable(MappingField)),
  unmapped_status: t.Optional(nullable(MeaningModel)),
  create_missing_services: t.Optional(t.Boolean()),
  hmac_secret: t.Optional(nullable(Secret)),
  signature_header: t.Optional(HeaderName),
  signature_scheme: t.Optional(SchemeModel),
  timestamp_header: t.Optional(nullable(HeaderName)),
  auto_create_incidents: t.Optional(t.Boolean()),
  incident_severity: t.Optional(nullable(IncidentSeverityModel)),
  auto_resolve_incidents: t.Optional(t.Boolean()),
  rate_limit_per_minute: t.Optional(nullable(t.Number({ multipleOf: 1, minimum: 1, maximum: 6_000_000 }))),
  alerts: t.Optional(nullable(AlertsField)),
};

const NameField = t.String({ minLength: 1, maxLength: 200 });

export const ReceiverCreate = t.Object(
  { name: NameField, ...receiverFields },
  { additionalProperties: false },
);
export const ReceiverUpdate = t.Object(
  { name: t.Optional(NameField), ...receiverFields },
  { additionalProperties: false },
);

export const TokenRotation = t.Object(
  { revoke_previous: t.Optional(t.Boolean({ description: "The one before is refused at once." })) },
  { additionalProperties: false },
);
export const SecretRotation = t.Object(
  { secret: t.Optional(Secret), revoke_previous: t.Optional(t.Boolean()) },
  { additionalProperties: false },
);

const NullablePaths = nullable(t.Union([t.String(), t.Array(t.String())]));

export const ReceiverWire = t.Object({
  id: t.String(),
  name: t.String(),
  project_id: t.String(),
  preset: t.String(),
  is_active: t.Boolean(),
  token: t.String({ description: "A mask, except in the answer of create and rotate-token." }),
  url: t.String({ description: "Where the sender posts to; holds the token." }),
  previous_token_valid_until: nullable(t.String()),
  service_id: nullable(t.String()),
  service_name_field: NullablePaths,
  status_field: t.Union([t.String(), t.Array(t.String()), t.Null()], {
    description: "Null: as the preset reads it.",
  }),
  message_field: NullablePaths,
  title_field: NullablePaths,
  url_field: NullablePaths,
  items_field: nullable(t.String()),
  key_field: NullablePaths,
  starts_at_field: NullablePaths,
  ends_at_field: NullablePaths,
  time_field: t.Union([t.String(), t.Array(t.String()), t.Null()], {
    description:
      "When it was so, by the sender's clock: what is older and comes later changes nothing. Null: as the preset reads it.",
  }),
  id_field: NullablePaths,
  status_mapping: nullable(t.Record(t.String(), t.Union([t.String(), t.Array(t.String())]))),
  unmapped_status: nullable(MeaningModel),
  create_missing_services: t.Boolean(),
  hmac_secret: nullable(t.String({ description: "A mask; null where no signature is asked for." })),
  previous_secret_valid_until: nullable(t.String()),
  signature_header: t.String(),
  signature_scheme: SchemeModel,
  timestamp_header: nullable(t.String()),
  auto_create_incidents: t.Boolean(),
  incident_severity: nullable(IncidentSeverityModel),
  auto_resolve_incidents: t.Boolean(),
  rate_limit_per_minute: nullable(t.Integer()),
  alerts: nullable(
    t.Object({
      severity: SeverityModel,
      severity_field: NullablePaths,
      severity_mapping: nullable(t.Record(t.String(), SeverityModel)),
      machine_field: NullablePaths,
      name_field: NullablePaths,
      sets_status: t.Boolean(),
      expires_after_seconds: nullable(t.Number()),
    }),
  ),
  created_at: t.String(),
  updated_at: t.String(),
});
export type ReceiverWire = Static<typeof ReceiverWire>;

export const RotatedSecretWire = t.Composite([
  ReceiverWire,
  t.Object({ secret: t.String({ description: "The only time that it is shown." }) }),
]);

const pathsOrNull = (given: string | string[] | null): string[] | null =>
  typeof given === "string" ? [given] : given;

const MOST_WORDS = 1_000;

/** Both spellings, each entry for itself. Throws `invalid`. */
const readMapping = (given: Readonly<Record<string, Meaning | string[]>>): StatusMapping => {
  let words = 0;
  for (const [key, value] of Object.entries(given)) {
    words += typeof value === "string" ? 1 : value.length;
    if (typeof value !== "string" && key !== "ignore" && !SERVICE_STATUSES.some((status) => status === key))
      throw invalid(
        `status_mapping.${key}`,
        `Either a word and its status, or a status and its words: ${key} is none of ${SERVICE_STATUSES.join(", ")}, ignore.`,
      );
  }
  if (words > MOST_WORDS) throw invalid("status_mapping", `There may be at most ${MOST_WORDS} words.`);
  return given;
};

type Body = Static<typeof ReceiverUpdate>;

const readAlerts = (given: Static<typeof AlertsField>): AlertSettings => ({
  severity: given.severity ?? "critical",
  severityField: pathsOrNull(given.severity_field ?? null),
  severityMapping: given.severity_mapping ?? null,
  machineField: pathsOrNull(given.machine_field ?? null),
  nameField: pathsOrNull(given.name_field ?? null),
  setsStatus: given.sets_status ?? null,
  expiresAfterSeconds: given.expires_after_seconds ?? null,
});

const readSettings = (body: Body): Partial<ReceiverSettings> => ({
  ...(body.service_name_field === undefined
    ? {}
    : { serviceNameField: pathsOrNull(body.service_name_field) }),
  ...(body.status_field === undefined ? {} : { statusField: pathsOrNull(body.status_field) }),
  ...(body.message_field === undefined ? {} : { messageField: pathsOrNull(body.message_field) }),
  ...(body.title_field === undefined ? {} : { titleField: pathsOrNull(body.title_field) }),
  ...(body.url_field === undefined ? {} : { urlField: pathsOrNull(body.url_field) }),
  ...(body.items_field === undefined ? {} : { itemsField: body.items_field }),
  ...(body.key_field === undefined ? {} : { keyField: pathsOrNull(body.key_field) }),
  ...(body.starts_at_field === undefined ? {} : { startsAtField: pathsOrNull(body.starts_at_field) }),
  ...(body.ends_at_field === undefined ? {} : { endsAtField: pathsOrNull(body.ends_at_field) }),
  ...(body.time_field === undefined ? {} : { timeField: pathsOrNull(body.time_field) }),
  ...(body.id_field === undefined ? {} : { idField: pathsOrNull(body.id_field) }),
  ...(body.status_mapping === undefined
    ? {}
    : { statusMapping: body.status_mapping === null ? null : readMapping(body.status_mapping) }),
  ...(body.unmapped_status === undefined ? {} : { unmappedStatus: body.unmapped_status }),
  ...(body.create_missing_services === undefined
    ? {}
    : { createMissingServices: body.create_missing_services }),
  ...(body.signature_header === undefined ? {} : { signatureHeader: body.signature_header }),
  ...(body.signature_scheme === undefined ? {} : { signatureScheme: body.signature_scheme }),
  ...(body.timestamp_header === undefined ? {} : { timestampHeader: body.timestamp_header }),
  ...(body.auto_create_incidents === undefined ? {} : { autoCreateIncidents: body.auto_create_incidents }),
  ...(body.incident_severity === undefined ? {} : { incidentSeverity: body.incident_severity }),
  ...(body.auto_resolve_incidents === undefined ? {} : { autoResolveIncidents: body.auto_resolve_incidents }),
  ...(body.rate_limit_per_minute === undefined ? {} : { rateLimitPerMinute: body.rate_limit_per_minute }),
  ...(body.alerts === undefined ? {} : { alerts: body.alerts === null ? null : readAlerts(body.alerts) }),
});

/** The mask that was shown stands for what is there already; any other is a mistake. */
const readSecret = (given: string | null, before: string | null): { hmacSecret?: string | null } => {
  if (given !== null && before !== null && given === maskText(before)) return {};
  if (given?.startsWith(MASK) === true)
    throw invalid("hmac_secret", "This is a mask, not a secret: leave it out or give the secret itself.");
  return { hmacSecret: given };
};

/** Throws `invalid` with the field. `before`: the secret that is there. */
export const readReceiverChange = (body: Body, before: string | null = null): Partial<ReceiverInput> => ({
  ...(body.name === undefined ? {} : { name: checkName("name", body.name) }),
  ...(body.project_id === undefined ? {} : { projectId: body.project_id }),
  ...(body.preset === undefined ? {} : { preset: body.preset }),
  ...(body.is_active === undefined ? {} : { isActive: body.is_active }),
  ...(body.service_id === undefined ? {} : { serviceId: body.service_id }),
  ...(body.hmac_secret === undefined ? {} : readSecret(body.hmac_secret, before)),
  settings: readSettings(body),
});

/** Throws `invalid` with the field. */
export const readReceiver = (
  body: Static<typeof ReceiverCreate>,
): Partial<ReceiverInput> & { name: string } => ({
  ...readReceiverChange(body),
  name: checkName("name", body.name),
});

const shownPaths = (paths: readonly string[]): string | string[] =>
  paths.length === 1 ? (paths[0] ?? "") : [...paths];
const shownPathsOrNull = (paths: readonly string[] | null): string | string[] | null =>
  paths === null ? null : shownPaths(paths);

const shownMapping = (mapping: StatusMapping | null): Record<string, string | string[]> | null =>
  mapping === null
    ? null
    : Object.fromEntries(
        Object.entries(mapping).map(([key, value]) => [key, typeof value === "string" ? value : [...value]]),
      );

/** Below the address where people reach the UI. */
export const INCOMING_PATH = "/api/webhooks/incoming";

/** `token`: only in the answer to whoever made it. */
export const presentReceiver = (
  { record }: Pick<Receiver, "record">,
  { baseUrl, token }: { baseUrl: string; token?: string },
): ReceiverWire => {
  const { settings } = record;
  const shown = token ?? MASK + record.tokenHint;
  return {
    id: record.id,
    name: record.name,
    project_id: record.projectId,
    preset: record.preset,
    is_active: record.isActive,
    token: shown,
    url: `${baseUrl}${INCOMING_PATH}/${shown}`,
    previous_token_valid_until: isoMillisOrNull(record.previousTokenUntil),
    service_id: record.serviceId,
    service_name_field: shownPathsOrNull(settings.serviceNameField),
    status_field: shownPathsOrNull(settings.statusField),
    message_field: shownPathsOrNull(settings.messageField),
    title_field: shownPathsOrNull(settings.titleField),
    url_field: shownPathsOrNull(settings.urlField),
    items_field: settings.itemsField,
    key_field: shownPathsOrNull(settings.keyField),
    starts_at_field: shownPathsOrNull(settings.startsAtField),
    ends_at_field: shownPathsOrNull(settings.endsAtField),
    time_field: shownPathsOrNull(settings.timeField),
    id_field: shownPathsOrNull(settings.idField),
    status_mapping: shownMapping(settings.statusMapping),
    unmapped_status: settings.unmappedStatus,
    create_missing_services: settings.createMissingServices,
    hmac_secret: record.isSecretLost ? MASK : record.hmacSecret === null ? null : maskText(record.hmacSecret),
    previous_secret_valid_until: isoMillisOrNull(record.previousHmacUntil),
    signature_header: settings.signatureHeader,
    signature_scheme: settings.signatureScheme,
    timestamp_header: settings.timestampHeader,
    auto_create_incidents: settings.autoCreateIncidents,
    incident_severity: settings.incidentSeverity,
    auto_resolve_incidents: settings.autoResolveIncidents,
    rate_limit_per_minute: settings.rateLimitPerMinute,
    alerts:
      settings.alerts === null
        ? null
        : {
            severity: settings.alerts.severity,
            severity_field: shownPathsOrNull(settings.alerts.severityField),
            severity_mapping:
              settings.alerts.severityMapping === null ? null : { ...settings.alerts.severityMapping },
            machine_field: shownPathsOrNull(settings.alerts.machineField),
            name_field: shownPathsOrNull(settings.alerts.nameField),
            sets_status: setsStatus(record),
            expires_after_seconds: settings.alerts.expiresAfterSeconds,
          },
    created_at: isoMillis(record.createdAt),
    updated_at: isoMillis(record.updatedAt),
  };
};
