// In: a message that a dialect has no shape for. Out: Andon's payload for it, so that nothing is lost,
// with the event's name under the dialect's own key as well: handlers branch on that key first.
import type { Message } from "../../channel";
import { composeAndon } from "./andon";

/** Notices about channels have Andon's shape in every dialect. */
export const composeForeign = (message: Message, eventType: string): Record<string, unknown> => ({
  event_type: eventType,
  ...composeAndon(message),
});
