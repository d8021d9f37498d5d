// In: JSON of any shape. Out: two presets that read it by the receiver's own paths: with Alert24's table alone,
// and with the words that most senders use.
import { COMMON_WORDS } from "./common-words";
import type { Preset } from "./preset";

const signature = {
  header: "X-Webhook-Signature",
  scheme: "auto",
  hint: "HMAC-SHA256 of the body with the secret, as hex, as sha256= and hex, or as base64; or Standard Webhooks.",
} as const;

const examples = [
  { title: "The simplest", payload: { status: "degraded", message: "Mail is late" } },
  { title: "With a service", payload: { service_name: "Shop", status: "down", message: "No answer" } },
];

export const generic: Preset = {
  name: "generic",
  label: "Any sender",
  about: "Status and message at the paths that you set; the words of Alert24's table.",
  setup: ["Let the sender POST JSON to the receiver's URL whenever the status changes."],
  serviceFrom: null,
  signature,
  words: {},
  examples,
  read: null,
};

export const common: Preset = {
  ...generic,
  name: "common",
  label: "Any sender, common words",
  about:
    "Status and message at the paths that you set; the words that most senders use: firing, failed, online, yellow…",
  setup: [
    "Let the sender POST JSON to the receiver's URL whenever the status changes: a script, Zabbix, Node-RED, Home Assistant, Zapier.",
  ],
  words: COMMON_WORDS,
};
