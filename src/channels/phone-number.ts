// In: a phone number as people write it. Out: the same in the international form of E.164, or an error
// that says what to write.
import { invalid } from "../core/errors";
import { textOf } from "./values";

/** A plus sign, no zero at first, 15 digits at most (ITU-T E.164). */
const INTERNATIONAL = /^\+[1-9][0-9]{6,14}$/;
/** Inside a company network, or as a country writes its own numbers. */
const NATIONAL = /^[0-9]{3,15}$/;

/** Spaces and what people put between groups of digits are dropped; 00 at first is a plus sign. */
const tidy = (text: string): string => text.replace(/[\s().\-/]/g, "").replace(/^00(?=[1-9])/, "+");

/** `+491701234567`; where `mayBeNational`, digits alone as well. Throws `invalid`. */
export const phoneNumberOf = (
  value: unknown,
  field: string,
  { mayBeNational }: { mayBeNational: boolean },
): string | undefined => {
  const text = textOf(value, field, { longest: 40 });
  if (text === undefined) return undefined;
  const number = tidy(text);
  if (INTERNATIONAL.test(number) || (mayBeNational && NATIONAL.test(number))) return number;
  throw invalid(field, "This is no phone number: write it with its country, such as +49 170 1234567.");
};
