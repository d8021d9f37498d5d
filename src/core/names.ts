// In: a name that a person gave. Out: the same name, or AppError `invalid` with the field.
import { invalid } from "./errors";

// Control characters have no place in a name; they would let one name look like another.
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f\u2028\u2029]/;

/** Half of a surrogate pair is no character: storage would not give it back. */
export const isPlainText = (text: string): boolean => !CONTROL.test(text) && text.isWellFormed();

/** Refuses what nobody could read; its length is the model's business. */
export const checkName = (field: string, name: string): string => {
  if (name.trim() === "") throw invalid(field, `${field} must not be blank.`);
  if (!isPlainText(name)) throw invalid(field, `${field} has characters that are not text.`);
  return name;
};
