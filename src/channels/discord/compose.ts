// In: a message. Out: a Discord message with one embed, within Discord's limits, which calls nobody.
// Sources: discord.com/developers/docs (resources/webhook, resources/message: embed limits, allowed
// mentions); Markdown by Discord's help page on text formatting.
import { cutText, cutToFit } from "../../lib/cut-text";
import { escapeMarkdownByBackslash } from "../../lib/escape-markup";
import { quietMentions } from "../../lib/quiet-mentions";
import type { ComposedBody, Message } from "../channel";
import { hasFullHost, jsonBody } from "../native";
import { TONE_COLOURS } from "../tones";
import { wordingOf } from "../wording";

/** UTF-16 units, of what is sent. */
const LONGEST = {
  content: 2_000,
  description: 4_096,
  fieldName: 256,
  fieldValue: 1_024,
  embed: 6_000,
} as const;
/** 25 are allowed; nobody reads so many. */
const MOST_FIELDS = 10;
/** So that ten facts, the description and the title stay below 6,000 together. */
const FACT_NAME = 100;
const FACT_VALUE = 300;

/** `<` begins mentions, emoji and dates; the zero-width space is for what clients read before escapes. */
const escape = (text: string): string =>
  escapeMarkdownByBackslash(quietMentions(text).replace(/<(?=[@#:!/t])/g, "<\u200b"));

const cutEscaped = (text: string, limit: number): string =>
  escape(cutToFit(cutText(text, limit), (candidate) => escape(candidate).length <= limit));

/** Pure. `content` is what notifications show; the embed's bar has the colour. */
export const composeDiscord = (message: Message): ComposedBody => {
  const { headline, body, facts, tone, url } = wordingOf(message);
  const isLinked = url !== null && hasFullHost(url);
  const title = "Open in Andon";
  const shown = isLinked || url === null ? facts : [...facts, ["Link", url] as const];
  const fields = shown.slice(0, MOST_FIELDS).map(([label, value]) => ({
    name: cutEscaped(label === "" ? "–" : label, FACT_NAME),
    value: cutEscaped(value === "" ? "–" : value, FACT_VALUE),
    inline: value.length <= 40,
  }));
  const spent = fields.reduce((sum, { name, value }) => sum + name.length + value.length, title.length);
  const description = cutEscaped(body, Math.min(LONGEST.description, LONGEST.embed - spent - 100));
  return jsonBody({
    content: cutEscaped(cutText(headline, 500), LONGEST.content),
    embeds: [
      {
        ...(isLinked ? { title, url } : {}),
        ...(description === "" ? {} : { description }),
        color: Number.parseInt(TONE_COLOURS[tone].slice(1), 16),
        fields,
      },
    ],
    allowed_mentions: { parse: [] },
  });
};
