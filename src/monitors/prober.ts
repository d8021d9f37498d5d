// In: a monitor's target and expectations. Out: one look at it, under its deadline. Never rejects.
import type { Clock } from "../core/clock";
import type { DialSocket } from "../delivery/connect";
import type { Dial } from "../delivery/sender";
import type { Targets } from "../delivery/targets";
import { createTrials, type Exchange, type Trial } from "../delivery/trial";
import { createDnsProbe } from "./probe/dns";
import { createHttpProbe } from "./probe/http";
import { createPingProbe, type SystemPing } from "./probe/ping";
import { createTcpProbe } from "./probe/tcp";
import { createTlsProbe } from "./probe/tls";
import type { Expectations, HttpTarget, ProbeTarget } from "./schema";
import { unanswered, type Sight } from "./sight";

export interface Prober {
  probe(target: ProbeTarget, expect: Expectations, timeoutMs: number): Promise<Sight>;
  /** Gives up all that runs: what those looks say means nothing. */
  abandon(): void;
}

export interface ProberParts {
  clock: Clock;
  targets: Targets;
  dial?: Dial;
  dialSocket?: DialSocket;
  ping?: SystemPing;
}

/** Of what is asked of one host, as far as is known: for counting what is in flight. */
export const hostOf = (target: ProbeTarget): string => {
  if (target.type !== "http") return target.host;
  const url = URL.parse(target.url);
  return url === null ? target.url : url.host;
};

const HTTPS_PORT = 443;

const isExchange = (seen: Sight | Exchange): seen is Exchange => "statusCode" in seen;

export const createProber = ({ clock, targets, dial = fetch, dialSocket, ping }: ProberParts): Prober => {
  const trials = createTrials(clock);
  const http = createHttpProbe({ targets, dial });
  const tcp = createTcpProbe({ targets, dialSocket });
  const tls = createTlsProbe({ targets, dialSocket, clock });
  const dns = createDnsProbe({ targets });
  const pinged = createPingProbe({ targets, dialSocket, ping });

  /** The certificate of an https endpoint by a connection of its own: fetch does not show it. */
  const httpAndAge = async (target: HttpTarget, expect: Expectations, trial: Trial): Promise<Sight> => {
    const seen = await http(target, expect, trial);
    const url = URL.parse(target.url);
    if (expect.tls_days_left === undefined || url?.protocol !== "https:" || seen.outcome !== "up")
      return seen;
    const age = await tls(
      {
        host: url.hostname.replace(/^\[|\]$/g, ""),
        port: url.port === "" ? HTTPS_PORT : Number(url.port),
        serverName: null,
        ca: target.ca,
      },
      { tls_days_left: expect.tls_days_left, tls_trusted: false },
      trial,
    );
    const { outcome, reason, failure } = age;
    return { ...seen, outcome, reason, failure, checks: [...seen.checks, ...age.checks] };
  };

  const look = (
    target: ProbeTarget,
    expect: Expectations,
    { trial, timeoutMs }: { trial: Trial; timeoutMs: number },
  ): Promise<Sight> => {
    switch (target.type) {
      case "http":
        return httpAndAge(target, expect, trial);
      case "tcp":
        return tcp(target, expect, trial);
      case "tls":
        return tls(target, expect, trial);
      case "dns":
        return dns(target, expect, trial, timeoutMs);
      case "ping":
        return pinged(target, expect, trial, timeoutMs);
    }
  };

  return {
    probe: async (target, expect, timeoutMs) => {
      const seen = await trials.run<Sight>(timeoutMs, (trial) => look(target, expect, { trial, timeoutMs }));
      if (!isExchange(seen)) return seen;
      // The probe itself failed over it.
      return unanswered(seen.failure ?? "internal", seen.error ?? "It could not be checked.", {
        latencyMs: seen.totalMs,
        address: seen.address,
      });
    },
    abandon: () => {
      trials.abandon();
      trials.close();
    },
  };
};
