// In: what a subscriber is told, and the links of the moment. Out: subject, text and HTML of a mail in their
// language. Stored is only what it is about: neither an address nor a token is in the outbox.
import type { ComposedBody } from "../../channels/channel";
import { jsonBody } from "../../channels/native";
import { TONE_COLOURS } from "../../channels/tones";
import { cleanText, oneLine, type Tone } from "../../channels/wording";
import { cutText } from "../../lib/cut-text";
import { html, type Html } from "../html";
import type { Language } from "../schema";
import type { News } from "./news";
import { wordsOf } from "../text";
import { CONFIRM_WITHIN_HOURS } from "./rules";
import { placeOfIncident, placeOfMaintenance } from "../places";
import { SUBSCRIBER_WORDS, type SubscriberWords } from "./text";

/** `confirm`: asks whether the address wants this; `known`: it has wanted it already. */
export type SubscriberMail = {
  subscriberId: string;
  language: Language;
  timeZone: string;
  /** Of the page. */
  title: string;
  /** In ms: the mail's date, the same on every try. */
  at: number;
} & ({ about: "news"; news: News } | { about: "confirm" | "known" });

/** Absolute, the last three with the subscriber's token. */
export interface SubscriberLinks {
  page: string;
  confirm: string;
  manage: string;
  unsubscribe: string;
}

export interface RenderedMail {
  subject: string;
  text: string;
  html: string;
}

/** UTF-16 units, and names in a list. */
const LONGEST = { subject: 200, title: 300, message: 10_000, services: 50 } as const;

/** What people wrote, fit for one line of a mail, its header included. */
const lineOf = (text: string): string => cutText(oneLine(text), LONGEST.title);

/** What is stored: texts clean and bounded, so that what is rendered of them is. */
export const composeMail = (mail: SubscriberMail): ComposedBody => {
  const plain = { ...mail, title: lineOf(mail.title) };
  if (plain.about !== "news") return jsonBody(plain);
  const { news } = plain;
  return jsonBody({
    ...plain,
    news: {
      ...news,
      title: lineOf(news.title),
      message: cutText(cleanText(news.message), LONGEST.message),
      services: news.services.slice(0, LONGEST.services).map(({ id, name }) => ({ id, name: lineOf(name) })),
    },
  });
};

const decoder = new TextDecoder();

/** Of what `composeMail` made. */
export const readMail = ({ body }: ComposedBody): SubscriberMail =>
  JSON.parse(decoder.decode(body)) as SubscriberMail;

const SEVERITY_TONES = { minor: "info", major: "warning", critical: "critical" } as const;

const toneOf = ({ event, incident }: News): Tone => {
  if (event === "incident.resolved" || event === "maintenance.ended") return "good";
  if (incident === undefined) return event === "maintenance.cancelled" ? "neutral" : "info";
  return SEVERITY_TONES[incident.severity];
};

const timeOf = (ms: number, { language, timeZone }: Pick<SubscriberMail, "language" | "timeZone">): string =>
  new Intl.DateTimeFormat(wordsOf(language).locale, {
    timeZone,
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  }).format(ms);

const factsOf = (mail: SubscriberMail, news: News, words: SubscriberWords["mail"]): [string, string][] => {
  const { labels } = words;
  const facts: [string, string][] = [];
  const { incident, maintenance } = news;
  if (incident !== undefined) {
    facts.push([labels.status, words.statuses[incident.status]]);
    facts.push([labels.severity, words.severities[incident.severity]]);
  }
  facts.push([labels.affected, news.services.map(({ name }) => name).join(", ")]);
  if (incident !== undefined) {
    facts.push([labels.opened, timeOf(incident.openedAt, mail)]);
    if (incident.resolvedAt !== null && news.event === "incident.resolved")
      facts.push([labels.resolved, timeOf(incident.resolvedAt, mail)]);
  }
  if (maintenance !== undefined) {
    facts.push([labels.begins, timeOf(maintenance.startsAt, mail)]);
    facts.push([labels.ends, timeOf(maintenance.endsAt, mail)]);
  }
  return facts;
};

/** A mail in its parts, before it is text or HTML. */
interface Parts {
  subject: string;
  headline: string;
  body: string;
  facts: [string, string][];
  link: { label: string; url: string };
  /** Small print. */
  note: string;
  foot: { label: string; url: string }[];
  tone: Tone;
}

/** Where on the page it stands. */
const placeOf = ({ event, subjectId: id, incident }: News): string =>
  incident === undefined
    ? placeOfMaintenance({ id, status: event === "maintenance.ended" ? "ended" : "scheduled" })
    : placeOfIncident({ id, status: incident.status });

const newsParts = (mail: SubscriberMail, news: News, links: SubscriberLinks): Parts => {
  const words = SUBSCRIBER_WORDS[mail.language].mail;
  const event = news.maintenance?.isMoved === true ? words.moved : words.events[news.event];
  const headline = `${event}: ${news.title}`;
  return {
    subject: `[${mail.title}] ${headline}`,
    headline,
    body: news.message,
    facts: factsOf(mail, news, words),
    link: { label: words.openPage, url: links.page + placeOf(news) },
    note: words.why(mail.title),
    foot: [
      { label: words.manage, url: links.manage },
      { label: words.unsubscribe, url: links.unsubscribe },
    ],
    tone: toneOf(news),
  };
};

const confirmParts = ({ language, title }: SubscriberMail, links: SubscriberLinks): Parts => {
  const { confirm } = SUBSCRIBER_WORDS[language].mail;
  return {
    subject: confirm.subject(title),
    headline: confirm.subject(title),
    body: confirm.body(title),
    facts: [],
    link: { label: confirm.button, url: links.confirm },
    note: confirm.ignore(CONFIRM_WITHIN_HOURS),
    foot: [],
    tone: "info",
  };
};

const knownParts = ({ language, title }: SubscriberMail, links: SubscriberLinks): Parts => {
  const { known, manage, unsubscribe } = SUBSCRIBER_WORDS[language].mail;
  return {
    subject: known.subject(title),
    headline: known.subject(title),
    body: known.body(title),
    facts: [],
    link: { label: manage, url: links.manage },
    note: known.ignore,
    foot: [{ label: unsubscribe, url: links.unsubscribe }],
    tone: "info",
  };
};

const textOf = ({ headline, body, facts, link, note, foot }: Parts): string =>
  [
    headline,
    ...(body === "" ? [] : ["", body]),
    ...(facts.length === 0 ? [] : ["", ...facts.map(([label, value]) => `${label}: ${value}`)]),
    "",
    `${link.label}: ${link.url}`,
    "",
    "-- ",
    note,
    ...foot.map(({ label, url }) => `${label}: ${url}`),
    "",
  ].join("\n");

const factRow = ([label, value]: [string, string]): Html =>
  html`<tr>
    <td style="padding:2px 16px 2px 0;color:#6b7280;vertical-align:top">${label}</td>
    <td style="padding:2px 0;word-break:break-word">${value}</td>
  </tr>`;

const htmlOf = (
  { headline, body, facts, link, note, foot, tone }: Parts,
  { language, title }: SubscriberMail,
): string =>
  html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="color-scheme" content="light dark" />
        <title>${headline}</title>
      </head>
      <body
        style="margin:0;padding:16px;font-family:system-ui,-apple-system,Segoe UI,Arial,sans-serif;font-size:15px;line-height:1.45"
      >
        <div style="max-width:640px">
          <p style="margin:0 0 12px;font-size:13px;color:#6b7280">${title}</p>
          <div style="border-left:6px solid ${TONE_COLOURS[tone]};padding:0 0 0 16px">
            <h1 style="margin:0 0 8px;font-size:19px;line-height:1.3">${headline}</h1>
            ${body !== "" && html`<p style="margin:0 0 12px;white-space:pre-wrap">${body}</p>`}
            ${
              facts.length > 0 &&
              html`<table role="presentation" style="border-collapse:collapse">
                ${facts.map(factRow)}
              </table>`
            }
            <p style="margin:16px 0 0">
              <a
                href="${link.url}"
                style="display:inline-block;padding:8px 16px;border-radius:6px;background:#1d4ed8;color:#ffffff;text-decoration:none"
                >${link.label}</a
              >
            </p>
          </div>
          <p style="margin:24px 0 0;font-size:12px;color:#6b7280">
            ${note}${foot.map(({ label, url }) => html`<br /><a href="${url}" style="color:#6b7280">${label}</a>`)}
          </p>
        </div>
      </body>
    </html> `.text;

/** Pure. */
export const renderMail = (mail: SubscriberMail, links: SubscriberLinks): RenderedMail => {
  const parts =
    mail.about === "news"
      ? newsParts(mail, mail.news, links)
      : mail.about === "confirm"
        ? confirmParts(mail, links)
        : knownParts(mail, links);
  return {
    subject: cutText(parts.subject, LONGEST.subject),
    text: textOf(parts),
    html: htmlOf(parts, mail),
  };
};
