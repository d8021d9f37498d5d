// In: channels and channel types. Out: their API models. Config leaves only through the type's mask.
import { t, type Static, type TSchema } from "elysia";
import { isoMillis, isoMillisOrNull } from "../core/time";
import { pageFields } from "../http/models";
import { FIELD_TYPES, type AnyChannelType, type ChannelAudience, type ChannelField } from "./channel";
import type { Channel } from "./directory";
import { presentRotation, RotationWire } from "./rotation-wire";
import { CHANNEL_HEALTHS } from "./schema";
import type { ChannelDraft } from "./service";

const nullable = <T extends TSchema>(model: T) => t.Union([model, t.Null()]);
const wordOf = <Word extends string>(words: readonly Word[]) =>
  t.Unsafe<Word>(t.Union(words.map((word) => t.Literal(word))));

const Name = t.String({ minLength: 1, maxLength: 200 });
const Config = t.Record(t.String(), t.Unknown(), {
  description: "Settings of the channel's type: see GET /channel-types.",
});
const Ids = t.Array(t.String({ maxLength: 64 }), { maxItems: 500 });
const FilterSeverity = wordOf(["info", "warning", "critical", "minor", "major"] as const);

const Filters = t.Object(
  {
    severities: t.Optional(t.Array(FilterSeverity, { maxItems: 5 })),
    groups: t.Optional(t.Array(t.String({ maxLength: 200 }), { maxItems: 500 })),
    project_ids: t.Optional(Ids),
    machine_ids: t.Optional(Ids),
    labels: t.Optional(t.Record(t.String({ maxLength: 200 }), t.String({ maxLength: 500 }))),
  },
  { additionalProperties: false, description: "An event that lacks a filtered attribute does not pass." },
);

const Events = t.Array(t.String({ maxLength: 100 }), {
  maxItems: 50,
  description: "Dotted names, or the dialect's own. Left out or null: the default of type and dialect.",
});

const RateLimit = t.Integer({
  minimum: 1,
  maximum: 6_000,
  description:
    "Attempts in any minute at most; what is more waits, the most urgent first. Null: the type's own.",
});
const StaleAfter = t.Integer({
  minimum: 1,
  maximum: 7 * 86_400,
  description:
    "Of channels that people read: what waited longer because the channel could not be reached comes as one summary.",
});
const WeeklyTest = t.Boolean({
  description: "Once a week what the test button sends is sent; a failure is told to failure_channel_id.",
});

export const ChannelCreate = t.Object(
  {
    name: Name,
    type: t.String({ maxLength: 50 }),
    config: Config,
    is_active: t.Optional(t.Boolean()),
    events: t.Optional(nullable(Events)),
    filters: t.Optional(nullable(Filters)),
    failure_channel_id: t.Optional(nullable(t.String({ maxLength: 64 }))),
    rate_limit_per_minute: t.Optional(nullable(RateLimit)),
    stale_after_seconds: t.Optional(nullable(StaleAfter)),
    weekly_test: t.Optional(t.Boolean()),
  },
  { additionalProperties: false },
);

export const ChannelUpdate = t.Partial(ChannelCreate, { additionalProperties: false });

export const ChannelQuery = t.Object(
  {
    ...pageFields,
    type: t.Optional(t.String()),
    health: t.Optional(t.String({ description: `${CHANNEL_HEALTHS.join(", ")}, or several with commas` })),
  },
  { additionalProperties: false },
);

export const ChannelWire = t.Object({
  id: t.String(),
  name: t.String(),
  type: t.String(),
  config: t.Record(t.String(), t.Unknown(), { description: "Secrets show their last four characters." }),
  is_active: t.Boolean(),
  events: nullable(t.Array(t.String())),
  subscribed_events: t.Array(t.String(), { description: "What events, or the default, come to." }),
  filters: nullable(Filters),
  failure_channel_id: nullable(t.String()),
  rate_limit_per_minute: nullable(RateLimit),
  rate_limit_per_minute_default: nullable(
    t.Integer({ description: "What applies while rate_limit_per_minute is null." }),
  ),
  stale_after_seconds: StaleAfter,
  weekly_test: WeeklyTest,
  last_test_at: nullable(t.String()),
  last_test_success: nullable(t.Boolean()),
  quiet_until: nullable(
    t.String({ description: "The endpoint asked for silence (429, Retry-After): nothing is sent before." }),
  ),
  health: wordOf(CHANNEL_HEALTHS),
  health_reason: nullable(t.String()),
  consecutive_failures: t.Integer(),
  last_success_at: nullable(t.String()),
  last_failure_at: nullable(t.String()),
  success_rate_24h: nullable(t.Number({ description: "Delivered share of the attempts, 0 to 1." })),
  waiting_count: t.Integer(),
  rotation: nullable(RotationWire),
  created_at: t.String(),
  updated_at: t.String(),
});
export type ChannelWire = Static<typeof ChannelWire>;

const FieldWire = t.Object({
  name: t.String(),
  label: t.String(),
  type: wordOf(FIELD_TYPES),
  required: t.Boolean(),
  secret: t.Boolean(),
  hint: t.String(),
  options: t.Array(
    t.Object({
      value: t.String(),
      label: t.String(),
      hint: t.String(),
      default_events: nullable(
        t.Array(t.String(), {
          description: "Told by default where this is chosen. Null: what the type's default_events says.",
        }),
      ),
    }),
  ),
  default: nullable(t.Union([t.String(), t.Number(), t.Boolean()])),
  advanced: t.Boolean(),
  shown_when: nullable(
    t.Object(
      { field: t.String(), values: t.Array(t.String()) },
      {
        description:
          "Shown only while the other field has one of these values, or has none and one is its default.",
      },
    ),
  ),
});

export const ChannelTypeWire = t.Object({
  kind: t.String(),
  label: t.String(),
  description: t.String(),
  fields: t.Array(FieldWire),
  default_events: t.Array(t.String()),
  audience: t.Unsafe<ChannelAudience>(
    t.Union([t.Literal("program"), t.Literal("people"), t.Literal("state")], {
      description:
        "program is told every event, however late; people get one summary after an outage; state shows how things stand.",
    }),
  ),
  secret_field: nullable(
    t.String({ description: "The setting that rotate-secret replaces. Null: nothing is signed." }),
  ),
});
export type ChannelTypeWire = Static<typeof ChannelTypeWire>;

/** An hour. */
const DEFAULT_STALE_AFTER_SECONDS = 3_600;

export const readDraft = (body: Static<typeof ChannelCreate>): ChannelDraft => ({
  name: body.name,
  type: body.type,
  config: body.config,
  isActive: body.is_active ?? true,
  events: body.events ?? null,
  filters: body.filters ?? null,
  failureChannelId: body.failure_channel_id ?? null,
  rateLimitPerMinute: body.rate_limit_per_minute ?? null,
  staleAfterSeconds: body.stale_after_seconds ?? DEFAULT_STALE_AFTER_SECONDS,
  weeklyTest: body.weekly_test ?? false,
});

export const readChange = (body: Static<typeof ChannelUpdate>): Partial<ChannelDraft> => ({
  ...(body.name === undefined ? {} : { name: body.name }),
  ...(body.type === undefined ? {} : { type: body.type }),
  ...(body.config === undefined ? {} : { config: body.config }),
  ...(body.is_active === undefined ? {} : { isActive: body.is_active }),
  ...(body.events === undefined ? {} : { events: body.events }),
  ...(body.filters === undefined ? {} : { filters: body.filters }),
  ...(body.failure_channel_id === undefined ? {} : { failureChannelId: body.failure_channel_id }),
  ...(body.rate_limit_per_minute === undefined ? {} : { rateLimitPerMinute: body.rate_limit_per_minute }),
  ...(body.stale_after_seconds === undefined
    ? {}
    : { staleAfterSeconds: body.stale_after_seconds ?? DEFAULT_STALE_AFTER_SECONDS }),
  ...(body.weekly_test === undefined ? {} : { weeklyTest: body.weekly_test }),
});

export const presentChannel = (
  channel: Channel,
  figures: { successRate: number | null; waitingCount: number },
): ChannelWire => ({
  id: channel.id,
  name: channel.name,
  type: channel.kind,
  config: channel.type.mask(channel.config),
  is_active: channel.isActive,
  events: channel.ownEvents === null ? null : [...channel.ownEvents],
  subscribed_events: [...channel.events],
  filters: channel.filters,
  failure_channel_id: channel.failureChannelId,
  rate_limit_per_minute: channel.rateLimitPerMinute,
  rate_limit_per_minute_default: channel.behaviour.rateLimitPerMinute ?? null,
  stale_after_seconds: channel.staleAfterSeconds,
  weekly_test: channel.weeklyTest,
  last_test_at: isoMillisOrNull(channel.lastTestAt),
  last_test_success: channel.lastTestSuccess,
  quiet_until: isoMillisOrNull(channel.quietUntil),
  health: channel.health,
  health_reason: channel.healthReason,
  consecutive_failures: channel.consecutiveFailures,
  last_success_at: isoMillisOrNull(channel.lastSuccessAt),
  last_failure_at: isoMillisOrNull(channel.lastFailureAt),
  success_rate_24h: figures.successRate,
  waiting_count: figures.waitingCount,
  rotation: presentRotation(channel),
  created_at: isoMillis(channel.createdAt),
  updated_at: isoMillis(channel.updatedAt),
});

const presentField = (field: ChannelField): Static<typeof FieldWire> => ({
  name: field.name,
  label: field.label,
  type: field.type,
  required: field.required,
  secret: field.secret,
  hint: field.hint,
  options: (field.options ?? []).map(({ value, label, hint, defaultEvents }) => ({
    value,
    label,
    hint: hint ?? "",
    default_events: defaultEvents === undefined ? null : [...defaultEvents],
  })),
  default: field.default ?? null,
  advanced: field.advanced ?? false,
  shown_when:
    field.shownWhen === undefined
      ? null
      : { field: field.shownWhen.field, values: [...field.shownWhen.values] },
});

export const presentType = (type: AnyChannelType): ChannelTypeWire => ({
  kind: type.kind,
  label: type.label,
  description: type.description,
  fields: type.fields.map(presentField),
  default_events: [...type.defaultEvents],
  audience: type.audience,
  secret_field: type.rotation?.field ?? null,
});
