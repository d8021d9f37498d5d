// In: rehearsals, unknown words and what a person teaches a receiver. Out: their API models. Times ISO 8601 UTC
// in ms.
import { t, type Static } from "elysia";
import { isoMillis, isoMillisOrNull } from "../core/time";
import { findCandidates, guessFields } from "./candidates";
import { OutcomeWire, presentOutcome } from "./log-wire";
import { readPayload } from "./payload";
import type { Rehearsal } from "./rehearse";
import type { Teaching } from "./teaching";
import type { UnknownWord } from "./unknown-words";
import { MeaningModel, ReceiverUpdate, ReceiverWire } from "./wire";

const nullable = <T extends Parameters<typeof t.Optional>[0]>(model: T) => t.Union([model, t.Null()]);
const NullableString = nullable(t.String());

export const DryRun = t.Object(
  {
    payload: t.Any({ description: "As JSON, or the body as a text." }),
    headers: t.Optional(t.Record(t.String(), t.String({ maxLength: 1_000 }))),
    settings: t.Optional(ReceiverUpdate),
  },
  { additionalProperties: false },
);

export const RehearsalWire = t.Object({
  result: t.Union([t.Literal("processed"), t.Literal("ignored"), t.Literal("failed")]),
  error: NullableString,
  items: t.Array(
    t.Composite([
      OutcomeWire,
      t.Object({
        key: NullableString,
        title: NullableString,
        url: NullableString,
        creates_service: t.Boolean(),
        incident: nullable(t.String({ description: "opened, raised, reopened, resolved" })),
        alert: nullable(t.String({ description: "triggered, updated, resolved" })),
        maintenance: nullable(t.Object({ starts_at: t.String(), ends_at: NullableString })),
      }),
    ]),
  ),
  told: t.Array(t.Object({ channel_id: t.String(), event: t.String() }), {
    description: "Which channels would be told of which event.",
  }),
  unknown_words: t.Array(t.String()),
});
export type RehearsalWire = Static<typeof RehearsalWire>;

export const presentRehearsal = ({ result, error, items, told, unknownWords }: Rehearsal): RehearsalWire => ({
  result,
  error,
  items: items.map(({ report, createsService, ...outcome }) => ({
    ...presentOutcome(outcome),
    // What would be made has no ID yet.
    ...(createsService ? { service_id: null } : {}),
    ...(outcome.incidentChange === "opened" ? { incident_id: null } : {}),
    ...(outcome.windowId === null ? {} : { maintenance_window_id: null }),
    ...(outcome.alertChange === "triggered" ? { alert_id: null } : {}),
    key: report.key,
    title: report.title,
    url: report.url,
    creates_service: createsService,
    incident: outcome.incidentChange,
    alert: outcome.alertChange,
    maintenance:
      report.planned === null
        ? null
        : { starts_at: isoMillis(report.planned.startsAt), ends_at: isoMillisOrNull(report.planned.endsAt) },
  })),
  told: told.map(({ channelId, event }) => ({ channel_id: channelId, event })),
  unknown_words: [...unknownWords],
});

export const UnknownWordWire = t.Object({
  word: t.String(),
  count: t.Integer(),
  first_seen_at: t.String(),
  last_seen_at: t.String(),
  delivery_id: t.String({ description: "The last request that held it." }),
  suggestion: nullable(MeaningModel),
});
export type UnknownWordWire = Static<typeof UnknownWordWire>;

export const UnknownWordsWire = t.Object({ data: t.Array(UnknownWordWire), next_cursor: t.Null() });

export const presentUnknownWord = (word: UnknownWord): UnknownWordWire => ({
  word: word.word,
  count: word.count,
  first_seen_at: isoMillis(word.firstAt),
  last_seen_at: isoMillis(word.lastAt),
  delivery_id: word.deliveryId,
  suggestion: word.suggestion,
});

export const WordMapping = t.Object(
  { word: t.String({ minLength: 1, maxLength: 200 }), status: MeaningModel },
  { additionalProperties: false },
);

export const TeachApply = t.Composite(
  [
    ReceiverUpdate,
    t.Object({
      save: t.Optional(t.Boolean({ description: "False, the default, only shows what would come of it." })),
    }),
  ],
  { additionalProperties: false },
);

export const TeachApplied = t.Object({ rehearsal: RehearsalWire, receiver: nullable(ReceiverWire) });

const Candidate = t.Object({
  path: t.String(),
  value: t.Union([t.String(), t.Number(), t.Boolean()]),
  meaning: nullable(MeaningModel),
});

export const TeachingWire = t.Object({
  status: t.Union([t.Literal("idle"), t.Literal("waiting"), t.Literal("captured")]),
  started_at: NullableString,
  until: NullableString,
  captured_at: NullableString,
  delivery_id: NullableString,
  headers: nullable(t.Record(t.String(), t.String())),
  payload: t.Any(),
  candidates: t.Array(Candidate, {
    description: "Every place that holds a value, and what it means as a status.",
  }),
  guess: nullable(
    t.Object({
      presets: t.Array(t.String()),
      items_field: NullableString,
      status_field: NullableString,
      message_field: NullableString,
      title_field: NullableString,
      service_name_field: NullableString,
    }),
  ),
});
export type TeachingWire = Static<typeof TeachingWire>;

const IDLE: TeachingWire = {
  status: "idle",
  started_at: null,
  until: null,
  captured_at: null,
  delivery_id: null,
  headers: null,
  payload: null,
  candidates: [],
  guess: null,
};

const encoder = new TextEncoder();

export const presentTeaching = async (teaching: Teaching | null): Promise<TeachingWire> => {
  if (teaching === null) return IDLE;
  const { startedAt, until, captured } = teaching;
  const since = { started_at: isoMillis(startedAt), until: isoMillis(until) };
  if (captured === null) return { ...IDLE, ...since, status: "waiting" };
  const { at, deliveryId, headers, payload: text } = captured;
  const read = await readPayload(encoder.encode(text), headers["content-type"] ?? null);
  const payload = read.isReadable ? read.value : text;
  const { presets, itemsField, statusField, messageField, titleField, serviceNameField } = guessFields(
    payload,
    headers,
  );
  return {
    ...since,
    status: "captured",
    captured_at: isoMillis(at),
    delivery_id: deliveryId,
    headers: { ...headers },
    payload,
    candidates: findCandidates(payload),
    guess: {
      presets,
      items_field: itemsField,
      status_field: statusField,
      message_field: messageField,
      title_field: titleField,
      service_name_field: serviceNameField,
    },
  };
};

export const ReprocessMany = t.Object(
  {
    delivery_ids: t.Optional(t.Array(t.String({ minLength: 1 }), { minItems: 1, maxItems: 500 })),
    result: t.Optional(
      t.String({ description: "processed, ignored, failed, or several with commas; failed when left out" }),
    ),
    from: t.Optional(t.String({ description: "Received from this time on, ISO 8601" })),
    to: t.Optional(t.String({ description: "Received before this time, ISO 8601" })),
  },
  { additionalProperties: false },
);
