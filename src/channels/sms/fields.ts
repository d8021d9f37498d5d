// In: nothing. Out: the settings of the SMS channel as people see them; those of one provider are shown
// only where it is chosen.
import type { ChannelField } from "../channel";
import { fieldOf } from "../native";
import { DEFAULT_BODY, GATEWAY_METHODS, type BODY_TYPES } from "./gateway";
import { TWILIO_SERVER } from "./twilio";

export const PROVIDERS = ["http", "twilio"] as const;
/** Needs no internet. */
export const DEFAULT_PROVIDER: (typeof PROVIDERS)[number] = "http";

const TWILIO = { field: "provider", values: ["twilio"] };
const GATEWAY = { field: "provider", values: ["http"] };

const optionsOf = (values: readonly string[]): { value: string; label: string }[] =>
  values.map((value) => ({ value, label: value }));

export const SMS_FIELDS: readonly ChannelField[] = [
  fieldOf({
    name: "provider",
    label: "Send by",
    type: "select",
    hint: "A gateway of your own (GSM router, modem, or any provider with an HTTP address), or Twilio over the internet.",
    options: [
      { value: "http", label: "SMS gateway (HTTP)" },
      { value: "twilio", label: "Twilio" },
    ] satisfies { value: (typeof PROVIDERS)[number]; label: string }[],
    default: DEFAULT_PROVIDER,
  }),
  fieldOf({
    name: "to",
    label: "Phone numbers",
    type: "list",
    required: true,
    hint: "One per line, with the country: +49 170 1234567. Each gets a message of its own.",
  }),
  fieldOf({
    name: "account_sid",
    label: "Account SID",
    required: true,
    hint: "Begins with AC.",
    shownWhen: TWILIO,
  }),
  fieldOf({
    name: "auth_token",
    label: "Auth token",
    type: "secret",
    required: true,
    secret: true,
    hint: "The account's token, or the secret of an API key.",
    shownWhen: TWILIO,
  }),
  fieldOf({
    name: "from",
    label: "From",
    hint: "A number of yours at Twilio, a short code, or a name of up to 11 letters where the country allows it.",
    shownWhen: TWILIO,
  }),
  fieldOf({
    name: "messaging_service_sid",
    label: "Messaging service",
    hint: "Instead of From: begins with MG.",
    advanced: true,
    shownWhen: TWILIO,
  }),
  fieldOf({
    name: "api_key_sid",
    label: "API key SID",
    hint: "Begins with SK; then the auth token is the secret of that key.",
    advanced: true,
    shownWhen: TWILIO,
  }),
  fieldOf({
    name: "server",
    label: "Other server",
    type: "url",
    hint: "For a region of Twilio, or a service that understands its API.",
    default: TWILIO_SERVER,
    advanced: true,
    shownWhen: TWILIO,
  }),
  fieldOf({
    name: "url",
    label: "Gateway address",
    required: true,
    hint: "As its manual has it, for instance http://192.168.1.1/cgi-bin/sms_send?number=00{{to_digits}}&text={{text}}. {{to}} is the number, {{to_digits}} the number without +, {{text}} the message.",
    shownWhen: GATEWAY,
  }),
  fieldOf({
    name: "method",
    label: "Method",
    type: "select",
    hint: "GET where everything stands in the address.",
    options: optionsOf(GATEWAY_METHODS),
    default: "POST",
    shownWhen: GATEWAY,
  }),
  fieldOf({
    name: "body",
    label: "Body",
    hint: "With the same placeholders. Left out of a form: to={{to}}&text={{text}}.",
    default: DEFAULT_BODY,
    shownWhen: GATEWAY,
  }),
  fieldOf({
    name: "body_type",
    label: "Body is",
    type: "select",
    hint: "Decides how number and text are written into it.",
    options: [
      { value: "form", label: "a form (to=…&text=…)" },
      { value: "json", label: "JSON" },
      { value: "text", label: "plain text" },
    ] satisfies { value: (typeof BODY_TYPES)[number]; label: string }[],
    default: "form",
    shownWhen: GATEWAY,
  }),
  fieldOf({
    name: "username",
    label: "User name",
    hint: "Written where {{username}} stands, else sent as Basic authentication.",
    shownWhen: GATEWAY,
  }),
  fieldOf({
    name: "password",
    label: "Password or token",
    type: "secret",
    secret: true,
    hint: "Written where {{password}} stands, else sent as Basic authentication.",
    shownWhen: GATEWAY,
  }),
  fieldOf({
    name: "success_text",
    label: "Good answers hold",
    hint: "Such as OK. Many gateways answer 200 also when they could not send.",
    shownWhen: GATEWAY,
  }),
  fieldOf({
    name: "headers",
    label: "Headers",
    type: "headers",
    hint: "Sent along. Secret values are masked once saved.",
    advanced: true,
    shownWhen: GATEWAY,
  }),
  fieldOf({
    name: "max_length",
    label: "Longest text",
    type: "number",
    hint: "Characters, 70 to 1,600. 160 where the gateway takes single messages only.",
    default: 320,
    advanced: true,
  }),
  fieldOf({
    name: "plain_letters",
    label: "Plain letters",
    type: "boolean",
    hint: "Writes deg for ° and a for ą, so that 160 characters fit into a message instead of 70.",
    default: true,
    advanced: true,
  }),
  fieldOf({
    name: "link",
    label: "Link to the alert",
    type: "boolean",
    hint: "Switch it off where phones can't reach Andon.",
    default: true,
    advanced: true,
  }),
];
