// In: a channel type's fields and what was typed. Out: which fields are shown, typed text as values, and
// the config that the API is sent.
import type { ChannelField } from "../api/channels";
import { text } from "../text/en";

const words = text.channelForm;

export type ConfigValues = Record<string, unknown>;

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Unread);

/** Typed text that is no value yet is kept under this wrapper, and refused on saving. */
export class Unread {
  constructor(
    readonly typed: string,
    readonly fault: string,
  ) {}
}

/** The stand-in of the server for what it does not show. */
const MASK = "••••";
/** Whether the value, or any part of it, is only a mask. */
export const isMasked = (value: unknown): boolean => {
  if (typeof value === "string") return value.includes(MASK);
  if (Array.isArray(value)) return value.some(isMasked);
  return isRecord(value) && Object.values(value).some(isMasked);
};

export const asText = (value: unknown): string => {
  if (value === undefined || value === null) return "";
  if (value instanceof Unread) return value.typed;
  return typeof value === "string"
    ? value
    : typeof value === "object"
      ? JSON.stringify(value, null, 2)
      : String(value);
};

/** Some settings belong to certain values of another one. */
export const isShown = (
  field: ChannelField,
  values: ConfigValues,
  fields: readonly ChannelField[],
): boolean => {
  const { shown_when: condition } = field;
  if (condition === null) return true;
  const other = fields.find(({ name }) => name === condition.field);
  return condition.values.includes(asText(values[condition.field] ?? other?.default));
};

const toNumber = (typed: string): unknown => {
  const number = Number(typed.trim().replace(",", "."));
  return Number.isFinite(number) ? number : new Unread(typed, words.numberWrong);
};

const toLines = (typed: string): string[] =>
  typed
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

const toJson = (typed: string): unknown => {
  try {
    return JSON.parse(typed) as unknown;
  } catch {
    return new Unread(typed, words.jsonWrong);
  }
};

/** Undefined where nothing is typed. */
export const toValue = (field: ChannelField, typed: string): unknown => {
  if (typed.trim() === "") return undefined;
  switch (field.type) {
    case "number":
      return toNumber(typed);
    case "list":
      return toLines(typed);
    case "json":
      // A schedule's name is as good as JSON.
      return field.options.some((option) => option.value === typed) ? typed : toJson(typed);
    default:
      return typed;
  }
};

/** A row of signatures that was begun. */
const hasUnnamed = (value: unknown): boolean =>
  Array.isArray(value) && value.some((row) => isRecord(row) && row["header"] === "");

/** What is missing or can't be read, by the names of fields. */
export const findConfigFaults = (
  fields: readonly ChannelField[],
  values: ConfigValues,
): Record<string, string> => {
  const faults: Record<string, string> = {};
  for (const field of fields) {
    const value = values[field.name];
    if (!isShown(field, values, fields)) continue;
    const isMissing = value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
    if (field.type === "signatures" && hasUnnamed(value)) faults[field.name] = words.signatures.unnamed;
    if (value instanceof Unread) faults[field.name] = value.fault;
    else if (field.required && isMissing) faults[field.name] = text.rules.needed;
  }
  return faults;
};

/** Names that were taken out of an object are said to be gone: the API merges objects by their keys. */
const withRemovals = (before: unknown, after: unknown): unknown => {
  if (!isRecord(before) || !isRecord(after)) return after;
  const merged: Record<string, unknown> = {};
  for (const name of Object.keys(before)) if (!(name in after)) merged[name] = null;
  for (const [name, value] of Object.entries(after)) merged[name] = withRemovals(before[name], value);
  return merged;
};

const withoutUnnamed = (value: unknown): unknown =>
  isRecord(value)
    ? Object.fromEntries(
        Object.entries(value).filter(([name, inner]) => name !== "" && inner !== undefined && inner !== ""),
      )
    : value;

/** `stored`: as the server showed it, or null for a channel that is to be made. */
export const configBody = (
  fields: readonly ChannelField[],
  values: ConfigValues,
  stored: ConfigValues | null,
): Record<string, unknown> => {
  const body: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    const field = fields.find((each) => each.name === name);
    // What belongs to another choice is not kept unseen: the API would refuse it.
    const isLeftOut = field !== undefined && !isShown(field, values, fields);
    if (value === undefined || isLeftOut || value instanceof Unread) continue;
    const given = field?.type === "headers" || field?.type === "tls" ? withoutUnnamed(value) : value;
    if (isRecord(given) && Object.keys(given).length === 0) continue;
    body[name] = given;
  }
  if (stored === null) return body;
  const patch = withRemovals(stored, body) as Record<string, unknown>;
  // A secret is only taken away by saying so: an empty field that was opened leaves the stored one.
  for (const field of fields)
    if (field.secret && values[field.name] === undefined && isShown(field, values, fields))
      delete patch[field.name];
  return patch;
};
