// T1, T2, T3 for monitors: no spelling, DNS answer or redirect makes a probe of any type dial an address that
// policy forbids. They follow the address rules, not the rule about plain http. Canaries on loopback count.
// ANDON_FAULTS=long: 10,000 answers of a name that changes its mind.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createServer, type Server } from "node:net";
import { isAppError } from "../../src/core/errors";
import { OUTBOUND_MODES, type OutboundMode } from "../../src/lib/net-policy";
import { readTarget, type ScheduleCheck } from "../../src/monitors/target";
import type { ProbeTarget } from "../../src/monitors/schema";
import { fakeNames } from "../harness/dns";
import { httpTarget, openProber } from "../harness/prober";
import { NAMES, SPELLINGS, type Standing } from "./ssrf-spellings";

const REBINDING_ATTEMPTS = Bun.env["ANDON_FAULTS"] === "long" ? 10_000 : 1_000;

let canaries: Server[];
let port: number;
let hits = 0;

beforeAll(async () => {
  const listen = (host: string, on: number): Promise<Server> =>
    new Promise((resolve, reject) => {
      const server = createServer((socket) => {
        hits++;
        socket.on("error", () => undefined);
        socket.end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
      });
      server.once("error", reject);
      server.listen(on, host, () => resolve(server));
    });
  const first = await listen("127.0.0.1", 0);
  port = (first.address() as { port: number }).port;
  canaries = [first];
  for (const host of ["127.0.0.2", "::1"])
    await listen(host, port).then(
      (server) => canaries.push(server),
      () => undefined,
    );
});

afterAll(() => {
  for (const canary of canaries) canary.close();
});

const table = () => fakeNames((name) => NAMES[name]?.addresses ?? { failure: "unknown" });

/** Plain http may be looked at anywhere. */
const isAllowed = (standing: Standing, mode: OutboundMode): boolean => {
  if (standing === "public") return true;
  if (standing === "private") return mode !== "strict";
  return standing === "loopback" && mode === "open";
};

const NO_SCHEDULE: ScheduleCheck = { refusePattern: () => null, isTimeZone: () => true };

/** As the API takes it; null where it is refused by its form. */
const targetFor = (type: "http" | "tcp" | "tls" | "ping", host: string): ProbeTarget | null => {
  try {
    const given = type === "http" ? { url: `http://${host}:${port}/` } : { host, port };
    const target = readTarget(type, given, NO_SCHEDULE);
    return target.type === "heartbeat" ? null : target;
  } catch (error) {
    if (isAppError(error, "invalid")) return null;
    throw error;
  }
};

describe("spellings", () => {
  for (const mode of OUTBOUND_MODES)
    for (const type of ["http", "tcp", "tls", "ping"] as const)
      test(`${mode}, ${type}: only what policy allows is dialled`, async () => {
        const wrong: string[] = [];
        for (const [host, standing] of SPELLINGS) {
          const target = targetFor(type, host);
          const mayDial = isAllowed(standing, mode);
          if (target === null || mayDial) continue;
          const asked: string[] = [];
          const { dialled, probe } = openProber({
            mode,
            names: table(),
            ping: (address) => {
              asked.push(address);
              return Promise.resolve({ result: "silence", latencyMs: null });
            },
          });
          const before = hits;
          const { outcome, failure } = await probe(target);
          if (dialled.length + asked.length > 0)
            wrong.push(`${host}: dialled ${dialled.join(", ")} ${asked.join(", ")}`);
          if (hits !== before) wrong.push(`${host}: canary hit`);
          if (outcome !== "down" || !["blocked", "invalid_config", "dns"].includes(failure ?? ""))
            wrong.push(`${host}: ${outcome} ${failure}`);
        }
        expect(wrong).toEqual([]);
      });

  test("what policy allows is dialled: the table asks the right questions", async () => {
    for (const mode of OUTBOUND_MODES) {
      let count = 0;
      for (const [host, standing] of SPELLINGS) {
        const target = targetFor("http", host);
        if (target === null || !isAllowed(standing, mode)) continue;
        const { dialled, probe } = openProber({ mode, names: table() });
        await probe(target);
        expect([mode, host, dialled.length > 0]).toEqual([mode, host, true]);
        count++;
      }
      expect(count).toBeGreaterThan(0);
    }
  });
});

describe("DNS", () => {
  test(`rebinding: ${REBINDING_ATTEMPTS} looks at a name that alternates never reach loopback`, async () => {
    const before = hits;
    const names = fakeNames((_name, count) => (count % 2 === 0 ? ["127.0.0.1"] : ["10.9.8.7"]));
    const { dialled, probe } = openProber({ names });
    let blocked = 0;
    for (let look = 0; look < REBINDING_ATTEMPTS; look++)
      if ((await probe(httpTarget(`http://rebind.test:${port}/`))).failure === "blocked") blocked++;
    expect(hits).toBe(before);
    // One question per look: what is judged is what is dialled.
    expect(names.lookups.length).toBe(REBINDING_ATTEMPTS);
    expect(blocked).toBe(REBINDING_ATTEMPTS / 2);
    expect(new Set(dialled)).toEqual(new Set([`http://10.9.8.7:${port}/`]));
  });

  test("of several answers only allowed ones are dialled", async () => {
    const names = fakeNames(() => ["127.0.0.1", "169.254.169.254", "10.0.0.5", "::1"]);
    const { dialled, probe } = openProber({ names });
    await probe(httpTarget(`http://mixed.test:${port}/`));
    expect(dialled).toEqual([`http://10.0.0.5:${port}/`]);
  });
});

describe("redirects", () => {
  test("each hop is judged: canaries, own names for them, metadata and other schemes see nothing", async () => {
    let status = 301;
    let location = "";
    const server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: (request) =>
        new URL(request.url).pathname === "/first"
          ? new Response(null, { status, headers: { location: "/second" } })
          : new Response(null, { status, headers: { location } }),
    });
    const { probe, dialled } = openProber({ allow: [`127.0.0.1:${server.port}`], names: table() });
    const before = hits;
    for (status of [301, 302, 303, 307, 308])
      for (location of [
        `http://127.0.0.1:${port}/`,
        `http://localhost:${port}/`,
        `http://0x7f.1:${port}/`,
        `http://[::1]:${port}/`,
        `http://loopback.test:${port}/`,
        "http://169.254.169.254/latest/meta-data/",
        "http://metadata.test/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "//[::1]/",
        `http://user:pass@127.0.0.1:${server.port}/`,
      ])
        for (const path of ["first", "second"]) {
          const { outcome, failure } = await probe(httpTarget(`http://127.0.0.1:${server.port}/${path}`));
          expect([status, location, outcome, failure]).toEqual([status, location, "down", "blocked"]);
        }
    expect(hits).toBe(before);
    const own = `http://127.0.0.1:${server.port}/`;
    expect(dialled.filter((url) => !url.startsWith(own))).toEqual([]);
    await server.stop(true);
  });
});
