// In: a delivery. Out: what it told of, and the shape and word for how it stands.
import type { Delivery } from "../api/deliveries";
import type { MarkKind } from "../elements/mark";
import { text } from "../text/en";

const KINDS: Record<Delivery["status"], MarkKind> = {
  pending: "plain",
  sending: "plain",
  delivered: "good",
  failed: "critical",
  cancelled: "stale",
  held: "stale",
};

/** A test must not be taken for what it is a sample of. */
export const deliveryEvent = ({ event, is_test: isTest }: Pick<Delivery, "event" | "is_test">): string => {
  const name = text.channels.eventNames[event] ?? event;
  return isTest && event !== "channel.test" ? text.deliveries.test(name) : name;
};

/** A waiting delivery that has failed before is a warning. */
export const deliveryMark = (delivery: Delivery): { kind: MarkKind; word: string } => {
  const word = text.channels.statuses[delivery.status] ?? delivery.status;
  const outcome =
    delivery.outcome === null ? "" : (text.channels.outcomes[delivery.outcome] ?? delivery.outcome);
  if (delivery.status === "delivered" || outcome === "" || delivery.outcome === "delivered")
    return { kind: KINDS[delivery.status], word };
  const isRetry = delivery.status === "pending" || delivery.status === "sending";
  return { kind: isRetry ? "warning" : KINDS[delivery.status], word: `${word}, ${outcome}` };
};
