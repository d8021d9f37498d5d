// In: a receiver's settings as they are stored. Out: the same, ready for each request: paths taken apart,
// words in a table. Checks what people set. Pure.
import { invalid } from "../core/errors";
import type { Severity } from "../core/severity";
import { parseDotPath, type DotPath } from "../lib/dot-path";
import type { ReceiverRecord } from "./repository";
import { presetOf } from "./presets/registry";
import type { Preset } from "./presets/preset";
import { severityOfWord } from "./severity-words";
import { createWords, defaultMeaning, wordKeyOf, type FindMeaning } from "./words";

/** Several paths, in the order in which they are tried. */
export type Paths = readonly ScopedPath[];

/** `isWhole`: it begins with `$.` and is walked from the top, also inside a list. */
export interface ScopedPath {
  path: DotPath;
  isWhole: boolean;
}

export interface CompiledSettings {
  preset: Preset;
  status: Paths;
  message: Paths;
  title: Paths;
  url: Paths;
  serviceName: Paths | null;
  /** Null: the payload is one thing, or a list of them. */
  items: DotPath | null;
  key: Paths;
  id: Paths;
  startsAt: Paths;
  endsAt: Paths;
  time: Paths;
  severity: Paths;
  machine: Paths;
  alertName: Paths;
  severityOf: (word: string) => Severity | undefined;
  /** What the receiver itself says of a word. */
  ownMeaning: FindMeaning;
  /** What is known of it besides. */
  knownMeaning: FindMeaning;
}

const WHOLE = "$.";

/** Throws `invalid` with the field. */
const scopedPath = (text: string, field: string): ScopedPath => {
  const isWhole = text.startsWith(WHOLE);
  const path = parseDotPath(isWhole ? text.slice(WHOLE.length) : text);
  if (typeof path === "string") throw invalid(field, `${path[0]?.toUpperCase()}${path.slice(1)}.`);
  return { path, isWhole };
};

const scopedPaths = (texts: readonly string[] | null, field: string): Paths =>
  (texts ?? []).map((text) => scopedPath(text, field));

/** Throws `invalid` with the field. */
export const compileSettings = ({
  settings,
  preset: presetName,
}: Pick<ReceiverRecord, "settings" | "preset">): CompiledSettings => {
  const preset = presetOf(presetName);
  const presetWords = createWords(preset.words);
  const ownSeverities = new Map(
    Object.entries(settings.alerts?.severityMapping ?? {}).map(([word, severity]) => [
      wordKeyOf(word),
      severity,
    ]),
  );
  return {
    preset,
    status: scopedPaths(settings.statusField, "status_field"),
    message: scopedPaths(settings.messageField, "message_field"),
    title: scopedPaths(settings.titleField, "title_field"),
    url: scopedPaths(settings.urlField, "url_field"),
    serviceName:
      settings.serviceNameField === null
        ? null
        : scopedPaths(settings.serviceNameField, "service_name_field"),
    items: settings.itemsField === null ? null : scopedPath(settings.itemsField, "items_field").path,
    key: scopedPaths(settings.keyField, "key_field"),
    id: scopedPaths(settings.idField, "id_field"),
    startsAt: scopedPaths(settings.startsAtField, "starts_at_field"),
    endsAt: scopedPaths(settings.endsAtField, "ends_at_field"),
    time: scopedPaths(settings.timeField, "time_field"),
    severity: scopedPaths(settings.alerts?.severityField ?? null, "alerts.severity_field"),
    machine: scopedPaths(settings.alerts?.machineField ?? null, "alerts.machine_field"),
    alertName: scopedPaths(settings.alerts?.nameField ?? null, "alerts.name_field"),
    severityOf: (word) => ownSeverities.get(wordKeyOf(word)) ?? severityOfWord(word),
    ownMeaning: createWords(settings.statusMapping),
    knownMeaning: (word) => presetWords(word) ?? defaultMeaning(word),
  };
};
