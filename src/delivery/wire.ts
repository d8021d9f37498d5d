// In: deliveries and attempts. Out: their API models.
import { t, type Static, type TSchema } from "elysia";
import { isoMillis, isoMillisOrNull } from "../core/time";
import { pageFields } from "../http/models";
import type { AttemptView, DeliveryView } from "./history";
import { DELIVERY_STATUSES, OUTCOMES } from "./schema";

const nullable = <T extends TSchema>(model: T) => t.Union([model, t.Null()]);
const wordOf = <Word extends string>(words: readonly Word[]) =>
  t.Unsafe<Word>(t.Union(words.map((word) => t.Literal(word))));
const Status = wordOf(DELIVERY_STATUSES);
const Outcome = wordOf(OUTCOMES);

export const DeliveryWire = t.Object({
  id: t.String({ description: "Also the webhook-id header." }),
  channel_id: t.String(),
  event: t.String(),
  subject_id: t.String(),
  machine_id: nullable(t.String()),
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

export const AttemptWire = t.Object({
  number: t.Integer(),
  outcome: Outcome,
  status_code: nullable(t.Integer()),
  error: nullable(t.String()),
  address: nullable(t.String({ description: "The address that was dialled." })),
  queued_at: t.String(),
  started_at: t.String(),
  first_byte_ms: nullable(t.Number()),
  total_ms: t.Number(),
  request_headers: Headers,
  response_headers: nullable(Headers),
  response_body: nullable(t.String({ description: "The first 4 KiB." })),
});
export type AttemptWire = Static<typeof AttemptWire>;

const listFields = {
  ...pageFields,
  event: t.Optional(t.String()),
  status: t.Optional(t.String({ description: `${DELIVERY_STATUSES.join(", ")}, or several with commas` })),
  outcome: t.Optional(t.String({ description: `${OUTCOMES.join(", ")}, or several with commas` })),
  subject_id: t.Optional(t.String({ description: "The alert that the message is about." })),
  machine_id: t.Optional(t.String()),
  from: t.Optional(t.String({ description: "created_at from, ISO 8601" })),
  to: t.Optional(t.String({ description: "created_at before, ISO 8601" })),
};

export const ChannelDeliveriesQuery = t.Object(listFields, { additionalProperties: false });
export const DeliveriesQuery = t.Object(
  { ...listFields, channel_id: t.Optional(t.String()) },
  { additionalProperties: false },
);
export type DeliveriesQuery = Static<typeof DeliveriesQuery>;

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

export const presentDelivery = (delivery: DeliveryView): DeliveryWire => ({
  id: delivery.id,
  channel_id: delivery.channelId,
  event: delivery.event,
  subject_id: delivery.subjectId,
  machine_id: delivery.machineId,
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

/** `showsAnswer`: false leaves out what the endpoint answered, which may come from inside the plant. */
export const presentAttempt = (attempt: AttemptView, showsAnswer: boolean): AttemptWire => ({
  number: attempt.number,
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
});
