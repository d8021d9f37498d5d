// The sender by itself: names and their cache, TLS identities that never mix, what is tried again.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "selfsigned";
import { systemClock } from "../../../src/core/clock";
import { createDnsNameServer } from "../../../src/delivery/name-server";
import { createResolver, parseHosts } from "../../../src/delivery/resolver";
import { createSender, type SenderParts } from "../../../src/delivery/sender";
import { createNetPolicy } from "../../../src/lib/net-policy";
import type { OutboundRequest } from "../../../src/channels/channel";
import { FakeClock } from "../../harness/clock";
import { fakeNames, openDnsServer } from "../../harness/dns";
import { openTlsEndpoint, type TlsEndpoint } from "../../harness/misbehaving-server";
import { openRecordingSink } from "../../harness/recording-sink";

const toLoopback = fakeNames(() => ["127.0.0.1"]);

const senderWith = (parts: Partial<SenderParts> = {}) =>
  createSender({
    clock: systemClock,
    policy: createNetPolicy({ mode: "open", allow: [] }),
    resolver: createResolver({ clock: systemClock, nameServer: toLoopback, hostsPath: null }),
    ...parts,
  });

const post = (url: string, more: Partial<OutboundRequest> = {}): OutboundRequest => ({
  method: "POST",
  url,
  headers: { "Content-Type": "application/json" },
  body: new TextEncoder().encode("{}"),
  ...more,
});

const certificate = (names: string[], more: Parameters<typeof generate>[1] = {}) =>
  generate([{ name: "commonName", value: names[0] ?? "x" }], {
    keyType: "ec",
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: names.map((value) => ({ type: 2, value })) },
    ],
    ...more,
  });

describe("TLS", () => {
  let endpoint: TlsEndpoint;
  let ca: string;
  let client: { cert: string; private: string };

  beforeAll(async () => {
    const pems = await certificate(["a.test", "b.test"]);
    client = await certificate(["client.test"]);
    ca = pems.cert;
    endpoint = await openTlsEndpoint({ key: pems.private, cert: pems.cert, clientCa: client.cert });
  });

  afterEach(() => void (endpoint.requests.length = 0));
  afterAll(() => endpoint.stop());

  test("two hosts behind one address never share a connection, though each reuses its own", async () => {
    const sender = senderWith();
    for (let round = 0; round < 5; round++)
      for (const host of ["a.test", "b.test"])
        expect(
          (
            await sender.send(post(`https://${host}:${endpoint.port}/`, { tls: { ca } }), {
              timeoutMs: 2_000,
            })
          ).statusCode,
        ).toBe(200);
    expect(endpoint.requests.every(({ name, host }) => host === `${name}:${endpoint.port}`)).toBe(true);
    expect(new Set(endpoint.requests.map(({ connection }) => connection)).size).toBe(2);
  });

  test("a client certificate is presented only for the channel that has it", async () => {
    const sender = senderWith();
    const url = `https://a.test:${endpoint.port}/`;
    for (let round = 0; round < 3; round++) {
      await sender.send(post(url, { tls: { ca, cert: client.cert, key: client.private } }), {
        timeoutMs: 2_000,
      });
      await sender.send(post(url, { tls: { ca } }), { timeoutMs: 2_000 });
    }
    expect(endpoint.requests.map(({ hasClientCertificate }) => hasClientCertificate)).toEqual([
      true,
      false,
      true,
      false,
      true,
      false,
    ]);
  });

  test("a wrong name, an unknown CA and an address without a name are refused as tls, also after a good one", async () => {
    const sender = senderWith();
    const good = { tls: { ca } };
    expect(
      (await sender.send(post(`https://a.test:${endpoint.port}/`, good), { timeoutMs: 2_000 })).statusCode,
    ).toBe(200);
    for (const [url, tls] of [
      [`https://c.test:${endpoint.port}/`, { ca }],
      [`https://a.test:${endpoint.port}/`, undefined],
      [`https://127.0.0.1:${endpoint.port}/`, { ca }],
      [`https://a.test:${endpoint.port}/`, { ca, serverName: "c.test" }],
    ] as const) {
      const exchange = await sender.send(post(url, tls === undefined ? {} : { tls }), { timeoutMs: 2_000 });
      expect([exchange.failure, exchange.statusCode]).toEqual(["tls", null]);
      expect(exchange.error).not.toContain("https:");
    }
    const named = post(`https://127.0.0.1:${endpoint.port}/`, { tls: { ca, serverName: "a.test" } });
    expect((await sender.send(named, { timeoutMs: 2_000 })).statusCode).toBe(200);
    expect(endpoint.requests.length).toBe(2);
  });

  test("an expired certificate and TLS 1.1 are refused", async () => {
    const expired = await certificate(["a.test"], {
      notBeforeDate: new Date("2020-01-01"),
      notAfterDate: new Date("2021-01-01"),
    });
    const valid = await certificate(["a.test"]);
    for (const options of [
      { key: expired.private, cert: expired.cert },
      { key: valid.private, cert: valid.cert, maxVersion: "TLSv1.1" as const },
    ]) {
      const bad = await openTlsEndpoint(options);
      const exchange = await senderWith().send(
        post(`https://a.test:${bad.port}/`, { tls: { ca: options.cert } }),
        {
          timeoutMs: 2_000,
        },
      );
      expect(exchange.failure).toBe("tls");
      expect(bad.requests).toEqual([]);
      bad.stop();
    }
  });
});

describe("what is sent", () => {
  test("the Host header is the name with its port, the address is the one that was judged", async () => {
    const sink = openRecordingSink();
    const exchange = await senderWith().send(post(`http://plc7.test:${sink.port}/a?b=c`), {
      timeoutMs: 2_000,
    });
    expect(exchange.address).toBe(`127.0.0.1:${sink.port}`);
    expect(sink.received[0]?.headers["host"]).toBe(`plc7.test:${sink.port}`);
    expect(sink.received[0]?.body).toBe("{}");
    await sink.stop();
  });

  test("when nothing listens at the first address, the next one is tried", async () => {
    const sink = openRecordingSink();
    const names = fakeNames(() => ["127.0.0.77", "127.0.0.1"]);
    const sender = senderWith({
      resolver: createResolver({ clock: systemClock, nameServer: names, hostsPath: null }),
    });
    const exchange = await sender.send(post(`http://two.test:${sink.port}/`), { timeoutMs: 2_000 });
    expect([exchange.statusCode, exchange.address]).toEqual([200, `127.0.0.1:${sink.port}`]);
    await sink.stop();
  });

  test("localhost reaches a listener on IPv4 though the name stands for IPv6 too", async () => {
    const sink = openRecordingSink();
    const sender = senderWith({ resolver: createResolver({ clock: systemClock, hostsPath: null }) });
    expect((await sender.send(post(`http://localhost:${sink.port}/`), { timeoutMs: 2_000 })).statusCode).toBe(
      200,
    );
    await sink.stop();
  });
});

describe("names", () => {
  test("the hosts file counts, its changes too", async () => {
    const directory = mkdtempSync(join(tmpdir(), "andon-hosts-"));
    const path = join(directory, "hosts");
    writeFileSync(path, "# plant\n10.0.0.7  plc7 PLC7.plant # gateway\nbad line\n::1 six\n10.0.0.8 plc7\n");
    const clock = new FakeClock();
    const names = fakeNames(() => ({ failure: "unknown" as const }));
    const resolver = createResolver({ clock, nameServer: names, hostsPath: path });
    expect(await resolver.resolve("PLC7")).toEqual({ addresses: ["10.0.0.7", "10.0.0.8"] });
    expect(await resolver.resolve("plc7.plant.")).toEqual({ addresses: ["10.0.0.7"] });
    writeFileSync(path, "10.0.0.9 plc7\n");
    utimesSync(path, new Date(), new Date(Date.now() + 5_000));
    await clock.advance(5_000);
    expect(await resolver.resolve("plc7")).toEqual({ addresses: ["10.0.0.9"] });
    rmSync(directory, { recursive: true });
    await clock.advance(5_000);
    expect(await resolver.resolve("plc7")).toEqual({ failure: "unknown" });
    expect(names.lookups).toEqual(["plc7"]);
    expect(parseHosts("127.0.0.1\tlocalhost\n").get("localhost")).toEqual(["127.0.0.1"]);
  });

  test("an answer is used for its TTL, and for an hour while the server is mute", async () => {
    const clock = new FakeClock();
    let isMute = false;
    const names = fakeNames(() =>
      isMute ? { failure: "mute" } : { addresses: ["10.0.0.1"], ttlSeconds: 20 },
    );
    const resolver = createResolver({ clock, nameServer: names, hostsPath: null });
    for (let question = 0; question < 3; question++) await resolver.resolve("a.test");
    expect(names.lookups.length).toBe(1);
    await clock.advance(20_000);
    isMute = true;
    expect(await resolver.resolve("a.test")).toEqual({ addresses: ["10.0.0.1"] });
    expect(names.lookups.length).toBe(2);
    await clock.advance(3_600_000);
    expect(await resolver.resolve("a.test")).toEqual({ failure: "mute" });
  });

  test("a name that is gone is not served from the cache", async () => {
    const clock = new FakeClock();
    let isGone = false;
    const names = fakeNames(() => (isGone ? { failure: "unknown" } : ["10.0.0.1"]));
    const resolver = createResolver({ clock, nameServer: names, hostsPath: null });
    await resolver.resolve("a.test");
    isGone = true;
    expect(await resolver.resolve("a.test")).toEqual({ failure: "unknown" });
  });

  test("a real DNS server: answers, unknown names, and silence within about a second", async () => {
    const server = await openDnsServer();
    server.answer = (name) => (name === "plc.test" ? "10.1.2.3" : name === "mute.test" ? undefined : null);
    const names = createDnsNameServer({ servers: [server.address] });
    expect(await names.lookup("plc.test")).toEqual({ addresses: ["10.1.2.3"], ttlSeconds: 0 });
    expect(await names.lookup("no.test")).toEqual({ failure: "unknown" });
    let isOver = false;
    const others = Promise.all(Array.from({ length: 64 }, () => names.lookup("mute.test"))).finally(
      () => (isOver = true),
    );
    // Mute names do not hold up others.
    expect(await names.lookup("plc.test")).toEqual({ addresses: ["10.1.2.3"], ttlSeconds: 0 });
    expect(isOver).toBe(false);
    expect((await others).every((answer) => "failure" in answer && answer.failure === "mute")).toBe(true);
    server.stop();
  });
});

describe("what may be saved", () => {
  test("plain http needs a host that stands for private addresses only; https may be unknown yet", async () => {
    const names = fakeNames(
      (name) =>
        ({
          "lan.test": ["10.0.0.1"],
          "mixed.test": ["10.0.0.1", "8.8.8.8"],
          "public.test": ["8.8.8.8"],
          "loop.test": ["127.0.0.1"],
        })[name] ?? { failure: "unknown" as const },
    );
    const sender = senderWith({
      policy: createNetPolicy({ mode: "lan", allow: [] }),
      resolver: createResolver({ clock: systemClock, nameServer: names, hostsPath: null }),
    });
    for (const url of [
      "http://lan.test/",
      "http://192.168.1.1/",
      "https://mixed.test/",
      "https://public.test/",
      "https://unknown.test/",
    ])
      expect([url, await sender.refusalOf(url)]).toEqual([url, null]);
    for (const url of [
      "http://mixed.test/",
      "http://public.test/",
      "http://unknown.test/",
      "http://loop.test/",
      "https://loop.test/",
      "http://8.8.8.8/",
      "https://169.254.169.254/",
      "ftp://lan.test/",
    ])
      expect([url, typeof (await sender.refusalOf(url))]).toEqual([url, "string"]);
  });
});
