// In: what came of each attempt. Out: whether the fault is our own network's: nothing outside this machine
// can be reached. Then no endpoint is blamed, until the first of them is reached again.
import type { Clock } from "../core/clock";
import type { RoutesOut } from "./routes-out";
import type { Exchange } from "./trial";

export interface NetworkWatch {
  /** False: the attempt says nothing about its endpoint and must not be counted. Never rejects. */
  isEndpointsDoing(key: string, exchange: Exchange): Promise<boolean> | boolean;
  readonly isLost: boolean;
  /** Why it is lost, for people; null while it is not. */
  readonly problem: string | null;
}

export interface NetworkParts {
  clock: Clock;
  routes: RoutesOut;
  onLost: (reason: string) => void;
  onBack: (lostForMs: number) => void;
}

/** Somebody was reached so short a time ago: silence of single ones is their own. */
const RECENT_MS = 60_000;
/** Addresses that are remembered, to ask for ways to them. */
const MOST_ADDRESSES = 64;

/** `no_way`: the kernel knows none. The others may as well be the endpoint's, or its domain's, own trouble. */
type Sign = "no_way" | "no_neighbour" | "dns_mute" | "dns_broken";

const REASONS: Record<Sign, string> = {
  no_way: "no network interface is up, or there is no route to any endpoint",
  no_neighbour: "no endpoint can be reached",
  dns_mute: "the DNS server does not answer",
  dns_broken: "the DNS server gives no answer of use",
};

const ipOf = (address: string): string => address.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");

/** It needs no network: neither reaching it nor failing to says anything. */
const isLoopback = (address: string): boolean => address.startsWith("127.") || address.startsWith("[::1]");

export const createNetworkWatch = ({ clock, routes, onLost, onBack }: NetworkParts): NetworkWatch => {
  let lostAt: number | null = null;
  let problem: string | null = null;
  let reachedAt = Number.NEGATIVE_INFINITY;
  /** Who could not be reached since anybody was. */
  const unreached = new Set<string>();
  /** Addresses with their ports that were dialled, the oldest first. */
  const known = new Set<string>();

  const reached = (): void => {
    reachedAt = clock.monotonic();
    if (unreached.size > 0) unreached.clear();
    if (lostAt === null) return;
    const lostForMs = reachedAt - lostAt;
    lostAt = null;
    problem = null;
    onBack(lostForMs);
  };

  const remember = (address: string): void => {
    if (known.has(address)) return;
    known.add(address);
    const [oldest] = known;
    if (known.size > MOST_ADDRESSES && oldest !== undefined) known.delete(oldest);
  };

  const hasWay = async (ip: string): Promise<boolean> => routes.hasInterface() && (await routes.hasRoute(ip));

  /** What a failure may say about our network; null: it is about the endpoint. */
  const signOf = async (failure: Exchange["failure"], ip: string | null): Promise<Sign | null> => {
    switch (failure) {
      // Some transports say no more than that there is no connection.
      case "refused":
      case "timeout":
        return ip === null || (await hasWay(ip)) ? null : "no_way";
      case "unreachable":
        return ip !== null && (await hasWay(ip)) ? "no_neighbour" : "no_way";
      case "dns_mute":
      case "dns_broken":
        return routes.hasInterface() ? failure : "no_way";
      default:
        return null;
    }
  };

  const isEverybodys = async (sign: Sign, ip: string | null): Promise<boolean> => {
    if (sign === "no_way") {
      if (!routes.hasInterface()) return true;
      const others = new Set([...known].map(ipOf));
      for (const other of others) if (other !== ip && (await routes.hasRoute(other))) return false;
      return true;
    }
    if (clock.monotonic() - reachedAt < RECENT_MS) return false;
    // One host that is off, or one domain that is broken, looks like this to its neighbours.
    return sign === "dns_mute" || unreached.size > 1;
  };

  const judgeFailure = async (key: string, { failure, address }: Exchange): Promise<boolean> => {
    const ip = address === null ? null : ipOf(address);
    const sign = await signOf(failure, ip);
    if (sign === null) {
      // Whatever came back, came over the network; and a way that is there again is tried in earnest.
      if (
        failure !== "dns" &&
        failure !== "blocked" &&
        failure !== "invalid_config" &&
        failure !== "internal"
      )
        reached();
      return true;
    }
    if (address !== null) remember(address);
    unreached.add(key);
    if (lostAt !== null) return false;
    if (!(await isEverybodys(sign, ip))) return true;
    // Somebody else may have found out meanwhile.
    if (lostAt === null) {
      lostAt = clock.monotonic();
      problem = REASONS[sign];
      onLost(problem);
    }
    return false;
  };

  return {
    isEndpointsDoing: (key, exchange) => {
      const { statusCode, address } = exchange;
      if (address !== null && isLoopback(address)) return true;
      if (statusCode === null) return judgeFailure(key, exchange);
      if (address !== null) remember(address);
      reached();
      return true;
    },
    get isLost() {
      return lostAt !== null;
    },
    get problem() {
      return problem;
    },
  };
};
