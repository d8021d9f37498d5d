// In: a host name. Out: its addresses: from the hosts file, from a cache as long as the answer lives,
// else from DNS. While DNS is mute or broken the last answer is used again; policy judges it each time anew.
import { readFileSync, statSync } from "node:fs";
import type { Clock } from "../core/clock";
import { parseIp } from "../lib/ip-address";
import { createDnsNameServer, type NameAnswer, type NameFailure, type NameServer } from "./name-server";

export type Resolution = { addresses: readonly string[] } | { failure: NameFailure };

export interface Resolver {
  /** Resolves within about a second, never rejects. Equal names asked at once are one question. */
  resolve(hostname: string): Promise<Resolution>;
}

export interface ResolverParts {
  clock: Clock;
  nameServer?: NameServer;
  /** Null: no hosts file. */
  hostsPath?: string | null;
}

/** Answers live at least as long as their TTL says but no longer than this. */
const LONGEST_FRESH_MS = 30_000;
/** How long an old answer stands in for a mute server. */
const LONGEST_STALE_MS = 3_600_000;
/** The hosts file is looked at again after this time. */
const HOSTS_CHECK_MS = 2_000;
const MOST_NAMES = 4_096;
/** More than any honest name has; a hostile answer must not grow memory. */
const MOST_ADDRESSES = 32;

/** Names in lower case to their addresses, in the order of the file. */
export const parseHosts = (text: string): Map<string, string[]> => {
  const names = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const [address, ...aliases] = (line.split("#")[0] ?? "").trim().split(/\s+/);
    if (address === undefined || parseIp(address) === null) continue;
    for (const alias of aliases) {
      const name = alias.toLowerCase();
      const known = names.get(name);
      if (known === undefined) names.set(name, [address]);
      else known.push(address);
    }
  }
  return names;
};

const createHostsFile = (path: string | null, clock: Clock): ((name: string) => string[] | undefined) => {
  let names = new Map<string, string[]>();
  let version = "";
  let checkedAt = Number.NEGATIVE_INFINITY;
  return (name) => {
    if (path !== null && clock.monotonic() - checkedAt >= HOSTS_CHECK_MS) {
      checkedAt = clock.monotonic();
      try {
        const { mtimeMs, size } = statSync(path);
        const found = `${mtimeMs} ${size}`;
        if (found !== version) names = parseHosts(readFileSync(path, "utf8"));
        version = found;
      } catch {
        // No file, no names: DNS answers.
        names = new Map();
        version = "";
      }
    }
    return names.get(name);
  };
};

interface Kept {
  addresses: readonly string[];
  freshUntil: number;
  staleUntil: number;
}

export const createResolver = ({
  clock,
  nameServer = createDnsNameServer({ clock }),
  hostsPath = "/etc/hosts",
}: ResolverParts): Resolver => {
  const hosts = createHostsFile(hostsPath, clock);
  const kept = new Map<string, Kept>();
  const asking = new Map<string, Promise<Resolution>>();

  const keep = (name: string, addresses: readonly string[], ttlSeconds: number): void => {
    const now = clock.monotonic();
    kept.delete(name);
    kept.set(name, {
      addresses,
      freshUntil: now + Math.min(ttlSeconds * 1_000, LONGEST_FRESH_MS),
      staleUntil: now + LONGEST_STALE_MS,
    });
    const oldest = kept.size > MOST_NAMES ? kept.keys().next().value : undefined;
    if (oldest !== undefined) kept.delete(oldest);
  };

  const ask = async (name: string): Promise<Resolution> => {
    let answer: NameAnswer;
    try {
      answer = await nameServer.lookup(name);
    } catch {
      answer = { failure: "mute" };
    }
    if ("addresses" in answer && answer.addresses.length > 0) {
      const addresses = answer.addresses.slice(0, MOST_ADDRESSES);
      keep(name, addresses, answer.ttlSeconds);
      return { addresses };
    }
    const failure = "failure" in answer ? answer.failure : "unknown";
    const old = kept.get(name);
    if (failure !== "unknown" && old !== undefined && old.staleUntil > clock.monotonic())
      return { addresses: old.addresses };
    if (failure === "unknown") kept.delete(name);
    return { failure };
  };

  return {
    resolve: async (hostname) => {
      const name = hostname.toLowerCase().replace(/\.$/, "");
      const listed = hosts(name);
      if (listed !== undefined) return { addresses: listed };
      // RFC 6761: these names never leave the machine.
      if (name === "localhost" || name.endsWith(".localhost")) return { addresses: ["127.0.0.1", "::1"] };
      const known = kept.get(name);
      if (known !== undefined && known.freshUntil > clock.monotonic()) return { addresses: known.addresses };
      const running = asking.get(name);
      if (running !== undefined) return running;
      const question = ask(name).finally(() => asking.delete(name));
      asking.set(name, question);
      return question;
    },
  };
};
