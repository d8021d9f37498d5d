// In: a server and a topic. Out: the ntfy channel type: push messages to phones, by ntfy.sh or by a
// server of one's own that needs no internet.
import { invalid } from "../../core/errors";
import { serverOf } from "../address";
import type { OutboundRequest } from "../channel";
import { fieldOf, jsonBody, nativeType, postRequest, TLS_FIELD, tlsOf, type NativeConfig } from "../native";
import { accountOf, judgePush, readStored, type Account } from "../paging";
import { phoneNumberOf } from "../phone-number";
import type { ClientTls } from "../tls";
import { credentialOf, textOf } from "../values";
import { composeNtfy } from "./compose";

const PUBLIC_SERVER = "https://ntfy.sh";

export interface NtfyConfig extends NativeConfig, Account {
  server: string;
  topic: string;
  call: string | null;
  tls: ClientTls | null;
}

/** What ntfy takes as a topic (server/server.go). */
const TOPIC = /^[-_A-Za-z0-9]{1,64}$/;

const topicOf = (value: unknown): string => {
  const field = "config.topic";
  const topic = textOf(value, field, { longest: 64 });
  if (topic === undefined) throw invalid(field, "topic is missing: phones subscribe to it.");
  if (!TOPIC.test(topic)) throw invalid(field, "topic may hold letters, digits, - and _ only.");
  return topic;
};

/** A token, or a name with its password, or neither. */
const credentialsOf = (given: Readonly<Record<string, unknown>>): Account => {
  const token = credentialOf(given["token"], "config.token");
  if (token === undefined) return accountOf(given);
  if (given["username"] !== undefined || given["password"] !== undefined)
    throw invalid("config.token", "Give either a token, or a user name and a password.");
  return { headers: { Authorization: `Bearer ${token}` }, credentials: [token] };
};

/** A number, or `yes` for the first one of the account (docs.ntfy.sh/publish, "Phone calls"). */
const callOf = (value: unknown): string | null =>
  value === "yes" ? value : (phoneNumberOf(value, "config.call", { mayBeNational: false }) ?? null);

export const ntfy = nativeType<NtfyConfig>({
  kind: "ntfy",
  label: "ntfy",
  description:
    "Push messages to phones and browsers by ntfy; with a server of your own also without internet.",
  fields: [
    fieldOf({
      name: "topic",
      label: "Topic",
      type: "secret",
      required: true,
      secret: true,
      hint: "Phones subscribe to it. On a public server it works like a password: choose one that nobody guesses.",
    }),
    fieldOf({
      name: "server",
      label: "Server",
      type: "url",
      hint: "Your own server, for instance http://ntfy.plant.example. Left out: ntfy.sh.",
      default: PUBLIC_SERVER,
    }),
    fieldOf({
      name: "token",
      label: "Access token",
      type: "secret",
      secret: true,
      hint: "For protected topics: a token that begins with tk_.",
    }),
    fieldOf({
      name: "username",
      label: "User name",
      hint: "Instead of a token.",
      advanced: true,
    }),
    fieldOf({
      name: "password",
      label: "Password",
      type: "secret",
      secret: true,
      hint: "Instead of a token.",
      advanced: true,
    }),
    fieldOf({
      name: "call",
      label: "Phone call",
      hint: "For critical alerts: a number that is verified in your ntfy account, or yes for its first one. Needs a login.",
      advanced: true,
    }),
    TLS_FIELD,
  ],
  parse: (given) => {
    const server = serverOf(given["server"] ?? PUBLIC_SERVER, "config.server");
    const account = credentialsOf(given);
    const call = callOf(given["call"]);
    if (call !== null && account.credentials.length === 0)
      throw invalid("config.call", "A phone call needs an access token, or a user name and a password.");
    return { given, server, topic: topicOf(given["topic"]), ...account, call, tls: tlsOf(given, server) };
  },
  compose: (message, { call }) => composeNtfy(message, call),
  request: (composed, { server, topic, headers, tls }, context): OutboundRequest =>
    // JSON goes to the server's root: below it, it would be shown as text.
    postRequest(jsonBody({ topic, ...readStored<Record<string, unknown>>(composed) }), context, {
      url: `${server}/`,
      headers,
      tls,
    }),
  judge: judgePush("ntfy"),
  targets: ({ server }) => [{ field: "config.server", url: `${server}/` }],
  secrets: ({ topic, credentials, tls }) => [
    topic,
    ...credentials,
    ...(tls?.key === undefined ? [] : [tls.key]),
  ],
});
