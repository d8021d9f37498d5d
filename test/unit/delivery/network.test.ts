// F18: nothing outside this machine can be reached. No endpoint is blamed for it: no attempt counts, no
// schedule advances, no channel pauses; all is sent when the network is back. An endpoint that is down by
// itself is never taken for that.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createNetworkWatch } from "../../../src/delivery/network";
import type { RoutesOut } from "../../../src/delivery/routes-out";
import type { Exchange } from "../../../src/delivery/trial";
import { FakeClock } from "../../harness/clock";
import { fakeNames } from "../../harness/dns";
import { openDeliveryBench, principal, type DeliveryBench } from "../../harness/delivery";

/** What the machine's network looks like, as the test has it. */
const world = () => {
  const state = {
    hasInterface: true,
    /** Addresses that the kernel knows a way to. */
    routes: (_address: string): boolean => true,
    /** What comes of dialling `address:port`: a status, or the code of the error. */
    answer: (_address: string): number | string => 200,
    dialled: [] as string[],
    bodies: [] as string[],
  };
  const routes: RoutesOut = {
    hasInterface: () => state.hasInterface,
    hasRoute: async (address) => state.routes(address),
  };
  const dial = async (url: string, init: BunFetchRequestInit): Promise<Response> => {
    const { host } = new URL(url);
    state.dialled.push(host);
    const answer = state.answer(host);
    if (typeof answer === "string") throw Object.assign(new Error("no"), { code: answer });
    if (answer === 200) state.bodies.push(String((init.headers as Record<string, string>)["webhook-id"]));
    return new Response("ok", { status: answer });
  };
  return { state, routes, dial };
};

let net: ReturnType<typeof world>;
let bench: DeliveryBench;
let unplug: () => void;
let plug: () => void;

beforeEach(async () => {
  net = world();
  const { state } = net;
  unplug = () =>
    Object.assign(state, { hasInterface: false, routes: () => false, answer: () => "ENETUNREACH" });
  plug = () => Object.assign(state, { hasInterface: true, routes: () => true, answer: () => 200 });
  bench = await openDeliveryBench({
    seams: {
      dial: net.dial,
      routes: net.routes,
      nameServer: fakeNames(() => ({ failure: "mute" })),
    },
  });
});
afterEach(() => bench.close());

const settled = async (): Promise<void> => {
  await bench.worker.idle();
  await bench.clock.settle();
  await bench.worker.idle();
};

const journalled = async (kind: string): Promise<number> =>
  (await bench.journal()).filter((one) => one === kind).length;

const attemptsOf = async (): Promise<unknown> => (await bench.rows("SELECT COUNT(*) FROM attempts"))[0]?.[0];

const channelAt = (address: string, config: Record<string, unknown> = {}) =>
  bench.channel({ url: `http://${address}/hook`, retry: [30, 60], pause_after_failures: 2, ...config });

describe("the cable is out", () => {
  test("for an hour: nothing counts, nothing is lost, and all goes out in order when it is back", async () => {
    const channels = await Promise.all(["10.0.0.1", "10.0.0.2", "10.0.0.3"].map((one) => channelAt(one)));
    unplug();
    const rows = [];
    for (const channel of channels)
      for (let count = 0; count < 12; count++) rows.push(bench.plan(channel, bench.message()));
    await bench.commit(rows);
    await settled();
    await bench.clock.advance(3_600_000);
    await settled();
    expect(
      await bench.rows("SELECT DISTINCT status, tries, attempts, outcome FROM outbox ORDER BY seq"),
    ).toEqual([["pending", 0, 0, null]]);
    expect(await attemptsOf()).toBe(0);
    expect(channels.map(({ health, consecutiveFailures }) => [health, consecutiveFailures])).toEqual(
      channels.map(() => ["active", 0]),
    );
    expect(bench.worker.networkProblem).toContain("no network interface");
    expect(await journalled("network.lost")).toBe(1);
    expect(await journalled("network.back")).toBe(0);
    // One try every five seconds and channel, after the first four at once.
    expect(net.state.dialled.length).toBeLessThanOrEqual(3 * (3_600 / 5 + 4));
    expect(net.state.dialled.length).toBeGreaterThan(3 * 600);

    plug();
    await bench.clock.advance(5_000);
    await settled();
    expect(await bench.rows("SELECT DISTINCT status, tries, attempts FROM outbox")).toEqual([
      ["delivered", 0, 1],
    ]);
    expect([...net.state.bodies].sort()).toEqual(rows.map(({ id }) => id).sort());
    for (const channel of channels) {
      const own = rows.filter(({ channelId }) => channelId === channel.id).map(({ id }) => id);
      expect(net.state.bodies.filter((id) => own.includes(id))).toEqual(own);
    }
    expect(bench.worker.networkProblem).toBeNull();
    expect(await journalled("network.back")).toBe(1);
    expect(await bench.journal()).not.toContain("channel.failing");
  });

  test("while retries wait: their schedule stands still, and goes on where it was", async () => {
    const channel = await channelAt("10.0.0.1", { pause_after_failures: null });
    net.state.answer = () => 500;
    const row = await bench.tell(channel);
    await settled();
    unplug();
    await bench.clock.advance(30_000);
    await settled();
    await bench.clock.advance(600_000);
    await settled();
    expect(await bench.rows("SELECT status, tries, attempts FROM outbox")).toEqual([["pending", 1, 1]]);
    plug();
    net.state.answer = () => 500;
    await bench.clock.advance(5_000);
    await settled();
    expect(await bench.rows("SELECT status, tries, attempts FROM outbox")).toEqual([["pending", 2, 2]]);
    plug();
    await bench.clock.advance(60_000);
    await settled();
    expect(await bench.statusOf(row)).toBe("delivered");
  });

  test("a restart in the middle loses nothing either", async () => {
    const channel = await channelAt("10.0.0.1");
    unplug();
    const row = await bench.tell(channel);
    await settled();
    await bench.restart();
    await settled();
    expect(await bench.rows("SELECT status, tries, attempts FROM outbox")).toEqual([["pending", 0, 0]]);
    plug();
    await bench.clock.advance(5_000);
    await settled();
    expect(await bench.statusOf(row)).toBe("delivered");
  });

  test("what becomes of a channel meanwhile holds: paused rows are held, deleted ones cancelled", async () => {
    const [kept, off, gone] = await Promise.all([
      channelAt("10.0.0.1"),
      channelAt("10.0.0.2"),
      channelAt("10.0.0.3"),
    ]);
    unplug();
    await bench.commit([kept, off, gone].map((channel) => bench.plan(channel!, bench.message())));
    await settled();
    await bench.service.update(principal, off!.id, { isActive: false });
    await bench.service.remove(principal, gone!.id);
    plug();
    await bench.clock.advance(5_000);
    await settled();
    expect(await bench.rows("SELECT status FROM outbox ORDER BY seq")).toEqual([
      ["delivered"],
      ["held"],
      ["cancelled"],
    ]);
  });

  test("loopback goes on, and proves nothing about the network", async () => {
    const local = await channelAt("127.0.0.1:9");
    const remote = await channelAt("10.0.0.1");
    unplug();
    net.state.answer = (address) => (address.startsWith("127.") ? 200 : "ENETUNREACH");
    await bench.tell(remote);
    await bench.tell(local);
    await settled();
    await bench.tell(local);
    await settled();
    expect(bench.worker.networkProblem).not.toBeNull();
    expect(await bench.rows("SELECT status, attempts FROM outbox ORDER BY seq")).toEqual([
      ["pending", 0],
      ["delivered", 1],
      ["delivered", 1],
    ]);
  });

  test("a channel whose endpoint was not tried yet is tried at once, and ends the outage", async () => {
    const first = await channelAt("10.0.0.1");
    const second = await channelAt("10.0.0.2");
    unplug();
    await bench.tell(first);
    await settled();
    plug();
    await bench.tell(second);
    await settled();
    expect(bench.worker.networkProblem).toBeNull();
    expect(await bench.rows("SELECT status, tries FROM outbox ORDER BY seq")).toEqual([
      ["delivered", 0],
      ["delivered", 0],
    ]);
  });
});

describe("one endpoint is down by itself", () => {
  const isBlamed = async (): Promise<boolean> => {
    const [row] = await bench.rows("SELECT tries FROM outbox ORDER BY seq LIMIT 1");
    return row?.[0] === 1 && bench.worker.networkProblem === null && (await journalled("network.lost")) === 0;
  };

  for (const code of ["ECONNREFUSED", "ECONNRESET", "EHOSTUNREACH", "CERT_HAS_EXPIRED"])
    test(`${code}, the only one there is`, async () => {
      net.state.answer = () => code;
      await bench.tell(await channelAt("10.0.0.1"));
      await settled();
      expect(await isBlamed()).toBe(true);
    });

  test("no way to it, but one to another that is known", async () => {
    const other = await channelAt("10.0.0.2");
    await bench.tell(other);
    await settled();
    net.state.routes = (address) => address === "10.0.0.2";
    net.state.answer = (address) => (address === "10.0.0.2" ? 200 : "ENETUNREACH");
    const row = await bench.tell(await channelAt("10.0.0.1"));
    await settled();
    expect(await bench.rows("SELECT tries FROM outbox WHERE seq = ?", [row.seq])).toEqual([[1]]);
    expect(bench.worker.networkProblem).toBeNull();
  });

  test("two hosts are off, and a third was reached a moment ago", async () => {
    net.state.answer = (address) => (address === "10.0.0.3" ? 200 : "EHOSTUNREACH");
    await bench.tell(await channelAt("10.0.0.3"));
    await settled();
    for (const address of ["10.0.0.1", "10.0.0.2"]) await bench.tell(await channelAt(address));
    await settled();
    expect(bench.worker.networkProblem).toBeNull();
    expect(await bench.rows("SELECT tries FROM outbox ORDER BY seq")).toEqual([[0], [1], [1]]);
  });

  test("its name is unknown", async () => {
    await bench.close();
    bench = await openDeliveryBench({
      seams: { dial: net.dial, routes: net.routes, nameServer: fakeNames(() => ({ failure: "unknown" })) },
    });
    await bench.tell(await bench.channel({ url: "https://gone.test/", retry: [30] }));
    await settled();
    expect(await isBlamed()).toBe(true);
  });
});

describe("what else shows that it is our own network", () => {
  test("no host answers at all, on the second of them", async () => {
    net.state.answer = () => "EHOSTUNREACH";
    for (const address of ["10.0.0.1", "10.0.0.2"]) await bench.tell(await channelAt(address));
    await settled();
    expect(bench.worker.networkProblem).toContain("no endpoint can be reached");
  });

  test("the DNS server is mute, and nobody was reached lately", async () => {
    const row = await bench.tell(await bench.channel({ url: "https://named.test/", retry: [30] }));
    await settled();
    expect(bench.worker.networkProblem).toContain("DNS");
    expect(await bench.rows("SELECT status, tries, attempts FROM outbox")).toEqual([["pending", 0, 0]]);
    expect(await bench.outcomes(row)).toEqual([]);
  });

  test("the DNS server is mute, but an address was reached a moment ago: the name is to blame", async () => {
    await bench.tell(await channelAt("10.0.0.1"));
    await settled();
    const row = await bench.tell(await bench.channel({ url: "https://named.test/", retry: [30] }));
    await settled();
    expect(await bench.outcomes(row)).toEqual(["dns"]);
    expect(bench.worker.networkProblem).toBeNull();
  });
});

test("while it is lost, a way that is there again is tried in earnest: a time-out counts", async () => {
  const clock = new FakeClock();
  const events: string[] = [];
  let hasWay = false;
  const watch = createNetworkWatch({
    clock,
    routes: { hasInterface: () => hasWay, hasRoute: async () => hasWay },
    onLost: (reason) => events.push(reason),
    onBack: () => events.push("back"),
  });
  const exchange = (failure: Exchange["failure"]): Exchange => ({
    statusCode: null,
    failure,
    responseHeaders: {},
    responseBody: "",
    error: null,
    address: "10.0.0.1:80",
    startedAt: 0,
    firstByteMs: null,
    totalMs: 1,
  });
  expect(await watch.isEndpointsDoing("a", exchange("timeout"))).toBe(false);
  expect(watch.isLost).toBe(true);
  hasWay = true;
  expect(await watch.isEndpointsDoing("a", exchange("timeout"))).toBe(true);
  expect(watch.isLost).toBe(false);
  for (const failure of ["blocked", "invalid_config", "internal", "dns"] as const)
    expect(await watch.isEndpointsDoing("a", exchange(failure))).toBe(true);
  expect(events).toHaveLength(2);
});
