// In: the URL of a space's webhook. Out: the Google Chat channel type: one card per event, in a thread
// per alert or incident.
import { invalid } from "../../core/errors";
import { addressOf } from "../address";
import type { Judgement, SendResult } from "../channel";
import {
  judgeNative,
  nativeType,
  postRequest,
  readJson,
  webhookUrlField,
  type NativeConfig,
} from "../native";
import { secretsOfUrl } from "../secret-values";
import { composeGoogleChat } from "./compose";

export interface GoogleChatConfig extends NativeConfig {
  url: string;
}

/** A space takes about one message a second; the answer seldom says for how long it is closed. */
const WAIT_MS = 60_000;

/** Google's `error.status`. */
const WORDS: Readonly<Record<string, string>> = {
  NOT_FOUND: "the space or the webhook does not exist any more",
  PERMISSION_DENIED: "the webhook may not post there, or the URL is not right",
  UNAUTHENTICATED: "the URL is not right or was revoked",
  INVALID_ARGUMENT: "it does not accept the message as it is",
  RESOURCE_EXHAUSTED: "the space gets too many messages",
};

const judge = (result: SendResult): Judgement => {
  const judgement = judgeNative(result);
  if (judgement.outcome === "delivered") return judgement;
  const { error } = readJson(result);
  const status =
    typeof error === "object" && error !== null ? (error as { status?: unknown }).status : undefined;
  const meaning = typeof status === "string" && Object.hasOwn(WORDS, status) ? WORDS[status] : undefined;
  const mustWait =
    judgement.outcome === "rate_limited" && result.responseHeaders["retry-after"] === undefined;
  return {
    ...judgement,
    ...(meaning === undefined
      ? {}
      : { reason: `Google Chat answered ${result.statusCode}: ${meaning} (${String(status)}).` }),
    ...(mustWait ? { retryAfterMs: WAIT_MS } : {}),
  };
};

const parseUrl = (value: unknown): string => {
  const url = addressOf(value, "config.webhook_url");
  const { searchParams } = new URL(url);
  if (!searchParams.has("key") || !searchParams.has("token"))
    throw invalid("config.webhook_url", "webhook_url lacks its key or token: copy the whole URL.");
  return url;
};

/** Spaces without threads answer in the space. */
const addressFor = (url: string): string => {
  const address = new URL(url);
  address.searchParams.set("messageReplyOption", "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD");
  return address.href;
};

export const googleChat = nativeType<GoogleChatConfig>({
  kind: "google_chat",
  label: "Google Chat",
  description: "Posts a card to a Google Chat space by a webhook, in one thread per alert or incident.",
  fields: [webhookUrlField("In Google Chat: the space's name, Apps and integrations, Webhooks.")],
  parse: (given) => ({ given, url: parseUrl(given["webhook_url"]) }),
  compose: composeGoogleChat,
  request: (composed, { url }, context) => postRequest(composed, context, { url: addressFor(url) }),
  judge,
  targets: ({ url }) => [{ field: "config.webhook_url", url }],
  secrets: ({ url }) => [...secretsOfUrl(url), ...secretsOfUrl(addressFor(url))],
});
