// In: what probes saw. Out: the same, or "unknown" where the fault is our own network's: there is no way out, or
// all hosts that were reached lately are gone at the same moment. Asked before anybody is said to have failed.
// What only looks like our own fault is taken for it for a while, and not for ever: a whole site may be down.
import type { Clock } from "../core/clock";
import type { Log } from "../core/log";
import type { RoutesOut } from "../delivery/routes-out";
import { classOfIp, parseIp } from "../lib/ip-address";
import type { Sight } from "./sight";

export interface OwnNetwork {
  /** Never rejects. `isWitness`: where this was seen by a connection, the host may be asked about later. */
  judge(sight: Sight, isWitness: boolean): Promise<Sight>;
  /** Why nobody can be reached, for people; null while somebody can, as far as is known. */
  readonly problem: string | null;
}

export interface OwnNetworkParts {
  clock: Clock;
  log: Log;
  routes: RoutesOut;
  /** Whether this address takes or refuses a connection: both show that it is there. Never rejects. */
  isThere(address: string, port: number): Promise<boolean>;
  /** What the sender of messages knows. */
  networkProblem: () => string | null;
}

/** Who is asked for a second opinion: the last that were reached, at different addresses. */
const ASKED = 4;
/** So many are remembered. */
const MOST_WITNESSES = 32;
/** Whoever was reached so short a time ago should be there. */
const RECENT_MS = 15 * 60_000;
/** An opinion holds so long: many fail at once. */
const OPINION_MS = 3_000;
/** After our start nobody was reached yet; switches and routers may still be starting as well. */
const SETTLING_MS = 60_000;
/** So long others being gone as well excuses one. */
const LONGEST_EXCUSE_MS = 15 * 60_000;
/** One that does not answer may be slow; it takes more of them to blame the network. */
const OTHERS_FOR_SILENCE = 2;

const WORDS = "Andon's own network is down";

interface Witness {
  ip: string;
  port: number;
  /** By `monotonic`. */
  at: number;
}

/** `[::1]:443` and `10.0.0.1:80`; null for an address without a port. */
const parse = (address: string): { ip: string; port: number } | null => {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(address);
  const ip = match?.[1] ?? match?.[2];
  return ip === undefined ? null : { ip, port: Number(match?.[3]) };
};

const ipOf = (address: string | null): string | null =>
  address === null ? null : (parse(address)?.ip ?? address);

/** It needs no network. */
const isLoopback = (address: string): boolean => {
  const ip = parseIp(ipOf(address) ?? "");
  return ip !== null && classOfIp(ip) === "loopback";
};

/** What may be ours: nothing came back that only the endpoint can have sent. */
const SUSPICIOUS = new Set<Sight["failure"]>(["timeout", "unreachable", "dns_mute", "dns_broken"]);
/** Says nothing about the network either way. */
const MUTE = new Set<Sight["failure"]>(["dns", "blocked", "invalid_config", "internal"]);

export const createOwnNetwork = (parts: OwnNetworkParts): OwnNetwork => {
  const { clock, log, routes, isThere, networkProblem } = parts;
  const startedAt = clock.monotonic();
  /** Who was reached, by IP address, the latest last. */
  const witnesses = new Map<string, Witness>();
  let hasReached = false;
  let problem: string | null = null;
  /** When it was found, and when it was last seen. */
  let problemSince = 0;
  let problemSeenAt = 0;
  let opinion: { at: number; there: Promise<ReadonlySet<string>> } | null = null;

  const reached = (address: string | null): void => {
    hasReached = true;
    opinion = null;
    if (problem !== null) log.info("somebody can be reached again");
    problem = null;
    const parsed = address === null ? null : parse(address);
    if (parsed === null) return;
    witnesses.delete(parsed.ip);
    witnesses.set(parsed.ip, { ...parsed, at: clock.monotonic() });
    const [oldest] = witnesses.keys();
    if (witnesses.size > MOST_WITNESSES && oldest !== undefined) witnesses.delete(oldest);
  };

  /** As of now, or of when the network was lost. */
  const recentOnes = (): Witness[] => {
    const since = (problem === null ? clock.monotonic() : problemSince) - RECENT_MS;
    return [...witnesses.values()].filter(({ at }) => at >= since);
  };

  const ask = async (): Promise<ReadonlySet<string>> => {
    const there = new Set<string>();
    // One more than counts: the one in question is among them.
    const asked = recentOnes().slice(-ASKED - 1);
    await Promise.all(
      asked.map(async ({ ip, port }) => {
        if (await isThere(ip, port)) there.add(ip);
      }),
    );
    return there;
  };

  const whoIsThere = (): Promise<ReadonlySet<string>> => {
    const now = clock.monotonic();
    if (opinion === null || now - opinion.at > OPINION_MS) opinion = { at: now, there: ask() };
    return opinion.there;
  };

  /** Null: the kernel knows a way. */
  const noWay = async (ip: string | null): Promise<string | null> => {
    if (!routes.hasInterface()) return "no network interface is up";
    if (ip === null || (await routes.hasRoute(ip))) return null;
    // A way to this one alone may be missing.
    for (const other of witnesses.keys()) if (other !== ip && (await routes.hasRoute(other))) return null;
    return "there is no route";
  };

  const othersAreGone = async (failure: Sight["failure"], ip: string | null): Promise<boolean> => {
    if (problem !== null && clock.monotonic() - problemSince > LONGEST_EXCUSE_MS) return false;
    const others = recentOnes().filter((witness) => witness.ip !== ip);
    if (others.length < (failure === "timeout" ? OTHERS_FOR_SILENCE : 1)) return false;
    return (await whoIsThere()).size === 0;
  };

  /** Null: it is the endpoint's. */
  const reasonOf = async ({ failure, address }: Sight): Promise<string | null> => {
    const ip = ipOf(address);
    const missing = await noWay(ip);
    if (missing !== null || failure === "refused") return missing;
    if (await othersAreGone(failure, ip)) return "all hosts that were reached lately are gone";
    if (!hasReached && clock.monotonic() - startedAt < SETTLING_MS)
      return "nobody was reached since the start";
    return networkProblem();
  };

  return {
    judge: async (sight, isWitness) => {
      const { failure, address } = sight;
      if (MUTE.has(failure) || (address !== null && isLoopback(address))) return sight;
      if (failure !== "refused" && !SUSPICIOUS.has(failure)) {
        reached(failure === null && isWitness ? address : null);
        return sight;
      }
      const reason = await reasonOf(sight);
      if (reason === null) {
        if (failure === "refused") reached(null);
        return sight;
      }
      problemSeenAt = clock.monotonic();
      if (problem === null) {
        problemSince = problemSeenAt;
        log.warn("monitors see nobody: our own network is down", { reason });
      }
      problem = `${WORDS}: ${reason}.`;
      return { ...sight, outcome: "unknown", reason: problem };
    },
    get problem() {
      // Nobody may be looked at any more who could find out that it is over.
      return clock.monotonic() - problemSeenAt > LONGEST_EXCUSE_MS ? null : problem;
    },
  };
};
