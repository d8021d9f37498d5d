// T1, T2, T3, T5: no spelling, DNS answer, redirect or proxy variable makes the real sender dial an
// address that policy forbids. What is dialled is recorded; canaries on loopback count connections.
// ANDON_FAULTS=long: 10,000 answers of a name that changes its mind.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createServer, type Server } from "node:net";
import { systemClock } from "../../src/core/clock";
import { createResolver } from "../../src/delivery/resolver";
import { createSender, type Dial } from "../../src/delivery/sender";
import {
  checkAllowEntry,
  createNetPolicy,
  OUTBOUND_MODES,
  type OutboundMode,
} from "../../src/lib/net-policy";
import type { OutboundRequest } from "../../src/channels/channel";
import { fakeNames } from "../harness/dns";
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

interface Rig {
  mode?: OutboundMode;
  allow?: readonly string[];
  listeners?: { address: string; port: number }[];
  names?: ReturnType<typeof fakeNames>;
}

const table = fakeNames((name) => NAMES[name]?.addresses ?? { failure: "unknown" });

/** Loopback is really dialled; anything else is only recorded and answered 200. */
const rig = ({ mode = "lan", allow = [], listeners = [], names = table }: Rig) => {
  const dialled: string[] = [];
  const dial: Dial = (url, init) => {
    dialled.push(url);
    const { hostname } = new URL(url);
    return hostname.startsWith("127.") || hostname === "[::1]"
      ? fetch(url, init)
      : Promise.resolve(new Response("recorded"));
  };
  const sender = createSender({
    clock: systemClock,
    policy: createNetPolicy({ mode, allow, listeners: () => listeners }),
    resolver: createResolver({ clock: systemClock, nameServer: names, hostsPath: null }),
    dial,
  });
  const send = (url: string) =>
    sender.send(
      { method: "POST", url, headers: {}, body: new Uint8Array([123, 125]) } satisfies OutboundRequest,
      { timeoutMs: 2_000 },
    );
  return { dialled, send, sender };
};

const isAllowed = (standing: Standing, mode: OutboundMode, protocol: string): boolean => {
  if (standing === "public") return protocol === "https";
  if (standing === "private") return mode !== "strict";
  return standing === "loopback" && mode === "open";
};

describe("spellings", () => {
  test("the table is as long as it must be", () => {
    expect(SPELLINGS.length).toBeGreaterThanOrEqual(150);
    expect(new Set(SPELLINGS.map(([host]) => host)).size).toBe(SPELLINGS.length);
  });

  for (const mode of OUTBOUND_MODES)
    for (const protocol of ["http", "https"] as const)
      test(`${mode}, ${protocol}: only what policy allows is dialled`, async () => {
        const wrong: string[] = [];
        for (const [host, standing] of SPELLINGS) {
          // TLS to a canary that speaks none would only cost time: loopback is really dialled by http.
          if (protocol === "https" && standing === "loopback" && mode === "open") continue;
          const { dialled, send, sender } = rig({ mode });
          const before = hits;
          const exchange = await send(`${protocol}://${host}:${port}/hook`);
          const mayDial = isAllowed(standing, mode, protocol);
          if (dialled.length > 0 !== mayDial) wrong.push(`${host}: dialled ${dialled.join(", ")}`);
          if (!mayDial && hits !== before) wrong.push(`${host}: canary hit`);
          if (!mayDial && !["blocked", "invalid_config"].includes(exchange.failure ?? ""))
            wrong.push(`${host}: ${exchange.failure}`);
          sender.close();
        }
        expect(wrong).toEqual([]);
      });
});

describe("allow list", () => {
  test("a listed range, address or host:port is dialled, whatever the mode and the protocol", async () => {
    for (const mode of OUTBOUND_MODES)
      for (const [entry, url] of [
        [`127.0.0.1:${port}`, `http://127.0.0.1:${port}/`],
        ["127.0.0.0/8", `http://0x7f.1:${port}/`],
        [`localhost:${port}`, `http://localhost:${port}/`],
        ["127.0.0.1", `http://loopback.test:${port}/`],
        [`loopback.test:${port}`, `http://loopback.test:${port}/`],
        ["169.254.169.254", "http://169.254.169.254/"],
        ["169.254.0.0/16", "http://metadata.test/"],
        ["8.8.8.8/32", "http://8.8.8.8/"],
        ["fe80::/10", "http://[fe80::1]/"],
        ["[fd00:ec2::254]:80", "http://[fd00:ec2::254]/"],
        ["::ffff:10.0.0.0/104", "http://10.1.2.3/"],
      ] as const) {
        const { dialled, send } = rig({ mode, allow: [entry] });
        const exchange = await send(url);
        expect([entry, dialled.length, exchange.statusCode]).toEqual([entry, 1, 200]);
      }
  });

  test("a host:port entry opens neither another port nor another name of the same address", async () => {
    const before = hits;
    for (const url of [
      `http://127.0.0.1:${port + 1}/`,
      `http://127.0.0.2:${port}/`,
      `http://other.test:${port}/`,
    ]) {
      const names = fakeNames(() => ["127.0.0.9"]);
      const { dialled, send } = rig({ allow: [`127.0.0.1:${port}`, `loopback.test:${port}`], names });
      expect((await send(url)).failure).toBe("blocked");
      expect(dialled).toEqual([]);
    }
    expect(hits).toBe(before);
  });

  test("entries that are neither are refused with what was expected", () => {
    for (const entry of [
      "10.0.0.0/33",
      "host",
      "host:0",
      "host:99999",
      "10.0.0/8",
      ":80",
      "a b:80/x",
      "[host]:80",
    ])
      expect(checkAllowEntry(entry)).toContain("neither");
    expect(checkAllowEntry("plc7:9000")).toBeNull();
  });
});

describe("own listeners", () => {
  test("are denied in every mode, on any local address, unless listed", async () => {
    const before = hits;
    for (const listener of [
      { address: "127.0.0.1", port },
      { address: "0.0.0.0", port },
      { address: "::", port },
    ]) {
      const { dialled, send } = rig({ mode: "open", listeners: [listener] });
      for (const host of ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "loopback.test"]) {
        const exchange = await send(`http://${host}:${port}/api/v1/alerts`);
        // `localhost` is also ::1, where a listener on 127.0.0.1 alone does not listen.
        if (exchange.failure !== "blocked")
          expect(dialled.every((url) => url.includes("[0:0:0:0:0:0:0:1]"))).toBe(true);
      }
      expect(dialled.filter((url) => url.includes("127.0.0.1"))).toEqual([]);
    }
    const { send } = rig({ listeners: [{ address: "127.0.0.1", port }], allow: [`127.0.0.1:${port}`] });
    expect((await send(`http://127.0.0.1:${port}/`)).statusCode).toBe(200);
    expect(hits).toBeGreaterThan(before);
  });
});

describe("DNS", () => {
  test(`rebinding: ${REBINDING_ATTEMPTS} attempts on a name that alternates never reach loopback`, async () => {
    const before = hits;
    const names = fakeNames((_name, count) => (count % 2 === 0 ? ["127.0.0.1"] : ["10.9.8.7"]));
    const { dialled, send } = rig({ names });
    let blocked = 0;
    for (let attempt = 0; attempt < REBINDING_ATTEMPTS; attempt++)
      if ((await send(`http://rebind.test:${port}/`)).failure === "blocked") blocked++;
    expect(hits).toBe(before);
    expect(names.lookups.length).toBe(REBINDING_ATTEMPTS);
    expect(blocked).toBe(REBINDING_ATTEMPTS / 2);
    expect(new Set(dialled)).toEqual(new Set([`http://10.9.8.7:${port}/`]));
  });

  test("of several answers only allowed ones are dialled", async () => {
    const before = hits;
    const names = fakeNames(() => ["127.0.0.1", "169.254.169.254", "10.0.0.5", "::1"]);
    const { dialled, send } = rig({ names });
    expect((await send(`http://mixed.test:${port}/`)).address).toBe(`10.0.0.5:${port}`);
    expect(dialled).toEqual([`http://10.0.0.5:${port}/`]);
    expect(hits).toBe(before);
  });

  test("a hostile answer of 5,000 addresses costs no more than a few", async () => {
    const names = fakeNames(() => Array.from({ length: 5_000 }, () => "127.0.0.1"));
    const { dialled, send } = rig({ names });
    expect((await send("http://many.test/")).failure).toBe("blocked");
    expect(dialled).toEqual([]);
  });
});

describe("redirects", () => {
  test("are never followed: to a canary, to themselves, to a file, to another scheme", async () => {
    let status = 301;
    let location = "";
    let requests = 0;
    const server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: () => {
        requests++;
        return new Response("moved", { status, headers: { location } });
      },
    });
    const own = `http://127.0.0.1:${server.port}/`;
    const { send } = rig({ allow: [`127.0.0.1:${server.port}`] });
    const before = hits;
    for (status of [301, 302, 303, 307, 308])
      for (location of [
        `http://127.0.0.1:${port}/`,
        own,
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "//[::1]/",
      ]) {
        const exchange = await send(own);
        expect([exchange.statusCode, exchange.failure]).toEqual([status, null]);
        expect(exchange.responseBody).toBe("moved");
      }
    expect(requests).toBe(25);
    expect(hits).toBe(before);
    await server.stop(true);
  });
});

describe("proxy variables", () => {
  test("a proxy named in the environment sees nothing, the endpoint sees everything", async () => {
    let arrived = 0;
    const endpoint = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: () => {
        arrived++;
        return new Response("direct");
      },
    });
    const before = hits;
    const proxy = `http://127.0.0.1:${port}`;
    const child = Bun.spawn(
      [process.execPath, `${import.meta.dir}/ssrf-proxy-child.ts`, `http://127.0.0.1:${endpoint.port}/`],
      {
        env: {
          ...process.env,
          HTTP_PROXY: proxy,
          http_proxy: proxy,
          HTTPS_PROXY: proxy,
          https_proxy: proxy,
          ALL_PROXY: proxy,
        },
        stdout: "pipe",
        stderr: "inherit",
      },
    );
    expect((await new Response(child.stdout).text()).trim()).toBe("200 direct");
    expect(arrived).toBe(1);
    expect(hits).toBe(before);
    await endpoint.stop(true);
  });
});
