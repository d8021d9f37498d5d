// In: the name or address of a server that a person entered, and a port. Out: the same, fit to be part of
// a URL, or an `invalid` error that names the field.
import { invalid } from "../core/errors";
import { parseIp } from "../lib/ip-address";
import { numberOf, textOf } from "./values";

/** Labels of letters (of any script), digits and hyphens, as people write them. */
const HOST_NAME = /^[\p{L}\p{N}_]([\p{L}\p{N}_-]{0,62})(\.[\p{L}\p{N}_]([\p{L}\p{N}_-]{0,62}))*\.?$/u;

/** A host name or an IP address without brackets. Throws `invalid` on `field`. */
export const hostOf = (value: unknown, field: string): string => {
  const name = field.slice(field.lastIndexOf(".") + 1);
  const text = textOf(value, field, { longest: 253 });
  if (text === undefined) throw invalid(field, `${name} is missing: which server shall be used?`);
  const bare = text.replace(/^\[(.*)\]$/, "$1");
  if (parseIp(bare) === null && !HOST_NAME.test(bare))
    throw invalid(field, `${name} must be a host name or an IP address, without scheme, port or path.`);
  return bare;
};

export const portOf = (value: unknown, field: string): number | undefined =>
  numberOf(value, field, { least: 1, most: 65_535, isWhole: true });

/** `smtp://relay.plant.local:25`; IPv6 addresses in brackets. */
export const hostUrl = (scheme: string, host: string, port: number): string =>
  `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`;
