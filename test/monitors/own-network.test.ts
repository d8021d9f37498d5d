// Whose fault it is that nobody is reached: the endpoint's, or our own network's.
import { beforeEach, describe, expect, test } from "bun:test";
import { silentLog } from "../../src/core/log";
import { createOwnNetwork, type OwnNetwork } from "../../src/monitors/own-network";
import { unanswered, type Sight } from "../../src/monitors/sight";
import { FakeClock } from "../harness/clock";

let clock: FakeClock;
let network: OwnNetwork;
/** What is there, by IP. */
let there: Set<string>;
let asked: string[];
let hasInterface: boolean;
let routed: (ip: string) => boolean;
let problemOfSender: string | null;

beforeEach(() => {
  clock = new FakeClock();
  there = new Set();
  asked = [];
  hasInterface = true;
  routed = () => true;
  problemOfSender = null;
  network = createOwnNetwork({
    clock,
    log: silentLog,
    routes: { hasInterface: () => hasInterface, hasRoute: async (ip) => routed(ip) },
    isThere: async (ip, port) => {
      asked.push(`${ip}:${port}`);
      return there.has(ip);
    },
    networkProblem: () => problemOfSender,
  });
});

const answered = (address: string): Sight => ({
  outcome: "up",
  reason: null,
  failure: null,
  code: 200,
  latencyMs: 1,
  address,
  checks: [],
  answer: null,
});

const failed = (failure: Parameters<typeof unanswered>[0], address: string | null): Sight =>
  unanswered(failure, "It failed.", { latencyMs: 1, address });

const outcome = async (sight: Sight): Promise<string> => (await network.judge(sight, true)).outcome;

const MINUTE = 60_000;

/** These were reached just now. */
const reach = async (...addresses: string[]): Promise<void> => {
  for (const address of addresses) await network.judge(answered(address), true);
};

describe("one that does not answer", () => {
  test("has failed as long as another one that was reached before is there", async () => {
    await reach("10.0.0.1:80", "10.0.0.2:443", "10.0.0.3:80");
    there.add("10.0.0.1");
    for (const failure of ["timeout", "unreachable"] as const)
      expect(await outcome(failed(failure, "10.0.0.2:443"))).toBe("down");
    expect(asked.toSorted()).toEqual(["10.0.0.1:80", "10.0.0.2:443", "10.0.0.3:80"]);
    expect(network.problem).toBeNull();
  });

  test("has failed when it is the only one that is known: its own absence excuses nobody", async () => {
    await reach("10.0.0.1:80");
    for (const failure of ["timeout", "unreachable"] as const)
      expect(await outcome(failed(failure, "10.0.0.1:80"))).toBe("down");
  });

  test("says nothing when nobody is there, and all are believed again once one is reached", async () => {
    await reach("10.0.0.1:80", "10.0.0.2:443");
    for (const address of ["10.0.0.1:80", "10.0.0.2:443", null])
      expect(await outcome(failed(address === null ? "dns_mute" : "unreachable", address))).toBe("unknown");
    // Many at once are one question.
    expect(asked).toHaveLength(2);
    expect(network.problem).toContain("own network is down");
    await reach("10.0.0.2:443");
    there.add("10.0.0.2");
    expect(network.problem).toBeNull();
    expect(await outcome(failed("unreachable", "10.0.0.1:80"))).toBe("down");
  });

  test("and is silent may be slow: it takes two others to excuse it", async () => {
    await reach("10.0.0.1:80", "10.0.0.2:80");
    expect(await outcome(failed("timeout", "10.0.0.1:80"))).toBe("down");
    await reach("10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80");
    expect(await outcome(failed("timeout", "10.0.0.1:80"))).toBe("unknown");
  });

  test("is excused for a quarter of an hour, not for ever: a whole site may be down", async () => {
    await reach("10.0.0.1:80", "10.0.0.2:80");
    for (let minute = 0; minute <= 15; minute += 5) {
      expect(await outcome(failed("unreachable", "10.0.0.1:80"))).toBe("unknown");
      await clock.advance(5 * MINUTE);
    }
    expect(await outcome(failed("unreachable", "10.0.0.1:80"))).toBe("down");
  });

  test("is not excused by those who were reached long ago, or by what takes no connections", async () => {
    await reach("10.0.0.2:80");
    await clock.advance(16 * MINUTE);
    await network.judge(answered("10.0.0.3:53"), false);
    expect(await outcome(failed("unreachable", "10.0.0.1:80"))).toBe("down");
  });

  test("is asked about anew after a moment", async () => {
    await reach("10.0.0.1:80");
    expect(await outcome(failed("unreachable", "10.0.0.9:80"))).toBe("unknown");
    there.add("10.0.0.1");
    await clock.advance(3_001);
    expect(await outcome(failed("unreachable", "10.0.0.9:80"))).toBe("down");
  });

  test("right after our start says nothing, later it has failed", async () => {
    expect(await outcome(failed("timeout", "10.0.0.1:80"))).toBe("unknown");
    await clock.advance(60_001);
    expect(await outcome(failed("timeout", "10.0.0.1:80"))).toBe("down");
    problemOfSender = "no endpoint can be reached";
    expect(await outcome(failed("timeout", "10.0.0.1:80"))).toBe("unknown");
  });

  test("and is the last to be looked at does not keep the problem alive", async () => {
    await reach("10.0.0.2:80");
    expect(await outcome(failed("unreachable", "10.0.0.1:80"))).toBe("unknown");
    await clock.advance(16 * MINUTE);
    expect(network.problem).toBeNull();
  });
});

describe("no way out", () => {
  test("without an interface nobody has failed", async () => {
    hasInterface = false;
    for (let hour = 0; hour < 72; hour++) {
      for (const failure of ["timeout", "unreachable", "refused", "dns_mute"] as const)
        expect(await outcome(failed(failure, "10.0.0.1:80"))).toBe("unknown");
      expect(network.problem).not.toBeNull();
      await clock.advance(60 * MINUTE);
    }
  });

  test("without a route to anybody nobody has, with a way to others this one has", async () => {
    await reach("10.0.0.1:80");
    routed = () => false;
    expect(await outcome(failed("refused", "10.0.0.2:80"))).toBe("unknown");
    routed = (ip) => ip === "10.0.0.1";
    there.add("10.0.0.1");
    expect(await outcome(failed("unreachable", "10.0.0.2:80"))).toBe("down");
  });
});

test("what came back, or never leaves the machine, is believed whatever the network is like", async () => {
  hasInterface = false;
  routed = () => false;
  for (const failure of ["reset", "tls", "protocol", "dns", "blocked"] as const)
    expect(await outcome(failed(failure, "10.0.0.1:80"))).toBe("down");
  for (const address of ["127.0.0.1:80", "[::1]:80"])
    for (const failure of ["refused", "timeout"] as const)
      expect(await outcome(failed(failure, address))).toBe("down");
  expect(await outcome(answered("10.0.0.1:80"))).toBe("up");
  expect(asked).toEqual([]);
});
