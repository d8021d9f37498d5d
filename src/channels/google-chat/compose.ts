// In: a message. Out: a Google Chat card in the thread of its alert or incident. Cards read a few HTML
// tags and entities in some of their texts; what would begin one is broken up by a zero-width space,
// which is right in the texts that read them and in those that do not.
// Sources: developers.google.com/workspace/chat (format messages; spaces.messages: 32,000 bytes in all,
// 100 widgets; webhooks: thread keys).
import { cutText } from "../../lib/cut-text";
import { quietMentions } from "../../lib/quiet-mentions";
import type { ComposedBody, Message } from "../channel";
import { fitBody } from "../native";
import { wordingOf, type Tone } from "../wording";

export const MOST_BYTES = 30_000;

const WORDS: Readonly<Record<Tone, string>> = {
  critical: "🔴",
  warning: "🟠",
  info: "🔵",
  good: "🟢",
  neutral: "⚪",
};

const quiet = (text: string, limit: number): string =>
  cutText(quietMentions(text), limit).replace(/<(?=\S)|&(?=[#\w])/g, "$&\u200b");

/** Pure. `fallbackText` is what notifications show; there is no `text`, which could call people. */
export const composeGoogleChat = (message: Message): ComposedBody => {
  const { headline, body, facts, tone, url, threadKey } = wordingOf(message);
  return fitBody(MOST_BYTES, (share) => {
    const widgets: unknown[] = [];
    if (body !== "") widgets.push({ textParagraph: { text: quiet(body, Math.floor(4_000 * share)) } });
    for (const [label, value] of facts)
      widgets.push({
        decoratedText: {
          topLabel: quiet(label, 100),
          text: quiet(value === "" ? "–" : value, Math.floor(1_000 * share)),
          wrapText: true,
        },
      });
    if (url !== null)
      widgets.push({ buttonList: { buttons: [{ text: "Open in Andon", onClick: { openLink: { url } } }] } });
    return {
      fallbackText: quiet(headline, 500),
      cardsV2: [
        {
          cardId: "andon",
          card: {
            header: { title: `${WORDS[tone]} ${quiet(headline, 200)}` },
            sections: [{ widgets }],
          },
        },
      ],
      thread: { threadKey },
    };
  });
};
