// In: the URL of what shall be dialled, by any transport. Out: where that is, which of its addresses
// the outbound policy allows, and why not. One resolution gives what is judged and what is dialled.
import type { SendFailure } from "../channels/channel";
import { parseIp } from "../lib/ip-address";
import type { DialTarget, NetPolicy } from "../lib/net-policy";
import type { NameFailure } from "./name-server";
import type { Resolver } from "./resolver";

export interface Target extends DialTarget {
  isLiteral: boolean;
  /** For the Host header: the name as the URL has it, with a port that is not the default. */
  host: string;
  path: string;
  /** Address and port of the last dial. */
  lastAddress: string | null;
}

export type Vetted =
  | { addresses: string[]; reason: null }
  | { addresses: []; failure: SendFailure; reason: string };

export interface Targets {
  /** Null when the text is no URL of a protocol that is spoken here. Equal URLs give the same object. */
  targetOf(url: string): Target | null;
  /** Null when the signal came before the name was resolved. Never rejects. */
  vet(target: Target, signal: AbortSignal): Promise<Vetted | null>;
  /** Null when the URL may be dialled as far as can be known now, else the reason for people. */
  refusalOf(url: string): Promise<string | null>;
  /** Same key, same address and port, as far as is known: for counting what is in flight per host. */
  hostKey(url: string): string;
}

/** Addresses of one name that are tried in turn when nothing listens. */
export const MOST_CANDIDATES = 3;
const MOST_TARGETS = 4_096;

/** The ports that IANA has registered for them. */
const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  "http:": 80,
  "https:": 443,
  "smtp:": 25,
  "mqtt:": 1_883,
  "mqtts:": 8_883,
};

/** Schemes unknown to the URL standard keep a host as it was typed; read as http's, `0x7f.1` is 127.0.0.1. */
const hostnameOf = (url: URL): string =>
  (url.protocol.startsWith("http") ? url : URL.parse(`http://${url.hostname}`))?.hostname
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "") ?? "";

const parseTarget = (text: string): Target | null => {
  const url = URL.parse(text);
  const defaultPort = url === null ? undefined : DEFAULT_PORTS[url.protocol];
  if (url === null || defaultPort === undefined) return null;
  if (url.username !== "" || url.password !== "") return null;
  const hostname = hostnameOf(url);
  if (hostname === "") return null;
  return {
    protocol: url.protocol,
    hostname,
    port: url.port === "" ? defaultPort : Number(url.port),
    isLiteral: parseIp(hostname) !== null,
    host: url.host,
    path: url.pathname + url.search,
    lastAddress: null,
  };
};

const UNRESOLVED: Readonly<Record<NameFailure, { failure: SendFailure; reason: string }>> = {
  unknown: { failure: "dns", reason: "The host name is unknown." },
  mute: { failure: "dns_mute", reason: "The DNS server does not answer." },
  broken: { failure: "dns_broken", reason: "The DNS server gave no answer of use." },
};

export const withPort = (address: string, port: number): string =>
  address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;

/** Null when the signal came first; what the promise gives later is dropped. */
export const unlessAborted = <T>(promise: Promise<T>, signal: AbortSignal): Promise<T | null> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) resolve(null);
    signal.addEventListener("abort", () => resolve(null), { once: true });
    promise.then(resolve, reject);
  });

export const createTargets = ({ policy, resolver }: { policy: NetPolicy; resolver: Resolver }): Targets => {
  const targets = new Map<string, Target>();

  const targetOf = (url: string): Target | null => {
    const known = targets.get(url);
    if (known !== undefined) return known;
    const target = parseTarget(url);
    if (target === null) return null;
    const oldest = targets.size >= MOST_TARGETS ? targets.keys().next().value : undefined;
    if (oldest !== undefined) targets.delete(oldest);
    targets.set(url, target);
    return target;
  };

  const judgeAll = (target: Target, addresses: readonly string[]): Vetted => {
    const allowed: string[] = [];
    let reason = "The name stands for no address.";
    for (const address of addresses) {
      const verdict = policy.judge(target, address);
      if (!verdict.isAllowed) reason = verdict.reason;
      else if (!allowed.includes(verdict.address)) allowed.push(verdict.address);
    }
    return allowed.length > 0
      ? { addresses: allowed, reason: null }
      : { addresses: [], failure: "blocked", reason };
  };

  const resolveAndJudge = async (target: Target): Promise<Vetted> => {
    const resolution = await resolver.resolve(target.hostname);
    if ("addresses" in resolution) return judgeAll(target, resolution.addresses);
    return { addresses: [], ...UNRESOLVED[resolution.failure] };
  };

  return {
    targetOf,

    vet: async (target, signal) =>
      target.isLiteral
        ? judgeAll(target, [target.hostname])
        : await unlessAborted(resolveAndJudge(target), signal),

    refusalOf: async (url) => {
      const target = targetOf(url);
      if (target === null) return "This is not a complete address that can be dialled.";
      const isPlain = target.protocol === "http:";
      if (target.isLiteral) return judgeAll(target, [target.hostname]).reason;
      const resolution = await resolver.resolve(target.hostname);
      // The certificate will prove an https host, whenever its name appears.
      if (!("addresses" in resolution))
        return isPlain
          ? `The host ${target.hostname} can't be resolved; plain http needs a known host.`
          : null;
      // Plain http is for names that stand for private addresses only.
      const judged = resolution.addresses.map((address) => policy.judge(target, address));
      const refused = judged.filter((verdict) => !verdict.isAllowed);
      if (refused.length === 0 || (!isPlain && refused.length < judged.length)) return null;
      return refused[0]?.reason ?? null;
    },

    hostKey: (url) => {
      const target = targetOf(url);
      if (target === null) return "";
      return target.lastAddress ?? withPort(target.hostname, target.port);
    },
  };
};
