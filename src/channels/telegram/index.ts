// In: a bot's token and a chat. Out: the Telegram channel type, with the public Bot API or a server of
// one's own.
import type { Judgement, SendResult } from "../channel";
import { fieldOf, judgeNative, nativeType, postRequest, readJson, TLS_FIELD, waitOf } from "../native";
import { composeTelegram } from "./compose";
import { parseTelegramConfig, TELEGRAM_SERVER, type TelegramConfig } from "./config";

/** What the Bot API says, and what it means for who has to mend it. Found in its `description`. */
const WORDS: readonly (readonly [word: string, meaning: string])[] = [
  ["chat not found", "the chat does not exist, or the bot is not in it"],
  ["bot was blocked", "the person has blocked the bot"],
  ["bot was kicked", "the bot was removed from the chat"],
  ["bot is not a member", "the bot is not a member of the chat"],
  ["not enough rights", "the bot may not write there"],
  ["have no rights", "the bot may not write there"],
  ["message thread not found", "the topic does not exist"],
  ["TOPIC_CLOSED", "the topic is closed"],
  ["Unauthorized", "the bot's token is not right or was revoked"],
  ["message is too long", "the message is too long"],
  ["can't parse entities", "it can't read the formatting"],
];

/** A success may be longer than what is kept of an answer: only its beginning is looked at. */
const REFUSED = /^\s*\{\s*"ok"\s*:\s*false/;

const judge = (result: SendResult): Judgement => {
  const answer = readJson(result);
  const code = typeof answer["error_code"] === "number" ? answer["error_code"] : 502;
  // Some servers of one's own answer 200 and say so only inside.
  const isHidden = result.statusCode === 200 && REFUSED.test(result.responseBody);
  const judgement = judgeNative(isHidden ? { ...result, statusCode: code } : result);
  if (judgement.outcome === "delivered") return judgement;
  const parameters = (answer["parameters"] ?? {}) as { retry_after?: unknown; migrate_to_chat_id?: unknown };
  const description = typeof answer["description"] === "string" ? answer["description"] : "";
  const moved = parameters.migrate_to_chat_id;
  const meaning =
    typeof moved === "number"
      ? `the group has become a supergroup; its chat_id is now ${moved}`
      : WORDS.find(([word]) => description.includes(word))?.[1];
  const wait = judgement.outcome === "rate_limited" ? waitOf(parameters.retry_after, 1_000) : undefined;
  return {
    ...judgement,
    ...(meaning === undefined
      ? {}
      : { reason: `Telegram answered ${isHidden ? code : result.statusCode}: ${meaning}.` }),
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  };
};

export const telegram = nativeType<TelegramConfig>({
  kind: "telegram",
  label: "Telegram",
  description: "A bot writes to a person, a group or a channel.",
  fields: [
    fieldOf({
      name: "bot_token",
      label: "Bot token",
      type: "secret",
      required: true,
      secret: true,
      hint: "From @BotFather: /newbot. Add the bot to the chat, or write to it first.",
    }),
    fieldOf({
      name: "chat_id",
      label: "Chat",
      required: true,
      hint: "The chat's number (groups begin with a minus sign), or the @name of a public channel.",
    }),
    fieldOf({
      name: "thread_id",
      label: "Topic",
      type: "number",
      hint: "Number of a topic, in groups that have topics.",
      advanced: true,
    }),
    fieldOf({
      name: "silent_info",
      label: "Only problems make a sound",
      type: "boolean",
      hint: "What is only information, and what is over, arrives without a sound.",
      default: false,
      advanced: true,
    }),
    fieldOf({
      name: "server",
      label: "Bot API server",
      type: "url",
      hint: "A Bot API server of your own.",
      default: TELEGRAM_SERVER,
      advanced: true,
    }),
    TLS_FIELD,
  ],
  parse: parseTelegramConfig,
  compose: composeTelegram,
  request: (composed, { server, token, tls }, context) =>
    postRequest(composed, context, { url: `${server}/bot${token}/sendMessage`, tls }),
  judge,
  targets: ({ server }) => [{ field: "config.server", url: server }],
  secrets: ({ token, tls }) => [token, token.slice(token.indexOf(":") + 1), tls?.key ?? ""],
});
