// In: nothing. Out: Telegram as the suite has to know it: core.telegram.org/bots/api (sendMessage, HTML
// style; at most 100 entities; a button's URL needs a full host).
import { readHtml } from "../read-html";
import type { Shown, TypeSample } from "../type-sample";

interface SendMessage {
  chat_id: number | string;
  message_thread_id?: number;
  text: string;
  parse_mode: string;
  disable_notification?: boolean;
  reply_markup?: { inline_keyboard: { text: string; url: string }[][] };
}

const TOKEN = "1234567890:canary0001-AAE_aaaaaaaaaaaaaaaaaaaaaaaa";

const ALLOWED = new Set([
  "html b",
  "html strong",
  "html i",
  "html em",
  "html u",
  "html s",
  "html a",
  "html code",
]);

const read = (body: string): Shown => {
  const { text, reply_markup } = JSON.parse(body) as SendMessage;
  const shown: Shown = { text: "", mentions: [], links: [], markup: [] };
  shown.text = readHtml(text, shown);
  // What stands in the text as a name is a name, whatever surrounds it.
  for (const [name] of shown.text.matchAll(/(?<![\p{L}\p{N}_])@[a-z]\w{2,}/giu)) shown.mentions.push(name);
  for (const { text: label, url } of reply_markup?.inline_keyboard.flat() ?? [])
    shown.links.push({ text: label, url });
  return shown;
};

const breaches = (body: string): string[] => {
  const { text, markup } = read(body);
  const found: string[] = [];
  const message = JSON.parse(body) as SendMessage;
  if (text.length > 4_096 || text.trim() === "") found.push(`${text.length} characters`);
  if (markup.length > 100) found.push(`${markup.length} entities`);
  for (const tag of markup) if (!ALLOWED.has(tag)) found.push(`${tag} is unknown`);
  // Only these entities are known; a lone & is taken for itself.
  for (const [entity] of message.text.matchAll(/&(?!lt;|gt;|amp;|quot;|#\d+;)/g))
    found.push(`entity ${entity}`);
  if (message.parse_mode !== "HTML") found.push(message.parse_mode);
  for (const { url } of message.reply_markup?.inline_keyboard.flat() ?? [])
    if (!new URL(url).hostname.includes(".")) found.push(`button to ${url}`);
  return found;
};

const common = {
  canaries: [TOKEN, TOKEN.split(":")[1]!],
  breaches,
  show: read,
  goodAnswer: '{"ok":true,"result":{}}',
};

export const telegramSamples: TypeSample[] = [
  { ...common, variant: "telegram/group", config: { bot_token: TOKEN, chat_id: "-1001234567890" } },
  {
    ...common,
    variant: "telegram/topic",
    config: {
      bot_token: TOKEN,
      chat_id: "@plant_alerts",
      thread_id: 7,
      silent_info: true,
      server: "https://telegram.plant.test/bot-api/",
    },
  },
];
