// In: `config` of a Telegram channel. Out: the same, checked.
import { invalid } from "../../core/errors";
import { serverOf } from "../address";
import { tlsOf, type NativeConfig } from "../native";
import type { ClientTls } from "../tls";
import { booleanOf, numberOf, textOf } from "../values";

export interface TelegramConfig extends NativeConfig {
  token: string;
  /** A number, or the `@name` of a public channel. */
  chatId: number | string;
  threadId: number | null;
  isSilentBelowWarning: boolean;
  /** Without a slash at the end. */
  server: string;
  tls: ClientTls | null;
}

export const TELEGRAM_SERVER = "https://api.telegram.org";

/** The bot's number, a colon, and at least 30 characters (Telegram gives 35). */
const TOKEN = /^\d{1,20}:[\w-]{30,200}$/;

const parseToken = (value: unknown): string => {
  const token = textOf(value, "config.bot_token", { longest: 256 });
  if (token === undefined) throw invalid("config.bot_token", "bot_token is missing: @BotFather gives it.");
  if (!TOKEN.test(token))
    throw invalid("config.bot_token", "bot_token must look like 123456789:AAE… as @BotFather gives it.");
  return token;
};

const parseChat = (value: unknown): number | string => {
  if (typeof value === "number" && Number.isSafeInteger(value) && value !== 0) return value;
  const field = "config.chat_id";
  const text = typeof value === "number" ? "" : textOf(value, field, { longest: 64 });
  if (text === undefined) throw invalid(field, "chat_id is missing: which chat shall get the messages?");
  if (/^-?[1-9]\d{0,15}$/.test(text)) return Number(text);
  if (/^@\w{4,32}$/.test(text)) return text;
  throw invalid(field, "chat_id must be a number such as -1001234567890, or the @name of a public channel.");
};

/** Throws `invalid` naming the field. */
export const parseTelegramConfig = (given: Record<string, unknown>): TelegramConfig => {
  const server = given["server"] === undefined ? TELEGRAM_SERVER : serverOf(given["server"], "config.server");
  return {
    given,
    token: parseToken(given["bot_token"]),
    chatId: parseChat(given["chat_id"]),
    threadId:
      numberOf(given["thread_id"], "config.thread_id", { least: 1, most: 2 ** 31, isWhole: true }) ?? null,
    isSilentBelowWarning: booleanOf(given["silent_info"], "config.silent_info") ?? false,
    server,
    tls: tlsOf(given, server),
  };
};
