// In: nothing. Out: the settings of an MQTT channel, as forms and documents show them.
import type { ChannelField } from "../channel";
import { fieldOf, TLS_FIELD } from "../native";
import { DEFAULT_TOPIC } from "./config";

export const MQTT_FIELDS: readonly ChannelField[] = [
  fieldOf({
    name: "url",
    label: "Broker",
    type: "url",
    required: true,
    hint: "mqtt://broker.plant.local, or mqtts:// for TLS; :port where it is not 1883 or 8883.",
  }),
  fieldOf({ name: "user", label: "User", hint: "Only for brokers that ask for a login." }),
  fieldOf({
    name: "password",
    label: "Password",
    type: "secret",
    secret: true,
    hint: "Only for brokers that ask for a login. mqtt:// sends it in clear.",
  }),
  fieldOf({
    name: "topic",
    label: "Topic",
    hint: "May hold {{machine}}, {{severity}}, {{event}} and {{project}}; +, # and / in them become _.",
    default: DEFAULT_TOPIC,
  }),
  fieldOf({
    name: "payload",
    label: "Payload",
    type: "select",
    hint: "JSON as the webhook's andon dialect has it, or one line of text.",
    options: [
      { value: "json", label: "JSON" },
      { value: "text", label: "Text" },
    ],
    default: "json",
  }),
  fieldOf({
    name: "qos",
    label: "Quality of service",
    type: "select",
    hint: "Delivered means: 0 written to the connection, 1 PUBACK, 2 PUBCOMP from the broker.",
    options: [
      { value: "0", label: "0: at most once" },
      { value: "1", label: "1: at least once" },
      { value: "2", label: "2: exactly once" },
    ],
    default: "1",
  }),
  fieldOf({
    name: "retain",
    label: "Retain messages",
    type: "boolean",
    hint: "The broker keeps the last message of each topic for those who subscribe later.",
    default: false,
  }),
  fieldOf({
    name: "state_topic",
    label: "State topic",
    hint: "Retained: the worst severity that is open within the filters, e.g. andon/state.",
  }),
  fieldOf({
    name: "status_topic",
    label: "Status topic",
    hint: "Where Andon says that it is online, and the broker, as last will, that it is not: andon/status.",
  }),
  fieldOf({
    name: "online_payload",
    label: "Online payload",
    hint: "Published to the status topic when the connection stands.",
    default: "online",
    advanced: true,
  }),
  fieldOf({
    name: "offline_payload",
    label: "Offline payload",
    hint: "The last will, published to the status topic when the connection ends.",
    default: "offline",
    advanced: true,
  }),
  fieldOf({
    name: "status_retain",
    label: "Retain the status",
    type: "boolean",
    hint: "Whether the broker keeps the status for those who subscribe later.",
    default: true,
    advanced: true,
  }),
  fieldOf({
    name: "client_id",
    label: "Client ID",
    hint: "Must be nobody else's at this broker. Default: made of the channel's ID.",
    advanced: true,
  }),
  fieldOf({
    name: "protocol_version",
    label: "MQTT version",
    type: "select",
    hint: "Every broker speaks 3.1.1.",
    options: [
      { value: "3.1.1", label: "3.1.1" },
      { value: "5", label: "5" },
    ],
    default: "3.1.1",
    advanced: true,
  }),
  fieldOf({
    name: "keep_alive_seconds",
    label: "Keep alive",
    type: "number",
    hint: "Seconds of silence after which the connection is tested, 5 to 3600.",
    default: 60,
    advanced: true,
  }),
  fieldOf({
    name: "timeout_seconds",
    label: "Time-out",
    type: "number",
    hint: "Seconds for a whole attempt, acknowledgement included, 1 to 60.",
    default: 10,
    advanced: true,
  }),
  TLS_FIELD,
];
