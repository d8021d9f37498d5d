// In: a payload that a person looks at. Out: every place in it that holds a text, number or truth value, with
// what it would mean as a status, and a guess which fields and which preset are right. Pure.
import { printDotPath, type DotPath } from "../lib/dot-path";
import { cutText } from "../lib/cut-text";
import { interpret, textOfValue } from "./interpret";
import { commonMeaning } from "./presets/common-words";
import { PRESETS } from "./presets/registry";
import { compileSettings } from "./compile";
import { defaultSettings } from "./default-settings";
import type { Meaning } from "./schema";
import { defaultMeaning } from "./words";

export interface Candidate {
  path: string;
  value: string | number | boolean;
  /** As a status; null where it is no word for one. */
  meaning: Meaning | null;
}

/** Null where nothing looks like it. */
export interface Guess {
  /** Those that can read the payload, the likeliest first. */
  presets: string[];
  itemsField: string | null;
  statusField: string | null;
  messageField: string | null;
  titleField: string | null;
  serviceNameField: string | null;
}

const MOST_CANDIDATES = 500;
const DEEPEST = 8;
const LONGEST_VALUE = 300;
/** Of a list, the first say what the others are like. */
const MOST_OF_A_LIST = 5;

const meaningOf = (text: string): Meaning | null => defaultMeaning(text) ?? commonMeaning(text) ?? null;

export const findCandidates = (payload: unknown): Candidate[] => {
  const found: Candidate[] = [];
  const walk = (value: unknown, path: DotPath): void => {
    if (found.length >= MOST_CANDIDATES || path.length > DEEPEST) return;
    if (Array.isArray(value))
      return value.slice(0, MOST_OF_A_LIST).forEach((entry, index) => walk(entry, [...path, index]));
    if (typeof value === "object" && value !== null) {
      for (const [name, inner] of Object.entries(value)) if (name !== "") walk(inner, [...path, name]);
      return;
    }
    const text = textOfValue(value);
    if (text === null || path.length === 0) return;
    found.push({
      path: printDotPath(path),
      value: typeof value === "string" ? cutText(value, LONGEST_VALUE) : (value as number | boolean),
      meaning: meaningOf(text),
    });
  };
  walk(payload, []);
  return found;
};

/** By the last name of a path, the most telling first. */
const NAMES = {
  status: [
    "status",
    "state",
    "current_status",
    "new_status",
    "conclusion",
    "severity",
    "result",
    "level",
    "health",
  ],
  message: [
    "message",
    "description",
    "text",
    "body",
    "msg",
    "reason",
    "details",
    "detail",
    "summary",
    "annotation",
  ],
  title: ["title", "subject", "alertname", "summary", "headline", "rule_name", "name"],
  service: [
    "service_name",
    "service",
    "component",
    "application",
    "app",
    "monitor_name",
    "host",
    "hostname",
    "check_name",
    "name",
  ],
} as const;

const lastName = (path: string): string => (/([^.[\]"']+)["'\]]*$/.exec(path)?.[1] ?? "").toLowerCase();

const best = (
  candidates: readonly Candidate[],
  names: readonly string[],
  isFit: (candidate: Candidate) => boolean = () => true,
): string | null => {
  for (const name of names) {
    const found = candidates.find((candidate) => lastName(candidate.path) === name && isFit(candidate));
    if (found !== undefined) return found.path;
  }
  return null;
};

/** A list at the top level, or one level down, whose entries are objects. */
const findList = (payload: unknown): { path: string | null; first: unknown } | null => {
  const isListOfObjects = (value: unknown): value is unknown[] =>
    Array.isArray(value) && typeof value[0] === "object" && value[0] !== null;
  if (isListOfObjects(payload)) return { path: null, first: payload[0] };
  if (typeof payload !== "object" || payload === null) return null;
  for (const [name, value] of Object.entries(payload))
    if (isListOfObjects(value)) return { path: printDotPath([name]), first: value[0] };
  return null;
};

const isReadable = (preset: string, payload: unknown, headers: Readonly<Record<string, string>>): boolean => {
  const settings = defaultSettings(preset);
  const compiled = compileSettings({ preset, settings });
  if (compiled.preset.read === null) return false;
  const found = interpret(payload, { compiled, settings, serviceId: "any", headers, now: 0 });
  return (
    found.kind === "reports" && found.reports.some(({ error, meaning }) => error === null && meaning !== null)
  );
};

/** Those with a looser eye read what belongs to others. */
const LOOSE = new Set(["healthchecks", "andon"]);

export const guessFields = (payload: unknown, headers: Readonly<Record<string, string>>): Guess => {
  const list = findList(payload);
  const scope = list === null ? payload : list.first;
  const candidates = findCandidates(scope);
  const isStatus = ({ meaning }: Candidate): boolean => meaning !== null;
  const statusField = best(candidates, NAMES.status, isStatus) ?? candidates.find(isStatus)?.path ?? null;
  const isOther = ({ path }: Candidate): boolean => path !== statusField;
  const messageField = best(candidates, NAMES.message, isOther);
  const serviceNameField = best(candidates, NAMES.service, isOther);
  const presets = PRESETS.map(({ name }) => name).filter((name) => isReadable(name, payload, headers));
  return {
    presets: presets.toSorted((a, b) => Number(LOOSE.has(a)) - Number(LOOSE.has(b))),
    itemsField: list?.path ?? null,
    statusField,
    messageField,
    titleField: best(
      candidates,
      NAMES.title,
      ({ path }) => ![statusField, messageField, serviceNameField].includes(path),
    ),
    serviceNameField,
  };
};
