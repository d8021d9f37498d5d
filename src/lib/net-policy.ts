// In: where a message wants to go and the address that its name stands for. Out: whether that very
// address may be dialled. Works on bytes, after unwrapping addresses that are hidden in others.
import {
  classOfIp,
  embeddedIps,
  formatIp,
  isInRange,
  parseIp,
  parseIpRange,
  unmapIp,
  type IpBytes,
  type IpClass,
  type IpRange,
} from "./ip-address";

/** lan: public and private, plain http to private only. strict: public https. open: lan and loopback. */
export const OUTBOUND_MODES = ["lan", "strict", "open"] as const;
export type OutboundMode = (typeof OUTBOUND_MODES)[number];

export interface DialTarget {
  /** `http:` is held to the plain-http rule; every other protocol only to the address rules. */
  protocol: string;
  /** As a URL has it, lower case, without brackets. */
  hostname: string;
  port: number;
}

/** Where this program itself listens; `0.0.0.0` and `::` mean every local address. */
export interface ListeningAddress {
  address: string;
  port: number;
}

export type PolicyVerdict =
  | { isAllowed: true; /** What to dial: an IPv4-mapped address comes back as IPv4. */ address: string }
  | { isAllowed: false; /** One sentence for people. */ reason: string };

export interface NetPolicyParts {
  mode: OutboundMode;
  /** Ranges, single addresses and host:port pairs; win over everything else. */
  allow: readonly string[];
  /** Asked at each decision: ports are known only after the start. */
  listeners?: () => readonly ListeningAddress[];
  /** Addresses of this machine's interfaces. */
  localAddresses?: () => readonly string[];
}

export interface NetPolicy {
  readonly mode: OutboundMode;
  judge(target: DialTarget, address: string): PolicyVerdict;
}

const HOST_AND_PORT = /^(?:\[([^\]]+)\]|([^:[\]/]+)):(\d{1,5})$/;

/** Verdicts that are kept: the same few targets are judged at every attempt. */
const MOST_VERDICTS = 4_096;

const keyOf = (host: string, port: number): string => `${host} ${port}`;

/** The host of a `host:port` pair in the form that is compared, and the port; null when it is none. */
const parsePair = (text: string): { host: string; port: number } | null => {
  const match = HOST_AND_PORT.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port < 1 || port > 65_535) return null;
  const host = (match[1] ?? match[2] ?? "").toLowerCase();
  const bytes = parseIp(host);
  if (match[1] !== undefined && bytes === null) return null;
  return { host: bytes === null ? host : formatIp(unmapIp(bytes)), port };
};

/** Null when the entry is well formed, else a sentence that says what is expected. */
export const checkAllowEntry = (text: string): string | null =>
  parseIpRange(text) !== null || parsePair(text) !== null
    ? null
    : `"${text}" is neither an address range (10.0.0.0/8) nor host:port.`;

const CLASS_TEXT: Record<IpClass, string> = {
  public: "a public address",
  private: "a private address",
  loopback: "a loopback address",
  never: "a link-local, metadata, multicast or reserved address",
};

export const createNetPolicy = (parts: NetPolicyParts): NetPolicy => {
  const { mode, listeners = () => [], localAddresses = () => [] } = parts;
  const ranges: IpRange[] = [];
  const pairs = new Set<string>();
  for (const entry of parts.allow) {
    const range = parseIpRange(entry);
    const pair = range === null ? parsePair(entry) : null;
    if (range !== null) ranges.push({ ...range, ...unmapRange(range) });
    else if (pair !== null) pairs.add(keyOf(pair.host, pair.port));
    else throw new Error(checkAllowEntry(entry) ?? "");
  }

  const isListed = (bytes: IpBytes, port: number): boolean =>
    ranges.some((range) => isInRange(bytes, range)) || pairs.has(keyOf(formatIp(bytes), port));

  const isOwn = (bytes: IpBytes, port: number): boolean => {
    const text = formatIp(bytes);
    return listeners().some((listener) => {
      if (listener.port !== port) return false;
      const own = parseIp(listener.address);
      if (own !== null && own.some((byte) => byte !== 0)) return formatIp(unmapIp(own)) === text;
      if (classOfIp(bytes) === "loopback") return true;
      return localAddresses().some((local) => {
        const address = parseIp(local);
        return address !== null && formatIp(unmapIp(address)) === text;
      });
    });
  };

  const refuse = (bytes: IpBytes, why: string): PolicyVerdict => ({
    isAllowed: false,
    reason: `${formatIp(bytes)} is ${why}; the outbound policy (${mode}) refuses it unless ANDON_OUTBOUND_ALLOW lists it.`,
  });

  /** Null when allowed. `isWrapped`: the address only carries another, which was judged before. */
  const refusalOf = (target: DialTarget, bytes: IpBytes, isWrapped: boolean): PolicyVerdict | null => {
    if (isListed(bytes, target.port)) return null;
    if (isOwn(bytes, target.port)) return refuse(bytes, "an address that Andon itself listens on");
    const kind = classOfIp(bytes);
    if (kind === "never" || (kind === "loopback" && mode !== "open")) return refuse(bytes, CLASS_TEXT[kind]);
    if (kind === "private" && mode === "strict") return refuse(bytes, CLASS_TEXT[kind]);
    if (kind === "public" && target.protocol === "http:" && !isWrapped)
      return refuse(bytes, "a public address, where plain http would be readable on the way");
    return null;
  };

  const decide = (target: DialTarget, address: string): PolicyVerdict => {
    const parsed = parseIp(address);
    if (parsed === null) return { isAllowed: false, reason: "The name stands for no usable address." };
    const bytes = unmapIp(parsed);
    const dialled = formatIp(bytes);
    const isNamed = pairs.has(keyOf(target.hostname.toLowerCase(), target.port));
    if (isNamed || isListed(bytes, target.port)) return { isAllowed: true, address: dialled };
    const embedded = embeddedIps(bytes);
    for (const hidden of embedded) {
      const refusal = refusalOf(target, hidden, false);
      if (refusal !== null) return refusal;
    }
    return refusalOf(target, bytes, embedded.length > 0) ?? { isAllowed: true, address: dialled };
  };

  const verdicts = new Map<string, PolicyVerdict>();

  return {
    mode,
    judge: (target, address) => {
      // Only what our own listeners and interfaces decide may change: such ports are never remembered.
      if (listeners().some(({ port }) => port === target.port)) return decide(target, address);
      const key = `${target.protocol} ${target.hostname} ${target.port} ${address}`;
      const known = verdicts.get(key);
      if (known !== undefined) return known;
      if (verdicts.size >= MOST_VERDICTS) verdicts.clear();
      const verdict = decide(target, address);
      verdicts.set(key, verdict);
      return verdict;
    },
  };
};

/** A range written in IPv4-mapped form means the IPv4 range. */
const unmapRange = (range: IpRange): Partial<IpRange> => {
  const bytes = unmapIp(range.bytes);
  return bytes.length === range.bytes.length || range.bits < 96 ? {} : { bytes, bits: range.bits - 96 };
};
