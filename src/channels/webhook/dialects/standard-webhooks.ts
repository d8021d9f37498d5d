// In: a message. Out: the payload that the Standard Webhooks specification recommends: type, timestamp
// and data, the data being Andon's payload.
import type { Message } from "../../channel";
import type { Dialect } from "../dialect";
import { andon, composeAndon } from "./andon";

const compose = (message: Message): Record<string, unknown> => {
  const { event, timestamp, ...data } = composeAndon(message);
  return { type: event, timestamp, data, ...(message.test === true ? { test: true } : {}) };
};

export const standardWebhooks: Dialect = {
  ...andon,
  name: "standard-webhooks",
  label: "Standard Webhooks",
  description: "type, timestamp and data, as the specification recommends; data is Andon's payload.",
  compose,
};
