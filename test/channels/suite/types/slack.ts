// In: nothing. Out: Slack as the suite has to know it. Limits and formatting by docs.slack.dev
// (reference/block-kit, messaging/formatting-message-text); the sum by slackapi/bolt-js #2509.
import { stringsOf, tooLong, type Shown, type TypeSample } from "../type-sample";

interface Text {
  type: "plain_text" | "mrkdwn";
  text: string;
}
interface Block {
  type: string;
  text?: Text;
  fields?: Text[];
  elements?: { type: string; text: Text; url: string }[];
}
interface SlackMessage {
  text: string;
  mrkdwn?: boolean;
  blocks: Block[];
  attachments?: { color: string; blocks: Block[] }[];
}

const TOKEN = "canary0001Secret0002Path";
const WEBHOOK_URL = `https://hooks.slack.com/services/T0CANARY1/B0CANARY2/${TOKEN}`;

const blocksOf = ({ blocks, attachments = [] }: SlackMessage): Block[] => [
  ...blocks,
  ...attachments.flatMap((attachment) => attachment.blocks),
];

const breaches = (body: string): string[] => {
  const message = JSON.parse(body) as SlackMessage;
  const blocks = blocksOf(message);
  const found: string[] = [];
  if (message.text === "") found.push("text is empty");
  if (message.text.length > 4_000) found.push("text is too long");
  if (blocks.length > 50) found.push(`${blocks.length} blocks`);
  for (const { type, text, fields = [], elements = [] } of blocks) {
    if (type === "header") {
      found.push(...tooLong("header", text?.text, 150));
      if (text?.type !== "plain_text") found.push("a header is not plain");
    }
    if (type === "section") found.push(...tooLong("section", text?.text, 3_000));
    if (type === "section" && text === undefined && fields.length === 0) found.push("an empty section");
    if (fields.length > 10) found.push(`${fields.length} fields`);
    for (const field of fields) found.push(...tooLong("field", field.text, 2_000));
    for (const element of elements)
      found.push(...tooLong("button", element.text.text, 75), ...tooLong("url", element.url, 3_000));
    for (const one of [text, ...fields, ...elements.map((element) => element.text)])
      if (one?.text === "") found.push("an empty text");
  }
  const sum = stringsOf(blocks).reduce((length, [, text]) => length + text.length, 0);
  if (sum > 13_000) found.push(`${sum} characters in blocks`);
  return found;
};

/** `<…>` is a link or a mention wherever Slack reads text as its own; entities are decoded last. */
const showText = ({ type, text }: Text, shown: Shown): void => {
  const isMarkup = type === "mrkdwn";
  const readable = text.replace(/<([^<>]*)>/g, (whole, inner: string) => {
    if (/^[!@#]/.test(inner)) shown.mentions.push(inner);
    else if (isMarkup)
      shown.links.push({ text: inner.split("|")[1] ?? inner, url: inner.split("|")[0] ?? "" });
    return whole;
  });
  if (isMarkup)
    for (const [, sign = ""] of readable.matchAll(
      /(?<![\p{L}\p{N}])([*_~`])\S(?:.*?\S)?\1(?![\p{L}\p{N}])/gu,
    ))
      shown.markup.push(sign);
  shown.text += `${readable.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&")}\n`;
};

const show = (body: string): Shown => {
  const message = JSON.parse(body) as SlackMessage;
  const shown: Shown = { text: "", mentions: [], links: [], markup: [] };
  // Read as mrkdwn wherever it is shown, unless the message says otherwise.
  showText({ type: "mrkdwn", text: message.text }, shown);
  if (message.mrkdwn === false) shown.markup = [];
  for (const { text, fields = [], elements = [] } of blocksOf(message)) {
    for (const one of [text, ...fields]) if (one !== undefined) showText(one, shown);
    for (const { text: label, url } of elements) shown.links.push({ text: label.text, url });
  }
  return shown;
};

export const slackSamples: TypeSample[] = [
  {
    variant: "slack/webhook",
    config: { webhook_url: WEBHOOK_URL },
    canaries: [TOKEN, "T0CANARY1/B0CANARY2", WEBHOOK_URL],
    breaches,
    show,
  },
];
