// In: nothing. Out: the settings of an e-mail channel, as forms and documents show them.
import type { ChannelField } from "../channel";
import { fieldOf, TLS_FIELD } from "../native";
import { DEFAULT_TIMEOUT_SECONDS, MOST_RECIPIENTS } from "./config";

export const EMAIL_FIELDS: readonly ChannelField[] = [
  fieldOf({
    name: "host",
    label: "Mail relay",
    required: true,
    hint: "Host name or IP address of the SMTP server, e.g. mail.plant.local.",
  }),
  fieldOf({
    name: "port",
    label: "Port",
    type: "number",
    hint: "Default: 465 with TLS, 587 with STARTTLS, 25 otherwise.",
  }),
  fieldOf({
    name: "security",
    label: "Encryption",
    type: "select",
    hint: "Default by the port: 465 TLS, 25 if offered, any other STARTTLS. An old relay may need none.",
    options: [
      { value: "tls", label: "TLS from the start" },
      { value: "starttls", label: "STARTTLS, or nothing is sent" },
      { value: "starttls_if_offered", label: "STARTTLS if offered, certificate not checked" },
      { value: "none", label: "None: mail and password in clear" },
    ],
  }),
  fieldOf({
    name: "allow_self_signed",
    label: "Accept any certificate",
    type: "boolean",
    hint: "For relays with a self-signed certificate: it is not checked. Giving its CA in tls is safer.",
    default: false,
  }),
  fieldOf({ name: "user", label: "User", hint: "Only for relays that ask for a login." }),
  fieldOf({
    name: "password",
    label: "Password",
    type: "secret",
    secret: true,
    hint: "Only for relays that ask for a login. Sent in clear only where encryption is none.",
  }),
  fieldOf({
    name: "from",
    label: "From",
    required: true,
    hint: "Address that the messages come from: andon@plant.local, or Andon <andon@plant.local>.",
  }),
  fieldOf({
    name: "to",
    label: "To",
    type: "list",
    required: true,
    hint: `Addresses, one a line, at most ${MOST_RECIPIENTS}: name@host, or Name <name@host>.`,
  }),
  fieldOf({
    name: "cc",
    label: "Cc",
    type: "list",
    hint: `Addresses that get a copy, one a line, at most ${MOST_RECIPIENTS}.`,
    advanced: true,
  }),
  fieldOf({
    name: "helo_name",
    label: "HELO name",
    hint: "How Andon introduces itself, for relays that check it. Default: this machine's name.",
    advanced: true,
  }),
  fieldOf({
    name: "timeout_seconds",
    label: "Time-out",
    type: "number",
    hint: "Seconds for a whole attempt, 5 to 60.",
    default: DEFAULT_TIMEOUT_SECONDS,
    advanced: true,
  }),
  TLS_FIELD,
];
