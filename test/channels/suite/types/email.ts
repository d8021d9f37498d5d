// In: nothing. Out: e-mail as the suite has to know it: what a client shows of both forms, and what the
// standards say of headers (RFC 5322, 2.1.1 and 2.2).
import type { SmtpRequest } from "../../../../src/channels/requests";
import { tooLong, type Shown, type TypeSample } from "../type-sample";

interface StoredMail {
  subject: string;
  text: string;
  html: string;
}

const PASSWORD = "canary-relay-password-0001";
const USER = "andon@plant.test";

/** Elements that the mail itself is made of; they hold no text of people as mark-up. */
const FRAME = new Set(["html", "head", "meta", "body", "div", "h1", "p", "table", "tr", "td"]);

const decode = (text: string): string =>
  text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");

const showHtml = (html: string, shown: Shown): void => {
  let link: { text: string; url: string } | null = null;
  for (const [, tag = "", text = ""] of html.matchAll(/(<[^>]*>)|([^<]+)/g)) {
    if (tag === "") {
      shown.text += decode(text);
      if (link !== null) link.text += decode(text);
      continue;
    }
    const [, slash, name = ""] = /^<(\/?)([a-z0-9!]+)/i.exec(tag) ?? [];
    if (name.toLowerCase() === "a" && slash === "")
      link = { text: "", url: decode(/href="([^"]*)"/.exec(tag)?.[1] ?? "") };
    else if (name.toLowerCase() === "a" && link !== null) {
      shown.links.push(link);
      link = null;
    } else if (name !== "!doctype" && !FRAME.has(name.toLowerCase())) shown.markup.push(`html ${name}`);
    if (/\son\w+\s*=|\bsrc\s*=|url\(/i.test(tag)) shown.markup.push(`active ${tag}`);
  }
};

const show = (body: string): Shown => {
  const mail = JSON.parse(body) as StoredMail;
  const shown: Shown = { text: `${mail.subject}\n${mail.text}\n`, mentions: [], links: [], markup: [] };
  showHtml(mail.html, shown);
  return shown;
};

const breaches = (body: string, request: unknown): string[] => {
  const { subject, text, html } = JSON.parse(body) as StoredMail;
  const { mail } = request as SmtpRequest;
  const found = [...tooLong("subject", subject, 255)];
  for (const [name, value] of Object.entries({
    subject: mail.subject,
    messageId: mail.messageId,
    inReplyTo: mail.inReplyTo ?? "",
    ...mail.headers,
  }))
    if (/[\p{Cc}\u2028\u2029]/u.test(value)) found.push(`${name} holds a line break`);
  if (text.length + html.length > 250_000) found.push(`${text.length + html.length} characters`);
  if (/\r/.test(text)) found.push("a bare carriage return");
  if (/https?:\/\//.test(html.replace(/<a href="[^"]*"/g, "").replace(/>[^<]*</g, "><")))
    found.push("something is loaded from elsewhere");
  return found;
};

/** Code, outcome, and whether it is tried again (RFC 5321, 4.2; RFC 4954, 6). */
const ANSWERS: TypeSample["answers"] = [
  [250, "delivered", false],
  [251, "delivered", false],
  [421, "server_error", true],
  [450, "server_error", true],
  [451, "server_error", true],
  [452, "server_error", true],
  [454, "server_error", true],
  [500, "client_error", false],
  [530, "auth_error", false],
  [534, "auth_error", false],
  [535, "auth_error", false],
  [538, "auth_error", false],
  [550, "client_error", false],
  [552, "client_error", false],
  [553, "client_error", false],
  [554, "client_error", false],
  [354, "server_error", true],
  [0, "server_error", true],
];

const OLD_RELAY: TypeSample = {
  variant: "email/old-relay",
  config: { host: "10.1.2.3", port: 25, security: "none", from: "andon@plant", to: ["maintenance@plant"] },
  canaries: [],
  transport: "smtp",
  answers: ANSWERS,
  breaches,
  show,
};

export const emailSamples: TypeSample[] = [
  {
    ...OLD_RELAY,
    variant: "email/login",
    config: {
      host: "mail.plant.test",
      port: 587,
      security: "starttls",
      allow_self_signed: true,
      user: USER,
      password: PASSWORD,
      from: "Andon Wörk <andon@plant.test>",
      to: ["kim@plant.test", "Crew <crew@plant.test>"],
      cc: ["boss@plant.test"],
      helo_name: "andon.plant.test",
      timeout_seconds: 20,
    },
    canaries: [
      PASSWORD,
      Buffer.from(PASSWORD).toString("base64"),
      Buffer.from(`\0${USER}\0${PASSWORD}`).toString("base64"),
    ],
  },
  OLD_RELAY,
];
