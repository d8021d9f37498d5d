// In: nothing. Out: Discord as the suite has to know it: limits by discord.com/developers/docs
// (resources/message, embed limits), Markdown by its help page on text formatting.
import { stringsOf, tooLong, type Shown, type TypeSample } from "../type-sample";

interface Embed {
  title?: string;
  url?: string;
  description?: string;
  color: number;
  fields: { name: string; value: string; inline: boolean }[];
}
interface DiscordMessage {
  content: string;
  embeds: Embed[];
  allowed_mentions: { parse: string[] };
}

const TOKEN = "canary0001-Token_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const WEBHOOK_URL = `https://discord.com/api/webhooks/1099511627776000001/${TOKEN}`;

const breaches = (body: string): string[] => {
  const { content, embeds, allowed_mentions } = JSON.parse(body) as DiscordMessage;
  const found = [...tooLong("content", content, 2_000)];
  if (content === "") found.push("content is empty");
  if (embeds.length > 10) found.push(`${embeds.length} embeds`);
  if (allowed_mentions.parse.length > 0) found.push("may mention");
  for (const { title, description, color, fields } of embeds) {
    found.push(...tooLong("title", title, 256), ...tooLong("description", description, 4_096));
    if (!Number.isInteger(color) || color < 0 || color > 0xffffff) found.push(`colour ${color}`);
    if (fields.length > 25) found.push(`${fields.length} fields`);
    for (const { name, value } of fields) {
      found.push(...tooLong("name", name, 256), ...tooLong("value", value, 1_024));
      if (name === "" || value === "") found.push("an empty field");
    }
    const sum = [title, description, ...fields.flatMap(({ name, value }) => [name, value])]
      .map((text) => text?.length ?? 0)
      .reduce((left, right) => left + right, 0);
    if (sum > 6_000) found.push(`${sum} characters in an embed`);
  }
  return found;
};

/** What a backslash has made plain, put where no rule looks for it. */
const HIDDEN = 0xe000;
const hide = (text: string): string =>
  text.replace(/\\([^0-9A-Za-z\s])/g, (_pair, sign: string) =>
    String.fromCharCode(HIDDEN + sign.charCodeAt(0)),
  );
const unhide = (text: string): string =>
  text.replace(/[\ue000-\ue0ff]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - HIDDEN));

const MENTIONS = /<@[!&]?\d+>|<#\d+>|<id:\w+>|<\/[^:]+:\d+>|@everyone|@here/g;
const MARKUP: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["code", /`+[^`]+`+/g],
  ["bold or italic", /\*+\S(?:.*?\S)?\*+|(?<![\p{L}\p{N}])_+\S(?:.*?\S)?_+(?![\p{L}\p{N}])/gsu],
  ["struck", /~~.+?~~/gs],
  ["spoiler", /\|\|.+?\|\|/gs],
  ["heading", /^ *#{1,3} /gm],
  ["small", /^-# /gm],
  ["quote", /^ *>{1,3} /gm],
  ["list", /^ *(?:[-*+]|\d+\.) /gm],
  ["emoji", /<a?:\w+:\d+>|:[\w+-]+:/g],
  ["time", /<t:-?\d+(?::\w)?>/g],
];

const showText = (text: string, shown: Shown): void => {
  const hidden = hide(text);
  for (const [mention] of hidden.matchAll(MENTIONS)) shown.mentions.push(mention);
  for (const [, label = "", url = ""] of hidden.matchAll(/\[([^\]]+)\]\(([^)\s]+)[^)]*\)/g))
    shown.links.push({ text: label, url });
  for (const [name, pattern] of MARKUP) for (const _hit of hidden.matchAll(pattern)) shown.markup.push(name);
  shown.text += `${unhide(hidden)}\n`;
};

const show = (body: string): Shown => {
  const shown: Shown = { text: "", mentions: [], links: [], markup: [] };
  const message = JSON.parse(body) as DiscordMessage;
  for (const { title = "", url } of message.embeds)
    if (url !== undefined) shown.links.push({ text: title, url });
  for (const [path, text] of stringsOf(message)) if (!path.endsWith(".url")) showText(text, shown);
  return shown;
};

const common = { canaries: [TOKEN, WEBHOOK_URL], breaches, show };

export const discordSamples: TypeSample[] = [
  { ...common, variant: "discord/channel", config: { webhook_url: WEBHOOK_URL } },
  {
    ...common,
    variant: "discord/thread",
    config: { webhook_url: WEBHOOK_URL, thread_id: "1099511627776000777" },
  },
];
