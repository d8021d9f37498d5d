// Budgets: runaway scripts and guessers are slowed down, everybody else is not touched.
import { afterEach, describe, expect, test } from "bun:test";
import { Elysia } from "elysia";
import type { AccessPlugin } from "../../src/http/access";
import {
  sendRaw,
  startTestServer,
  statusOf,
  type TestServer,
  type TestServerOptions,
} from "../harness/server";

let release: (() => void)[] = [];
const routes = (plugin: AccessPlugin) => [
  new Elysia({ prefix: "/api/v1" })
    .use(plugin)
    .post("/measured", () => "ok", { access: "ingest" })
    .get("/open", () => "ok", { access: "public" })
    .get("/slow", () => new Promise<string>((resolve) => release.push(() => resolve("ok"))), {
      access: "viewer",
    }),
];

const opened: TestServer[] = [];
afterEach(async () => {
  for (const done of release.splice(0)) done();
  for (const run of opened.splice(0)) await run.close();
});
const start = async (options: TestServerOptions = {}): Promise<TestServer> => {
  release = [];
  const run = await startTestServer({ routes, ...options });
  opened.push(run);
  return run;
};

const statuses = async (count: number, ask: () => Promise<{ status: number }>): Promise<number[]> => {
  const all: number[] = [];
  for (let round = 0; round < count; round++) all.push((await ask()).status);
  return all;
};

describe("wrong credentials", () => {
  const limits = { refused: { perSecond: 1, burst: 5 } };

  test("run into 429 with Retry-After; right ones from the same address do not", async () => {
    const run = await start({ limits });
    const wrong = () => run.call("GET", "/api/v1/projects", { token: "andon_wrong" });
    expect(await statuses(7, wrong)).toEqual([401, 401, 401, 401, 401, 429, 429]);
    const refused = await wrong();
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(refused.json["code"]).toBe("too_many_refused");
    expect((await run.call("GET", "/api/v1/projects")).status).toBe(200);
    await run.clock.advance(2000);
    expect(await statuses(3, wrong)).toEqual([401, 401, 429]);
  });

  test("of one address do not hold up another", async () => {
    const run = await start({ limits, config: { trustedProxies: ["127.0.0.1"] } });
    const from = (address: string) => () =>
      run.call("GET", "/api/v1/projects", { token: "andon_wrong", headers: { "x-forwarded-for": address } });
    expect(await statuses(6, from("10.0.0.1"))).toEqual([401, 401, 401, 401, 401, 429]);
    expect(await statuses(1, from("10.0.0.2"))).toEqual([401]);
    // One client has a whole /64.
    for (let host = 1; host <= 5; host++) await from(`2001:db8::${host}`)();
    expect(await statuses(1, from("2001:db8::6"))).toEqual([429]);
    expect(await statuses(1, from("2001:db8:0:1::6"))).toEqual([401]);
  });
});

describe("tokens", () => {
  test("have separate budgets for ingest and for everything else", async () => {
    const run = await start({
      limits: { api: { perSecond: 1, burst: 3 }, ingest: { perSecond: 1, burst: 2 } },
    });
    const api = () => run.call("GET", "/api/v1/projects");
    const ingest = () => run.call("POST", "/api/v1/measured");
    expect(await statuses(5, api)).toEqual([200, 200, 200, 429, 429]);
    expect(await statuses(3, ingest)).toEqual([200, 200, 429]);
    expect((await ingest()).headers.get("retry-after")).toBe("1");
    expect((await run.call("GET", "/api/v1/open")).status).toBe(200);
    await run.clock.advance(1000);
    expect(await statuses(2, api)).toEqual([200, 429]);
  });

  test("do not spend each other's", async () => {
    const run = await start({ limits: { api: { perSecond: 1, burst: 3 } } });
    const made = await run.call("POST", "/api/v1/api-tokens", { body: { name: "other" } });
    expect(await statuses(3, () => run.call("GET", "/api/v1/projects"))).toEqual([200, 200, 429]);
    const token = String(made.json["token"]);
    expect((await run.call("GET", "/api/v1/projects", { token })).status).toBe(200);
  });

  test("by default send far more than a benchmark without being limited", async () => {
    const run = await start();
    const bytes = [
      "POST /api/v1/measured HTTP/1.1",
      "Host: localhost",
      `Authorization: Bearer ${run.token}`,
      "Content-Length: 0",
      "",
      "",
    ].join("\r\n");
    const answer = await sendRaw(run.server.port, bytes.repeat(3000), 1500);
    expect(answer.split("HTTP/1.1 200").length - 1).toBe(3000);
    expect(answer).not.toContain("HTTP/1.1 429");
  });
});

describe("an address", () => {
  test("has so many requests at once and no more; others go on", async () => {
    const run = await start({ limits: { inFlightPerAddress: 3 }, config: { trustedProxies: ["127.0.0.1"] } });
    const slow = (address: string) =>
      run.call("GET", "/api/v1/slow", { headers: { "x-forwarded-for": address } });
    const held = [slow("10.0.0.1"), slow("10.0.0.1"), slow("10.0.0.1")];
    while (run.server.inFlight < 3) await new Promise((done) => setImmediate(done));
    const over = await slow("10.0.0.1");
    expect([over.status, over.json["code"]]).toEqual([429, "too_many_at_once"]);
    const other = slow("10.0.0.2");
    while (run.server.inFlight < 4) await new Promise((done) => setImmediate(done));
    for (const done of release.splice(0)) done();
    for (const answer of await Promise.all([...held, other])) expect(answer.status).toBe(200);
    expect(run.server.inFlight).toBe(0);
  });
});

describe("sizes", () => {
  test("an announced body over the hard limit and an endless header are refused by status", async () => {
    const run = await start();
    const announce = (length: number): string =>
      `POST /api/v1/projects HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${run.token}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n`;
    const own = await sendRaw(run.server.port, announce(2_000_000));
    expect(statusOf(own)).toBe(413);
    expect(own).toContain('"code":"too_large"');
    expect(statusOf(await sendRaw(run.server.port, announce(1_000_000_000)))).toBe(413);
    const header = `GET /api/v1/open HTTP/1.1\r\nHost: localhost\r\nX-Long: ${"a".repeat(200_000)}\r\n\r\n`;
    expect([0, 400, 413, 431]).toContain(statusOf(await sendRaw(run.server.port, header)));
  });
});
