// In: an e-mail address as a person entered it, with or without a name. Out: name and address, such that
// neither can begin a new header or command, or an `invalid` error that names the field.
import { invalid } from "../../core/errors";
import { textOf } from "../values";
import type { MailAddress } from "../requests";

/** RFC 5321, 4.5.3.1: 64 before the @, 255 after it; a name may stand in front. */
const LONGEST = 500;
/** RFC 5322's dot-atom. Letters beyond ASCII would need every relay on the way to know SMTPUTF8. */
const LOCAL = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
/** Names of any script, with or without a dot: `root@localhost` is somebody. Or an address in brackets. */
const DOMAIN =
  /^(?:[\p{L}\p{N}]([\p{L}\p{N}-]{0,62})(\.[\p{L}\p{N}]([\p{L}\p{N}-]{0,62}))*|\[[0-9A-Fa-f:.IPv]+\])$/u;

const NAMED = /^(.*?)\s*<([^<>]*)>$/s;

/** Throws `invalid` on `field`. */
export const mailboxOf = (value: unknown, field: string): MailAddress => {
  const name = field.slice(field.lastIndexOf(".") + 1);
  const text = textOf(value, field, { longest: LONGEST });
  if (text === undefined) throw invalid(field, `${name} is missing.`);
  if (/[\p{Cc}\u2028\u2029]/u.test(text))
    throw invalid(field, "An e-mail address can't hold line breaks or control characters.");
  const [, named, inner] = NAMED.exec(text.trim()) ?? [];
  const address = (inner ?? text).trim();
  const at = address.lastIndexOf("@");
  const [local, domain] = [address.slice(0, Math.max(at, 0)), address.slice(at + 1)];
  if (local.length > 64 || domain.length > 255 || !LOCAL.test(local) || !DOMAIN.test(domain))
    throw invalid(field, "This is not an e-mail address: write name@host, or Name <name@host>.");
  return { name: (named ?? "").replace(/^"(.*)"$/s, "$1").trim(), address };
};

/** A list of addresses, or one alone. Throws `invalid` on `field`. */
export const mailboxesOf = (
  value: unknown,
  field: string,
  { least, most }: { least: number; most: number },
): MailAddress[] => {
  const name = field.slice(field.lastIndexOf(".") + 1);
  const list: readonly unknown[] = value === undefined ? [] : Array.isArray(value) ? value : [value];
  if (list.length < least) throw invalid(field, `${name} must name at least ${least} address.`);
  if (list.length > most) throw invalid(field, `${name} may name at most ${most} addresses.`);
  const boxes = list.map((entry, index) =>
    mailboxOf(entry, Array.isArray(value) ? `${field}.${index}` : field),
  );
  const seen = new Set<string>();
  // Twice the same recipient would be two copies, or a refusal of the second.
  return boxes.filter(({ address }) => !seen.has(address.toLowerCase()) && seen.add(address.toLowerCase()));
};
