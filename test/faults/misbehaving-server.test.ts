// F6: whatever an endpoint does, an attempt ends in time, in the right outcome, in bounded memory,
// and without a word of the URL.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { judgeStatus } from "../../src/channels/judge-status";
import { systemClock } from "../../src/core/clock";
import { createResolver } from "../../src/delivery/resolver";
import { createSender, type Exchange, type Sender } from "../../src/delivery/sender";
import { createNetPolicy } from "../../src/lib/net-policy";
import { fakeNames } from "../harness/dns";
import { EXPECTED } from "../harness/misbehaving-outcomes";
import {
  openMisbehavingServer,
  type Misbehaviour,
  type MisbehavingServer,
} from "../harness/misbehaving-server";

const DEADLINE_MS = 400;
/** Beyond the deadline; the machine that runs the tests is busy. Without a deadline, there is no end. */
const SLACK_MS = 2_000;

let server: MisbehavingServer;
let sender: Sender;

beforeAll(async () => {
  server = await openMisbehavingServer();
  sender = createSender({
    clock: systemClock,
    policy: createNetPolicy({ mode: "open", allow: [] }),
    resolver: createResolver({
      clock: systemClock,
      hostsPath: null,
      nameServer: fakeNames((name) => (name === "mute.test" ? { failure: "mute" } : { failure: "unknown" })),
    }),
  });
});

afterAll(() => {
  sender.close();
  server.stop();
});

const send = (url: string): Promise<Exchange> =>
  sender.send(
    {
      method: "POST",
      url,
      headers: { "X-Webhook-Secret": "canary-secret-value" },
      body: new Uint8Array([123, 125]),
    },
    { timeoutMs: DEADLINE_MS },
  );

const sendTo = (kind: Misbehaviour): Promise<Exchange> =>
  send(`http://127.0.0.1:${server.port(kind)}/canary-path?token=canary-query`);

describe("one endpoint", () => {
  for (const [kind, expected] of Object.entries(EXPECTED) as [
    Misbehaviour,
    (typeof EXPECTED)[Misbehaviour],
  ][])
    test(`${kind}: ${expected.outcome}`, async () => {
      const started = performance.now();
      const exchange = await sendTo(kind);
      expect(performance.now() - started).toBeLessThan(DEADLINE_MS + SLACK_MS);
      expect(judgeStatus(exchange).outcome).toBe(expected.outcome);
      expect(server.connections(kind)).toBe(expected.connections ?? 1);
      expect(exchange.responseBody.length).toBeLessThanOrEqual(4_096);
      expect(JSON.stringify(exchange.responseHeaders).length).toBeLessThan(16_384);
      expect(JSON.stringify(exchange)).not.toContain("canary");
    });

  test("nothing listens, and names that DNS does not know or does not answer for", async () => {
    const free = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
    const { port } = free;
    await free.stop(true);
    for (const [url, outcome] of [
      [`http://127.0.0.1:${port}/canary-path`, "refused"],
      ["https://unknown.test/canary-path", "dns"],
      ["https://mute.test/canary-path", "dns"],
      ["ftp://127.0.0.1/canary-path", "invalid_config"],
    ] as const) {
      const exchange = await send(url);
      expect(judgeStatus(exchange).outcome).toBe(outcome);
      expect(JSON.stringify(exchange)).not.toContain("canary");
    }
  });
});

describe("many at once", () => {
  test("64 of each greedy kind: deadlines hold, memory stays bounded, connections are given up", async () => {
    const greedy: Misbehaviour[] = [
      "endless_body",
      "ten_gigabytes",
      "gzip_bomb",
      "hang_after_headers",
      "drip_headers",
    ];
    Bun.gc(true);
    const before = process.memoryUsage.rss();
    const started = performance.now();
    const exchanges = await Promise.all(
      greedy.flatMap((kind) => Array.from({ length: 64 }, () => sendTo(kind))),
    );
    // The endpoints themselves run in this process: most of the time and memory is theirs.
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(exchanges.every(({ totalMs }) => totalMs < 10_000)).toBe(true);
    Bun.gc(true);
    expect(process.memoryUsage.rss() - before).toBeLessThan(320 * 64 * 1024 * 8);
    await Bun.sleep(50);
    // A body that came whole leaves its connection for the next message; the others are closed.
    for (const kind of greedy) if (kind !== "gzip_bomb") expect([kind, server.open(kind)]).toEqual([kind, 0]);
  });
});
