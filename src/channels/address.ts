// In: an address that a person entered. Out: the same, once it can be dialled as it stands, or an
// `invalid` error that names the field and never repeats the address: it may be a secret.
import { invalid } from "../core/errors";
import { MASK } from "../lib/secrets";
import { textOf } from "./values";

/** Addresses of Power Automate have several hundred characters; their length is not promised. */
const LONGEST_URL = 4_096;

/**
 * A complete http or https address. The host is not compared with a list: services move theirs.
 * Throws `invalid` on `field`, also when there is none.
 */
export const addressOf = (value: unknown, field: string): string => {
  const name = field.slice(field.lastIndexOf(".") + 1);
  const text = textOf(value, field, { longest: LONGEST_URL });
  if (text === undefined) throw invalid(field, `${name} is missing: where shall messages go?`);
  // oxlint-disable-next-line no-control-regex
  const url = /[\x00-\x20\x7f]/.test(text) ? null : URL.parse(text);
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:"))
    throw invalid(field, `${name} must be a complete address that begins with https:// or http://.`);
  if (url.username !== "" || url.password !== "")
    throw invalid(
      field,
      `${name} must not hold a user name or password: send them in an Authorization header.`,
    );
  if (url.port === "0") throw invalid(field, `${name} must not name port 0.`);
  if (text.includes(MASK)) throw invalid(field, `${name} holds a mask: write the whole address.`);
  return text;
};

/** The address of a server, to which paths are added: no query, no fragment, no slash at the end. */
export const serverOf = (value: unknown, field: string): string => {
  const text = addressOf(value, field);
  const name = field.slice(field.lastIndexOf(".") + 1);
  if (/[?#]/.test(text))
    throw invalid(field, `${name} must end with the host or a path: leave out what begins with ? or #.`);
  return text.replace(/\/+$/, "");
};
