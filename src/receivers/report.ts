// In: nothing. Out: what a payload says, once it is read: the words that presets and receivers share.
import type { ServiceStatus } from "../core/events";
import type { Severity } from "../core/severity";
import type { Meaning } from "./schema";

/** More things in one request are not a status. */
export const MOST_ITEMS = 500;

/** One thing that a payload says about one service. */
export interface Report {
  /** As the payload names it; null where it names none. */
  serviceName: string | null;
  /** What of the service it is about; null: the service itself. */
  key: string | null;
  /** The status as the sender wrote it; null where there is none. */
  raw: string | null;
  /** Null where `error` says why. */
  meaning: Meaning | null;
  error: string | null;
  /** Nobody has said what the word means: neither the receiver, nor its preset, nor Alert24's table. */
  isUnknown: boolean;
  message: string;
  title: string | null;
  url: string | null;
  /** Work that is announced for later, in ms: the status stays as it is. */
  planned: { startsAt: number; endsAt: number | null } | null;
  /** When it was so, by the sender's clock, in ms; null where it does not say, or where that cannot be. */
  at: number | null;
  /** Work that was announced is over, or will not be. */
  endsPlanned: boolean;
  /** It is over by itself from then on, in ms, when nobody repeats it. */
  expiresAt: number | null;
  /** What an alert needs; null where the receiver raises none. */
  alert: ReportedAlert | null;
}

export interface ReportedAlert {
  /** Null: it is neither failing nor over. */
  phase: "open" | "closed" | null;
  name: string | null;
  severity: Severity;
  /** As the payload names it; null: the service stands in. */
  machine: string | null;
  labels: Readonly<Record<string, string>>;
}

/**
 * `nothing`: the payload is fine and says nothing that matters here. `unreadable`: the sender must hear of it.
 * `confirmation`: the sender wants this address to be fetched first.
 */
export type Interpretation =
  | { kind: "reports"; reports: readonly Report[] }
  | { kind: "confirmation"; url: string }
  | { kind: "nothing"; reason: string }
  | { kind: "unreadable"; reason: string };

/** Which of the four a report leads to, if any. */
export const statusOf = ({ meaning }: Report): ServiceStatus | null =>
  meaning === null || meaning === "ignore" ? null : meaning;
