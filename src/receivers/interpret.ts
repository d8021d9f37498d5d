// In: a payload, and how a receiver reads it: by its preset, by its paths, or by both. Out: what it says about
// services, with the sender's own words. Pure: neither services nor the past are looked at.
import { cutText } from "../lib/cut-text";
import { printDotPath, readDotPath } from "../lib/dot-path";
import type { CompiledSettings, Paths } from "./compile";
import { setsStatus } from "./default-settings";
import type { PresetItem } from "./presets/preset";
import { believedTime } from "./order";
import { MOST_ITEMS, type Interpretation, type Report } from "./report";
import type { Meaning, ReceiverSettings } from "./schema";
import { describeWords } from "./words";

export interface Reading {
  compiled: CompiledSettings;
  settings: ReceiverSettings;
  /** Null: the receiver has one service. */
  serviceId: string | null;
  /** Those that the log keeps. */
  headers: Readonly<Record<string, string>>;
  /** Server time in ms. */
  now: number;
}

/** A word for a status that is longer is none. */
const LONGEST_WORD = 200;
const LONGEST_NAME = 200;
const LONGEST_TITLE = 500;
/** As services take it. */
const LONGEST_MESSAGE = 4_000;
const LONGEST_URL = 2_000;

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

const namePaths = (fields: readonly string[]): string =>
  fields.length === 1 ? (fields[0] ?? "") : `${fields.slice(0, -1).join(", ")} or ${fields.at(-1)}`;

const clean = (text: string | null | undefined, longest: number): string | null =>
  text === null || text === undefined ? null : cutText(text.toWellFormed(), longest);

/** Only what a person may follow. */
const cleanUrl = (text: string | null | undefined): string | null =>
  typeof text === "string" && text.length <= LONGEST_URL && /^https?:\/\/[^\s"'<>]+$/i.test(text)
    ? text
    : null;

/** What an item says where neither preset nor path says anything else. */
const BLANK: Omit<PresetItem, "scope"> = { raw: null, names: [], key: null };

/** `warning` of `firing (warning)` is only an addition. */
const bareWord = (word: string): string => word.replace(/ \([^()]*\)$/, "");

const meaningOf = (word: string, item: PresetItem, { compiled }: Reading): Meaning | null => {
  const own = compiled.ownMeaning(word) ?? compiled.ownMeaning(bareWord(word));
  // What the preset makes of severity and word belongs to its own word, not to one at another path.
  const ofItem = word === item.raw ? item.meaning : undefined;
  return own ?? ofItem ?? compiled.knownMeaning(word) ?? null;
};

const timeOf = (paths: Paths, scope: unknown, whole: unknown): number | null => {
  const text = findText(paths, scope, whole);
  if (text === null) return null;
  const number = Number(text);
  // Seconds or milliseconds since 1970, as senders have it.
  const ms = Number.isFinite(number) ? (number < 1e11 ? number * 1_000 : number) : Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
};

const plannedOf = (
  item: PresetItem,
  meaning: Meaning,
  whole: unknown,
  { compiled, now }: Reading,
): Report["planned"] => {
  if (meaning !== "maintenance") return null;
  if (item.planned !== undefined) return item.planned;
  const startsAt = timeOf(compiled.startsAt, item.scope, whole);
  if (startsAt === null || startsAt <= now) return null;
  return { startsAt, endsAt: timeOf(compiled.endsAt, item.scope, whole) };
};

const nameOf = (item: PresetItem, whole: unknown, { compiled }: Reading): string | null =>
  compiled.serviceName === null
    ? (item.names.find((name) => name !== null && name.trim() !== "") ?? null)
    : findText(compiled.serviceName, item.scope, whole);

const whereNames = ({ compiled, settings }: Reading): string =>
  settings.serviceNameField === null
    ? (compiled.preset.serviceFrom ?? "any place")
    : namePaths(settings.serviceNameField);

const phaseOf = (item: PresetItem, meaning: Meaning): "open" | "closed" | null => {
  if (item.phase !== undefined) return item.phase;
  if (meaning === "down" || meaning === "degraded") return "open";
  return meaning === "operational" ? "closed" : null;
};

const alertOf = (
  item: PresetItem,
  whole: unknown,
  meaning: Meaning,
  { compiled, settings }: Reading,
): Report["alert"] => {
  const { scope } = item;
  const word = findText(compiled.severity, scope, whole) ?? item.severity ?? null;
  const byWord = word === null ? undefined : compiled.severityOf(word);
  // What is only degraded is no more than a warning, where nothing else is said.
  const usual =
    meaning === "degraded" && word === null ? "warning" : (settings.alerts?.severity ?? "critical");
  return {
    phase: phaseOf(item, meaning),
    name: clean(findText(compiled.alertName, scope, whole) ?? item.alertName, LONGEST_NAME),
    severity: byWord ?? usual,
    machine: clean(findText(compiled.machine, scope, whole) ?? item.machine, LONGEST_NAME),
    labels: item.labels ?? {},
  };
};

const reportOf = (item: PresetItem, whole: unknown, reading: Reading): Report => {
  const { compiled, settings } = reading;
  const { scope } = item;
  const word = clean(findText(compiled.status, scope, whole) ?? item.raw, LONGEST_WORD);
  const serviceName = clean(nameOf(item, whole, reading), LONGEST_NAME);
  const report: Report = {
    serviceName,
    key: clean(findText(compiled.key, scope, whole) ?? item.key, LONGEST_NAME),
    raw: word,
    meaning: null,
    error: null,
    isUnknown: false,
    message: clean(findText(compiled.message, scope, whole) ?? item.message, LONGEST_MESSAGE) ?? "",
    title: clean(findText(compiled.title, scope, whole) ?? item.title, LONGEST_TITLE),
    url: cleanUrl(findText(compiled.url, scope, whole) ?? item.url),
    planned: null,
    at: believedTime(timeOf(compiled.time, scope, whole) ?? item.at ?? null, reading.now),
    endsPlanned: item.endsPlanned ?? false,
    expiresAt: item.expiresAt ?? null,
    alert: null,
  };
  if (word === null) {
    const where = settings.statusField === null ? "" : ` at ${namePaths(settings.statusField)}`;
    return { ...report, error: `The payload has no status${where}.` };
  }
  const known = meaningOf(word, item, reading);
  const isUnknown = known === null;
  const meaning = known ?? settings.unmappedStatus;
  if (meaning === null)
    return {
      ...report,
      isUnknown,
      error: `"${word}" is not mapped to a status. Known: ${describeWords(settings.statusMapping)}.`,
    };
  const alert = settings.alerts === null ? null : alertOf(item, whole, meaning, reading);
  if (setsStatus(reading) && reading.serviceId === null && serviceName === null)
    return { ...report, isUnknown, error: `The payload names no service at ${whereNames(reading)}.` };
  return { ...report, isUnknown, meaning, alert, planned: plannedOf(item, meaning, whole, reading) };
};

/** What a payload speaks of: itself, or the entries of its list. A text is the reason for a refusal. */
const scopesOf = (payload: unknown, items: CompiledSettings["items"]): readonly unknown[] | string => {
  if (typeof payload !== "object" || payload === null)
    return "The body must be a JSON object, or a list of them.";
  if (items === null) return Array.isArray(payload) ? payload : [payload];
  const found = readDotPath(payload, items);
  if (found === undefined) return [payload];
  return Array.isArray(found) ? found : `There is no list at ${printDotPath(items)}.`;
};

/** The test button of another Andon's channel: sample values, about a service that may not exist. */
const isTest = (payload: unknown): boolean =>
  readDotPath(payload, ["event"]) === "channel.test" && readDotPath(payload, ["test"]) === true;

const readByPaths = (payload: unknown, reading: Reading): Interpretation => {
  if (isTest(payload)) return { kind: "nothing", reason: "A test message: it says nothing of a service." };
  const scopes = scopesOf(payload, reading.compiled.items);
  if (typeof scopes === "string") return { kind: "unreadable", reason: scopes };
  if (scopes.length === 0) return { kind: "nothing", reason: "The list in the payload is empty." };
  if (scopes.length > MOST_ITEMS) return tooMany();
  return { kind: "reports", reports: scopes.map((scope) => reportOf({ ...BLANK, scope }, payload, reading)) };
};

const tooMany = (): Interpretation => ({
  kind: "unreadable",
  reason: `The payload speaks of more than ${MOST_ITEMS} things.`,
});

const RANK: Readonly<Record<Meaning, number>> = {
  ignore: 0,
  operational: 1,
  maintenance: 2,
  degraded: 3,
  down: 4,
};

/** Several words of one request about the same thing are one: the worst of them. */
const withoutRepetitions = (reports: readonly Report[], serviceId: string | null): Report[] => {
  const kept = new Map<string, Report>();
  for (const [index, report] of reports.entries()) {
    const { key, serviceName, error, meaning, planned } = report;
    const isAlone = key === null || error !== null || planned !== null;
    const id = isAlone ? String(index) : `${serviceId ?? serviceName?.toLowerCase()} ${key}`;
    const before = kept.get(id);
    if (before === undefined || RANK[meaning ?? "ignore"] > RANK[before.meaning ?? "ignore"])
      kept.set(id, report);
  }
  return [...kept.values()];
};

/** Never throws. */
export const interpret = (payload: unknown, reading: Reading): Interpretation => {
  const { preset } = reading.compiled;
  if (preset.read === null) return readByPaths(payload, reading);
  const read = preset.read(payload, { headers: reading.headers, now: reading.now });
  if (read.kind !== "items") return read;
  if (read.items.length > MOST_ITEMS) return tooMany();
  const reports = read.items.map((item) => reportOf(item, payload, reading));
  return { kind: "reports", reports: withoutRepetitions(reports, reading.serviceId) };
};
