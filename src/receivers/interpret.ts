// In: a payload and a receiver's settings. Out: what it says about services, with the sender's own words. Pure:
// neither services nor the past are looked at.
import { printDotPath, readDotPath } from "../lib/dot-path";
import { cutText } from "../lib/cut-text";
import type { CompiledSettings, Paths } from "./compile";
import type { Interpretation, Report } from "./report";
import type { ReceiverSettings } from "./schema";
import { describeWords } from "./words";

/** A word for a status that is longer is none. */
const LONGEST_WORD = 200;
const LONGEST_NAME = 200;
const LONGEST_TITLE = 500;
/** As services take it. */
const LONGEST_MESSAGE = 4_000;
const LONGEST_URL = 2_000;
/** More in one request is not a status. */
export const MOST_ITEMS = 500;

/** Texts, numbers and truth values can be shown; the rest is structure. */
export const textOfValue = (value: unknown): string | null => {
  if (typeof value === "string") return value.trim() === "" ? null : value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return null;
};

/** In the entry of a list first, then in the whole payload. */
export const findText = (paths: Paths, scope: unknown, whole: unknown): string | null => {
  for (const { path, isWhole } of paths) {
    const found = isWhole ? null : textOfValue(readDotPath(scope, path));
    const text = found ?? (isWhole || scope !== whole ? textOfValue(readDotPath(whole, path)) : null);
    if (text !== null) return text;
  }
  return null;
};

export const namePaths = (fields: readonly string[]): string =>
  fields.length === 1 ? (fields[0] ?? "") : `${fields.slice(0, -1).join(", ")} or ${fields.at(-1)}`;

const clean = (text: string | null, longest: number): string | null =>
  text === null ? null : cutText(text.toWellFormed(), longest);

/** Only what a person may follow. */
const cleanUrl = (text: string | null): string | null =>
  text !== null && text.length <= LONGEST_URL && /^https?:\/\/[^\s"'<>]+$/i.test(text) ? text : null;

interface Read {
  compiled: CompiledSettings;
  settings: ReceiverSettings;
}

const reportOf = (scope: unknown, whole: unknown, { compiled, settings }: Read): Report => {
  const word = clean(findText(compiled.status, scope, whole), LONGEST_WORD);
  const serviceName =
    compiled.serviceName === null ? null : clean(findText(compiled.serviceName, scope, whole), LONGEST_NAME);
  const report: Report = {
    serviceName,
    key: clean(findText(compiled.key, scope, whole), LONGEST_NAME),
    raw: word,
    meaning: null,
    error: null,
    message: clean(findText(compiled.message, scope, whole), LONGEST_MESSAGE) ?? "",
    title: clean(findText(compiled.title, scope, whole), LONGEST_TITLE),
    url: cleanUrl(findText(compiled.url, scope, whole)),
    planned: null,
  };
  if (word === null)
    return { ...report, error: `The payload has no status at ${namePaths(settings.statusField)}.` };
  const meaning = compiled.meaningOf(word) ?? settings.unmappedStatus;
  if (meaning === null)
    return {
      ...report,
      error: `"${word}" is not mapped to a status. Known: ${describeWords(settings.statusMapping)}.`,
    };
  if (compiled.serviceName !== null && serviceName === null)
    return {
      ...report,
      error: `The payload names no service at ${namePaths(settings.serviceNameField ?? [])}.`,
    };
  return { ...report, meaning };
};

/** What a payload speaks of: itself, or the entries of its list. A text is the reason for a refusal. */
const scopesOf = (payload: unknown, { compiled }: Read): readonly unknown[] | string => {
  if (typeof payload !== "object" || payload === null)
    return "The body must be a JSON object, or a list of them.";
  if (compiled.items === null) return Array.isArray(payload) ? payload : [payload];
  const items = readDotPath(payload, compiled.items);
  if (items === undefined) return [payload];
  return Array.isArray(items) ? items : `There is no list at ${printDotPath(compiled.items)}.`;
};

/** By the receiver's paths and words. */
export const interpret = (payload: unknown, read: Read): Interpretation => {
  const scopes = scopesOf(payload, read);
  if (typeof scopes === "string") return { kind: "unreadable", reason: scopes };
  if (scopes.length === 0) return { kind: "nothing", reason: "The list in the payload is empty." };
  if (scopes.length > MOST_ITEMS)
    return { kind: "unreadable", reason: `The payload speaks of more than ${MOST_ITEMS} things.` };
  return { kind: "reports", reports: scopes.map((scope) => reportOf(scope, payload, read)) };
};
