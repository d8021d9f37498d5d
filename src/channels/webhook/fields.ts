// In: nothing. Out: the webhook channel's settings as people see them: form, API model and documents.
import { SIGNATURE_FORMATS, type SignatureFormat } from "../../lib/hmac";
import { RETRY_SCHEDULES } from "../../lib/retry-schedule";
import type { ChannelField } from "../channel";
import { WEBHOOK_METHODS } from "./dialect";
import { DEFAULT_DIALECT, dialects } from "./dialects";

const MOST_DELAYS = 4;

/** What is signed, where that is not the body alone. */
const FORMAT_LABELS: Record<SignatureFormat, string> = {
  hex: "hex",
  "sha256=hex": "sha256=hex",
  base64: "base64",
  standard: "standard: v1,… over ID, time and body",
  "ts:body": "ts:body: hex over time and body",
};

const spanOf = (seconds: number): string => {
  if (seconds % 3_600 === 0) return `${seconds / 3_600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
};

/** Its delays, as far as they fit into a line. */
const scheduleLabel = ([name, delays]: [string, readonly number[]]): string => {
  const first = delays.slice(0, MOST_DELAYS).map(spanOf).join(", ");
  return `${name}: ${first}${delays.length > MOST_DELAYS ? ", … for 3 days" : ""}`;
};

const optionsOf = (values: readonly string[]): { value: string; label: string }[] =>
  values.map((value) => ({ value, label: value }));

const TEMPLATED = [...dialects.values()].filter(({ hasTemplate }) => hasTemplate).map(({ name }) => name);

export const WEBHOOK_FIELDS: readonly ChannelField[] = [
  {
    name: "url",
    label: "URL",
    type: "url",
    required: true,
    secret: false,
    hint: "Where messages are sent. https:// anywhere, http:// only to private addresses.",
  },
  {
    name: "dialect",
    label: "Dialect",
    type: "select",
    required: false,
    secret: false,
    hint: "The payload's shape, and the defaults of time-out, retries, signature and events.",
    options: [...dialects.values()].map(({ name, label, description, defaultEvents }) => ({
      value: name,
      label,
      hint: description,
      defaultEvents,
    })),
    default: DEFAULT_DIALECT.name,
  },
  {
    name: "template",
    label: "Template",
    type: "template",
    required: false,
    secret: false,
    hint: 'Liquid. {"text": "{{ headline }}", "value": {{ alert.metric_value | json }}} — what stands in {{ }} is escaped for JSON; a value that may be missing needs | json. Keys and passwords belong into headers: templates are shown to everybody who may see channels.',
    shownWhen: { field: "dialect", values: TEMPLATED },
  },
  {
    name: "content_type",
    label: "Content type",
    type: "text",
    required: false,
    secret: false,
    hint: "Of what the template makes. JSON is checked before it is saved and before it is sent.",
    default: "application/json",
    shownWhen: { field: "dialect", values: TEMPLATED },
  },
  {
    name: "url_query",
    label: "Query",
    type: "template",
    required: false,
    secret: false,
    hint: "With the method GET, Liquid for what is added to the URL: alert={% if phase == 'closed' %}0{% else %}1{% endif %}&text={{ headline }}. What stands in {{ }} is escaped.",
    shownWhen: { field: "method", values: ["GET"] },
  },
  {
    name: "secret",
    label: "Signing secret",
    type: "secret",
    required: false,
    secret: true,
    hint: "8 to 256 characters. Signs each message (webhook-signature, Standard Webhooks).",
  },
  {
    name: "headers",
    label: "Headers",
    type: "headers",
    required: false,
    secret: false,
    hint: "Sent along with each message, e.g. X-Webhook-Secret. Secret values are masked once saved.",
  },
  {
    name: "method",
    label: "Method",
    type: "select",
    required: false,
    secret: false,
    hint: "The HTTP method. GET sends no body and is for the dialect custom.",
    options: optionsOf(WEBHOOK_METHODS),
    default: "POST",
    advanced: true,
  },
  {
    name: "timeout_seconds",
    label: "Time-out",
    type: "number",
    required: false,
    secret: false,
    hint: "Seconds for a whole attempt, 1 to 60. Default: the dialect's.",
    advanced: true,
  },
  {
    name: "retry",
    label: "Retry schedule",
    type: "json",
    required: false,
    secret: false,
    hint: "A schedule by name, or a list of seconds such as [30, 120, 600]. Default: the dialect's.",
    options: Object.entries(RETRY_SCHEDULES).map((schedule) => ({
      value: schedule[0],
      label: scheduleLabel(schedule),
    })),
    advanced: true,
  },
  {
    name: "jitter",
    label: "Spread retries",
    type: "boolean",
    required: false,
    secret: false,
    hint: "Adds up to 10 % (at most 30 s) to each delay.",
    default: true,
    advanced: true,
  },
  {
    name: "signature",
    label: "Signature headers",
    type: "signatures",
    required: false,
    secret: false,
    hint: "Beside webhook-signature, which every message carries when there is a secret. Headers of your own stand in place of the dialect's.",
    options: SIGNATURE_FORMATS.map((format) => ({ value: format, label: FORMAT_LABELS[format] })),
    advanced: true,
  },
  {
    name: "pause_after_failures",
    label: "Pause after failures",
    type: "number",
    required: false,
    secret: false,
    hint: "Pauses the channel after this many failed attempts in a row of one message.",
    advanced: true,
  },
  {
    name: "ordered",
    label: "Keep order",
    type: "boolean",
    required: false,
    secret: false,
    hint: "Later messages about the same alert wait until earlier ones are delivered or failed.",
    default: false,
    advanced: true,
  },
  {
    name: "verify",
    label: "Verify before use",
    type: "boolean",
    required: false,
    secret: false,
    hint: "The channel becomes active only when the endpoint answers a test message with exactly 200.",
    advanced: true,
  },
  {
    name: "tls",
    label: "TLS",
    type: "tls",
    required: false,
    secret: true,
    hint: "Private CA or client certificate: ca, client_cert, client_key (PEM), server_name.",
    advanced: true,
  },
];
