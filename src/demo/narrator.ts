// In: what the receiver got and how far the story is. Out: lines for the person at the terminal: what
// happened, what happens next and what they can do about it.
import type { ApiClient } from "./client";
import { CHAPTER, OVEN_CLEAR, OVEN_LIMIT, ROUND_SECONDS } from "./failure";
import type { AlertWebhook } from "./receiver";
import { ESCALATION_SECONDS, SILENCE_SECONDS } from "./stage";

export interface Account {
  email: string;
  password: string;
  token: string;
}

export interface NarratorParts {
  api: ApiClient;
  /** Without a slash at the end. */
  url: string;
  account: Account;
  /** Milliseconds since 1970. */
  now: () => number;
  write: (text: string) => void;
  isColoured: boolean;
}

export interface Narrator {
  introduce(): void;
  /** What the line of machines does at this second of the round. */
  tellSecond(secondOfRound: number): void;
  /** A webhook that proved its origin. */
  tellWebhook(mailbox: "maintenance" | "supervisor", webhook: AlertWebhook): Promise<void>;
  tellProblem(text: string): void;
  sayGoodbye(): void;
}

/** What the narrator reads of an alert. */
interface AlertFacts {
  number: number;
  acknowledged_by: string | null;
  next_escalation: { due_at: string } | null;
}

type Style = "bold" | "dim" | "red" | "yellow" | "green" | "cyan";

const CODES: Record<Style, string> = {
  bold: "1",
  dim: "2",
  red: "1;31",
  yellow: "1;33",
  green: "1;32",
  cyan: "36",
};

const CHAPTERS: readonly (readonly [second: number, text: string])[] = [
  [CHAPTER.cools, `Oven 2 has lost its heating. Its limit is ${OVEN_LIMIT} °C.`],
  [
    CHAPTER.heats + 4,
    `Oven 2 heats again. It is above ${OVEN_LIMIT} °C, yet the alert stays open until ${OVEN_CLEAR} °C, its clear value.`,
  ],
  [
    CHAPTER.compressorFallsSilent,
    `Compressor 3 sends nothing any more. ${SILENCE_SECONDS} s of silence make an alert.`,
  ],
  [CHAPTER.compressorReturns, "Compressor 3 is back."],
  [ROUND_SECONDS - 1, "The story begins again."],
];

/** Width of the time and the two spaces after it. */
const INDENT = " ".repeat(10);

export const createNarrator = (parts: NarratorParts): Narrator => {
  const { api, url, account, now, write, isColoured } = parts;
  const escalated = new Set<string>();
  let lastSecond = -1;

  const paint = (style: Style, text: string): string =>
    isColoured ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text;

  const line = (text = ""): void => write(`${text}\n`);
  const more = (text: string): void => line(INDENT + text);

  const event = (text: string): void =>
    line(`${paint("dim", new Date(now()).toTimeString().slice(0, 8))}  ${text}`);

  const curl = (number: number): string =>
    `curl -X POST ${url}/api/v1/alerts/${number}/acknowledge -H "Authorization: Bearer ${account.token}"`;

  const tellTriggered = (webhook: AlertWebhook, facts: AlertFacts): void => {
    const { severity, message } = webhook.alert;
    const style = severity === "critical" ? "red" : "yellow";
    event(`${paint(style, `▲ ${severity.toUpperCase()}`)}  ${paint("bold", message)}`);
    more(paint("dim", "webhook to Maintenance: signature and shared secret are right"));
    if (facts.next_escalation === null) return;
    const seconds = Math.max(0, Math.round((Date.parse(facts.next_escalation.due_at) - now()) / 1000));
    more(`In ${seconds} s the supervisor is called, unless you acknowledge:`);
    more(paint("cyan", `${url}/alerts/${facts.number}`));
    more(paint("cyan", curl(facts.number)));
  };

  const tellAcknowledged = ({ alert }: AlertWebhook, facts: AlertFacts): void => {
    event(`${paint("green", "✓ ACKNOWLEDGED")}  ${alert.machine_name}, by ${facts.acknowledged_by ?? "you"}`);
    if (escalated.has(alert.id)) more("The supervisor had been called already; nothing further is sent.");
    else if (facts.next_escalation === null)
      more(paint("green", "The escalation was stopped: the supervisor is not called."));
  };

  const tellResolved = ({ alert }: AlertWebhook): void => {
    event(`${paint("green", "● RESOLVED")}  ${alert.machine_name}`);
    escalated.delete(alert.id);
  };

  const tellEscalated = ({ alert, escalation }: AlertWebhook): void => {
    escalated.add(alert.id);
    const seconds = Math.round((escalation?.wait_minutes ?? 0) * 60);
    event(`${paint("red", "▲ ESCALATED")}  ${alert.machine_name}: nobody acknowledged within ${seconds} s`);
    more(paint("dim", "webhook to Supervisor on call: signature and shared secret are right"));
  };

  return {
    introduce: () => {
      line();
      line(paint("bold", "  Andon: a line of five simulated machines"));
      line();
      line(`  Open      ${paint("cyan", `${url}/`)}`);
      line(`  E-mail    ${account.email}`);
      line(`  Password  ${account.password}`);
      line();
      line("  Now the machines report every second; all is well.");
      line(
        `  In ${CHAPTER.fallsBelowLimit} s Oven 2 falls below ${OVEN_LIMIT} °C: an alert, and a signed webhook.`,
      );
      line(`  ${ESCALATION_SECONDS} s later the supervisor is called, unless you acknowledge the alert.`);
      line(`  Then Compressor 3 falls silent. Every ${ROUND_SECONDS / 60} minutes the story begins again.`);
      line("  Ctrl-C ends the demo and removes everything it made.");
      line();
    },
    tellSecond: (second) => {
      // A second may be missing after a pause of the machine; its line is told late, not never.
      const from = second < lastSecond ? -1 : lastSecond;
      for (const [at, text] of CHAPTERS) if (at > from && at <= second) event(text);
      lastSecond = second;
    },
    tellWebhook: async (mailbox, webhook) => {
      if (mailbox === "supervisor") return tellEscalated(webhook);
      const facts = await api.call<AlertFacts>("GET", `/alerts/${webhook.alert.id}`);
      if (webhook.event === "alert.triggered") tellTriggered(webhook, facts);
      else if (webhook.event === "alert.acknowledged") tellAcknowledged(webhook, facts);
      else if (webhook.event === "alert.resolved") tellResolved(webhook);
    },
    tellProblem: (text) => event(`${paint("yellow", "!")} ${text}`),
    sayGoodbye: () => {
      line();
      line("  Stopped. The temporary data directory is gone.");
    },
  };
};
