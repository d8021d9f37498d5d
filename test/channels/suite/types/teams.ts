// In: nothing. Out: Teams as the suite has to know it: 28 KB per message (learn.microsoft.com,
// connectors/teams), Markdown in TextBlock and Fact, none in TextRun (adaptive-cards, text features).
import { stringsOf, type Shown, type TypeSample } from "../type-sample";

interface Element {
  type: string;
  text?: string;
  items?: Element[];
  inlines?: Element[];
}
interface Card {
  type: string;
  version: string;
  body: Element[];
  actions?: { type: string; title: string; url: string }[];
}
interface TeamsMessage {
  type: string;
  attachments: { contentType: string; contentUrl: null; content: Card }[];
}

const SIGNATURE = "canary-Signature_0001-aaaaaaaaaaaaaaaaaaaaaaa";
const WORKFLOW = "canary0002f4d4b0e9b2a1c7d8e9f0a1";
const WEBHOOK_URL =
  `https://default0123456789.4f.environment.api.powerplatform.com:443/powerautomate/automations/direct/workflows/${WORKFLOW}` +
  `/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=${SIGNATURE}`;

const KNOWN = new Set(["Container", "RichTextBlock", "TextRun"]);

const elementsOf = (elements: Element[]): Element[] =>
  elements.flatMap((one) => [one, ...elementsOf(one.items ?? []), ...elementsOf(one.inlines ?? [])]);

const breaches = (body: string): string[] => {
  const found: string[] = [];
  const bytes = Buffer.byteLength(body);
  if (bytes > 27_000) found.push(`${bytes} bytes`);
  const { type, attachments } = JSON.parse(body) as TeamsMessage;
  if (type !== "message" || attachments.length !== 1) found.push("not one message with one card");
  for (const { contentType, contentUrl, content } of attachments) {
    if (contentType !== "application/vnd.microsoft.card.adaptive" || contentUrl !== null)
      found.push("not an Adaptive Card");
    if (content.type !== "AdaptiveCard" || content.version !== "1.4")
      found.push(`version ${content.version}`);
    for (const one of elementsOf(content.body)) {
      if (!KNOWN.has(one.type)) found.push(`element ${one.type}`);
      if (one.type === "TextRun" && (one.text ?? "") === "") found.push("an empty run");
      if (one.type === "RichTextBlock" && one.inlines?.length === 0) found.push("an empty block");
    }
    for (const { type: action, url } of content.actions ?? [])
      if (action !== "Action.OpenUrl" || !/^https?:/.test(url)) found.push(`action ${action}`);
  }
  return found;
};

const show = (body: string): Shown => {
  const shown: Shown = { text: "", mentions: [], links: [], markup: [] };
  const [attachment] = (JSON.parse(body) as TeamsMessage).attachments;
  const card = attachment!.content;
  for (const [, text] of stringsOf(card)) {
    for (const [name] of text.matchAll(/<at>[^<]*<\/at>/g)) shown.mentions.push(name);
    for (const [formula] of text.matchAll(/\{\{[^{}]*\}\}|[$@]\{[^{}]*\}/g)) shown.markup.push(formula);
  }
  for (const { type, text = "" } of elementsOf(card.body)) {
    // Would be read as Markdown: none of ours is.
    if (type !== "TextRun" && text !== "") shown.markup.push(`Markdown in ${type}`);
    shown.text += type === "RichTextBlock" ? "\n" : text;
  }
  for (const { title, url } of card.actions ?? []) shown.links.push({ text: title, url });
  return shown;
};

export const teamsSamples: TypeSample[] = [
  {
    variant: "teams/workflow",
    config: { webhook_url: WEBHOOK_URL },
    canaries: [SIGNATURE, WORKFLOW, WEBHOOK_URL],
    breaches,
    show,
    goodAnswer: "",
  },
];
