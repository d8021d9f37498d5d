// In: the value of a Host header or a URL's authority. Out: its host and port, or null when it is
// not exactly one well-formed `host[:port]` (RFC 9110 7.2, without user information).
import { isIP } from "node:net";

export interface HostAndPort {
  /** Lower-case; an IPv6 literal without its brackets. */
  host: string;
  /** As written; null when absent. */
  port: number | null;
  isLiteral: boolean;
}

const LONGEST_NAME = 253;
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
const PORT = /^[0-9]{1,5}$/;
/** A last label of digits makes parsers disagree whether it is an address. */
const NUMERIC_LABEL = /^(?:[0-9]+|0x[0-9a-f]*)$/;

const readPort = (text: string): number | null => {
  if (!PORT.test(text)) return null;
  const port = Number(text);
  return port >= 1 && port <= 65_535 ? port : null;
};

const isName = (host: string): boolean => {
  const labels = (host.endsWith(".") ? host.slice(0, -1) : host).split(".");
  return (
    host.length <= LONGEST_NAME &&
    labels.every((label) => LABEL.test(label)) &&
    !NUMERIC_LABEL.test(labels.at(-1) ?? "")
  );
};

/** Two Host headers arrive joined by a comma, which no host may hold: they give null as well. */
export const parseHost = (value: string): HostAndPort | null => {
  const text = value.toLowerCase();
  const isBracketed = text.startsWith("[");
  const hostEnd = isBracketed ? text.indexOf("]") + 1 : text.indexOf(":");
  if (isBracketed && hostEnd === 0) return null;
  const end = hostEnd === -1 ? text.length : hostEnd;
  const rest = text.slice(end);
  const port = rest === "" ? null : rest.startsWith(":") ? readPort(rest.slice(1)) : null;
  if (rest !== "" && port === null) return null;
  const host = isBracketed ? text.slice(1, end - 1) : text.slice(0, end);
  if (isBracketed) return isIP(host) === 6 && !host.includes("%") ? { host, port, isLiteral: true } : null;
  if (isIP(host) === 4) return { host, port, isLiteral: true };
  return host !== "" && isName(host) ? { host, port, isLiteral: false } : null;
};
