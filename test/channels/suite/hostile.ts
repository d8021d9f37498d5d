// In: a message. Out: the same with other texts in every place that people or machines write: huge ones,
// and ones that try to call somebody, to format, or to lead astray.
import type { Message } from "../../../src/channels/channel";
import { MESSAGES } from "./samples";

/** Free text, wherever it stands. Words of ours (status, severity, event, code) and IDs are not among it. */
const FREE = new Set([
  "name",
  "message",
  "machineName",
  "machineType",
  "metricName",
  "unit",
  "acknowledgedBy",
  "resolvedBy",
  "policyName",
  "title",
  "engineerNotes",
  "endpoint",
  "region",
  "reason",
  "text",
  "note",
  "group",
]);

const replace = (value: unknown, write: (path: string) => string, path = ""): unknown => {
  if (Array.isArray(value)) return value.map((one, index) => replace(one, write, `${path}.${index}`));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const where = `${path}.${key}`;
      if (key === "labels") return [key, { [write(`${where}.key`)]: write(`${where}.value`) }];
      return [key, FREE.has(key) && typeof inner === "string" ? write(where) : replace(inner, write, where)];
    }),
  );
};

/** Every free text of the message replaced by what `write` gives for its path. */
export const withTexts = (message: Message, write: (path: string) => string): Message =>
  replace(structuredClone(message), write) as Message;

/** Paths of all free texts of a message. */
export const textPaths = (message: Message): string[] => {
  const paths: string[] = [];
  withTexts(message, (path) => {
    paths.push(path);
    return "";
  });
  return paths;
};

const HUGE = 20_000;

/** Each about 20,000 UTF-16 units; they grow in different ways when they are escaped or encoded. */
export const HUGE_TEXTS: readonly (readonly [what: string, text: string])[] = [
  ["plain words", "The spindle is too hot. ".repeat(HUGE / 24)],
  ["one long word", "x".repeat(HUGE)],
  ["emoji with joiners", "👩🏽‍🏭🔥".repeat(HUGE / 9)],
  ["right to left", "حرارة المغزل مرتفعة جدا ".repeat(HUGE / 24)],
  ["what is escaped", `&<>"'\\*_~|[]()#@`.repeat(HUGE / 16)],
  ["lines", "line\n".repeat(HUGE / 5)],
  ["what JSON escapes", `"\\\u0007\u2028`.repeat(HUGE / 4)],
  ["lone surrogates", "\ud83d".repeat(HUGE)],
];

/** Long lists as well: 60 services, 50 lines of a summary, 60 labels. */
export const hugeMessage = (name: string, text: string): Message => {
  const message = withTexts(MESSAGES[name]!, () => text);
  if (message.incident !== undefined)
    message.incident.services = Array.from({ length: 60 }, () => ({
      ...message.incident!.services[0]!,
      name: text,
    }));
  if (message.summary !== undefined) {
    message.summary.count = 5_000;
    message.summary.lines = Array.from({ length: 50 }, () => ({ ...message.summary!.lines[0]! }));
  }
  if (message.alert !== undefined)
    message.alert.labels = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [`${index}${text}`, text]),
    );
  return message;
};

/** Attempts to call people, to format, to link and to break out, of all the services together. */
export const ATTACKS: readonly string[] = [
  "<!channel>",
  "<!here>",
  "<!everyone|x>",
  "<!subteam^S123|@ops>",
  "<@U123>",
  "<@123456789012345678>",
  "<@&123456789012345678>",
  "<#C123|general>",
  "<#123456789012345678>",
  "@everyone",
  "@here",
  "@channel",
  "@all",
  "@room",
  "@kim",
  "@kim:plant.test",
  "<users/all>",
  "<users/123>",
  "<at>Kim</at>",
  "@\u200deveryone",
  "@\u200beveryone",
  "\u2060@everyone",
  "﹫everyone @here",
  "[x](javascript:alert(1))",
  "[log in](https://evil.test/)",
  "[x]( https://evil.test/ 'y')",
  "![x](https://evil.test/x.png)",
  "[x][y]",
  "<https://evil.test/|log in>",
  "<https://evil.test/>",
  "[@kim](https://matrix.to/#/@kim:plant.test)",
  "*bold*",
  "**bold**",
  "_italic_",
  "__under__",
  "~struck~",
  "~~struck~~",
  "||spoiler||",
  "`code`",
  "```\ncode\n```",
  "# heading",
  "a\n# heading",
  "- list\n- list",
  "1. list\n2. list",
  "> quote",
  ">>> quote",
  "-# small",
  "| a | b |\n|---|---|\n| 1 | 2 |",
  "a\n---\nb",
  "a\n\n    code",
  "a\n===",
  "$E=mc^2$",
  ":fire: :tada:",
  "<:name:123456789012345678>",
  "<t:1700000000:R>",
  "<b>bold</b>",
  "<a href='https://evil.test/'>log in</a>",
  '"><img src=x onerror=alert(1)>',
  "<script>alert(1)</script>",
  "<font color='#ff0000'>red</font>",
  "<tg-spoiler>x</tg-spoiler>",
  "</b></i></code>",
  "&lt;b&gt;bold&lt;/b&gt;",
  "&amp;lt;!channel&amp;gt;",
  "&#60;b&#62;",
  "${1+1}",
  "${$root.secret}",
  "@{triggerBody()}",
  "{{DATE(2026-01-01T00:00:00Z, SHORT)}}",
  "{{ 7 * 7 }}",
  "%0a%0d",
  "line\r\nInjected: header",
  "\u0000\u0001\u001b[31mred",
  "\u202egnp.exe",
  "\\*not bold\\*",
  "\\<!channel>",
  "\\@everyone",
  "\\",
  "a\\",
  "tg://user?id=1",
];
