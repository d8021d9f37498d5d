// In: the pieces of this folder. Out: the webhook channel type: one HTTP request per message, in the
// payload of a dialect, signed, and retried on every failure as the dialects' documents promise.
import { isSettings } from "../../lib/merge-patch";
import { isSecretName, MASK, maskHeaders, maskText, maskUrl } from "../../lib/secrets";
import type { ChannelType, ComposedBody, Judgement, Message, SendResult } from "../channel";
import { judgeStatus } from "../judge-status";
import { allSpellings } from "../secret-values";
import { parseWebhookConfig, type WebhookConfig } from "./config";
import { DEFAULT_DIALECT } from "./dialects";
import { WEBHOOK_FIELDS } from "./fields";
import { buildRequest } from "./request";
import { composeTemplate } from "./template";
import { checkTemplate, testEventOf } from "./template-check";

const encoder = new TextEncoder();

const compose = (message: Message, config: WebhookConfig): ComposedBody =>
  config.template === null
    ? {
        body: encoder.encode(JSON.stringify(config.dialect.compose(message))),
        contentType: config.dialect.contentType ?? "application/json",
      }
    : composeTemplate(message, config.template);

const judge = (result: SendResult): Judgement => {
  const { outcome, reason } = judgeStatus(result);
  return { outcome, reason, retry: outcome !== "delivered" && outcome !== "invalid_config" };
};

/** Pairs that are written out: a value that is made of the message is no secret. */
const FIXED_PAIR = /(?<=^|[?&\s])([\w.-]+)=([^&{}\s]+)(?=$|[&\s])/g;

const isSecretParameter = (name: string): boolean => isSecretName(name) || /^sig$/i.test(name);

const maskQuery = (query: string): string =>
  query.replace(FIXED_PAIR, (pair, name: string, value: string) =>
    isSecretParameter(name) ? `${name}=${maskText(value)}` : pair,
  );

const secretsInQuery = (query: string): string[] =>
  [...query.matchAll(FIXED_PAIR)].flatMap(([, name = "", value = ""]) =>
    isSecretParameter(name) ? [value] : [],
  );

const mask = ({ given, headers, secret, url }: WebhookConfig): Record<string, unknown> => {
  const masked: Record<string, unknown> = { ...given, url: maskUrl(url) };
  if (given["headers"] !== undefined) masked["headers"] = maskHeaders(headers);
  if (secret !== null) masked["secret"] = maskText(secret);
  if (typeof given["url_query"] === "string") masked["url_query"] = maskQuery(given["url_query"]);
  const tls = given["tls"];
  // The end of a PEM file says nothing: no hint is shown.
  if (isSettings(tls) && tls["client_key"] !== undefined) masked["tls"] = { ...tls, client_key: MASK };
  return masked;
};

/** `Bearer x` is as secret as `x`, and of `Basic …` the password, should an endpoint repeat only that. */
const partsOfCredential = (value: string): string[] => {
  const [, scheme = "", credential = ""] = /^(\S+) +(\S.*)$/.exec(value) ?? [];
  if (credential === "") return [value];
  if (scheme.toLowerCase() !== "basic") return [value, credential];
  const pair = Buffer.from(credential, "base64").toString("utf8");
  return [value, credential, pair, pair.slice(pair.indexOf(":") + 1)];
};

const secretsOf = ({ given, headers, secret, url, tls }: WebhookConfig): readonly string[] => {
  const secrets: string[] = [];
  if (secret !== null) secrets.push(secret);
  for (const [name, value] of Object.entries(headers))
    if (isSecretName(name)) secrets.push(...partsOfCredential(value));
  for (const [name, value] of new URL(url).searchParams) if (isSecretParameter(name)) secrets.push(value);
  if (typeof given["url_query"] === "string") secrets.push(...secretsInQuery(given["url_query"]));
  if (tls?.key !== undefined) secrets.push(tls.key);
  return allSpellings(secrets);
};

export const webhook: ChannelType<WebhookConfig> = {
  kind: "webhook",
  label: "Webhook",
  description: "Sends each event as a signed HTTP request to an address of yours.",
  fields: WEBHOOK_FIELDS,
  audience: "program",
  defaultEvents: DEFAULT_DIALECT.defaultEvents,
  parse: parseWebhookConfig,
  behaviour: (config) => ({
    timeoutMs: config.timeoutMs,
    retryDelaysSeconds: config.retryDelaysSeconds,
    jitter: config.jitter,
    defaultEvents: config.dialect.defaultEvents,
    whenExhausted: config.dialect.whenExhausted,
    pauseAfterFailures: config.pauseAfterFailures,
    ordered: config.ordered,
    handshake: config.verify,
  }),
  compose,
  request: buildRequest,
  rotation: {
    field: "secret",
    secretOf: ({ secret }) => secret,
    hasSingleDigest: ({ signatures }) => signatures.some(({ format }) => format !== "standard"),
  },
  judge,
  targets: ({ url }) => [{ field: "config.url", url }],
  eventAliases: ({ dialect }) => dialect.eventAliases,
  testEvents: ({ dialect, template }) => [template === null ? dialect.testEvent : testEventOf(template)],
  check: ({ template }, subscription) => {
    if (template !== null) checkTemplate(template, subscription);
  },
  secrets: secretsOf,
  mask,
};
