// T1, T2 for what is not HTTP: no spelling of a relay's or broker's host and no DNS answer makes the real
// transports dial an address that policy forbids. What is dialled is recorded.
import { expect, test } from "bun:test";
import { connect, Socket } from "node:net";
import type { TransportRequest } from "../../src/channels/channel";
import { systemClock } from "../../src/core/clock";
import { createResolver } from "../../src/delivery/resolver";
import { createSender } from "../../src/delivery/sender";
import { createTargets } from "../../src/delivery/targets";
import { createTransports } from "../../src/delivery/transports";
import { createNetPolicy, OUTBOUND_MODES, type OutboundMode } from "../../src/lib/net-policy";
import { fakeNames } from "../harness/dns";
import { openMailRelay } from "../harness/mail-relay";
import { openMqttBroker } from "../harness/mqtt-broker";
import { NAMES, SPELLINGS, type Standing } from "./ssrf-spellings";

const table = fakeNames((name) => NAMES[name]?.addresses ?? { failure: "unknown" });

const requestTo = (scheme: "smtp" | "mqtt" | "mqtts", host: string, port: number): TransportRequest =>
  scheme === "smtp"
    ? {
        transport: "smtp",
        url: `smtp://${host}:${port}`,
        security: "none",
        isVerified: true,
        heloName: "andon.test",
        login: null,
        mail: {
          from: { name: "", address: "andon@plant.test" },
          to: [{ name: "", address: "kim@plant.test" }],
          cc: [],
          subject: "x",
          text: "x",
          html: "x",
          messageId: "<x@plant.test>",
          inReplyTo: null,
          date: 0,
          isUrgent: false,
          headers: {},
        },
      }
    : {
        transport: "mqtt",
        url: `${scheme}://${host}:${port}`,
        session: {
          clientId: null,
          user: null,
          password: null,
          version: 4,
          keepAliveSeconds: 60,
          status: null,
        },
        messages: [{ topic: "a", payload: "x", qos: 1, retain: false }],
      };

const rig = (mode: OutboundMode, names = table, opensRealOnes = false) => {
  const dialled: string[] = [];
  const parts = {
    policy: createNetPolicy({ mode, allow: [] }),
    resolver: createResolver({ clock: systemClock, nameServer: names, hostsPath: null }),
  };
  const targets = createTargets(parts);
  const transports = createTransports({
    clock: systemClock,
    http: createSender({ clock: systemClock, targets, ...parts }),
    targets,
    dialSocket: (host, port) => {
      dialled.push(host);
      if (opensRealOnes) return connect({ host: "127.0.0.1", port });
      const socket = new Socket();
      setImmediate(() => socket.destroy(Object.assign(new Error("recorded"), { code: "ECONNREFUSED" })));
      return socket;
    },
  });
  let channels = 0;
  const send = (request: TransportRequest) =>
    transports.send(request, { timeoutMs: 2_000, channelId: `channel-${channels++}` });
  return { dialled, send, transports };
};

/** The rule for plain http concerns http alone. */
const isAllowed = (standing: Standing, mode: OutboundMode): boolean =>
  standing === "public" ||
  (standing === "private" && mode !== "strict") ||
  (standing === "loopback" && mode === "open");

for (const mode of OUTBOUND_MODES)
  for (const scheme of ["smtp", "mqtt", "mqtts"] as const)
    test(`${mode}, ${scheme}: of all spellings only what policy allows is dialled`, async () => {
      const wrong: string[] = [];
      const { dialled, send, transports } = rig(mode);
      for (const [host, standing] of SPELLINGS) {
        dialled.length = 0;
        const { failure } = await send(requestTo(scheme, host, 2_525));
        const mayDial = isAllowed(standing, mode);
        if (dialled.length > 0 !== mayDial) wrong.push(`${host}: dialled ${dialled.join(", ")} (${failure})`);
        if (!mayDial && !["blocked", "invalid_config", "dns"].includes(failure ?? ""))
          wrong.push(`${host}: ${failure}`);
      }
      await transports.close();
      expect(wrong).toEqual([]);
    });

test("a name that changes its mind per question: 520 attempts, and only the allowed answer is dialled", async () => {
  const relay = await openMailRelay();
  const broker = await openMqttBroker();
  const names = fakeNames((_name, count) => [count % 2 === 1 ? "10.1.2.3" : "127.0.0.1"]);
  const { dialled, send, transports } = rig("lan", names, true);
  let blocked = 0;
  // Each as a channel of its own: each connects anew.
  for (let round = 0; round < 500; round++)
    if ((await send(requestTo("mqtt", "broker.test", broker.port))).failure === "blocked") blocked++;
  for (let round = 0; round < 20; round++)
    if ((await send(requestTo("smtp", "relay.test", relay.port))).failure === "blocked") blocked++;
  expect(names.lookups.length).toBe(520);
  expect([blocked, dialled.length]).toEqual([260, 260]);
  expect(new Set(dialled)).toEqual(new Set(["10.1.2.3"]));
  await transports.close();
  await relay.stop();
  await broker.stop();
});
