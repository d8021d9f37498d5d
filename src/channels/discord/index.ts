// In: the URL of a webhook, and perhaps a thread. Out: the Discord channel type.
import { invalid } from "../../core/errors";
import { addressOf } from "../address";
import type { Judgement, SendResult } from "../channel";
import {
  fieldOf,
  judgeNative,
  nativeType,
  postRequest,
  readJson,
  waitOf,
  webhookUrlField,
  type NativeConfig,
} from "../native";
import { secretsOfUrl } from "../secret-values";
import { textOf } from "../values";
import { composeDiscord } from "./compose";

export interface DiscordConfig extends NativeConfig {
  url: string;
  threadId: string | null;
}

/** Discord's JSON error codes (discord.com/developers/docs/topics/opcodes-and-status-codes). */
const CODES: Readonly<Record<number, string>> = {
  10003: "the channel does not exist any more",
  10015: "the webhook was deleted",
  50006: "the message is empty",
  50013: "the permission is missing",
  50027: "the webhook's token is not right",
  50035: "it does not accept the message as it is",
  50083: "the thread is archived",
  220001: "a forum channel needs a thread: set thread_id",
};

const judge = (result: SendResult): Judgement => {
  const judgement = judgeNative(result);
  if (judgement.outcome === "delivered") return judgement;
  const { code, retry_after: retryAfter } = readJson(result);
  // Seconds with a fraction; of several limits the body names the one that was hit.
  const wait = judgement.outcome === "rate_limited" ? waitOf(retryAfter, 1_000) : undefined;
  const meaning = typeof code === "number" ? CODES[code] : undefined;
  return {
    ...judgement,
    ...(meaning === undefined
      ? {}
      : { reason: `Discord answered ${result.statusCode}: ${meaning} (code ${String(code)}).` }),
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  };
};

const parseThread = (value: unknown): string | null => {
  const text = textOf(value, "config.thread_id", { longest: 32 });
  if (text === undefined) return null;
  if (!/^\d{1,20}$/.test(text))
    throw invalid(
      "config.thread_id",
      "thread_id must be a number: Copy Thread ID, with developer mode switched on.",
    );
  return text;
};

/** `wait=true` makes Discord answer when the message stands, and say why it does not. */
const addressFor = ({ url, threadId }: DiscordConfig): string => {
  const address = new URL(url);
  address.searchParams.set("wait", "true");
  if (threadId !== null) address.searchParams.set("thread_id", threadId);
  return address.href;
};

export const discord = nativeType<DiscordConfig>({
  kind: "discord",
  label: "Discord",
  description: "Posts to a Discord channel or thread by a webhook. It mentions nobody.",
  fields: [
    webhookUrlField("In Discord: channel settings, Integrations, Webhooks, Copy Webhook URL."),
    fieldOf({
      name: "thread_id",
      label: "Thread",
      hint: "The ID of a thread of this channel. A forum channel needs one.",
      advanced: true,
    }),
  ],
  parse: (given) => ({
    given,
    url: addressOf(given["webhook_url"], "config.webhook_url"),
    threadId: parseThread(given["thread_id"]),
  }),
  compose: composeDiscord,
  request: (composed, config, context) => postRequest(composed, context, { url: addressFor(config) }),
  judge,
  targets: ({ url }) => [{ field: "config.webhook_url", url }],
  secrets: (config) => [...secretsOfUrl(config.url), ...secretsOfUrl(addressFor(config))],
});
