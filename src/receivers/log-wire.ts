// In: rows of a receiver's log. Out: their API models, and what the sender is answered. Times ISO 8601 UTC in ms.
import { t, type Static } from "elysia";
import { roleAllows, type Principal } from "../core/actor";
import { isoMillis } from "../core/time";
import { ServiceStatusModel } from "../services/wire";
import type { Outcome } from "./decide";
import { isCut, type Delivery } from "./log";
import { DELIVERY_RESULTS, type DeliveryResult } from "./schema";

const nullable = <T extends Parameters<typeof t.Optional>[0]>(model: T) => t.Union([model, t.Null()]);
const NullableString = nullable(t.String());
const NullableStatus = nullable(ServiceStatusModel);

export const ResultModel = t.Unsafe<DeliveryResult>(
  t.Union(DELIVERY_RESULTS.map((result) => t.Literal(result))),
);

export const OutcomeWire = t.Object({
  result: ResultModel,
  error: NullableString,
  raw_status: NullableString,
  mapped_status: NullableStatus,
  previous_status: NullableStatus,
  new_status: NullableStatus,
  service_id: NullableString,
  service_name: NullableString,
  message: NullableString,
  incident_id: NullableString,
  maintenance_window_id: NullableString,
  alert_id: NullableString,
});
export type OutcomeWire = Static<typeof OutcomeWire>;

export const DeliveryWire = t.Composite([
  t.Object({
    id: t.String(),
    received_at: t.String(),
    source_ip: t.String(),
    payload: t.Any({
      description:
        "As JSON, or as text where it is none or was cut at 64 KiB; null once it is pruned, and below the role of an editor.",
    }),
    payload_bytes: t.Integer(),
    is_payload_cut: t.Boolean(),
  }),
  OutcomeWire,
  t.Object({
    items: nullable(t.Array(OutcomeWire, { description: "Where one request spoke of several things." })),
    headers: t.Record(t.String(), t.String()),
    duplicate_of: NullableString,
    reprocess_of: NullableString,
  }),
]);
export type DeliveryWire = Static<typeof DeliveryWire>;

export const WholeDeliveryWire = t.Composite([
  DeliveryWire,
  t.Object({ payload_text: nullable(t.String({ description: "As it came." })) }),
]);
export type WholeDeliveryWire = Static<typeof WholeDeliveryWire>;

export const presentOutcome = (
  outcome: Omit<Outcome, "result" | "message" | "incidentChange" | "alertChange"> &
    Pick<Delivery, "result" | "message">,
): OutcomeWire => ({
  result: outcome.result,
  error: outcome.error,
  raw_status: outcome.rawStatus,
  mapped_status: outcome.mappedStatus,
  previous_status: outcome.previousStatus,
  new_status: outcome.newStatus,
  service_id: outcome.serviceId,
  service_name: outcome.serviceName,
  message: outcome.message,
  incident_id: outcome.incidentId,
  maintenance_window_id: outcome.windowId,
  alert_id: outcome.alertId,
});

/** What a sender posts may hold anything, credentials as well. */
const showsPayload = ({ role }: Pick<Principal, "role">): boolean => roleAllows(role, "editor");

const payloadValue = (delivery: Delivery): unknown => {
  if (delivery.payload === null || isCut(delivery)) return delivery.payload;
  try {
    return JSON.parse(delivery.payload) as unknown;
  } catch {
    return delivery.payload;
  }
};

export const presentDelivery = (delivery: Delivery, reader: Pick<Principal, "role">): DeliveryWire => ({
  id: delivery.id,
  received_at: isoMillis(delivery.receivedAt),
  source_ip: delivery.sourceIp,
  payload: showsPayload(reader) ? payloadValue(delivery) : null,
  payload_bytes: delivery.payloadBytes,
  is_payload_cut: isCut(delivery),
  ...presentOutcome(delivery),
  items: delivery.items?.map(presentOutcome) ?? null,
  headers: { ...delivery.headers },
  duplicate_of: delivery.duplicateOf,
  reprocess_of: delivery.reprocessOf,
});

export const presentWholeDelivery = (
  delivery: Delivery,
  reader: Pick<Principal, "role">,
): WholeDeliveryWire => ({
  ...presentDelivery(delivery, reader),
  payload_text: showsPayload(reader) ? delivery.payload : null,
});

/** What the sender is told: `status` and `previous_status` are the service's. */
export const AnswerWire = t.Object({
  result: ResultModel,
  delivery_id: t.String(),
  status: NullableStatus,
  previous_status: NullableStatus,
  error: t.Optional(t.String({ description: "Why it was refused, or why nothing changed." })),
  items: t.Optional(t.Array(OutcomeWire)),
});
export type AnswerWire = Static<typeof AnswerWire>;

export const ANSWER_STATUS: Readonly<Record<DeliveryResult, number>> = {
  processed: 200,
  ignored: 200,
  failed: 400,
  auth_failed: 401,
};

export const answerOf = (delivery: Delivery): AnswerWire => ({
  result: delivery.result,
  delivery_id: delivery.id,
  status: delivery.newStatus,
  previous_status: delivery.previousStatus,
  ...(delivery.error === null ? {} : { error: delivery.error }),
  ...(delivery.items === null ? {} : { items: delivery.items.map(presentOutcome) }),
});
