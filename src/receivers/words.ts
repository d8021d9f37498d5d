// In: a word that a sender uses for a status, and a receiver's own mapping. Out: what it means. Case and space
// around it do not matter. Pure.
import { SERVICE_STATUSES, type ServiceStatus } from "../core/events";
import { createGlob } from "../lib/glob";
import type { Meaning, StatusMapping } from "./schema";

/** Alert24's table. */
const DEFAULT_WORDS: Readonly<Record<ServiceStatus, readonly string[]>> = {
  operational: ["operational", "up", "ok", "healthy", "none", "resolved"],
  degraded: ["degraded", "partial", "warning", "minor"],
  down: ["down", "outage", "major", "critical", "error"],
  maintenance: ["maintenance", "scheduled", "under_maintenance"],
};

/** The form in which words are compared. */
export const wordKeyOf = (word: string): string => word.trim().toLowerCase();

const byWord = (table: Readonly<Record<string, readonly string[]>>): ReadonlyMap<string, ServiceStatus> =>
  new Map(SERVICE_STATUSES.flatMap((status) => (table[status] ?? []).map((word) => [word, status])));

const DEFAULTS = byWord(DEFAULT_WORDS);

/** In the order in which they are written: from a word, which may hold `*`, to its meaning. */
export const entriesOf = (mapping: StatusMapping): [word: string, meaning: Meaning][] =>
  Object.entries(mapping).flatMap(([key, value]): [string, Meaning][] =>
    typeof value === "string" ? [[key, value]] : value.map((word) => [word, key as Meaning]),
  );

/** Undefined for a word that is not known. */
export type FindMeaning = (word: string) => Meaning | undefined;

/** Alert24's table alone. */
export const defaultMeaning: FindMeaning = (word) => DEFAULTS.get(wordKeyOf(word));

/** Exact words come before patterns. */
export const createWords = (mapping: StatusMapping | null): FindMeaning => {
  if (mapping === null) return () => undefined;
  const exact = new Map<string, Meaning>();
  const patterns: { fits: (text: string) => boolean; meaning: Meaning }[] = [];
  for (const [word, meaning] of entriesOf(mapping)) {
    const key = wordKeyOf(word);
    if (key.includes("*")) patterns.push({ fits: createGlob(key), meaning });
    else exact.set(key, meaning);
  }
  return (word) => {
    const key = wordKeyOf(word);
    return exact.get(key) ?? patterns.find(({ fits }) => fits(key))?.meaning;
  };
};

/** For a message about a word that is not known. */
export const describeWords = (mapping: StatusMapping | null): string => {
  const own = mapping === null ? [] : entriesOf(mapping).map(([word, meaning]) => `${word} → ${meaning}`);
  const defaults = SERVICE_STATUSES.map((status) => `${status}: ${DEFAULT_WORDS[status].join(", ")}`);
  const shown = own.slice(0, 20);
  const more = own.length > shown.length ? ` and ${own.length - shown.length} more` : "";
  return [...(own.length === 0 ? [] : [`own words ${shown.join(", ")}${more}`]), ...defaults].join("; ");
};
