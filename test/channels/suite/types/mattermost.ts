// In: nothing. Out: Mattermost as the suite has to know it: what its server does with Slack's signs
// before anything else (model/slack_attachment.go), then the grammar of mattermost/marked.
import { decodeEntities } from "../read-html";
import { stringsOf, tooLong, type Shown, type TypeSample } from "../type-sample";

interface Post {
  channel?: string;
  username?: string;
  attachments: {
    fallback: string;
    color: string;
    title?: string;
    title_link?: string;
    text: string;
    fields: { title: string; value: string; short: boolean }[];
  }[];
}

const KEY = "canary0001hookkeyaaaaaaaaa";
const WEBHOOK_URL = `https://chat.plant.test/hooks/${KEY}`;

const breaches = (body: string): string[] => {
  const found: string[] = [];
  for (const { fallback, color, title, title_link, text, fields } of (JSON.parse(body) as Post).attachments) {
    if (fallback === "") found.push("no fallback");
    if (!/^#[0-9a-f]{6}$/.test(color)) found.push(`colour ${color}`);
    if ((title === undefined) !== (title_link === undefined))
      found.push("a title without a link is Markdown");
    found.push(...tooLong("text", text, 16_383), ...tooLong("fallback", fallback, 1_000));
    for (const field of fields) if (field.title === "" || field.value === "") found.push("an empty field");
  }
  const sum = stringsOf(JSON.parse(body)).reduce((length, [, text]) => length + text.length, 0);
  if (sum > 16_383) found.push(`${sum} characters`);
  return found;
};

const MARKUP: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["code", /`+[^`]+`+/g],
  ["bold or italic", /\*+[^\s*](?:[^*]*[^\s*])?\*+|(?<![\p{L}\p{N}])_+\S(?:.*?\S)?_+(?![\p{L}\p{N}])/gsu],
  ["struck", /~~\S.*?~~/gs],
  ["channel", /(?<![\p{L}\p{N}])~[a-z]/gu],
  ["heading", /^ {0,3}(?:#{1,6} |\S.*\n {0,3}(?:=+|-+) *$)/gm],
  ["rule", /^ {0,3}(?:-{3,}|\*{3,}|_{3,}) *$/gm],
  ["quote", /^ {0,3}> ?/gm],
  ["list", /^ *(?:[-*+]|\d{1,9}[.)]) /gm],
  ["block", /^(?: {4}|\t)\S/gm],
  ["table", /^.*\|.*\n[ |:-]*-[ |:-]*$/gm],
  ["formula", /\$[^$\n]+\$(?!\w)/g],
  ["emoji", /:[\w+-]+:/g],
];

/** As the server changes it, then as clients read it. */
const showMarkdown = (text: string, shown: Shown): void => {
  for (const [mention] of text.matchAll(/<!(?:channel|here|all)>|<@\w+>/g)) shown.mentions.push(mention);
  const linked = text.replace(/<([^<|]+)\|([^>]+)>/g, "[$2]($1)");
  for (const [, label = "", url = ""] of linked.matchAll(/!?\[((?:\[[^\]]*\]|[^[\]])*)\]\(([^()]*)\)/g))
    shown.links.push({ text: label, url });
  for (const [name, pattern] of MARKUP) for (const _hit of linked.matchAll(pattern)) shown.markup.push(name);
  const readable = decodeEntities(linked);
  // Names are looked for in what is left when the mark-up is gone.
  for (const [name] of readable.matchAll(/(?<![\p{L}\p{N}_])@[a-z0-9][a-z0-9.\-_:]*/giu))
    shown.mentions.push(name);
  shown.text += `${readable}\n`;
};

const show = (body: string): Shown => {
  const shown: Shown = { text: "", mentions: [], links: [], markup: [] };
  for (const { fallback, title = "", title_link, text, fields } of (JSON.parse(body) as Post).attachments) {
    for (const plain of [fallback, title])
      for (const [mention] of plain.matchAll(/<!\w+>|<@\w+>|(?<![\p{L}\p{N}_])@[a-z0-9]+/giu))
        shown.mentions.push(mention);
    shown.text += `${fallback}\n${title}\n`;
    if (title_link !== undefined) shown.links.push({ text: title, url: title_link });
    for (const one of [text, ...fields.flatMap((field) => [field.title, field.value])])
      showMarkdown(one, shown);
  }
  return shown;
};

const common = { canaries: [KEY, WEBHOOK_URL], breaches, show };

export const mattermostSamples: TypeSample[] = [
  { ...common, variant: "mattermost/plain", config: { webhook_url: WEBHOOK_URL } },
  {
    ...common,
    variant: "mattermost/named",
    config: { webhook_url: WEBHOOK_URL, channel: "town-square", username: "Andon" },
  },
];
