// In: nothing. Out: Google Chat as the suite has to know it: developers.google.com/workspace/chat
// (spaces.messages: 32,000 bytes; cards: 100 widgets; format messages: HTML in cards).
import { readHtml } from "../read-html";
import { stringsOf, tooLong, type Shown, type TypeSample } from "../type-sample";

interface Widget {
  textParagraph?: { text: string };
  decoratedText?: { topLabel: string; text: string };
  buttonList?: { buttons: { text: string; onClick: { openLink: { url: string } } }[] };
}
interface ChatMessage {
  text?: string;
  fallbackText: string;
  cardsV2: { card: { header: { title: string }; sections: { widgets: Widget[] }[] } }[];
  thread: { threadKey: string };
}

const KEY = "AIzaCanary0001-aaaaaaaaaaaaaaaaaaaaaaaa";
const TOKEN = "canary0002_Token-bbbbbbbbbbbbbbbbbbbbbbbbbbbb";
const WEBHOOK_URL = `https://chat.googleapis.com/v1/spaces/AAAACanary3/messages?key=${KEY}&token=${TOKEN}`;

const widgetsOf = ({ cardsV2 }: ChatMessage): Widget[] =>
  cardsV2.flatMap(({ card }) => card.sections.flatMap(({ widgets }) => widgets));

const breaches = (body: string): string[] => {
  const message = JSON.parse(body) as ChatMessage;
  const found: string[] = [];
  const bytes = Buffer.byteLength(body);
  if (bytes > 32_000) found.push(`${bytes} bytes`);
  const widgets = widgetsOf(message);
  if (widgets.length === 0 || widgets.length > 100) found.push(`${widgets.length} widgets`);
  for (const { textParagraph, decoratedText } of widgets) {
    found.push(...tooLong("paragraph", textParagraph?.text, 4_096 * 2));
    if (textParagraph?.text === "" || decoratedText?.text === "") found.push("an empty text");
  }
  found.push(...tooLong("threadKey", message.thread.threadKey, 4_000));
  return found;
};

const show = (body: string): Shown => {
  const shown: Shown = { text: "", mentions: [], links: [], markup: [] };
  const message = JSON.parse(body) as ChatMessage;
  for (const [path, text] of stringsOf(message)) {
    for (const [mention] of text.matchAll(/<users\/[^>]+>/g)) shown.mentions.push(mention);
    if (/\.(?:url|threadKey|cardId)$/.test(path)) continue;
    // A message's own text would be read as Markdown.
    if (path === ".text") shown.markup.push("text");
    shown.text += `${readHtml(text, shown)}\n`;
  }
  for (const { buttonList } of widgetsOf(message))
    for (const { text, onClick } of buttonList?.buttons ?? [])
      shown.links.push({ text, url: onClick.openLink.url });
  return shown;
};

export const googleChatSamples: TypeSample[] = [
  {
    variant: "google_chat/space",
    config: { webhook_url: WEBHOOK_URL },
    canaries: [KEY, TOKEN, WEBHOOK_URL],
    breaches,
    show,
    goodAnswer: "{}",
  },
];
