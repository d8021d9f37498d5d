// F7: how names become addresses, against a real DNS server that is mute, slow, broken, hostile or honest.
// The last answer stands in for an hour, judged each time anew; nobody else waits for a mute server.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { systemClock } from "../../../src/core/clock";
import { createNetPolicy } from "../../../src/lib/net-policy";
import { createDnsNameServer, type NameServer } from "../../../src/delivery/name-server";
import { createResolver, type Resolver } from "../../../src/delivery/resolver";
import { createTargets } from "../../../src/delivery/targets";
import { FakeClock } from "../../harness/clock";
import { openDeliveryBench } from "../../harness/delivery";
import { fakeNames, openDnsServer, type DnsServer } from "../../harness/dns";
import { openRecordingSink } from "../../harness/recording-sink";
import { removeDirectory, temporaryDirectory } from "../../harness/store";

let dns: DnsServer;
let names: NameServer;
let clock: FakeClock;
let resolver: Resolver;

beforeEach(async () => {
  dns = await openDnsServer();
  clock = new FakeClock();
  names = createDnsNameServer({ servers: [dns.address], clock });
  resolver = createResolver({ clock, nameServer: names, hostsPath: null });
});
afterEach(() => dns.stop());

const many = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `10.${index >> 8}.${index & 255}.1`);

describe("a server", () => {
  test("that is mute is asked once and given up after a second", async () => {
    dns.answer = () => undefined;
    const from = performance.now();
    expect(await resolver.resolve("a.test")).toEqual({ failure: "mute" });
    // A margin for a busy machine; five tries of a usual resolver would take far longer.
    expect(performance.now() - from).toBeLessThan(4_000);
    expect(dns.questions).toBeLessThanOrEqual(4);
  });

  test("that answers after five seconds is as good as mute", async () => {
    dns.answer = () => ({ addresses: ["10.0.0.1"], afterMs: 5_000 });
    expect(await resolver.resolve("a.test")).toEqual({ failure: "mute" });
  });

  test("that says SERVFAIL is broken, one that says NXDOMAIN knows no such name, a dead one is mute", async () => {
    dns.answer = () => ({ servfail: true });
    expect(await resolver.resolve("a.test")).toEqual({ failure: "broken" });
    dns.answer = () => null;
    expect(await resolver.resolve("b.test")).toEqual({ failure: "unknown" });
    const dead = createResolver({
      clock,
      nameServer: createDnsNameServer({ servers: ["127.0.0.1:1"] }),
      hostsPath: null,
    });
    expect(await dead.resolve("a.test")).toEqual({ failure: "mute" });
  });

  test("whose answer changes with a TTL of 0 is asked each time", async () => {
    for (const last of [1, 2, 3]) {
      dns.answer = () => `10.0.0.${last}`;
      expect(await resolver.resolve("a.test")).toEqual({ addresses: [`10.0.0.${last}`] });
    }
  });

  test("is not asked again while its answer lives, and after half a minute in any case", async () => {
    dns.answer = () => ({ addresses: ["10.0.0.1"], ttl: 86_400 });
    await resolver.resolve("a.test");
    dns.answer = () => ({ addresses: ["10.0.0.2"], ttl: 10 });
    await clock.advance(29_999);
    expect(await resolver.resolve("A.test.")).toEqual({ addresses: ["10.0.0.1"] });
    await clock.advance(1);
    expect(await resolver.resolve("a.test")).toEqual({ addresses: ["10.0.0.2"] });
    const { questions } = dns;
    await clock.advance(9_999);
    await resolver.resolve("a.test");
    expect(dns.questions).toBe(questions);
  });

  test("that gives 500 addresses, by TCP, is cut to 32", async () => {
    dns.answer = () => ({ addresses: many(500), ttl: 60 });
    const resolution = await resolver.resolve("a.test");
    expect("addresses" in resolution && resolution.addresses).toEqual(many(32));
  });
});

describe("while the server says nothing of use", () => {
  for (const [what, silence] of [
    ["mute", undefined],
    ["broken", { servfail: true }],
  ] as const)
    test(`${what}: the last answer stands in for an hour, and not longer`, async () => {
      dns.answer = () => ({ addresses: ["10.0.0.7"], ttl: 5 });
      await resolver.resolve("a.test");
      dns.answer = () => silence;
      await clock.advance(3_599_000);
      expect(await resolver.resolve("a.test")).toEqual({ addresses: ["10.0.0.7"] });
      await clock.advance(1_000);
      expect(await resolver.resolve("a.test")).toEqual({ failure: what });
    });

  test("a name that is gone is gone: no old answer stands in for it, then or later", async () => {
    dns.answer = () => "10.0.0.7";
    await resolver.resolve("a.test");
    dns.answer = () => null;
    expect(await resolver.resolve("a.test")).toEqual({ failure: "unknown" });
    dns.answer = () => undefined;
    expect(await resolver.resolve("a.test")).toEqual({ failure: "mute" });
  });

  test("the old answer is judged by the policy as it is now", async () => {
    const allow: string[] = ["10.0.0.7/32"];
    const policy = createNetPolicy({ mode: "strict", allow, listeners: () => [], localAddresses: () => [] });
    const strict = createNetPolicy({
      mode: "strict",
      allow: [],
      listeners: () => [],
      localAddresses: () => [],
    });
    let present = policy;
    const targets = createTargets({
      policy: { ...policy, judge: (...given) => present.judge(...given) },
      resolver,
    });
    const vet = () => targets.vet(targets.targetOf("https://a.test/")!, new AbortController().signal);
    dns.answer = () => "10.0.0.7";
    expect(await vet()).toEqual({ addresses: ["10.0.0.7"], reason: null });
    dns.answer = () => undefined;
    present = strict;
    expect(await vet()).toMatchObject({ addresses: [], failure: "blocked" });
  });

  test("equal questions at the same time are one, and a hundred mute names don't hold up an honest one", async () => {
    dns.answer = (name) => (name === "good.test" ? "10.0.0.1" : undefined);
    const mute = Array.from({ length: 100 }, (_, index) => resolver.resolve(`mute${index}.test`));
    const twice = [resolver.resolve("good.test"), resolver.resolve("good.test")];
    let isMuteOver = false;
    void Promise.all(mute).then(() => (isMuteOver = true));
    expect(await Promise.all(twice)).toEqual([{ addresses: ["10.0.0.1"] }, { addresses: ["10.0.0.1"] }]);
    expect(isMuteOver).toBe(false);
    await Promise.all(mute);
  });
});

describe("the hosts file", () => {
  test("comes first, its names ask nobody, and a change counts two seconds later", async () => {
    const directory = temporaryDirectory();
    try {
      const path = join(directory, "hosts");
      await Bun.write(path, "127.0.0.1 localhost\n10.0.0.5 plc plc.lan # the press\nnonsense line\n");
      const own = createResolver({ clock, nameServer: names, hostsPath: path });
      dns.answer = () => "10.9.9.9";
      expect(await own.resolve("PLC.lan")).toEqual({ addresses: ["10.0.0.5"] });
      expect(await own.resolve("other.test")).toEqual({ addresses: ["10.9.9.9"] });
      const { questions } = dns;
      await Bun.write(path, "10.0.0.6 plc.lan\n");
      await clock.advance(2_000);
      expect(await own.resolve("plc.lan")).toEqual({ addresses: ["10.0.0.6"] });
      expect(dns.questions).toBe(questions);
    } finally {
      removeDirectory(directory);
    }
  });

  test("localhost never leaves the machine", async () => {
    expect(await resolver.resolve("a.localhost")).toEqual({ addresses: ["127.0.0.1", "::1"] });
    expect(dns.questions).toBe(0);
  });
});

test("addresses need no DNS: they are sent to at once while names are mute, and names are retried as `dns`", async () => {
  const sink = openRecordingSink();
  const bench = await openDeliveryBench({
    clock: systemClock,
    seams: {
      nameServer: fakeNames((name) => (name === "gone.test" ? { failure: "unknown" } : { failure: "mute" })),
      routes: { hasInterface: () => true, hasRoute: async () => true },
    },
  });
  try {
    const named = await bench.channel({ url: "https://gone.test/", retry: [600] });
    const literal = await bench.channel({ url: sink.url });
    const lost = await bench.tell(named);
    await bench.tell(literal);
    await sink.waitFor(1);
    await bench.worker.idle();
    expect(await bench.outcomes(lost)).toEqual(["dns"]);
    expect(
      await bench.rows("SELECT status, tries, next_attempt_at > ? FROM outbox WHERE seq = ?", [
        Date.now(),
        lost.seq,
      ]),
    ).toEqual([["pending", 1, 1]]);
  } finally {
    await bench.close();
    await sink.stop();
  }
});
