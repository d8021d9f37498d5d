// In: the text of an option as a person wrote it. Out: its typed value, or a sentence that says what
// is wrong with it. A kind also knows its name in help texts and how to write a value back.
import ipaddr from "ipaddr.js";
import { parseKey } from "../lib/envelope";

export interface OptionKind<T> {
  /** Shown in `--help` and in the README, e.g. `number`. */
  readonly label: string;
  /** Throws an Error whose message completes the sentence "ANDON_X …". */
  readonly parse: (text: string) => T;
  /** Such that `parse(print(value))` gives the value again. */
  readonly print: (value: T) => string;
}

const refuse = (sentence: string): never => {
  throw new Error(sentence);
};

export const text = (check?: (value: string) => void): OptionKind<string> => ({
  label: "text",
  parse: (written) => {
    const value = written.trim();
    check?.(value);
    return value;
  },
  print: (value) => value,
});

/** An absent optional value is null; the empty text means absent. */
export const optional = <T>(kind: OptionKind<T>): OptionKind<T | null> => ({
  label: kind.label,
  parse: (written) => (written.trim() === "" ? null : kind.parse(written)),
  print: (value) => (value === null ? "" : kind.print(value)),
});

export const integer = (range: { min: number; max: number }): OptionKind<number> => ({
  label: "number",
  parse: (written) => {
    const trimmed = written.trim();
    const value = Number(trimmed);
    if (!/^-?\d+$/.test(trimmed) || value < range.min || value > range.max)
      refuse(`must be a whole number from ${range.min} to ${range.max}`);
    return value;
  },
  print: String,
});

const YES = new Set(["true", "1", "yes", "on"]);
const NO = new Set(["false", "0", "no", "off", ""]);

export const boolean: OptionKind<boolean> = {
  label: "true or false",
  parse: (written) => {
    const value = written.trim().toLowerCase();
    if (!YES.has(value) && !NO.has(value)) refuse("must be true or false");
    return YES.has(value);
  },
  print: String,
};

export const choice = <const Value extends string>(values: readonly Value[]): OptionKind<Value> => ({
  label: values.join(", "),
  parse: (written) => {
    const value = written.trim().toLowerCase();
    return values.find((one) => one === value) ?? refuse(`must be one of ${values.join(", ")}`);
  },
  print: (value) => value,
});

/** Separated by commas or white space; empty entries are dropped. */
export const list = (check?: (entry: string) => void): OptionKind<string[]> => ({
  label: "list",
  parse: (written) => {
    const entries = written.split(/[\s,]+/).filter((entry) => entry !== "");
    for (const entry of entries) check?.(entry);
    return entries;
  },
  print: (value) => value.join(","),
});

/** An address or an address range: `10.0.0.0/8`, `192.168.1.7`, `fd00::/8`. */
export const checkRange = (entry: string): void => {
  if (!ipaddr.isValid(entry) && !ipaddr.isValidCIDR(entry))
    refuse(`holds ${JSON.stringify(entry)}, which is neither an IP address nor a range such as 10.0.0.0/8`);
};

const HOST_AND_PORT = /^(?:\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?):(\d{1,5})$/i;

/** An address range, or one listener as `host:port`. */
export const checkRangeOrListener = (entry: string): void => {
  if (ipaddr.isValid(entry) || ipaddr.isValidCIDR(entry)) return;
  const port = Number(HOST_AND_PORT.exec(entry)?.[1] ?? Number.NaN);
  if (!(port >= 1 && port <= 65_535))
    refuse(`holds ${JSON.stringify(entry)}: write ranges such as 10.0.0.0/8 or listeners such as plc7:9000`);
};

/** An origin (`https://andon.plant.example`), returned without a slash at the end. */
export const origin: OptionKind<string> = {
  label: "URL",
  parse: (written) => {
    const url = URL.canParse(written.trim()) ? new URL(written.trim()) : null;
    if (url === null || (url.protocol !== "http:" && url.protocol !== "https:"))
      return refuse("must be a URL such as https://andon.example.com");
    if (url.username !== "" || url.password !== "") refuse("must not hold a user name or password");
    if (url.pathname !== "/" || url.search !== "" || url.hash !== "")
      refuse("must end after the host and port: Andon serves at the root of its host");
    return url.origin;
  },
  print: (value) => value,
};

/** The shape of an e-mail address, not its existence. */
export const checkEmail = (value: string): void => {
  if (!/^[^\s@]+@[^\s@]+$/.test(value) || value.length > 254) refuse("must be an e-mail address");
};

/** A host name or an IP address to listen on. */
export const checkHost = (value: string): void => {
  if (!ipaddr.isValid(value) && !/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i.test(value))
    refuse("must be a host name or an IP address, without a scheme or port");
};

export const checkLength =
  (range: { min: number; max: number }) =>
  (value: string): void => {
    if (value.length < range.min || value.length > range.max)
      refuse(`must have from ${range.min} to ${range.max} characters`);
  };

/** One key, or several with the present one first, separated by white space or commas. */
export const checkSecretKeys = (value: string): void => {
  const words = value.split(/[\s,]+/);
  if (words.some((word) => parseKey(word) === null))
    refuse("must be 64 hex characters (openssl rand -hex 32), or several such keys with the new one first");
};
