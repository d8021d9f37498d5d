// In: a message. Out: an Adaptive Card for a Teams workflow. People's words stand in text runs, which
// know no Markdown; what cards compute (`{{DATE(…)}}`, `${…}`) and `<at>` are broken up.
// Sources: learn.microsoft.com, adaptive-cards (text features, RichTextBlock) and connectors/teams
// (28 KB per message).
import { cutText } from "../../lib/cut-text";
import { quietMentions } from "../../lib/quiet-mentions";
import type { ComposedBody, Message } from "../channel";
import { fitBody } from "../native";
import { wordingOf, type Tone } from "../wording";

/** 28 KB with everything around the card that Teams adds. */
export const MOST_BYTES = 26_000;
const MOST_LINES = 60;

const STYLES: Readonly<Record<Tone, string>> = {
  critical: "attention",
  warning: "warning",
  info: "accent",
  good: "good",
  neutral: "emphasis",
};

/** Nothing that a card would compute or call. */
const quiet = (text: string): string =>
  quietMentions(text).replace(/\{(?=\{)|\$(?=\{)|<(?=\/?at\b)/gi, "$&\u200b");

const run = (text: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  type: "TextRun",
  text,
  ...more,
});

const block = (inlines: unknown[], more: Record<string, unknown> = {}): Record<string, unknown> => ({
  type: "RichTextBlock",
  inlines,
  ...more,
});

/** One block per line: a text run does not break. */
const linesOf = (body: string): Record<string, unknown>[] =>
  body
    .split("\n", MOST_LINES)
    .filter((line) => line.trim() !== "")
    .map((line) => block([run(quiet(line))]));

/** Pure. Version 1.4 is what Teams renders everywhere. */
export const composeTeams = (message: Message): ComposedBody => {
  const { headline, body, facts, tone, url } = wordingOf(message);
  const card = (share: number): Record<string, unknown> => ({
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    fallbackText: quiet(cutText(headline, 300)),
    msteams: { width: "full" },
    body: [
      {
        type: "Container",
        style: STYLES[tone],
        bleed: true,
        items: [block([run(quiet(cutText(headline, 500)), { weight: "Bolder", size: "Medium" })])],
      },
      ...linesOf(cutText(body, Math.floor(6_000 * share))),
      ...facts.map(([label, value]) =>
        block(
          [
            run(`${quiet(cutText(label, 100))}: `, { weight: "Bolder" }),
            run(quiet(cutText(value, Math.floor(1_000 * share)))),
          ],
          { spacing: "Small" },
        ),
      ),
    ],
    ...(url === null ? {} : { actions: [{ type: "Action.OpenUrl", title: "Open in Andon", url }] }),
  });
  return fitBody(MOST_BYTES, (share) => ({
    type: "message",
    attachments: [
      { contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content: card(share) },
    ],
  }));
};
