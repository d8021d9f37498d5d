// In: strings of a query. Out: checked values, or AppError `invalid` with the field.
import { invalid } from "./errors";

/** A comma-separated list of known words, each once; undefined when the parameter is absent or empty. */
export const readWords = <Word extends string>(
  field: string,
  text: string | undefined,
  known: readonly Word[],
): Word[] | undefined => {
  if (text === undefined || text === "") return undefined;
  const words = text.split(",").map((part) => {
    const word = known.find((candidate) => candidate === part.trim());
    if (word === undefined) throw invalid(field, `${field} takes ${known.join(", ")}.`);
    return word;
  });
  return [...new Set(words)];
};

/** A day is its beginning in UTC; a time needs its zone. */
const ISO = /^\d{4}-\d{2}-\d{2}(?:[Tt]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d{2}:\d{2}))?$/;
const MS = /^-?\d{1,16}$/;
/** Of what a Date can hold, in ms. */
const LATEST = 8_640_000_000_000_000;

/** ISO 8601 with a zone, or milliseconds since 1970. */
export const readTime = (field: string, text: string | undefined): number | undefined => {
  if (text === undefined || text === "") return undefined;
  // The plus of a zone that was not encoded arrives as a space.
  const iso = text.replace(" ", "+");
  const ms = MS.test(text) ? Number(text) : ISO.test(iso) ? Date.parse(iso) : Number.NaN;
  if (Number.isNaN(ms) || Math.abs(ms) > LATEST)
    throw invalid(field, `${field} must be a time such as 2026-04-04T10:30:05Z.`);
  return ms;
};
