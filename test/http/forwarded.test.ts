// T31, over the whole application: a forwarding header counts only from a proxy that the configuration
// names. Nobody else changes by it what is recorded, what is limited, or what is a secure connection.
import { afterEach, describe, expect, test } from "bun:test";
import { startApp, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";

const EMAIL = "ann@plant.example";
const PASSWORD = "correct horse battery";

let run: TestApp;
afterEach(() => run.stop());

const start = async (trustedProxies: string[], publicUrl: string | null = null): Promise<void> => {
  run = await startApp({
    clock: new FakeClock(),
    config: { trustedProxies, publicUrl, adminEmail: EMAIL, adminPassword: PASSWORD },
  });
};

const signIn = (password: string, headers: Record<string, string>, email = EMAIL): Promise<Response> =>
  fetch(`${run.url}/api/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ email, password }),
  });

/** Address under which the last failed sign-in stands in the audit trail. */
const recorded = async (headers: Record<string, string>): Promise<string> => {
  expect((await signIn("wrong password", headers)).status).toBe(401);
  // Success forgets the failures, so that the next row of the table is not refused.
  expect((await signIn(PASSWORD, headers)).status).toBe(200);
  const rows = await run.store.engine.query({
    sql: "SELECT data FROM journal WHERE kind = 'access.sign_in_failed' ORDER BY seq DESC LIMIT 1",
  });
  return (JSON.parse(String(rows[0]?.[0])) as { address: string }).address;
};

const HEADERS: readonly Record<string, string>[] = [
  { "x-forwarded-for": "203.0.113.7" },
  { "x-forwarded-for": "127.0.0.1, 203.0.113.7" },
  { "x-forwarded-for": "203.0.113.7, 10.0.0.1" },
  { "x-forwarded-for": "::ffff:203.0.113.7" },
  { "x-real-ip": "203.0.113.7" },
  { forwarded: "for=203.0.113.7;proto=https" },
  { "x-client-ip": "203.0.113.7" },
  { "true-client-ip": "203.0.113.7" },
  { "cf-connecting-ip": "203.0.113.7" },
  { "x-forwarded-for": "<script>" },
];

describe("from somebody who is no proxy", () => {
  test("no header changes whom the audit trail names", async () => {
    await start(["10.0.0.0/8"]);
    for (const headers of HEADERS) expect([headers, await recorded(headers)]).toEqual([headers, "127.0.0.1"]);
  });

  test("changing addresses do not get around the limit of one address", async () => {
    await start([]);
    const statuses = new Set<number>();
    for (let round = 0; round < 60; round++) {
      const headers = { "x-forwarded-for": `203.0.113.${round}` };
      const { status } = await signIn("wrong password", headers, `x${round}@plant.example`);
      if (round < 49) expect(status).toBe(401);
      statuses.add(status);
    }
    expect(statuses).toEqual(new Set([401, 429]));
  });

  test("plain http does not become a secure connection, nor another site's name ours", async () => {
    await start([]);
    const answer = await signIn(PASSWORD, {
      "x-forwarded-proto": "https",
      "x-forwarded-host": "evil.example",
      forwarded: "proto=https;host=evil.example",
    });
    const cookie = answer.headers.get("set-cookie") ?? "";
    expect(cookie).toStartWith("andon_session=");
    expect(cookie).not.toContain("Secure");
    const change = await fetch(`${run.url}/api/v1/projects`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        cookie: cookie.split(";")[0] ?? "",
        origin: "http://evil.example",
        "x-forwarded-host": "evil.example",
      },
      body: '{"name":"x"}',
    });
    expect(change.status).toBe(403);
  });
});

describe("from a proxy that is named", () => {
  /** X-Forwarded-For and whom it means; 127.0.0.1 and 10.0.0.0/8 are proxies. */
  const TABLE: [forwarded: string, address: string][] = [
    ["203.0.113.7", "203.0.113.7"],
    ["198.51.100.1, 203.0.113.7", "203.0.113.7"],
    ["198.51.100.1, 203.0.113.7, 10.1.2.3", "203.0.113.7"],
    ["10.9.9.9", "10.9.9.9"],
    ["203.0.113.7:4711", "203.0.113.7"],
    ["[2001:db8::7]:4711", "2001:db8:0:0:0:0:0:7"],
    ["not an address", "127.0.0.1"],
    ["203.0.113.7, not an address", "127.0.0.1"],
    [`${"198.51.100.1, ".repeat(200)}203.0.113.7`, "203.0.113.7"],
  ];

  test("the hop before it is the client, and nothing that the client claims", async () => {
    await start(["127.0.0.1", "10.0.0.0/8"]);
    for (const [forwarded, address] of TABLE)
      expect([forwarded, await recorded({ "x-forwarded-for": forwarded })]).toEqual([forwarded, address]);
    for (const headers of HEADERS.filter((one) => !("x-forwarded-for" in one)))
      expect([headers, await recorded(headers)]).toEqual([headers, "127.0.0.1"]);
  });

  test("each client has a limit of its own", async () => {
    await start(["127.0.0.1"]);
    for (let round = 0; round < 60; round++) {
      const headers = { "x-forwarded-for": `203.0.113.${round}` };
      expect((await signIn("wrong password", headers, `x${round}@plant.example`)).status).toBe(401);
    }
    const flood = { "x-forwarded-for": "198.51.100.1" };
    for (let round = 0; round < 60; round++) await signIn("wrong password", flood, `y${round}@plant.example`);
    expect((await signIn(PASSWORD, flood)).status).toBe(429);
    expect((await signIn(PASSWORD, { "x-forwarded-for": "198.51.100.2" })).status).toBe(200);
  });

  test("TLS at the proxy gives the secure cookie under the public name", async () => {
    await start(["127.0.0.1"], "https://andon.plant.example");
    const tls = { "x-forwarded-proto": "https", host: "andon.plant.example" };
    const cookie = (await signIn(PASSWORD, tls)).headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/^__Host-andon_session=.*; Secure$/);
    // The last value is the nearest proxy's; what the client wrote before it does not count.
    const claimed = await signIn(PASSWORD, { ...tls, "x-forwarded-proto": "https, http" });
    expect(claimed.headers.get("set-cookie")).toStartWith("andon_session=");
  });
});
