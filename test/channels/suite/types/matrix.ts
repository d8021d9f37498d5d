// In: nothing. Out: Matrix as the suite has to know it: spec.matrix.org, client-server API (size limits,
// m.room.message, m.mentions), and what Element makes of names and matrix.to addresses in texts.
import { readHtml } from "../read-html";
import type { Shown, TypeSample } from "../type-sample";

interface Content {
  msgtype: string;
  body: string;
  format: string;
  formatted_body: string;
  "m.mentions": { user_ids?: string[]; room?: boolean };
}

const TOKEN = "syt_canary0001_aaaaaaaaaaaaaaaaaaaa_0002bb";

const ALLOWED = new Set(["p", "br", "strong", "font", "ul", "li", "a"]);

const show = (body: string): Shown => {
  const content = JSON.parse(body) as Content;
  const shown: Shown = { text: "", mentions: [], links: [], markup: [] };
  const formatted = readHtml(content.formatted_body, shown);
  const { user_ids: users = [], room = false } = content["m.mentions"];
  shown.mentions.push(...users, ...(room ? ["@room"] : []));
  for (const text of [content.body, formatted]) {
    for (const [name] of text.matchAll(/(?<![\p{L}\p{N}_])@(?:room\b|[\w.=-]+:[\w.-]+)/gu))
      shown.mentions.push(name);
    for (const [name] of text.matchAll(/matrix\.to\/#\/\S+|matrix:u\/\S+/g)) shown.mentions.push(name);
  }
  shown.text = `${content.body}\n${formatted}`;
  return shown;
};

const breaches = (body: string): string[] => {
  const content = JSON.parse(body) as Content;
  const found: string[] = [];
  const bytes = Buffer.byteLength(body);
  // The server adds its own to the 65,536.
  if (bytes > 62_000) found.push(`${bytes} bytes`);
  if (content.msgtype !== "m.text" && content.msgtype !== "m.notice") found.push(content.msgtype);
  if (content.format !== "org.matrix.custom.html" || content.body === "") found.push("no body");
  for (const tag of show(body).markup)
    if (!ALLOWED.has(tag.replace("html ", ""))) found.push(`${tag} is not allowed`);
  return found;
};

export const matrixSamples: TypeSample[] = [
  {
    variant: "matrix/room",
    config: {
      homeserver: "https://matrix.plant.test/",
      access_token: TOKEN,
      room_id: "!plantAlerts:plant.test",
    },
    canaries: [TOKEN],
    breaches,
    show,
    goodAnswer: '{"event_id":"$1"}',
  },
];
