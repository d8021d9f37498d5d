// In: a message. Out: subject, text and HTML of a mail, as they are stored: no address, no secret. The
// HTML loads nothing from anywhere and holds people's words as text only.
import { cutText } from "../../lib/cut-text";
import type { ComposedBody, Message } from "../channel";
import { jsonBody } from "../native";
import { TONE_COLOURS } from "../tones";
import { oneLine, wordingOf, type Wording } from "../wording";

/** What `compose` stores and `request` reads. */
export interface StoredMail {
  subject: string;
  text: string;
  html: string;
  isUrgent: boolean;
  /** When it happened, in ms: the mail's date, the same on every try. */
  date: number;
}

/** UTF-16 units. Longer subjects are cut by every client; relays refuse mails of several MB, not these. */
const LONGEST = { subject: 200, body: 20_000, label: 200, value: 2_000 } as const;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escape = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);

interface Parts extends Pick<Wording, "headline" | "body" | "facts" | "url" | "tone"> {
  organization: string;
}

const textOf = ({ headline, body, facts, url, organization }: Parts): string =>
  [
    headline,
    ...(body === "" ? [] : ["", body]),
    ...(facts.length === 0 ? [] : ["", ...facts.map(([label, value]) => `${label}: ${value}`)]),
    ...(url === null ? [] : ["", url]),
    "",
    "-- ",
    `Andon · ${organization}`,
    "",
  ].join("\n");

const row = ([label, value]: readonly [string, string]): string =>
  `<tr><td style="padding:2px 16px 2px 0;color:#6b7280;vertical-align:top">${escape(label)}</td>` +
  `<td style="padding:2px 0;word-break:break-word">${escape(value)}</td></tr>`;

const htmlOf = ({ headline, body, facts, url, tone, organization }: Parts): string =>
  [
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
    '<meta name="color-scheme" content="light dark"></head>',
    '<body style="margin:0;padding:16px;font-family:system-ui,-apple-system,Segoe UI,Arial,sans-serif;font-size:15px;line-height:1.45">',
    `<div style="max-width:640px;border-left:6px solid ${TONE_COLOURS[tone]};padding:0 0 0 16px">`,
    `<h1 style="margin:0 0 8px;font-size:19px;line-height:1.3">${escape(headline)}</h1>`,
    ...(body === "" ? [] : [`<p style="margin:0 0 12px;white-space:pre-wrap">${escape(body)}</p>`]),
    ...(facts.length === 0
      ? []
      : [`<table role="presentation" style="border-collapse:collapse">${facts.map(row).join("\n")}</table>`]),
    ...(url === null ? [] : [`<p style="margin:12px 0 0"><a href="${escape(url)}">Open in Andon</a></p>`]),
    `</div><p style="margin:16px 0 0;font-size:12px;color:#6b7280">Andon · ${escape(organization)}</p>`,
    "</body></html>\n",
  ].join("\n");

/** Pure. Only what has just become critical is marked as urgent: marks on everything mean nothing. */
export const composeEmail = (message: Message): ComposedBody => {
  const { headline, body, facts, url, tone, phase } = wordingOf(message);
  const parts: Parts = {
    headline,
    body: cutText(body, LONGEST.body),
    facts: facts.map(([label, value]) => [cutText(label, LONGEST.label), cutText(value, LONGEST.value)]),
    url,
    tone,
    organization: cutText(oneLine(message.organization.name), LONGEST.label),
  };
  const mail: StoredMail = {
    subject: cutText(headline, LONGEST.subject),
    text: textOf({ ...parts, headline: cutText(headline, LONGEST.value) }),
    html: htmlOf({ ...parts, headline: cutText(headline, LONGEST.value) }),
    isUrgent: tone === "critical" && phase === "open",
    date: message.at,
  };
  return jsonBody(mail);
};
