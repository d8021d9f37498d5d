// In: nothing. Out: what a delivery holds that no event led to: a channel was brought to show how things
// stand. Nothing in it can grow old; what is sent is made from the present state.
import type { DeliveryEvent } from "../core/events";
import type { ComposedBody } from "./channel";

const MARK = "present_state";

/** The event under which such deliveries are listed. */
export const STATE_EVENT: DeliveryEvent = "state.shown";

export const STATE_BODY: ComposedBody = {
  body: new TextEncoder().encode(JSON.stringify({ shows: MARK })),
  contentType: "application/json",
};

export const isStateBody = ({ body }: ComposedBody): boolean =>
  body.length === STATE_BODY.body.length && Buffer.compare(body, STATE_BODY.body) === 0;

/** `stored` is what a delivery's body holds as JSON. */
export const isStateRow = (stored: unknown): boolean =>
  typeof stored === "object" && stored !== null && (stored as { shows?: unknown }).shows === MARK;
