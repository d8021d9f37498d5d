// In: deliveries and attempts. Out: their API models, and what a query names as a filter.
import { t, type Static, type TSchema } from "elysia";
import { DELIVERY_EVENTS } from "../core/events";
import { readTime, readWords } from "../core/query";
import { isoMillis, isoMillisOrNull } from "../core/time";
import { pageFields } from "../http/models";
import type { DeliveryFilter } from "./filter";
import { isTest, type AttemptView, type DeliveryView } from "./history";
import type { AcceptedKey } from "../channels/schema";
import type { RefusedExchange } from "./attempt-rows";
import { DELIVERY_STATUSES, OUTCOMES } from "./schema";

const nullable = <T extends TSchema>(model: T) => t.Union([model, t.Null()]);
const wordOf = <Word extends string>(words: readonly Word[]) =>
  t.Unsafe<Word>(t.Union(words.map((word) => t.Literal(word))));
const Status = wordOf(DELIVERY_STATUSES);
const Outcome = wordOf(OUTCOMES);

export const DeliveryWire = t.Object({
  id: t.String({ description: "Also the webhook-id header." }),
  channel_id: t.String(),
  channel_name: t.String({ description: "The last one that it had; a deleted channel keeps it." }),
  event: t.String(),
  subject_id: t.String({ description: "The alert, incident, service or channel that the message is about." }),
  machine_id: nullable(t.String()),
  is_test: t.Boolean({ description: "Sample values: a test or a handshake. subject_id is the channel." }),
  status: Status,
  attempt_count: t.Integer(),
  next_attempt_at: nullable(t.String()),
  outcome: nullable(Outcome),
  reason: nullable(t.String()),
  replay_of: nullable(t.String()),
  created_at: t.String(),
  delivered_at: nullable(t.String()),
  finished_at: nullable(t.String()),
});
export type DeliveryWire = Static<typeof DeliveryWire>;

const Headers = t.Record(t.String(), t.String());

const RefusedExchangeWire = t.Object({
  status_code: nullable(t.Integer()),
  error: nullable(t.String()),
  address: nullable(t.String()),
  started_at: t.String(),
  first_byte_ms: nullable(t.Number()),
  total_ms: t.Number(),
  request_headers: Headers,
  response_headers: nullable(Headers),
  response_body: nullable(t.String()),
});

export const AttemptWire = t.Object({
  number: t.Integer(),
  method: nullable(t.String()),
  url: nullable(t.String({ description: "Secrets masked." })),
  outcome: Outcome,
  status_code: nullable(t.Integer()),
  error: nullable(t.String()),
  address: nullable(t.String({ description: "The address that was dialled." })),
  queued_at: t.String({ description: "When it was due." }),
  started_at: t.String({ description: "When it was sent." }),
  first_byte_ms: nullable(t.Number({ description: "From the start to the first byte of the answer." })),
  total_ms: t.Number({ description: "From the start to the end of the answer." }),
  request_headers: Headers,
  response_headers: nullable(Headers),
  response_body: nullable(t.String({ description: "The first 4 KiB." })),
  accepted_key: nullable(
    t.Unsafe<AcceptedKey>(
      t.Union([t.Literal("current"), t.Literal("previous")], {
        description: "During a rotation: the secret that the endpoint took. Null where that can't be told.",
      }),
    ),
  ),
  refused_exchange: nullable(
    t.Composite([RefusedExchangeWire], {
      description:
        "During a rotation: how the endpoint refused the new secret before it was sent the old one.",
    }),
  ),
});
export type AttemptWire = Static<typeof AttemptWire>;

export const BodyWire = t.Object({
  content_type: t.String(),
  bytes: t.Integer({ description: "Of the whole body." }),
  text: t.String({ description: "The first 256 KiB." }),
  is_cut: t.Boolean({ description: "There is more than `text`." }),
});
export type BodyWire = Static<typeof BodyWire>;

const several = (what: string): string => `${what}, or several with commas`;

const filterFields = {
  event: t.Optional(t.String({ description: several(DELIVERY_EVENTS.join(", ")) })),
  status: t.Optional(t.String({ description: several(DELIVERY_STATUSES.join(", ")) })),
  outcome: t.Optional(t.String({ description: several(OUTCOMES.join(", ")) })),
  subject_id: t.Optional(
    t.String({ description: "The alert, incident or service that the message is about." }),
  ),
  machine_id: t.Optional(t.String()),
  from: t.Optional(t.String({ description: "created_at from, ISO 8601" })),
  to: t.Optional(t.String({ description: "created_at before, ISO 8601" })),
};
const channelField = { channel_id: t.Optional(t.String({ description: several("An ID") })) };

export const ChannelDeliveriesQuery = t.Object(
  { ...pageFields, ...filterFields },
  { additionalProperties: false },
);
export const DeliveriesQuery = t.Object(
  { ...pageFields, ...filterFields, ...channelField },
  { additionalProperties: false },
);
export const ExportQuery = t.Object({ ...filterFields, ...channelField }, { additionalProperties: false });

/** Throws `invalid` on the parameter that holds an unknown word or no time. */
export const readFilter = (query: Static<typeof ExportQuery>): DeliveryFilter => ({
  channelIds: query.channel_id ? query.channel_id.split(",").map((id) => id.trim()) : undefined,
  subjectId: query.subject_id || undefined,
  machineId: query.machine_id || undefined,
  events: readWords("event", query.event, DELIVERY_EVENTS),
  statuses: readWords("status", query.status, DELIVERY_STATUSES),
  outcomes: readWords("outcome", query.outcome, OUTCOMES),
  from: readTime("from", query.from),
  to: readTime("to", query.to),
});

export const ReplayBody = t.Optional(
  t.Union([
    t.Object(
      { new_id: t.Optional(t.Boolean({ description: "A new delivery with an ID of its own." })) },
      { additionalProperties: false },
    ),
    t.Null(),
    t.Undefined(),
  ]),
);

export const presentDelivery = (delivery: DeliveryView, channelName: string): DeliveryWire => ({
  id: delivery.id,
  channel_id: delivery.channelId,
  channel_name: channelName,
  event: delivery.event,
  subject_id: delivery.subjectId,
  machine_id: delivery.machineId,
  is_test: isTest(delivery),
  status: delivery.status,
  attempt_count: delivery.attempts,
  next_attempt_at: isoMillisOrNull(delivery.nextAttemptAt),
  outcome: delivery.outcome,
  reason: delivery.reason,
  replay_of: delivery.replayOf,
  created_at: isoMillis(delivery.createdAt),
  delivered_at: isoMillisOrNull(delivery.deliveredAt),
  finished_at: isoMillisOrNull(delivery.finishedAt),
});

/** Evidence times need no more than a hundredth of a millisecond. */
const rounded = (ms: number): number => Math.round(ms * 100) / 100;

const presentRefused = (
  refused: RefusedExchange,
  showsAnswer: boolean,
): Static<typeof RefusedExchangeWire> => ({
  status_code: refused.statusCode,
  error: refused.error,
  address: refused.address,
  started_at: isoMillis(refused.startedAt),
  first_byte_ms: refused.firstByteMs === null ? null : rounded(refused.firstByteMs),
  total_ms: rounded(refused.totalMs),
  request_headers: refused.requestHeaders,
  response_headers: showsAnswer ? refused.responseHeaders : null,
  response_body: showsAnswer ? refused.responseBody : null,
});

/** `showsAnswer`: false leaves out what the endpoint answered, which may come from inside the plant. */
export const presentAttempt = (attempt: AttemptView, showsAnswer: boolean): AttemptWire => ({
  number: attempt.number,
  method: attempt.method,
  url: attempt.url,
  outcome: attempt.outcome,
  status_code: attempt.statusCode,
  error: attempt.error,
  address: attempt.address,
  queued_at: isoMillis(attempt.queuedAt),
  started_at: isoMillis(attempt.startedAt),
  first_byte_ms: attempt.firstByteMs === null ? null : rounded(attempt.firstByteMs),
  total_ms: rounded(attempt.totalMs),
  request_headers: attempt.requestHeaders,
  response_headers: showsAnswer ? attempt.responseHeaders : null,
  response_body: showsAnswer ? attempt.responseBody : null,
  accepted_key: attempt.acceptedKey,
  refused_exchange: attempt.refused === null ? null : presentRefused(attempt.refused, showsAnswer),
});
