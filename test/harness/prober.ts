// In: what the outbound policy allows, and what names stand for. Out: the prober as the program has it, whose
// dials are recorded; loopback is really dialled.
import { connect } from "node:net";
import { systemClock } from "../../src/core/clock";
import { createResolver } from "../../src/delivery/resolver";
import type { DialSocket } from "../../src/delivery/connect";
import type { Dial } from "../../src/delivery/sender";
import { createTargets } from "../../src/delivery/targets";
import { createNetPolicy, type OutboundMode } from "../../src/lib/net-policy";
import type { SystemPing } from "../../src/monitors/probe/ping";
import { createProber } from "../../src/monitors/prober";
import type { Expectations, HttpTarget, ProbeTarget } from "../../src/monitors/schema";
import type { Sight } from "../../src/monitors/sight";
import { fakeNames } from "./dns";

export interface ProberRig {
  mode?: OutboundMode;
  allow?: readonly string[];
  names?: ReturnType<typeof fakeNames>;
  ping?: SystemPing;
}

export const httpTarget = (url: string, more: Partial<HttpTarget> = {}): HttpTarget => ({
  type: "http",
  url,
  method: "GET",
  headers: {},
  body: null,
  followRedirects: true,
  verifyTls: true,
  ca: null,
  ...more,
});

export const openProber = ({ mode = "lan", allow = [], names, ping }: ProberRig = {}) => {
  const dialled: string[] = [];
  const dial: Dial = (url, init) => {
    dialled.push(url);
    const { hostname } = new URL(url);
    return hostname.startsWith("127.") || hostname === "[::1]"
      ? fetch(url, init)
      : Promise.resolve(new Response("recorded"));
  };
  const dialSocket: DialSocket = (address, port) => {
    dialled.push(`tcp://${address.includes(":") ? `[${address}]` : address}:${port}`);
    // What lies outside is only recorded: nobody listens on this port of our own.
    const isOwn = address.startsWith("127.") || address === "::1";
    return connect({ host: isOwn ? address : "127.0.0.1", port: isOwn ? port : 1 });
  };
  const prober = createProber({
    clock: systemClock,
    targets: createTargets({
      policy: createNetPolicy({ mode, allow }),
      resolver: createResolver({
        clock: systemClock,
        nameServer: names ?? fakeNames(() => ({ failure: "unknown" })),
        hostsPath: null,
      }),
    }),
    dial,
    dialSocket,
    ...(ping === undefined ? {} : { ping }),
  });
  return {
    dialled,
    probe: (target: ProbeTarget, expect: Expectations = {}, timeoutMs = 2_000): Promise<Sight> =>
      prober.probe(target, expect, timeoutMs),
    abandon: prober.abandon,
  };
};
