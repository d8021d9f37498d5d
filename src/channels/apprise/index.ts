// In: an Apprise API server and what it shall notify. Out: the channel type that reaches, by that server,
// every service that Apprise knows.
import { invalid } from "../../core/errors";
import { serverOf } from "../address";
import type { ChannelType, Judgement, OutboundRequest, SendResult } from "../channel";
import {
  fieldOf,
  jsonBody,
  NATIVE_BEHAVIOUR,
  nativeType,
  postRequest,
  TLS_FIELD,
  tlsOf,
  type NativeConfig,
} from "../native";
import { accountOf, firstOf, judgePush, readStored, type Account } from "../paging";
import type { ClientTls } from "../tls";
import { listOf, textOf } from "../values";
import { composeApprise, type AppriseCall } from "./compose";

export interface AppriseConfig extends NativeConfig, Account {
  server: string;
  /** One of the two: a configuration that the server keeps, or URLs of services. */
  key: string | null;
  urls: readonly string[];
  tag: string | null;
  tls: ClientTls | null;
}

const MOST_URLS = 20;
/** What the server takes as a key of a configuration. */
const KEY = /^[A-Za-z0-9_-]{1,64}$/;
/** `mailto://…`, `tgram://…`: each service of Apprise has its own scheme. */
const SERVICE_URL = /^[a-z][a-z0-9+.-]*:\/\/\S+$/i;

/**
 * A key stands for several services, and a repetition reaches those again that were reached already:
 * three retries and no more. A URL of ours is one service, and is tried for as long as an outage lasts.
 */
const RETRIES_OF_KEY: readonly number[] = [30, 120, 600];

const judgeServer = judgePush("Apprise");

/** 204: nothing was there to be notified, and nobody was. 424: a service did not take it. */
const judge = (result: SendResult): Judgement => {
  if (result.statusCode === 204)
    return {
      outcome: "client_error",
      retry: false,
      reason: "Apprise answered 204: it has no configuration under this key, or can't read the URL.",
    };
  if (result.statusCode === 424)
    return {
      outcome: "server_error",
      retry: true,
      reason: "Apprise answered 424: a service did not take the message, or no service has this tag.",
    };
  return judgeServer(result);
};

const keyOf = (value: unknown): string | null => {
  const key = textOf(value, "config.key", { longest: 64 });
  if (key !== undefined && !KEY.test(key))
    throw invalid("config.key", "key may hold letters, digits, - and _ only.");
  return key ?? null;
};

const urlOf = (value: unknown, field: string): string | undefined => {
  const url = textOf(value, field, { longest: 2_048 });
  // The URL itself is a secret: the error must not repeat it.
  if (url !== undefined && !SERVICE_URL.test(url))
    throw invalid(
      field,
      "This is no Apprise URL: it looks like mailto://… or tgram://… and holds no spaces.",
    );
  return url;
};

const native = nativeType<AppriseConfig>({
  kind: "apprise",
  label: "Apprise",
  description: "Hands messages to an Apprise API server, which knows more than a hundred services.",
  fields: [
    fieldOf({
      name: "server",
      label: "Apprise API server",
      type: "url",
      required: true,
      hint: "Where the Apprise API container is reached, for instance http://apprise.plant.example:8000.",
    }),
    fieldOf({
      name: "urls",
      label: "Service URLs",
      type: "list",
      secret: true,
      hint: "One Apprise URL per line; each is a delivery of its own. Or give a configuration key instead.",
    }),
    fieldOf({
      name: "key",
      label: "Configuration key",
      type: "secret",
      secret: true,
      hint: "Of a configuration that is stored on the Apprise server. Instead of service URLs.",
    }),
    fieldOf({ name: "tag", label: "Tag", hint: "With a key: only the services that have this tag." }),
    fieldOf({ name: "username", label: "User name", hint: "Where the server asks for one.", advanced: true }),
    fieldOf({
      name: "password",
      label: "Password",
      type: "secret",
      secret: true,
      hint: "Where the server asks for one.",
      advanced: true,
    }),
    TLS_FIELD,
  ],
  parse: (given) => {
    const server = serverOf(given["server"], "config.server");
    const key = keyOf(given["key"]);
    const urls = listOf(given["urls"], "config.urls", { most: MOST_URLS, check: urlOf }) ?? [];
    const tag = textOf(given["tag"], "config.tag", { longest: 200 }) ?? null;
    if (key === null && urls.length === 0)
      throw invalid(
        "config.urls",
        "urls is missing: whom shall Apprise notify? A configuration key will do as well.",
      );
    if (key !== null && urls.length > 0) throw invalid("config.key", "Give either urls or a key, not both.");
    if (tag !== null && key === null)
      throw invalid("config.tag", "A tag chooses among the services of a key.");
    return { given, server, key, urls, tag, ...accountOf(given), tls: tlsOf(given, server) };
  },
  compose: (message, config) => firstOf(composeApprise(message, config)),
  composeEach: composeApprise,
  request: (composed, { server, key, urls, headers, tls }, context): OutboundRequest => {
    const { to, body } = readStored<AppriseCall>(composed);
    if (to === null && key !== null)
      return postRequest(jsonBody(body), context, { url: `${server}/notify/${key}`, headers, tls });
    const url = urls[to ?? 0];
    if (url === undefined) throw new RangeError("the service was taken out of the list");
    return postRequest(jsonBody({ urls: url, ...body }), context, { url: `${server}/notify/`, headers, tls });
  },
  judge,
  targets: ({ server }) => [{ field: "config.server", url: `${server}/notify/` }],
  secrets: ({ key, urls, credentials, tls }) => [
    ...(key === null ? [] : [key]),
    ...urls,
    ...credentials,
    ...(tls?.key === undefined ? [] : [tls.key]),
  ],
});

export const apprise: ChannelType<AppriseConfig> = {
  ...native,
  behaviour: ({ key }) =>
    key === null ? NATIVE_BEHAVIOUR : { ...NATIVE_BEHAVIOUR, retryDelaysSeconds: RETRIES_OF_KEY },
};
