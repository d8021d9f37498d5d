// In: who was told of what, and why not. Out: the API models, the same for alerts, incidents and services.
import { t, type Static } from "elysia";
import { UNTOLD_REASONS } from "../core/events";
import { isoMillis } from "../core/time";
import { DeliveryWire, presentDelivery } from "../delivery/wire";
import type { ToldEvent, Verdict } from "./told";

const VERDICTS = [
  "delivered",
  "pending",
  "failed",
  "cancelled",
  "held",
  ...UNTOLD_REASONS,
  "not_created_yet",
  "unknown",
] as const satisfies readonly Verdict[];

const ToldChannelWire = t.Object({
  channel_id: t.String(),
  channel_name: t.String(),
  channel_type: t.String(),
  is_deleted: t.Boolean(),
  verdict: t.Unsafe<Verdict>(t.Union(VERDICTS.map((verdict) => t.Literal(verdict)))),
  explanation: t.String({ description: "A sentence that names what was sent, or what kept it away." }),
  deliveries: t.Array(DeliveryWire, { description: "One per recipient, and those made of them by replays." }),
});

export const NotificationsWire = t.Object({
  data: t.Array(
    t.Object({
      seq: t.Integer({ description: "Of the journal." }),
      event: t.String(),
      at: t.String(),
      explanation: t.Union([t.String(), t.Null()], {
        description: "Why nobody was told at all; null where somebody was.",
      }),
      channels: t.Array(ToldChannelWire),
    }),
  ),
});
export type NotificationsWire = Static<typeof NotificationsWire>;

export const presentNotifications = (events: readonly ToldEvent[]): NotificationsWire => ({
  data: events.map(({ seq, event, at, explanation, channels }) => ({
    seq,
    event,
    at: isoMillis(at),
    explanation,
    channels: channels.map((channel) => ({
      channel_id: channel.id,
      channel_name: channel.name,
      channel_type: channel.kind,
      is_deleted: channel.isDeleted,
      verdict: channel.verdict,
      explanation: channel.explanation,
      deliveries: channel.deliveries.map((delivery) => presentDelivery(delivery, channel.name)),
    })),
  })),
});
