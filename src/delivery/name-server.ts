// In: a host name. Out: the addresses that the configured DNS servers give for it, within a second.
// Never getaddrinfo: its threads starve everybody else while a server is mute.
import { Resolver } from "node:dns";
import { systemClock, type Clock } from "../core/clock";

export type NameAnswer =
  | { addresses: readonly string[]; ttlSeconds: number }
  /**
   * `unknown`: the servers say that there is no such name. `mute`: they say nothing. `broken`: they say
   * that they can't say (SERVFAIL), or nothing that can be read.
   */
  | { failure: NameFailure };

export type NameFailure = "unknown" | "mute" | "broken";

/** Asks the network once per call; tests put their own in its place. */
export interface NameServer {
  lookup(hostname: string): Promise<NameAnswer>;
}

const DNS_TIMEOUT_MS = 1_000;
/**
 * The servers of the system may change (DHCP, VPN): they are read again. And the library keeps answers for
 * as long as they say, also after ours have had their time: a fresh one knows none.
 */
const RESOLVER_LIFE_MS = 30_000;

const MUTE_CODES = new Set(["ETIMEOUT", "ECONNREFUSED", "ECANCELLED"]);
const UNKNOWN_CODES = new Set(["ENOTFOUND", "ENODATA", "ENONAME", "EBADNAME"]);

type Records = { address: string; ttl: number }[];
interface Half {
  records: Records;
  failure: NameFailure;
}

const failureOf = (code: string): NameFailure =>
  UNKNOWN_CODES.has(code) ? "unknown" : MUTE_CODES.has(code) ? "mute" : "broken";

export const createDnsNameServer = ({
  servers,
  clock = systemClock,
}: { servers?: readonly string[]; clock?: Pick<Clock, "monotonic"> } = {}): NameServer => {
  let resolver: Resolver | null = null;
  let bornAt = 0;

  const present = (): Resolver => {
    const now = clock.monotonic();
    if (resolver === null || now - bornAt >= RESOLVER_LIFE_MS) {
      resolver = new Resolver({ timeout: DNS_TIMEOUT_MS, tries: 1 });
      if (servers !== undefined) resolver.setServers(servers);
      bornAt = now;
    }
    return resolver;
  };

  return {
    lookup: async (hostname) => {
      const asked = present();
      const ask = (family: 4 | 6): Promise<Half> =>
        new Promise((resolve) => {
          const answered = (error: NodeJS.ErrnoException | null, records: Records): void =>
            resolve(
              error === null
                ? { records, failure: "unknown" }
                : { records: [], failure: failureOf(error.code ?? "") },
            );
          if (family === 4) asked.resolve4(hostname, { ttl: true }, answered);
          else asked.resolve6(hostname, { ttl: true }, answered);
        });
      const [four, six] = await Promise.all([ask(4), ask(6)]);
      const records = [...four.records, ...six.records];
      if (records.length > 0)
        return {
          addresses: records.map(({ address }) => address),
          ttlSeconds: Math.min(...records.map(({ ttl }) => ttl)),
        };
      const failures = [four.failure, six.failure];
      const failure = failures.includes("mute") ? "mute" : failures.includes("broken") ? "broken" : "unknown";
      // A mute server may be one that is no longer ours.
      if (failure === "mute") resolver = null;
      return { failure };
    },
  };
};
