// In: a payload and names. Out: what stands there, as text, number, list or time. Only properties that the
// payload itself has.
import { readDotPath } from "../../lib/dot-path";
import { MOST_ITEMS } from "../report";

type Keys = readonly (string | number)[];

export const at = (value: unknown, ...keys: Keys): unknown => readDotPath(value, keys);

/** Texts and numbers; null for the rest, and for blanks. */
export const textAt = (value: unknown, ...keys: Keys): string | null => {
  const found = at(value, ...keys);
  if (typeof found === "number") return String(found);
  return typeof found === "string" && found.trim() !== "" ? found : null;
};

/** In lower case, without space around it. */
export const wordAt = (value: unknown, ...keys: Keys): string | null =>
  textAt(value, ...keys)
    ?.trim()
    .toLowerCase() ?? null;

/** Empty where there is no list. Of a longer one than is taken, no more than shows that. */
export const listAt = (value: unknown, ...keys: Keys): readonly unknown[] => {
  const found = at(value, ...keys);
  return Array.isArray(found) ? found.slice(0, MOST_ITEMS + 1) : [];
};

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** ISO 8601 with a zone, in ms; null for anything else. */
export const timeAt = (value: unknown, ...keys: Keys): number | null => {
  const text = textAt(value, ...keys);
  if (text === null || !/^\d{4}-\d{2}-\d{2}T.*(?:[Zz]|[+-]\d{2}:?\d{2})$/.test(text)) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
};

/** As Uptime Kuma and GitLab write it: without a zone it is UTC. */
const SPACED = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?)(?: ?(UTC|Z|[+-]\d{2}:?\d{2}))?$/;

/** Seconds, ms, µs or ns since 1970, told apart by their size. */
const ofEpoch = (number: number): number => {
  if (number < 1e11) return number * 1_000;
  if (number < 1e14) return number;
  return Math.floor(number < 1e17 ? number / 1_000 : number / 1_000_000);
};

/** A time in any of the spellings that senders use, in ms; null for anything else, the year 1 included. */
export const instantAt = (value: unknown, ...keys: Keys): number | null => {
  const text = textAt(value, ...keys);
  if (text === null) return null;
  if (/^\d{9,20}$/.test(text)) return ofEpoch(Number(text));
  const [, day, time, zone = "Z"] = SPACED.exec(text) ?? [];
  const ms = day === undefined ? timeAt(text) : Date.parse(`${day}T${time}${zone === "UTC" ? "Z" : zone}`);
  return ms === null || Number.isNaN(ms) || ms <= 0 ? null : ms;
};

/** Set after: the first that is there. */
export const firstText = (...texts: readonly (string | null | undefined)[]): string | null =>
  texts.find((text) => text !== null && text !== undefined && text.trim() !== "") ?? null;
