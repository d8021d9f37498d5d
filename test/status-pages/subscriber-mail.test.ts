// T25. Mails to subscribers: whatever stands in titles, names and messages is words, in the text, in the HTML
// and in the headers, down to the source of the mail; in both languages.
import { describe, expect, test } from "bun:test";
import { simpleParser } from "mailparser";
import { email } from "../../src/channels/email";
import type { SmtpRequest } from "../../src/channels/requests";
import { encodeMail } from "../../src/delivery/mail-source";
import {
  composeMail,
  readMail,
  renderMail,
  type SubscriberMail,
} from "../../src/status-pages/subscribers/mail";
import { linksOf } from "../../src/status-pages/subscribers/links";
import { pageChannelTypes } from "../../src/status-pages/subscribers/channel-types";
import type { News } from "../../src/status-pages/subscribers/news";
import type { Subscriber } from "../../src/status-pages/subscribers/repository";
import { ATTACKS, HUGE_TEXTS } from "../channels/suite/hostile";

const LINKS = linksOf("https://status.acme.test/", "token-of-the-tests");
const AT = Date.UTC(2026, 6, 1, 12);

const newsWith = (text: string): News => ({
  event: "incident.updated",
  at: AT,
  subjectId: "i1",
  title: text,
  message: text,
  services: [
    { id: "s1", name: text },
    { id: "s2", name: "Search" },
  ],
  incident: { status: "identified", severity: "critical", openedAt: AT, resolvedAt: null },
});

const mailWith = (text: string, more: Partial<SubscriberMail> = {}): SubscriberMail =>
  ({
    subscriberId: "x1",
    language: "en",
    timeZone: "Europe/Berlin",
    title: text,
    at: AT,
    about: "news",
    news: newsWith(text),
    ...more,
  }) as SubscriberMail;

const rendered = (mail: SubscriberMail) => renderMail(readMail(composeMail(mail)), LINKS);

/** Tags and their attributes, without the words between them. */
const skeletonOf = (html: string): string =>
  [...html.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replace(/\s+/g, " ")).join("");

const sourceOf = async (mail: SubscriberMail): Promise<string> => {
  const { source } = await encodeMail({
    from: { name: "Acme", address: "status@acme.test" },
    to: [{ name: "", address: "kim@example.test" }],
    cc: [],
    ...rendered(mail),
    messageId: "<m1@acme.test>",
    inReplyTo: null,
    date: AT,
    isUrgent: false,
    headers: { "List-Unsubscribe": `<${LINKS.unsubscribe}>` },
  });
  return source.toString("utf8");
};

const HEADER_ATTACKS = [
  "x\r\nBcc: evil@evil.test",
  "x\nBcc: evil@evil.test",
  "x\rBcc: evil@evil.test",
  "x\u2028Bcc: evil@evil.test",
  "x\u0085Bcc: evil@evil.test\r\n\r\n<b>",
  "=?utf-8?B?DQpCY2M6IGV2aWxAZXZpbC50ZXN0?=",
  "\0\u0007\u001b[31m",
];

const ABOUTS = [{}, { about: "confirm" }, { about: "known" }] as const;

describe("hostile texts", () => {
  test("change nothing of the HTML but its words, and lead nowhere", () => {
    for (const more of ABOUTS) {
      const plain = skeletonOf(rendered(mailWith("harmless", more)).html);
      for (const attack of [...ATTACKS, ...HEADER_ATTACKS]) {
        const { html } = rendered(mailWith(attack, more));
        expect([attack, skeletonOf(html)]).toEqual([attack, plain]);
        const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, url]) => url ?? "");
        expect(links.filter((url) => !url.startsWith("https://status.acme.test/"))).toEqual([]);
      }
    }
  });

  test("add no header and no part, and the subject is one line", async () => {
    const names = async (mail: SubscriberMail): Promise<string[]> => [
      ...(await simpleParser(await sourceOf(mail))).headers.keys(),
    ];
    const plain = await names(mailWith("harmless"));
    for (const attack of [...ATTACKS.slice(0, 12), ...HEADER_ATTACKS]) {
      const mail = mailWith(attack);
      expect([attack, await names(mail)]).toEqual([attack, plain]);
      const parsed = await simpleParser(await sourceOf(mail));
      expect(parsed.subject ?? "").not.toMatch(/[\r\n\0]/);
      expect(parsed.to).toMatchObject({ value: [{ address: "kim@example.test" }] });
      expect(parsed.bcc).toBeUndefined();
      expect(parsed.attachments).toEqual([]);
    }
  });

  test("of any length make a mail of bounded size, and bounded rows of the outbox", () => {
    for (const [what, text] of HUGE_TEXTS) {
      const mail = mailWith(text);
      (mail as { news: News }).news.services = Array.from({ length: 400 }, (_, index) => ({
        id: `s${index}`,
        name: text,
      }));
      const { subject, html } = rendered(mail);
      expect([what, subject.length <= 200, html.length < 200_000]).toEqual([what, true, true]);
      expect([what, composeMail(mail).body.length < 200_000]).toEqual([what, true]);
    }
  });
});

describe("what is stored", () => {
  test("holds neither the address nor a link", () => {
    const stored = new TextDecoder().decode(composeMail(mailWith("harmless")).body);
    expect(stored).not.toMatch(/token|unsubscribe|@|https?:/);
  });

  test("is rendered the same at each try", () => {
    const composed = composeMail(mailWith("Payments"));
    expect(renderMail(readMail(composed), LINKS)).toEqual(renderMail(readMail(composed), LINKS));
  });
});

describe("evidence", () => {
  test("holds neither the address, nor the link's token, nor the relay's password", () => {
    const reader = { target: "kim@example.test", token: "token-of-the-tests" } as Subscriber;
    const relay = email.parse({
      host: "mail.acme.test",
      user: "relay",
      password: "canary-password-1",
      from: "status@acme.test",
      to: ["team@acme.test"],
    });
    const [type] = pageChannelTypes({
      subscriber: () => reader,
      relayOf: () => relay,
      urlOf: () => "https://status.acme.test/",
    });
    const request = type!.request(composeMail(mailWith("Payments")), type!.parse({ page_id: "p1" }), {
      deliveryId: "d1",
      now: AT,
      version: "1.2.3",
    }) as SmtpRequest;
    expect(request.mail.to).toEqual([{ name: "", address: "kim@example.test" }]);
    for (const secret of [
      "kim@example.test",
      "token-of-the-tests",
      "canary-password-1",
      Buffer.from("canary-password-1").toString("base64"),
    ])
      expect(request.secrets).toContain(secret);
  });
});

describe("languages", () => {
  test("German, with the times of the page", () => {
    const { subject, text, html } = rendered(
      mailWith("Kasse", { language: "de", title: "Werk" } as Partial<SubscriberMail>),
    );
    expect(subject).toBe("[Werk] Neues: Kasse");
    expect(text).toContain("Stand: Ursache gefunden\nSchwere: Kritisch\nBetroffen: Kasse, Search");
    expect(text).toContain("14:00");
    expect(text).toContain("Abmelden: https://status.acme.test/unsubscribe?token=");
    expect(html).toContain('<html lang="de">');
  });

  test("maintenance, planned and moved", () => {
    const news: News = {
      event: "maintenance.scheduled",
      at: AT,
      subjectId: "o1",
      title: "New pumps",
      message: "",
      services: [{ id: "s1", name: "Checkout" }],
      maintenance: { startsAt: AT, endsAt: AT + 3_600_000, isMoved: false },
    };
    const of = (isMoved: boolean) =>
      rendered({
        ...mailWith(""),
        title: "Acme",
        news: { ...news, maintenance: { startsAt: AT, endsAt: AT + 3_600_000, isMoved } },
      } as SubscriberMail);
    expect(of(false).subject).toBe("[Acme] Maintenance planned: New pumps");
    expect(of(true).subject).toBe("[Acme] Maintenance moved: New pumps");
    expect(of(false).text).toMatch(/Begins: .*2026.*\nEnds: .*2026/);
  });
});
