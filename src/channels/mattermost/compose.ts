// In: a message. Out: a Mattermost post with one attachment. Mattermost reads Markdown and, like Slack,
// turns `<!channel>` and `<url|text>` into mentions and links before that: all signs go out as entities.
// Sources: developers.mattermost.com (incoming webhooks, message attachments); mattermost/marked.
import { cutText, cutToFit } from "../../lib/cut-text";
import { escapeMarkdownByEntities } from "../../lib/escape-markup";
import { quietMentions } from "../../lib/quiet-mentions";
import type { ComposedBody, Message } from "../channel";
import { jsonBody } from "../native";
import { TONE_COLOURS } from "../tones";
import { wordingOf } from "../wording";
import type { MattermostConfig } from "./index";

/** A post may have 16,383 characters (4,000 on old databases); longer ones are cut by the server. */
const LONGEST = { fallback: 300, title: 300, text: 3_500, label: 100, value: 600 } as const;

/** For places that show text as it is. */
const plain = (text: string, limit: number): string =>
  cutText(quietMentions(text).replace(/<(?=[!@])/g, "<\u200b"), limit);

/** `~town-square` is a channel, `#tag` a search, `$x$` a formula. */
const escape = (text: string): string =>
  escapeMarkdownByEntities(quietMentions(text).replace(/(?<![\p{L}\p{N}])#(?=\p{L})/gu, "#\u200b"));

const cutEscaped = (text: string, limit: number): string =>
  escape(cutToFit(cutText(text, limit), (candidate) => escape(candidate).length <= limit));

/** Pure. A title with a link is shown as it is, any other title would be read as Markdown. */
export const composeMattermost = (message: Message, config: MattermostConfig): ComposedBody => {
  const { headline, body, facts, tone, url } = wordingOf(message);
  const heading = url === null ? `**${cutEscaped(headline, LONGEST.title)}**` : "";
  const text = [heading, cutEscaped(body, LONGEST.text)].filter((part) => part !== "").join("\n");
  return jsonBody({
    ...(config.channel === null ? {} : { channel: config.channel }),
    ...(config.username === null ? {} : { username: config.username }),
    attachments: [
      {
        fallback: plain(headline, LONGEST.fallback),
        color: TONE_COLOURS[tone],
        ...(url === null ? {} : { title: plain(headline, LONGEST.title), title_link: url }),
        text,
        fields: facts.map(([label, value]) => ({
          title: cutEscaped(label, LONGEST.label),
          value: cutEscaped(value === "" ? "–" : value, LONGEST.value),
          short: value.length <= 60,
        })),
      },
    ],
  });
};
