// In: strings of a query. Out: checked values, or AppError `invalid` with the field.
import { invalid } from "./errors";

/** A comma-separated list of known words; undefined when the parameter is absent or empty. */
export const readWords = <Word extends string>(
  field: string,
  text: string | undefined,
  known: readonly Word[],
): Word[] | undefined => {
  if (text === undefined || text === "") return undefined;
  return text.split(",").map((part) => {
    const word = known.find((candidate) => candidate === part.trim());
    if (word === undefined) throw invalid(field, `${field} takes ${known.join(", ")}.`);
    return word;
  });
};

/** ISO 8601 with a zone, or milliseconds since 1970. */
export const readTime = (field: string, text: string | undefined): number | undefined => {
  if (text === undefined || text === "") return undefined;
  const ms = /^-?\d{1,16}$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(ms)) throw invalid(field, `${field} must be a time such as 2026-04-04T10:30:05Z.`);
  return ms;
};
