// In: requests that create or change monitors. Out: their API models, and what they ask for, checked in shape.
import { t, type Static } from "elysia";
import { invalid } from "../core/errors";
import { checkName } from "../core/names";
import type { Settings } from "../lib/merge-patch";
import type { MonitorChange, MonitorSettings } from "./desk";
import { HTTP_METHODS, MONITOR_TYPES, RECORD_TYPES, type MonitorType } from "./schema";
import { TARGET_FIELDS } from "./target";

const whole = (minimum: number, maximum: number, description?: string) =>
  t.Number({ multipleOf: 1, minimum, maximum, ...(description === undefined ? {} : { description }) });

const text = (maxLength: number, description?: string) =>
  t.Union([t.String({ maxLength, ...(description === undefined ? {} : { description }) }), t.Null()]);

/** One of these words. */
export const oneOf = <const Word extends string>(words: readonly Word[], description?: string) =>
  t.Unsafe<Word>(
    t.Union(
      words.map((word) => t.Literal(word)),
      description === undefined ? {} : { description },
    ),
  );

export const Expect = t.Object(
  {
    status: t.Optional(
      t.Union([t.String({ maxLength: 100 }), t.Array(t.Union([t.String(), t.Number()]), { maxItems: 50 })], {
        description: '"2xx" (the default), "200-299", or a list such as [200, 204]',
      }),
    ),
    body_contains: t.Optional(t.String({ minLength: 1, maxLength: 2_000 })),
    body_not_contains: t.Optional(t.String({ minLength: 1, maxLength: 2_000 })),
    json_path: t.Optional(
      t.String({ minLength: 1, maxLength: 500, description: "e.g. data.items[0].state" }),
    ),
    equals: t.Optional(
      t.Union([t.String({ maxLength: 2_000 }), t.Number(), t.Boolean(), t.Null()], {
        description: "What stands at json_path; without it, that anything does.",
      }),
    ),
    regex: t.Optional(
      t.String({
        minLength: 1,
        maxLength: 500,
        description: "RE2 syntax, matched against the first 64 KiB of the answer, less for a long pattern",
      }),
    ),
    max_latency_ms: t.Optional(whole(1, 60_000)),
    tls_days_left: t.Optional(whole(0, 3_650, "The certificate must be valid for so many more days.")),
    tls_trusted: t.Optional(
      t.Boolean({ description: "false: an unknown issuer or another name is no failure" }),
    ),
    values: t.Optional(
      t.Array(t.String({ minLength: 1, maxLength: 1_000 }), {
        maxItems: 50,
        description: "DNS: each of them must be among the answers",
      }),
    ),
  },
  { additionalProperties: false, description: "Given as a whole: a change takes the place of all of it." },
);

/** Of single types; which takes which is said by the refusal. */
const targetFields = {
  url: t.Optional(t.String({ minLength: 1, maxLength: 2_000, description: "http" })),
  method: t.Optional(oneOf(HTTP_METHODS)),
  headers: t.Optional(
    t.Record(t.String(), t.Union([t.String(), t.Null()]), {
      description: "http; values of names such as Authorization are never shown again",
    }),
  ),
  body: t.Optional(text(65_536, "http")),
  follow_redirects: t.Optional(t.Boolean({ description: "http; true by default, at most 10 times" })),
  verify_tls: t.Optional(t.Boolean({ description: "http; true by default" })),
  ca: t.Optional(text(65_536, "http, tls: PEM of further certificate authorities")),
  host: t.Optional(t.String({ minLength: 1, maxLength: 253, description: "tcp, tls, ping, dns" })),
  port: t.Optional(whole(1, 65_535, "tcp; tls: 443 by default; ping: dialled where there is no ping")),
  server_name: t.Optional(text(253, "tls: the name in the certificate, where it is not host")),
  record_type: t.Optional(oneOf(RECORD_TYPES)),
  resolver: t.Optional(text(100, "dns: address of the server that is asked")),
  period_seconds: t.Optional(
    t.Union([whole(10, 31_536_000, "heartbeat: a report is expected so often"), t.Null()]),
  ),
  cron: t.Optional(text(200, "heartbeat: five fields, in time_zone, instead of period_seconds")),
  time_zone: t.Optional(t.String({ minLength: 1, maxLength: 100 })),
  grace_seconds: t.Optional(whole(1, 31_536_000, "heartbeat: how late a report may be; 300 by default")),
  slug: t.Optional(text(100, "heartbeat: its name in addresses with a project's ping key")),
};

const commonFields = {
  group: t.Optional(t.Union([t.String({ minLength: 1, maxLength: 200 }), t.Null()])),
  description: t.Optional(t.String({ maxLength: 2_000 })),
  project_id: t.Optional(t.String({ minLength: 1 })),
  interval_seconds: t.Optional(whole(10, 86_400)),
  timeout_seconds: t.Optional(whole(1, 60)),
  failure_threshold: t.Optional(whole(1, 20, "So many failures in a row make it down.")),
  success_threshold: t.Optional(whole(1, 20, "So many successes in a row make it up again.")),
  expect: t.Optional(Expect),
  severity: t.Optional(
    t.Union([t.Literal("minor"), t.Literal("major"), t.Literal("critical")], {
      description: "Of its incidents; major by default",
    }),
  ),
  region: t.Optional(t.Union([t.String({ minLength: 1, maxLength: 64 }), t.Null()])),
  service_id: t.Optional(t.Union([t.String({ minLength: 1 }), t.Null()])),
  service_status: t.Optional(
    t.Union([t.Literal("degraded"), t.Literal("down")], {
      description: "What its service is while it fails; down by default",
    }),
  ),
  is_active: t.Optional(t.Boolean()),
};

const NameField = t.String({ minLength: 1, maxLength: 200 });
export const TypeField = oneOf(MONITOR_TYPES);

export const MonitorCreate = t.Object(
  { name: NameField, type: TypeField, ...commonFields, ...targetFields },
  { additionalProperties: false },
);
export const MonitorUpdate = t.Object(
  { name: t.Optional(NameField), ...commonFields, ...targetFields },
  { additionalProperties: false },
);
type Body = Static<typeof MonitorUpdate>;

const SETTING_OF = {
  group: "group",
  description: "description",
  project_id: "projectId",
  interval_seconds: "intervalSeconds",
  timeout_seconds: "timeoutSeconds",
  failure_threshold: "failureThreshold",
  success_threshold: "successThreshold",
  expect: "expect",
  severity: "severity",
  region: "region",
  service_id: "serviceId",
  service_status: "serviceStatus",
  is_active: "isActive",
} as const satisfies Partial<Record<keyof Body, keyof MonitorSettings>>;

/** Throws `invalid` with the field. */
export const readChange = (body: Body): MonitorChange => {
  const given: Settings = {};
  for (const name of TARGET_FIELDS) {
    const value = body[name as keyof Body];
    if (value !== undefined) given[name] = value;
  }
  const settings = Object.fromEntries(
    Object.entries(SETTING_OF)
      .map(([name, setting]) => [setting, body[name as keyof Body]])
      .filter(([, value]) => value !== undefined),
  ) as Partial<MonitorSettings>;
  if (body.name !== undefined) settings.name = checkName("name", body.name).trim();
  if (typeof body.group === "string") settings.group = checkName("group", body.group);
  if (typeof body.region === "string") settings.region = checkName("region", body.region);
  return { settings, given };
};

/** Throws `invalid` with the field. */
export const readCreate = (
  body: Static<typeof MonitorCreate>,
): { type: MonitorType; input: MonitorChange } => {
  const { type, ...rest } = body;
  for (const [name, value] of Object.entries(body.headers ?? {}))
    if (value === null) throw invalid(`headers.${name}`, `The header ${name} must be a text.`);
  return { type, input: readChange(rest) };
};
