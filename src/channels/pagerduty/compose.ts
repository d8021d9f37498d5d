// In: a message. Out: an event for PagerDuty's Events API v2, all but the routing key, which is a secret
// and is added when the event is sent.
// Source: PagerDuty/developer-docs, docs/events-API-v2 (01-Overview: 512 KB, 02-Trigger-Events: fields).
import { cutText } from "../../lib/cut-text";
import { isoSeconds } from "../../core/time";
import type { ComposedBody, Message } from "../channel";
import { jsonBody } from "../native";
import { pagerActionOf, pagerKeyOf } from "../paging";
import { wordingOf, type Wording } from "../wording";

/** An event without the key that says whose it is. */
export interface PagerDutyEvent {
  event_action: "trigger" | "acknowledge" | "resolve";
  dedup_key: string;
  payload?: Record<string, unknown>;
  links?: { href: string; text: string }[];
  client?: string;
  client_url?: string;
}

/** Characters; the API documents only that of the summary. */
const LONGEST = { summary: 1_024, name: 255, detail: 4_000 } as const;
/** Bytes of a whole event; the key and its name take less than what is left to 512,000. */
const LARGEST = 511_000;

const severityOf = (
  { incident }: Message,
  tone: Wording["tone"],
): "critical" | "error" | "warning" | "info" => {
  if (incident?.severity === "major") return "error";
  if (incident?.severity === "minor") return "warning";
  return tone === "good" || tone === "neutral" ? "info" : tone;
};

/** What has the problem, by a name that people know; never empty: the API wants one. */
const sourceOf = ({ alert, incident, service, channel, organization }: Message): string =>
  alert?.machineName ||
  incident?.monitor?.name ||
  incident?.services[0]?.name ||
  service?.name ||
  channel?.name ||
  organization.name ||
  "Andon";

const detailsOf = (message: Message, { body, facts }: Wording): Record<string, string> => {
  const details: [string, string][] = [
    ["Message", body],
    ...facts.map(([label, value]) => [label, value] as [string, string]),
  ];
  if (message.alert !== undefined)
    for (const [name, value] of Object.entries(message.alert.labels)) details.push([`label ${name}`, value]);
  return Object.fromEntries(
    details
      .filter(([, value]) => value !== "")
      .map(([name, value]) => [
        cutText(name.toWellFormed(), LONGEST.name),
        cutText(value.toWellFormed(), LONGEST.detail),
      ]),
  );
};

const name = (text: string): string => cutText(text.toWellFormed(), LONGEST.name);

/** Pure. An acknowledgement and an end need nothing but the key of the page that they are about. */
export const composePagerDuty = (message: Message): ComposedBody => {
  const wording = wordingOf(message);
  const action = pagerActionOf(message, wording);
  const head = { event_action: action, dedup_key: pagerKeyOf(message, wording) };
  if (action !== "trigger") return jsonBody(head satisfies PagerDutyEvent);
  const { alert, incident } = message;
  const payload = {
    summary: cutText(wording.headline, LONGEST.summary),
    source: name(sourceOf(message)),
    severity: severityOf(message, wording.tone),
    timestamp: isoSeconds(message.at),
    ...(alert === undefined ? {} : { component: name(alert.metricName) }),
    group: name(incident?.monitor?.group || message.project.name),
    class: name(alert?.name ?? message.event),
  };
  const event: PagerDutyEvent = {
    ...head,
    payload: { ...payload, custom_details: detailsOf(message, wording) },
    ...(wording.url === null ? {} : { links: [{ href: wording.url, text: "Open in Andon" }] }),
    client: "Andon",
    client_url: message.baseUrl,
  };
  const composed = jsonBody(event);
  return composed.body.length <= LARGEST ? composed : jsonBody({ ...event, payload });
};
