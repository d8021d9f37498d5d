// E-mail down to its source: no word of people begins a header or another mail (threat T25), whatever
// message it stands in; long lines and foreign letters arrive as they were written.
import { expect, test } from "bun:test";
import { simpleParser } from "mailparser";
import { email } from "../../src/channels/email";
import type { Message } from "../../src/channels/channel";
import { encodeMail } from "../../src/delivery/mail-source";
import { ATTACKS, HUGE_TEXTS, hugeMessage, withTexts } from "./suite/hostile";
import { MESSAGES } from "./suite/samples";

const config = email.parse({
  host: "relay.test",
  from: "Andon Wörk <andon@plant.test>",
  to: ["kim@plant.test", '"Crew, night" <crew@plant.test>'],
});

const encoded = (message: Message) => {
  const composed = email.compose(message, config);
  const { mail } = email.request(composed, config, {
    deliveryId: "delivery-2",
    threadRootId: "delivery-1",
    now: 0,
    version: "1.0.0",
  });
  return encodeMail(mail);
};

const headersOf = (source: string): string[] =>
  [...source.slice(0, source.indexOf("\r\n\r\n")).matchAll(/^([^\s:]+):/gm)].map(([, name]) => name ?? "");

const HEADER_ATTACKS = [
  "x\r\nBcc: evil@evil.test",
  "x\nBcc: evil@evil.test\n\nbody",
  "x\rBcc: evil@evil.test",
  "x\u2028Bcc: evil@evil.test\u2029",
  "x\u0085Bcc: evil@evil.test",
  "\r\n.\r\nMAIL FROM:<evil@evil.test>\r\n",
  "=?utf-8?B?DQpCY2M6IGV2aWxAZXZpbC50ZXN0?=",
  "=?utf-8?Q?x=0D=0ABcc:_evil@evil.test?=",
  "--_NmP\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script>",
  "<evil@evil.test>, other@evil.test",
  'evil" <evil@evil.test>',
];

test("no text begins a header, adds a recipient or a part, wherever it stands", async () => {
  for (const [name, message] of Object.entries(MESSAGES)) {
    const usual = await encoded(withTexts(message, () => "harmless"));
    const usualSource = usual.source.toString("utf8");
    for (const attack of [...HEADER_ATTACKS, ...ATTACKS]) {
      const { envelope, source } = await encoded(withTexts(message, () => attack));
      const text = source.toString("utf8");
      expect([name, attack, headersOf(text)]).toEqual([name, attack, headersOf(usualSource)]);
      expect([name, attack, envelope]).toEqual([name, attack, usual.envelope]);
      const parsed = await simpleParser(source);
      expect([attack, parsed.attachments, parsed.cc, parsed.bcc]).toEqual([attack, [], undefined, undefined]);
      expect([attack, /<script|<img|<b>/i.test(String(parsed.html))]).toEqual([attack, false]);
      // RFC 5322, 2.1.1: no line has more than 998 characters, and none ends with half a line break.
      for (const line of text.split("\r\n")) expect(line.length).toBeLessThanOrEqual(998);
      expect([attack, /[^\r]\n|\r[^\n]/.test(text)]).toEqual([attack, false]);
    }
  }
});

test("huge texts, foreign letters and long words arrive whole where they are not cut", async () => {
  for (const [what, text] of HUGE_TEXTS) {
    const { source } = await encoded(hugeMessage("alert.triggered", text));
    expect([what, source.length < 500_000]).toEqual([what, true]);
    for (const line of source.toString("latin1").split("\r\n")) expect(line.length).toBeLessThanOrEqual(998);
  }
  const words = "Spindel zu heiß — المغزل ساخن 主轴过热 🔥".repeat(20);
  const { source } = await encoded(withTexts(MESSAGES["alert.triggered"]!, () => words));
  const parsed = await simpleParser(source);
  expect(parsed.text).toContain(words);
  expect(parsed.from?.value[0]).toEqual({ name: "Andon Wörk", address: "andon@plant.test" });
  expect(parsed.subject?.startsWith("Critical: Spindel zu heiß")).toBe(true);
});

test("names with commas and quotes are one recipient each", async () => {
  const { envelope, source } = await encoded(MESSAGES["alert.triggered"]!);
  expect(envelope.to).toEqual(["kim@plant.test", "crew@plant.test"]);
  const { to } = await simpleParser(source);
  expect(Array.isArray(to) ? to : to?.value).toEqual([
    { name: "", address: "kim@plant.test" },
    { name: "Crew, night", address: "crew@plant.test" },
  ]);
});
