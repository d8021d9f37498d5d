// In: a message. Out: a CloudEvent 1.0 in the structured JSON mode: the attributes around Andon's
// payload. `id` is the event's own, made from its content: the same on every retry, replay and channel.
import { idOfContent } from "../../../lib/content-id";
import type { Message } from "../../channel";
import type { Dialect } from "../dialect";
import { andon, composeAndon } from "./andon";

/** What it is about, below `source`. */
const subjectOf = ({ alert, incident, service, channel }: Message): string | undefined => {
  if (incident !== undefined) return `incidents/${incident.code}`;
  if (service !== undefined) return `services/${service.id}`;
  if (alert !== undefined) return `alerts/${alert.number}`;
  return channel === undefined ? undefined : `channels/${channel.id}`;
};

/**
 * `source` and `id` together are unique per event (CloudEvents 1.0, "id"): the moment in ms is part of
 * the content that is hashed, the payload has only whole seconds.
 */
const compose = (message: Message): Record<string, unknown> => {
  const data = composeAndon(message);
  const subject = subjectOf(message);
  return {
    specversion: "1.0",
    id: idOfContent(`${message.at} ${JSON.stringify(data)}`),
    source: `${message.baseUrl}/organizations/${message.organization.slug}`,
    type: `andon.${message.event}`,
    ...(subject === undefined ? {} : { subject }),
    time: data["timestamp"],
    datacontenttype: "application/json",
    // An extension attribute, which may be a Boolean.
    ...(message.test === true ? { test: true } : {}),
    data,
  };
};

export const cloudevents: Dialect = {
  ...andon,
  name: "cloudevents",
  label: "CloudEvents",
  description: "A CloudEvent 1.0 in structured JSON; data is Andon's payload.",
  contentType: "application/cloudevents+json",
  compose,
};
