// In: a preview, and events to make one of. Out: their API models.
import { t, type Static } from "elysia";
import { isoMillis } from "../core/time";
import { pageFields } from "../http/models";
import type { PastEvent, Preview, PreviewRequest } from "./preview";
import { wordingOf } from "./wording";

const nullable = <T extends ReturnType<typeof t.String | typeof t.Integer>>(model: T) =>
  t.Union([model, t.Null()]);

export const PreviewBody = t.Object(
  {
    type: t.Optional(nullable(t.String({ maxLength: 50 }))),
    config: t.Record(t.String(), t.Unknown(), {
      description: "As for creating or changing a channel of this type; it need not be saved.",
    }),
    channel_id: t.Optional(
      nullable(
        t.String({
          maxLength: 64,
          description: "Its stored settings stand for those that are masked or left out.",
        }),
      ),
    ),
    event_seq: t.Optional(
      nullable(t.Integer({ minimum: 1, description: "An event that happened: seq of preview-events." })),
    ),
    event: t.Optional(
      nullable(
        t.String({ maxLength: 100, description: "A sample of this kind; default: the test message." }),
      ),
    ),
  },
  { additionalProperties: false },
);

export const PreviewWire = t.Object({
  event: t.String(),
  method: t.Union([t.String(), t.Null()]),
  url: t.Union([t.String(), t.Null()]),
  headers: t.Record(t.String(), t.String(), { description: "Secrets are masked." }),
  body: t.String({ description: "Empty where none is sent. At most 256 KiB are shown." }),
  content_type: t.String(),
  bytes: t.Integer(),
  is_valid_json: t.Boolean(),
  error: t.Optional(
    t.String({ description: "Why this event can't be told like this, or the settings not be saved for it." }),
  ),
  error_field: t.Optional(t.String()),
});
export type PreviewWire = Static<typeof PreviewWire>;

export const PreviewEventsQuery = t.Object({ ...pageFields }, { additionalProperties: false });

export const PreviewEventWire = t.Object({
  seq: t.Integer(),
  event: t.String(),
  at: t.String(),
  text: t.String({ description: "One line for people." }),
});

export const PreviewEventsWire = t.Object({
  data: t.Array(PreviewEventWire),
  next_cursor: t.Union([t.String(), t.Null()]),
  samples: t.Array(t.Object({ event: t.String(), text: t.String() }), {
    description: "For `event`: one of each kind.",
  }),
});
export type PreviewEventsWire = Static<typeof PreviewEventsWire>;

export const readPreview = (body: Static<typeof PreviewBody>): PreviewRequest => ({
  type: body.type ?? null,
  config: body.config,
  channelId: body.channel_id ?? null,
  eventSeq: body.event_seq ?? null,
  event: body.event ?? null,
});

export const presentPreview = (preview: Preview): PreviewWire => ({
  event: preview.event,
  method: preview.method,
  url: preview.url,
  headers: preview.headers,
  body: preview.body,
  content_type: preview.contentType,
  bytes: preview.bytes,
  is_valid_json: preview.isValidJson,
  ...(preview.error === null ? {} : { error: preview.error.message }),
  ...(preview.error?.field == null ? {} : { error_field: preview.error.field }),
});

export const presentPastEvent = ({ seq, message }: PastEvent): Static<typeof PreviewEventWire> => ({
  seq,
  event: message.event,
  at: isoMillis(message.at),
  text: wordingOf(message).headline,
});
