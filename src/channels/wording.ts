// In: a message. Out: the same in words, for every channel that people read: one headline, a sentence,
// a few facts, and where to look. Plain text: each channel escapes and cuts it by its own rules.
import type { TellableEvent } from "../core/events";
import { isStandIn } from "../core/machine";
import { isoSeconds } from "../core/time";
import { cutText } from "../lib/cut-text";
import type { Message } from "./channel";

/** How grave it is, for a colour: `good` is the end of something bad. */
export type Tone = "critical" | "warning" | "info" | "good" | "neutral";

export interface Wording {
  /** One line, e.g. `Critical: Spindle too hot on CNC Mill #1`. No markup, no line break. */
  headline: string;
  /** What happened in a sentence or two; may be empty. Lines are separated by \n. */
  body: string;
  /** Label and value, in the order of importance. Labels are words of ours, values may be anybody's. */
  facts: readonly (readonly [label: string, value: string])[];
  tone: Tone;
  /** The page about it; null where there is none. */
  url: string | null;
  /** Equal for all messages about the same thing: threads, tags and keys are made from it. */
  threadKey: string;
  /** Begun, went on, or ended: what pagers and stacks of messages need. */
  phase: "open" | "acknowledged" | "update" | "closed";
}

/** UTF-16 units, more than any service takes: what goes beyond need not be cleaned and escaped first. */
const LONGEST = { line: 8_000, body: 40_000, summaryLine: 1_000 } as const;

const WORDS: Partial<Record<TellableEvent, string>> = {
  "alert.acknowledged": "Acknowledged",
  "alert.resolved": "Resolved",
  "alert.escalated": "Nobody has acknowledged",
  "incident.updated": "Update",
  "incident.resolved": "Resolved",
};

const CHANNEL_WORDS: Partial<Record<TellableEvent, string>> = {
  "channel.paused": "was paused",
  "channel.failed": "was marked as failed",
  "channel.disabled": "was disabled",
  "channel.resumed": "was resumed",
  "channel.delivery_failed": "could not deliver a message",
  "channel.test_failed": "did not pass its weekly test",
};

const STAND_INS: Record<string, string> = { service: "Service", monitor: "Monitor" };

const STATUS_TONES = {
  operational: "good",
  degraded: "warning",
  down: "critical",
  maintenance: "info",
} as const;
const INCIDENT_TONES = { minor: "info", major: "warning", critical: "critical" } as const;

const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);

/**
 * What people typed, fit to be read: whole characters only, no control characters but the line break,
 * and nothing that turns the direction of writing around, by which a text can pretend to be another.
 */
export const cleanText = (text: string): string =>
  text
    .toWellFormed()
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, "\n")
    // oxlint-disable-next-line no-control-regex
    .replace(/[\x00-\x09\x0b-\x1f\x7f-\x9f]+/g, " ")
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, "")
    .trim();

/** One line of people's words: line breaks and control characters become spaces. */
export const oneLine = (text: string): string => cleanText(text).replace(/\s+/g, " ");

/** `2 h 5 min`, `43 min 43 s`, `12 s`: two units at most. */
export const spanOf = (ms: number): string => {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const units: [number, string][] = [
    [86_400, "d"],
    [3_600, "h"],
    [60, "min"],
    [1, "s"],
  ];
  const parts: string[] = [];
  let rest = seconds;
  for (const [size, unit] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0 && parts.length < 2) parts.push(`${count} ${unit}`);
    else if (parts.length > 0) break;
  }
  return parts.length === 0 ? "0 s" : parts.join(" ");
};

/** `2026-04-04 10:30:05 UTC`: readers sit in many zones, so the zone is said. */
const timeText = (at: number): string => isoSeconds(at).replace("T", " ").replace("Z", " UTC");

const numberText = (value: number, decimals: number | null): string =>
  decimals === null ? String(Number(value.toPrecision(12))) : value.toFixed(decimals);

type Parts = Omit<Wording, "phase"> & Partial<Pick<Wording, "phase">>;

const ofAlert = (message: Message): Parts | undefined => {
  const { alert, escalation, event, note, baseUrl } = message;
  if (alert === undefined) return undefined;
  const subject = `${alert.name} on ${alert.machineName}`;
  const isEnd = event === "alert.resolved";
  const word = WORDS[event] ?? capital(alert.severity);
  const quantity = (value: number): string =>
    `${numberText(value, alert.decimals)}${alert.unit === "" ? "" : ` ${alert.unit}`}`;
  const lines = [alert.message];
  if (event === "alert.acknowledged" && alert.acknowledgedBy !== null)
    lines.push(`Acknowledged by ${alert.acknowledgedBy}.`);
  if (isEnd && alert.resolvedBy !== null) lines.push(`Resolved by ${alert.resolvedBy}.`);
  if (escalation !== undefined)
    lines.push(
      `Not acknowledged within ${spanOf(escalation.waitMinutes * 60_000)}: ${escalation.policyName}.`,
    );
  if (note !== undefined && note !== "") lines.push(note);
  const facts: [string, string][] = isStandIn(alert)
    ? // What stands in for a machine has a status, which the message says; its number says nothing to people.
      [[STAND_INS[alert.machineType] ?? "About", alert.machineName]]
    : [["Machine", alert.machineName]];
  facts.push(["Severity", capital(alert.severity)]);
  if (!isStandIn(alert)) {
    const limit = quantity(alert.thresholdValue);
    facts.push(["Value", `${alert.metricName} ${quantity(alert.metricValue)} (limit ${limit})`]);
  }
  facts.push(["Since", timeText(alert.triggeredAt)]);
  if (isEnd && alert.resolvedAt !== null)
    facts.push(["Lasted", spanOf(alert.resolvedAt - alert.triggeredAt)]);
  facts.push(["Project", message.project.name]);
  return {
    headline: `${message.test === true ? "Test: " : ""}${word}: ${subject}`,
    body: lines.filter((line) => line !== "").join("\n"),
    facts,
    tone: isEnd ? "good" : alert.severity,
    url: message.test === true ? baseUrl : `${baseUrl}/alerts/${alert.number}`,
    threadKey: `alert-${alert.id}`,
    phase: isEnd
      ? "closed"
      : event === "alert.acknowledged"
        ? "acknowledged"
        : event === "alert.escalated"
          ? "update"
          : "open",
  };
};

const ofIncident = (message: Message): Parts | undefined => {
  const { incident, event, baseUrl } = message;
  if (incident === undefined) return undefined;
  const isEnd = event === "incident.resolved";
  const word = WORDS[event] ?? capital(incident.severity);
  const facts: [string, string][] = [
    ["Incident", incident.code],
    ["Status", capital(incident.status)],
    ["Severity", capital(incident.severity)],
  ];
  if (incident.services.length > 0)
    facts.push(["Services", incident.services.map(({ name }) => name).join(", ")]);
  if (incident.probe !== null) facts.push(["Endpoint", incident.probe.endpoint]);
  if (isEnd && incident.resolvedAt !== null)
    facts.push(["Lasted", spanOf(incident.resolvedAt - incident.openedAt)]);
  return {
    headline: `${message.test === true ? "Test: " : ""}${word}: ${incident.title}`,
    body: incident.message,
    facts,
    tone: isEnd ? "good" : INCIDENT_TONES[incident.severity],
    url: message.test === true ? baseUrl : `${baseUrl}/incidents/${incident.code}`,
    threadKey: `incident-${incident.id}`,
    phase: isEnd ? "closed" : event === "incident.opened" ? "open" : "update",
  };
};

const ofService = ({ service, baseUrl }: Message): Parts | undefined =>
  service === undefined
    ? undefined
    : {
        headline: `${service.name} is ${service.status === "maintenance" ? "under maintenance" : service.status}`,
        body: service.message,
        facts: [
          ["Service", service.name],
          ["Status", capital(service.status)],
          ["Before", capital(service.previousStatus)],
        ],
        tone: STATUS_TONES[service.status],
        url: `${baseUrl}/services/${service.id}`,
        threadKey: `service-${service.id}`,
        phase: service.status === "operational" ? "closed" : "open",
      };

const ofSummary = ({ summary, baseUrl }: Message): Parts | undefined => {
  if (summary === undefined) return undefined;
  const { lines, count, from, until } = summary;
  const left = count - lines.length;
  return {
    headline: `While offline: ${count} ${count === 1 ? "message" : "messages"}`,
    body: [
      ...lines.map(({ at, text }) => `${timeText(at)} ${oneLine(cutText(text, LONGEST.summaryLine))}`),
      ...(left > 0 ? [`and ${left} more`] : []),
    ].join("\n"),
    facts: [
      ["From", timeText(from)],
      ["Until", timeText(until)],
    ],
    tone: "warning",
    url: baseUrl,
    threadKey: `summary-${from}`,
    phase: "update",
  };
};

const ofChannel = ({ channel, event, baseUrl }: Message): Parts | undefined =>
  channel === undefined
    ? undefined
    : {
        headline: `Channel ${channel.name} ${CHANNEL_WORDS[event] ?? "was changed"}`,
        body: channel.reason,
        facts: [["Channel", channel.name]],
        tone: event === "channel.resumed" ? "good" : "warning",
        url: `${baseUrl}/channels/${channel.id}`,
        threadKey: `channel-${channel.id}`,
        phase: event === "channel.resumed" ? "closed" : "open",
      };

/** Never empty: whatever the message is about, there is a headline. Clean: see `cleanText`. */
export const wordingOf = (message: Message): Wording => {
  const parts = ofAlert(message) ??
    ofIncident(message) ??
    ofService(message) ??
    ofSummary(message) ??
    ofChannel(message) ?? {
      headline: "Message from Andon",
      body: "",
      facts: [],
      tone: "neutral",
      url: message.baseUrl,
      threadKey: `event-${message.event}`,
    };
  return {
    phase: "update",
    ...parts,
    headline: oneLine(cutText(parts.headline, LONGEST.line)),
    body: cleanText(cutText(parts.body, LONGEST.body)),
    facts: parts.facts.map(
      ([label, value]) =>
        [oneLine(cutText(label, LONGEST.line)), oneLine(cutText(value, LONGEST.line))] as const,
    ),
  };
};
