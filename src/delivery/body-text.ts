// In: a stored body and the secrets of its channel. Out: its beginning as text for people, with every
// known secret cut out: bodies hold none by contract, but a person may have written one into a message.
import { redact } from "../lib/secrets";

const SHOWN_BYTES = 256 * 1024;

/** What is no UTF-8 is shown as replacement characters; a character is never cut in half. */
export const readBodyText = (
  body: Uint8Array,
  secrets: readonly string[],
): { bytes: number; text: string; isCut: boolean } => {
  const isCut = body.length > SHOWN_BYTES;
  const text = new TextDecoder().decode(isCut ? body.subarray(0, SHOWN_BYTES) : body, { stream: isCut });
  return { bytes: body.length, text: redact(text, secrets), isCut };
};
