// In: nothing. Out: what a preset is: how the payload of one kind of sender is read, and what a person has to
// know to point that sender at a receiver. Adding one is a file and a line in the registry.
import type { Meaning, ReceiverSettings, SignatureScheme } from "../schema";

/** One thing that a payload says, before words are looked up. */
export interface PresetItem {
  /** Where a path that a person sets begins. */
  scope: unknown;
  /** The status in the sender's own word; null where there is none. */
  raw: string | null;
  /** Where more than the word decides, such as a severity; left out, the words do. */
  meaning?: Meaning;
  /** What a service may be called, the most fitting first. */
  names: readonly (string | null)[];
  /** What of a service it is about: a component, an alert, an incident. */
  key: string | null;
  message?: string | null;
  title?: string | null;
  url?: string | null;
  /** For alerts: what it is called, how bad it is, and what it happened to. */
  alertName?: string | null;
  severity?: string | null;
  machine?: string | null;
  labels?: Readonly<Record<string, string>>;
  /** Whether it fails or is over, where `meaning` does not say so. */
  phase?: "open" | "closed";
  /** When it was so, by the sender's clock, in ms: what is older and comes later changes nothing. */
  at?: number | null;
  /** It is over by itself from then on, in ms, when nobody repeats it. */
  expiresAt?: number;
  /** Work that is announced; in ms. */
  planned?: { startsAt: number; endsAt: number | null };
  /** Announced work is over, or will not be. */
  endsPlanned?: boolean;
}

/** As `Interpretation`; `confirmation`: the sender wants this URL to be fetched before it sends anything. */
export type PresetReading =
  | { kind: "items"; items: readonly PresetItem[] }
  | { kind: "nothing"; reason: string }
  | { kind: "unreadable"; reason: string }
  | { kind: "confirmation"; url: string };

export interface PresetContext {
  /** Names in lower case; those that the log keeps. */
  headers: Readonly<Record<string, string>>;
  /** Server time in ms. */
  now: number;
}

/** For people: a sample of what the sender posts. */
export interface PresetExample {
  title: string;
  payload: unknown;
}

export interface Preset {
  /** In the API. */
  readonly name: string;
  readonly label: string;
  /** One sentence: what is read. */
  readonly about: string;
  /** Where the address goes, step by step. */
  readonly setup: readonly string[];
  /** Where the sender names the service, in words; null: it does not. */
  readonly serviceFrom: string | null;
  /** How the sender signs, where it does. */
  readonly signature: {
    header: string;
    scheme: SignatureScheme;
    /** Null: the sender cannot sign. */
    hint: string | null;
  };
  /** Where the delivery's ID stands in the payload, if anywhere. */
  readonly idField?: ReceiverSettings["idField"];
  /** Its own words, in lower case; they come before those of Alert24. */
  readonly words: Readonly<Record<string, Meaning>>;
  readonly examples: readonly PresetExample[];
  /** Null: the receiver's paths are all there is. Pure. */
  readonly read: ((payload: unknown, context: PresetContext) => PresetReading) | null;
}

export const nothing = (reason: string): PresetReading => ({ kind: "nothing", reason });

/** The payload is of another sender. */
export const unlike = (what: string): PresetReading => ({
  kind: "unreadable",
  reason: `This is not a payload of ${what}. Check the receiver's preset.`,
});

/** No item is no news. */
export const itemsOrNothing = (items: readonly PresetItem[], reason: string): PresetReading =>
  items.length === 0 ? nothing(reason) : { kind: "items", items };
