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
