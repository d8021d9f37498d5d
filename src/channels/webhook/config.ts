// In: `config` of a webhook channel as the client gave it. Out: the complete, checked settings with
// the dialect's defaults filled in, or an `invalid` error that names the field.
import { invalid } from "../../core/errors";
import { isUsableSecret, standardKey } from "../../lib/hmac";
import { isRetryScheduleName, RETRY_SCHEDULES } from "../../lib/retry-schedule";
import { addressOf } from "../address";
import { WEBHOOK_METHODS, type Dialect, type SignatureHeader, type WebhookMethod } from "./dialect";
import { DEFAULT_DIALECT, dialects } from "./dialects";
import { parseHeaders } from "../headers";
import { checkSignatures, parseSignatures } from "./signatures";
import { parseTemplate, type TemplateConfig } from "./template";
import { parseTls, type ClientTls } from "../tls";
import { booleanOf, choiceOf, numberOf, refuseUnknownKeys, textOf } from "../values";

/** Keys of the secret, or of both during a rotation. */
export interface SigningKeys {
  /** For `webhook-signature`: one signature by each, in this order. */
  standard: readonly Uint8Array[];
  /** For all other signature headers. */
  plain: Uint8Array;
}

export interface WebhookConfig {
  /** What the client wrote, returned masked. */
  given: Record<string, unknown>;
  dialect: Dialect;
  url: string;
  method: WebhookMethod;
  headers: Record<string, string>;
  timeoutMs: number;
  retryDelaysSeconds: readonly number[];
  jitter: boolean;
  secret: string | null;
  /** Null without a secret. */
  keys: SigningKeys | null;
  /** Beside `webhook-signature`; empty without a secret. */
  signatures: readonly SignatureHeader[];
  pauseAfterFailures: number | null;
  ordered: boolean;
  /** Exactly 200 for a test message before the channel becomes active. */
  verify: boolean;
  tls: ClientTls | null;
  /** Of the dialect `custom`, else null. */
  template: TemplateConfig | null;
}

const KEYS = [
  "url",
  "method",
  "headers",
  "secret",
  "dialect",
  "timeout_seconds",
  "retry",
  "jitter",
  "signature",
  "pause_after_failures",
  "ordered",
  "verify",
  "tls",
  "template",
  "content_type",
  "url_query",
] as const;

const MOST_RETRIES = 32;
const LONGEST_RETRY_SECONDS = 7 * 24 * 3_600;

const parseDialect = (value: unknown): Dialect => {
  if (value === undefined) return DEFAULT_DIALECT;
  const dialect = typeof value === "string" ? dialects.get(value) : undefined;
  if (dialect === undefined)
    throw invalid("config.dialect", `dialect must be one of: ${[...dialects.keys()].join(", ")}.`);
  return dialect;
};

const parseRetry = (value: unknown, dialect: Dialect): readonly number[] => {
  if (value === undefined) return RETRY_SCHEDULES[dialect.retry];
  if (typeof value === "string" && isRetryScheduleName(value)) return RETRY_SCHEDULES[value];
  if (!Array.isArray(value))
    throw invalid(
      "config.retry",
      `retry must be one of ${Object.keys(RETRY_SCHEDULES).join(", ")}, or a list of seconds.`,
    );
  if (value.length > MOST_RETRIES)
    throw invalid("config.retry", `retry may hold at most ${MOST_RETRIES} delays.`);
  return value.map((delay: unknown) => {
    const seconds = numberOf(delay, "config.retry", { least: 0, most: LONGEST_RETRY_SECONDS });
    if (seconds === undefined) throw invalid("config.retry", "retry holds an empty entry.");
    return seconds;
  });
};

const parseSecret = (value: unknown): string | null => {
  const secret = textOf(value, "config.secret", { shortest: 8, longest: 256 });
  if (secret === undefined) return null;
  if (!isUsableSecret(secret))
    throw invalid("config.secret", "A secret that begins with whsec_ must go on in base64.");
  return secret;
};

const parseMethod = (value: unknown, dialect: Dialect): WebhookMethod => {
  const method = choiceOf(value, "config.method", WEBHOOK_METHODS) ?? "POST";
  if (!dialect.methods.includes(method))
    throw invalid(
      "config.method",
      `${method} sends no body: choose one of ${dialect.methods.join(", ")}, or the dialect custom.`,
    );
  return method;
};

/** Throws AppError `invalid`; the message never holds a secret. */
export const parseWebhookConfig = (given: Record<string, unknown>): WebhookConfig => {
  refuseUnknownKeys(given, KEYS, "config");
  const dialect = parseDialect(given["dialect"]);
  const url = addressOf(given["url"], "config.url");
  const method = parseMethod(given["method"], dialect);
  const headers = parseHeaders(given["headers"]);
  const secret = parseSecret(given["secret"]);
  const signatures = parseSignatures(given["signature"], dialect);
  const tls = parseTls(given["tls"]);
  checkSignatures(signatures, {
    headers,
    hasSecret: secret !== null,
    areOwn: given["signature"] !== undefined,
  });
  if (tls !== null && !url.toLowerCase().startsWith("https:"))
    throw invalid("config.tls", "tls needs an https:// address.");
  const timeoutSeconds = numberOf(given["timeout_seconds"], "config.timeout_seconds", { least: 1, most: 60 });
  return {
    given,
    dialect,
    url,
    method,
    headers,
    timeoutMs: (timeoutSeconds ?? dialect.timeoutSeconds) * 1_000,
    retryDelaysSeconds: parseRetry(given["retry"], dialect),
    jitter: booleanOf(given["jitter"], "config.jitter") ?? true,
    secret,
    keys: secret === null ? null : { standard: [standardKey(secret)], plain: Buffer.from(secret, "utf8") },
    signatures: secret === null ? [] : signatures,
    pauseAfterFailures:
      numberOf(given["pause_after_failures"], "config.pause_after_failures", {
        least: 1,
        most: 100,
        isWhole: true,
      }) ?? null,
    ordered: booleanOf(given["ordered"], "config.ordered") ?? false,
    verify: booleanOf(given["verify"], "config.verify") ?? dialect.handshake,
    tls,
    template: parseTemplate(given, { isCustom: dialect.hasTemplate === true, method }),
  };
};
