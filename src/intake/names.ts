// In: names and labels from outside. Out: null, or the reason why they are refused.
import { isId } from "../core/ids";
import type { Labels } from "./records";

export const MAX_NAME_LENGTH = 200;
export const MAX_LABELS = 32;
/** Of all keys and values together. */
export const MAX_LABELS_LENGTH = 2_048;

// Control characters have no place in a name; they would let one name look like another.
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f\u2028\u2029]/;
/** Half of a surrogate pair: SQLite and JSON would not give it back. */
const isWellFormed = (text: string): boolean => !CONTROL.test(text) && text.isWellFormed();

const judgeName = (what: string, name: string): string | null => {
  if (name.trim() === "") return `the ${what} name is empty`;
  if (name.length > MAX_NAME_LENGTH) return `the ${what} name is longer than ${MAX_NAME_LENGTH} characters`;
  return isWellFormed(name) ? null : `the ${what} name has characters that are not text`;
};

/** A name that looks like an ID belongs to nobody: it can only be meant as one. */
export const judgeMachineName = (name: string): string | null =>
  isId(name) ? "there is no machine with this ID" : judgeName("machine", name);

export const judgeMetricName = (name: string): string | null => judgeName("metric", name);

/** Keys that JavaScript gives a meaning of its own. */
const RESERVED = new Set(["__proto__", "constructor", "prototype"]);

export const judgeLabels = (labels: Labels): string | null => {
  if (labels.length > MAX_LABELS) return `there are more than ${MAX_LABELS} tags`;
  let length = 0;
  for (const [key, value] of labels) {
    if (key === "" || RESERVED.has(key)) return "a tag has a name that is not allowed";
    if (!isWellFormed(key) || !isWellFormed(value)) return "a tag has characters that are not text";
    length += key.length + value.length;
  }
  return length > MAX_LABELS_LENGTH ? `the tags are longer than ${MAX_LABELS_LENGTH} characters` : null;
};
