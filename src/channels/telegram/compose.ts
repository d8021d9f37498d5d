// In: a message, chat and thread. Out: the body of sendMessage with HTML formatting: bold headline and
// labels, everything else plain. Too long a message is cut, never refused.
// Sources: core.telegram.org/bots/api (sendMessage, formatting options: 4,096 characters after parsing).
import { cutText } from "../../lib/cut-text";
import { escapeHtml } from "../../lib/escape-markup";
import { quietMentions } from "../../lib/quiet-mentions";
import type { ComposedBody, Message } from "../channel";
import { hasFullHost, jsonBody } from "../native";
import { wordingOf, type Tone } from "../wording";
import type { TelegramConfig } from "./config";

/** Characters that people see, as UTF-16 units: entities and tags do not count. */
const LONGEST = 4_096;
const LONGEST_HEADLINE = 300;
const LONGEST_LABEL = 64;
const LONGEST_VALUE = 250;

/** Telegram shows no colours. */
const DOTS: Readonly<Record<Tone, string>> = {
  critical: "🔴",
  warning: "🟠",
  info: "🔵",
  good: "🟢",
  neutral: "⚪",
};

const isQuiet = (tone: Tone): boolean => tone !== "critical" && tone !== "warning";

/** Pure. */
export const composeTelegram = (message: Message, config: TelegramConfig): ComposedBody => {
  const { headline, body, facts, tone, url } = wordingOf(message);
  const isLinked = url !== null && hasFullHost(url);
  let room = LONGEST;
  /** Escaped, and what it takes of the room. */
  const take = (text: string, limit: number): string => {
    const cut = cutText(quietMentions(text), Math.min(limit, room));
    room -= cut.length;
    return escapeHtml(cut);
  };
  /** The facts and the link are kept, so what is left after them is the body's. */
  const top = `${DOTS[tone]} <b>${take(headline, LONGEST_HEADLINE)}</b>`;
  const lines = facts.map(
    ([label, value]) =>
      `<b>${take(label, LONGEST_LABEL)}:</b> ${take(value === "" ? "–" : value, LONGEST_VALUE)}`,
  );
  if (url !== null && !isLinked) lines.push(take(url, 500));
  // Dots, colons, spaces and line breaks.
  room -= 10 + lines.length * 3;
  const middle = body === "" ? [] : [take(body, room), ""];
  return jsonBody({
    chat_id: config.chatId,
    ...(config.threadId === null ? {} : { message_thread_id: config.threadId }),
    text: [top, ...middle, ...lines].join("\n"),
    parse_mode: "HTML",
    link_preview_options: { is_disabled: true },
    ...(config.isSilentBelowWarning && isQuiet(tone) ? { disable_notification: true } : {}),
    ...(isLinked ? { reply_markup: { inline_keyboard: [[{ text: "Open in Andon", url }]] } } : {}),
  });
};
