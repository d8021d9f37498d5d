// In: what probes saw. Out: the same, or "unknown" where the fault is our own network's: no way out, or nobody
// of those who were reached before can be reached now. Asked before anybody is said to have failed.
import type { Clock } from "../core/clock";
import type { Log } from "../core/log";
import type { RoutesOut } from "../delivery/routes-out";
import { classOfIp, parseIp } from "../lib/ip-address";
import type { Sight } from "./sight";

export interface OwnNetwork {
  /** Never rejects. */
  judge(sight: Sight): Promise<Sight>;
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
const WITNESSES = 4;
/** So many are remembered. */
const MOST_WITNESSES = 32;
/** An opinion holds so long: many fail at once. */
const OPINION_MS = 3_000;
/** After our start nobody was reached yet; switches and routers may still be starting as well. */
const SETTLING_MS = 60_000;

const WORDS = "Andon's own network is down";

interface Address {
  ip: string;
  port: number;
}

/** `[::1]:443` and `10.0.0.1:80`; null for an address without a port. */
const parse = (address: string): Address | null => {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(address);
  const ip = match?.[1] ?? match?.[2];
  return ip === undefined ? null : { ip, port: Number(match?.[3]) };
};

const ipOf = (address: string): string => parse(address)?.ip ?? address;

/** It needs no network. */
const isLoopback = (address: string): boolean => {
  const ip = parseIp(ipOf(address));
  return ip !== null && classOfIp(ip) === "loopback";
};

/** What may be ours: nothing came back that only the endpoint can have sent. */
const isSuspicious = ({ failure }: Sight): boolean =>
  failure === "timeout" || failure === "unreachable" || failure === "dns_mute" || failure === "dns_broken";

/** Says nothing about the network either way. */
const isMute = ({ failure }: Sight): boolean =>
  failure === "dns" || failure === "blocked" || failure === "invalid_config" || failure === "internal";

export const createOwnNetwork = (parts: OwnNetworkParts): OwnNetwork => {
  const { clock, log, routes, isThere, networkProblem } = parts;
  const startedAt = clock.monotonic();
  /** Who was reached, by IP address, the latest last. */
  const witnesses = new Map<string, Address>();
  let hasReached = false;
  let problem: string | null = null;
  let opinion: { at: number; isFine: Promise<boolean> } | null = null;

  const reached = (address: string | null): void => {
    hasReached = true;
    opinion = null;
    if (problem !== null) log.info("somebody can be reached again");
    problem = null;
    const parsed = address === null ? null : parse(address);
    if (parsed === null) return;
    witnesses.delete(parsed.ip);
    witnesses.set(parsed.ip, parsed);
    const [oldest] = witnesses.keys();
    if (witnesses.size > MOST_WITNESSES && oldest !== undefined) witnesses.delete(oldest);
  };

  const ask = async (): Promise<boolean> => {
    const asked = [...witnesses.values()].slice(-WITNESSES);
    const answers = await Promise.all(asked.map(({ ip, port }) => isThere(ip, port)));
    return answers.includes(true);
  };

  const secondOpinion = (): Promise<boolean> => {
    const now = clock.monotonic();
    if (opinion === null || now - opinion.at > OPINION_MS) opinion = { at: now, isFine: ask() };
    return opinion.isFine;
  };

  /** Null: it is the endpoint's. */
  const reasonOf = async (sight: Sight): Promise<string | null> => {
    const { address, failure } = sight;
    if (!routes.hasInterface()) return "no network interface is up";
    if (address !== null && !(await routes.hasRoute(ipOf(address)))) {
      // A way to this one alone may be missing.
      const others = [...witnesses.keys()].filter((ip) => ip !== ipOf(address));
      for (const ip of others) if (await routes.hasRoute(ip)) return null;
      return "there is no route";
    }
    if (failure === "refused") return null;
    if (witnesses.size > 0)
      return (await secondOpinion()) ? null : "nobody who was reached before can be reached";
    if (!hasReached && clock.monotonic() - startedAt < SETTLING_MS)
      return "nobody was reached since the start";
    return networkProblem();
  };

  return {
    judge: async (sight) => {
      if (isMute(sight) || (sight.address !== null && isLoopback(sight.address))) return sight;
      if (sight.failure !== "refused" && !isSuspicious(sight)) {
        reached(sight.failure === null ? sight.address : null);
        return sight;
      }
      const reason = await reasonOf(sight);
      if (reason === null) {
        if (sight.failure === "refused") reached(null);
        return sight;
      }
      if (problem === null) log.warn("monitors see nobody: our own network is down", { reason });
      problem = `${WORDS}: ${reason}.`;
      return { ...sight, outcome: "unknown", reason: problem };
    },
    get problem() {
      return problem;
    },
  };
};
