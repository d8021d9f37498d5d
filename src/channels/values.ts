// In: one value of a channel's config, as JSON gave it. Out: the value in its type, or an `invalid`
// error that names the field. An absent value is `undefined`.
import { invalid } from "../core/errors";
import { MASK } from "../lib/secrets";

export const refuseUnknownKeys = (
  given: Record<string, unknown>,
  known: readonly string[],
  path: string,
): void => {
  for (const key of Object.keys(given))
    if (!known.includes(key))
      throw invalid(`${path}.${key}`, `${key} is not a setting here. Known: ${known.join(", ")}.`);
};

export const textOf = (
  value: unknown,
  field: string,
  { shortest = 1, longest }: { shortest?: number; longest: number },
): string | undefined => {
  if (value === undefined) return undefined;
  if (typeof value !== "string") throw invalid(field, `${lastOf(field)} must be a text.`);
  if (value.startsWith(MASK))
    throw invalid(field, `${lastOf(field)} is a mask, not a value: leave it out or give the value itself.`);
  if (value.length < shortest || value.length > longest)
    throw invalid(field, `${lastOf(field)} must have ${shortest} to ${longest} characters.`);
  return value;
};

/** As `textOf`, for what can't be left out; `missing` asks for it. */
export const requiredTextOf = (
  value: unknown,
  field: string,
  { missing, ...lengths }: { shortest?: number; longest: number; missing: string },
): string => {
  const text = textOf(value, field, lengths);
  if (text === undefined) throw invalid(field, `${lastOf(field)} is missing. ${missing}`);
  return text;
};

const LONGEST_CREDENTIAL = 512;

/** A token, key or name as headers and forms carry it: what a copy adds around it would only break it. */
export const credentialOf = (value: unknown, field: string): string | undefined => {
  const text = textOf(value, field, { longest: LONGEST_CREDENTIAL });
  if (text !== undefined && !/^[\x21-\x7e]+$/.test(text))
    throw invalid(field, `${lastOf(field)} must hold neither spaces, line breaks nor letters with accents.`);
  return text;
};

/** As `credentialOf`, for what can't be left out. */
export const requiredCredentialOf = (value: unknown, field: string, missing: string): string => {
  const text = credentialOf(value, field);
  if (text === undefined) throw invalid(field, `${lastOf(field)} is missing. ${missing}`);
  return text;
};

/** Texts, each checked by `check` under its place in the list; undefined when there is no list. */
export const listOf = <T>(
  value: unknown,
  field: string,
  { most, check }: { most: number; check: (entry: unknown, field: string) => T | undefined },
): T[] | undefined => {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw invalid(field, `${lastOf(field)} must be a list.`);
  if (value.length > most) throw invalid(field, `${lastOf(field)} may hold at most ${most} entries.`);
  return value.map((entry: unknown, index) => {
    const checked = check(entry, `${field}.${index}`);
    if (checked === undefined) throw invalid(`${field}.${index}`, "This entry is empty.");
    return checked;
  });
};

export const booleanOf = (value: unknown, field: string): boolean | undefined => {
  if (value === undefined || typeof value === "boolean") return value;
  throw invalid(field, `${lastOf(field)} must be true or false.`);
};

export const numberOf = (
  value: unknown,
  field: string,
  { least, most, isWhole = false }: { least: number; most: number; isWhole?: boolean },
): number | undefined => {
  if (value === undefined) return undefined;
  if (typeof value === "number" && value >= least && value <= most && (!isWhole || Number.isInteger(value)))
    return value;
  throw invalid(
    field,
    `${lastOf(field)} must be a ${isWhole ? "whole " : ""}number from ${least} to ${most}.`,
  );
};

export const choiceOf = <T extends string>(
  value: unknown,
  field: string,
  choices: readonly T[],
): T | undefined => {
  if (value === undefined) return undefined;
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) throw invalid(field, `${lastOf(field)} must be one of: ${choices.join(", ")}.`);
  return choice;
};

const lastOf = (field: string): string => field.slice(field.lastIndexOf(".") + 1);
