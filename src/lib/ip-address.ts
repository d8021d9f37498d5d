// In: an IP address or a range as text. Out: its bytes, its class, and the addresses hidden in it.
// Strict: only canonical spellings of IPv4 (URL parsing has already normalised the others).

/** 4 or 16 bytes. */
export type IpBytes = readonly number[];

export interface IpRange {
  bytes: IpBytes;
  /** Leading bits that count. */
  bits: number;
}

const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
const GROUP = /^[0-9a-f]{1,4}$/i;

const parseIpv4 = (text: string): IpBytes | null => {
  const match = IPV4.exec(text);
  if (match === null) return null;
  const bytes: number[] = [];
  for (const part of match.slice(1)) {
    // A leading zero means octal to some programs and decimal to others.
    if (part.length > 1 && part.startsWith("0")) return null;
    const value = Number(part);
    if (value > 255) return null;
    bytes.push(value);
  }
  return bytes;
};

const parseGroups = (text: string): number[] | null => {
  if (text === "") return [];
  const bytes: number[] = [];
  const groups = text.split(":");
  for (const [index, group] of groups.entries()) {
    if (group.includes(".") && index === groups.length - 1) {
      const tail = parseIpv4(group);
      if (tail === null) return null;
      bytes.push(...tail);
    } else {
      if (!GROUP.test(group)) return null;
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 255);
    }
  }
  return bytes;
};

const parseIpv6 = (text: string): IpBytes | null => {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const head = parseGroups(halves[0] ?? "");
  if (head === null) return null;
  if (halves.length === 1) return head.length === 16 ? head : null;
  const tail = parseGroups(halves[1] ?? "");
  if (tail === null || head.length + tail.length > 14) return null;
  return [...head, ...new Array<number>(16 - head.length - tail.length).fill(0), ...tail];
};

/** Null for anything that is not an address; zone identifiers (`%eth0`) are refused as well. */
export const parseIp = (text: string): IpBytes | null =>
  text.includes(":") ? parseIpv6(text) : parseIpv4(text);

/** Dotted IPv4; IPv6 as eight groups without compression, good enough for people and for dialling. */
export const formatIp = (bytes: IpBytes): string => {
  if (bytes.length === 4) return bytes.join(".");
  const groups: string[] = [];
  for (let index = 0; index < 16; index += 2)
    groups.push((((bytes[index] ?? 0) << 8) | (bytes[index + 1] ?? 0)).toString(16));
  return groups.join(":");
};

/** `10.0.0.0/8`, `fd00::/8`, or a single address. Null when it is neither. */
export const parseIpRange = (text: string): IpRange | null => {
  const slash = text.indexOf("/");
  const bytes = parseIp(slash === -1 ? text : text.slice(0, slash));
  if (bytes === null) return null;
  if (slash === -1) return { bytes, bits: bytes.length * 8 };
  const suffix = text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(suffix) || Number(suffix) > bytes.length * 8) return null;
  return { bytes, bits: Number(suffix) };
};

export const isInRange = (bytes: IpBytes, range: IpRange): boolean => {
  if (bytes.length !== range.bytes.length) return false;
  const whole = range.bits >> 3;
  for (let index = 0; index < whole; index++) if (bytes[index] !== range.bytes[index]) return false;
  const rest = range.bits & 7;
  if (rest === 0) return true;
  const mask = (0xff << (8 - rest)) & 0xff;
  return ((bytes[whole] ?? 0) & mask) === ((range.bytes[whole] ?? 0) & mask);
};

const rangeOf = (text: string): IpRange => {
  const range = parseIpRange(text);
  if (range === null) throw new Error(`not an address range: ${text}`);
  return range;
};

/** IPv4-mapped addresses are the IPv4 address itself; anything else is returned as it is. */
const MAPPED = rangeOf("::ffff:0:0/96");
export const unmapIp = (bytes: IpBytes): IpBytes => (isInRange(bytes, MAPPED) ? bytes.slice(12) : bytes);

const NAT64 = rangeOf("64:ff9b::/96");
const SIX_TO_FOUR = rangeOf("2002::/16");
const TEREDO = rangeOf("2001::/32");

/** IPv4 addresses that a packet to this IPv6 address would end at (NAT64, 6to4, Teredo). */
export const embeddedIps = (bytes: IpBytes): IpBytes[] => {
  if (isInRange(bytes, NAT64)) return [bytes.slice(12)];
  if (isInRange(bytes, SIX_TO_FOUR)) return [bytes.slice(2, 6)];
  // Teredo holds its server in clear and its client with all bits turned over.
  if (isInRange(bytes, TEREDO)) return [bytes.slice(4, 8), bytes.slice(12).map((byte) => byte ^ 0xff)];
  return [];
};

/** `never`: link-local, metadata, multicast, unspecified, reserved, documentation. */
export type IpClass = "public" | "private" | "loopback" | "never";

const NEVER = [
  "0.0.0.0/8",
  "169.254.0.0/16",
  "168.63.129.16",
  "100.100.100.200",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
  "fd00:ec2::254",
  "fd20:ce::254",
  "fe80::/10",
  "fec0::/10",
  "ff00::/8",
  "2001:2::/48",
  "2001:10::/28",
  "2001:20::/28",
  "2001:db8::/32",
  "3fff::/20",
].map(rangeOf);
const LOOPBACK = ["127.0.0.0/8", "::1"].map(rangeOf);
const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"].map(rangeOf);
/** All that is routed on the IPv6 internet today, and the NAT64 prefix. */
const ROUTED_IPV6 = ["2000::/3", "64:ff9b::/96"].map(rangeOf);

const isInAny = (bytes: IpBytes, ranges: readonly IpRange[]): boolean =>
  ranges.some((range) => isInRange(bytes, range));

/** Of an address that was unmapped before; addresses embedded in it are not looked at. */
export const classOfIp = (bytes: IpBytes): IpClass => {
  if (isInAny(bytes, NEVER)) return "never";
  if (isInAny(bytes, LOOPBACK)) return "loopback";
  if (isInAny(bytes, PRIVATE)) return "private";
  if (bytes.length === 16 && !isInAny(bytes, ROUTED_IPV6)) return "never";
  return "public";
};
