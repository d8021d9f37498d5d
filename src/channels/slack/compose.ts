// In: a message. Out: a Slack message of blocks. People's words stand in `plain_text` objects, which
// Slack does not read as mark-up; `text`, the line of the notification, is escaped.
// Sources: docs.slack.dev, reference/block-kit (blocks and limits) and messaging/formatting-message-text.
import { cutText } from "../../lib/cut-text";
import { quietMentions } from "../../lib/quiet-mentions";
import type { ComposedBody, Message } from "../channel";
import { hasFullHost, jsonBody } from "../native";
import { TONE_COLOURS } from "../tones";
import { wordingOf } from "../wording";

/** UTF-16 units. A field may have 2,000. */
const LONGEST = { header: 150, section: 3_000, url: 3_000, notification: 1_000 } as const;
const FIELDS_PER_SECTION = 10;
/** Undocumented: about 13,200 in all is refused as `msg_blocks_too_long` (slackapi/bolt-js #2509). */
const LONGEST_FACT = 600;

const plain = (text: string, limit: number): Record<string, unknown> => ({
  type: "plain_text",
  // Slack refuses an empty text.
  text: text === "" ? "–" : cutText(text.replace(/<(?=[!@#])/g, "<\u200b"), limit),
  emoji: false,
});

/** The three characters by which Slack knows links and mentions; `mrkdwn: false` takes care of the rest. */
const escapeText = (text: string): string =>
  quietMentions(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Two columns: labels are words of ours and may be bold, values are shown as they are. */
const factSections = (facts: readonly (readonly [string, string])[]): Record<string, unknown>[] => {
  const fields = facts.flatMap(([label, value]) => [
    { type: "mrkdwn", text: `*${escapeText(cutText(label, 100))}*`, verbatim: true },
    plain(value, LONGEST_FACT),
  ]);
  const sections: Record<string, unknown>[] = [];
  for (let start = 0; start < fields.length; start += FIELDS_PER_SECTION)
    sections.push({ type: "section", fields: fields.slice(start, start + FIELDS_PER_SECTION) });
  return sections;
};

/** Pure. `text` is what phones and screen readers show; the bar of the attachment has the colour. */
export const composeSlack = (message: Message): ComposedBody => {
  const { headline, body, facts, tone, url } = wordingOf(message);
  const blocks: Record<string, unknown>[] = [];
  if (body !== "") blocks.push({ type: "section", text: plain(body, LONGEST.section) });
  const isLinked = url !== null && url.length <= LONGEST.url && hasFullHost(url);
  blocks.push(...factSections(isLinked || url === null ? facts : [...facts, ["Link", url]]));
  if (isLinked)
    blocks.push({
      type: "actions",
      elements: [{ type: "button", text: plain("Open in Andon", 75), url }],
    });
  return jsonBody({
    text: escapeText(cutText(headline, LONGEST.notification)),
    mrkdwn: false,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [{ type: "header", text: plain(headline, LONGEST.header) }],
    ...(blocks.length === 0 ? {} : { attachments: [{ color: TONE_COLOURS[tone], blocks }] }),
  });
};
