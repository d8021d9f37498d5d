// In: addresses and ranges as text. Out: whether an address is one of them, and the group of
// addresses that one client is counted under.
import { formatIp, type IpRange, isInRange, parseIp, parseIpRange, unmapIp } from "./ip-address";

export interface AddressList {
  readonly isEmpty: boolean;
  /** False for anything that is not an address. IPv4 in IPv6 (`::ffff:…`) counts as IPv4. */
  has(address: string): boolean;
}

/** Dotted for IPv4, also where it came mapped into IPv6. Null when the text is no address. */
export const normalizeAddress = (text: string): string | null => {
  const bytes = parseIp(text);
  return bytes === null ? null : formatIp(unmapIp(bytes));
};

/** Throws an Error that names the entry at fault. */
export const parseAddressList = (entries: readonly string[]): AddressList => {
  const ranges = entries.map((entry): IpRange => {
    const range = parseIpRange(entry);
    if (range === null) throw new Error(`"${entry}" is neither an address nor a range like 10.0.0.0/8.`);
    return range;
  });
  return {
    isEmpty: ranges.length === 0,
    has: (text) => {
      if (ranges.length === 0) return false;
      const bytes = parseIp(text);
      if (bytes === null) return false;
      const address = unmapIp(bytes);
      return ranges.some((range) => isInRange(address, range));
    },
  };
};

/** An IPv4 address itself; of IPv6 the /64, inside which a client may change its address freely. */
export const addressGroup = (text: string): string => {
  if (!text.includes(":")) return text;
  const bytes = parseIp(text);
  if (bytes === null) return text;
  const address = unmapIp(bytes);
  return address.length === 4
    ? formatIp(address)
    : `${formatIp(address).split(":").slice(0, 4).join(":")}::/64`;
};
