// Signing in and out: what ends a session, what does not start one, and what guessing costs.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createAccess } from "../../src/access/access";
import { silentLog } from "../../src/core/log";
import { CHEAP, cookieOf, startTestServer, type Answer, type TestServer } from "../harness/server";

const EMAIL = "ann@plant.example";
const PASSWORD = "correct horse battery";
const HOUR = 3_600_000;

let run: TestServer;
beforeEach(async () => {
  run = await startTestServer({ firstStart: { adminEmail: EMAIL, adminPassword: PASSWORD } });
});
afterEach(() => run.close());

const signIn = (password = PASSWORD, email = EMAIL, headers: Record<string, string> = {}): Promise<Answer> =>
  run.call("POST", "/api/v1/session", { token: null, body: { email, password }, headers });

const signedIn = async (): Promise<string> => {
  const cookie = cookieOf(await signIn());
  if (cookie === null) throw new Error("no cookie");
  return cookie;
};

const whoAmI = async (cookie: string): Promise<number> =>
  (await run.call("GET", "/api/v1/session", { cookie })).status;

const journalKinds = async (): Promise<string[]> =>
  (await run.opened.store.engine.query({ sql: "SELECT kind FROM journal ORDER BY seq" })).map(([kind]) =>
    String(kind),
  );

describe("a session", () => {
  test("is opened by address and password, in any case, and tells who and where", async () => {
    const answer = await signIn(PASSWORD, " Ann@Plant.Example ");
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      user: { id: expect.any(String), email: EMAIL, name: "ann", role: "admin" },
      organization: { id: run.tenantId, name: "Default", slug: "default" },
    });
    expect(answer.headers.get("set-cookie")).toMatch(
      /^andon_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=2592000$/,
    );
    expect(await journalKinds()).toContain("access.signed_in");
  });

  test("is kept as a hash only", async () => {
    const id = (await signedIn()).split("=")[1] ?? "";
    const rows = await run.opened.store.engine.query({ sql: "SELECT * FROM sessions" });
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(id);
  });

  test("gets a new ID at each sign-in; the cookie that came along is dead, a planted one is ignored", async () => {
    const planted = `andon_session=${"A".repeat(43)}`;
    const first = cookieOf(await signIn(PASSWORD, EMAIL, { cookie: planted, origin: run.url })) ?? "";
    expect(first).not.toBe(planted);
    expect(await whoAmI(planted)).toBe(401);
    const second = cookieOf(await signIn(PASSWORD, EMAIL, { cookie: first, origin: run.url })) ?? "";
    expect(second).not.toBe(first);
    expect(await whoAmI(first)).toBe(401);
    expect(await whoAmI(second)).toBe(200);
  });

  test("ends after 12 idle hours, and not while it is used", async () => {
    const busy = await signedIn();
    const idle = await signedIn();
    for (let hour = 0; hour < 12; hour++) {
      await run.clock.advance(HOUR);
      expect(await whoAmI(busy)).toBe(200);
    }
    await run.clock.advance(60_000);
    expect(await whoAmI(idle)).toBe(401);
    expect(await whoAmI(busy)).toBe(200);
  });

  test("ends after 30 days however busy", async () => {
    const cookie = await signedIn();
    for (let hour = 0; hour < 30 * 24; hour += 10) {
      run.clock.setWall(run.clock.now() + 10 * HOUR);
      if (hour < 29 * 24) expect(await whoAmI(cookie)).toBe(200);
    }
    run.clock.setWall(run.clock.now() + 60_000);
    expect(await whoAmI(cookie)).toBe(401);
  });

  test("survives a restart, and so does a block", async () => {
    const id = (await signedIn()).split("=")[1] ?? "";
    for (let round = 0; round < 5; round++) await signIn("wrong password", "other@plant.example");
    const again = await createAccess({
      store: await run.opened.reopen(),
      clock: run.clock,
      log: silentLog,
      passwordCost: CHEAP,
      config: { adminEmail: null, adminPassword: null, bootstrapToken: null },
    });
    expect(again.sessions.find(id)?.user.email).toBe(EMAIL);
    const blocked = again.signIn.signIn({
      email: "other@plant.example",
      password: PASSWORD,
      address: "127.0.0.1",
      userAgent: "",
      oldSessionId: null,
    });
    await expect(blocked).rejects.toMatchObject({ kind: "rate_limited" });
  });

  test("ends by signing out, which also clears the cookie", async () => {
    const cookie = await signedIn();
    const answer = await run.call("DELETE", "/api/v1/session", { cookie });
    expect(answer.status).toBe(204);
    expect(answer.headers.get("set-cookie")).toMatch(/^andon_session=; .*Max-Age=0$/);
    expect(await whoAmI(cookie)).toBe(401);
    expect(await journalKinds()).toContain("access.signed_out");
  });

  test("ends with the person's role, password, state or existence", async () => {
    const create = async (email: string): Promise<{ id: string; cookie: string }> => {
      const made = await run.call("POST", "/api/v1/users", { body: { email, password: PASSWORD } });
      return { id: String(made.json["id"]), cookie: cookieOf(await signIn(PASSWORD, email)) ?? "" };
    };
    const changes: [string, string, unknown][] = [
      ["role", "PATCH", { role: "editor" }],
      ["password", "PATCH", { password: "another password" }],
      ["state", "PATCH", { is_active: false }],
      ["existence", "DELETE", undefined],
    ];
    for (const [name, method, body] of changes) {
      const { id, cookie } = await create(`${name}@plant.example`);
      expect(await whoAmI(cookie)).toBe(200);
      await run.call(method, `/api/v1/users/${id}`, { body });
      expect(await whoAmI(cookie)).toBe(401);
    }
    const { id, cookie } = await create("name@plant.example");
    await run.call("PATCH", `/api/v1/users/${id}`, { body: { name: "Other" } });
    expect(await whoAmI(cookie)).toBe(200);
  });

  test("changing one's own password keeps only the session that did it", async () => {
    const here = await signedIn();
    const elsewhere = await signedIn();
    const wrong = await run.call("POST", "/api/v1/session/password", {
      cookie: here,
      body: { current_password: "not it", password: "a new password" },
    });
    expect([wrong.status, wrong.json["field"]]).toEqual([422, "current_password"]);
    const changed = await run.call("POST", "/api/v1/session/password", {
      cookie: here,
      body: { current_password: PASSWORD, password: "a new password" },
    });
    expect(changed.status).toBe(204);
    expect(await whoAmI(here)).toBe(401);
    expect(await whoAmI(elsewhere)).toBe(401);
    expect(await whoAmI(cookieOf(changed) ?? "")).toBe(200);
    expect((await signIn()).status).toBe(401);
    expect((await signIn("a new password")).status).toBe(200);
  });

  test("is not what an API token has", async () => {
    expect((await run.call("GET", "/api/v1/session")).status).toBe(401);
  });
});

describe("guessing", () => {
  test("the answer is the same for a wrong password, an unknown account and a deactivated one", async () => {
    const made = await run.call("POST", "/api/v1/users", {
      body: { email: "off@plant.example", password: PASSWORD },
    });
    await run.call("PATCH", `/api/v1/users/${String(made.json["id"])}`, { body: { is_active: false } });
    const answers = [
      await signIn("wrong password"),
      await signIn(PASSWORD, "nobody@plant.example"),
      await signIn(PASSWORD, "off@plant.example"),
    ];
    for (const answer of answers) {
      const { request_id: _, ...rest } = answer.json;
      expect(rest).toEqual({
        type: "urn:andon:problem:sign_in_failed",
        title: "Sign-in needed",
        status: 401,
        code: "sign_in_failed",
        detail: "The e-mail address or the password is wrong.",
      });
      expect(answer.headers.get("set-cookie")).toBeNull();
    }
  });

  test("at most ten tries a minute are looked at, for known and unknown accounts alike", async () => {
    for (const email of [EMAIL, "nobody@plant.example"]) {
      let looked = 0;
      for (let second = 0; second < 60; second++) {
        const answer = await signIn("wrong password", email);
        if (answer.status === 401) looked++;
        else {
          expect(answer.status).toBe(429);
          expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
        }
        await run.clock.advance(1000);
      }
      expect(looked).toBeGreaterThanOrEqual(5);
      expect(looked).toBeLessThanOrEqual(10);
      // The other account starts from an address that has failed only a few times.
      await run.clock.advance(2 * HOUR);
    }
  });

  test("many at once count as many", async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, () => signIn("wrong password")));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(55);
  });

  test("the right password does not help while the account is blocked, and does afterwards", async () => {
    for (let round = 0; round < 5; round++) await signIn("wrong password");
    const blocked = await signIn();
    expect([blocked.status, blocked.json["code"]]).toEqual([429, "sign_in_blocked"]);
    await run.clock.advance(Number(blocked.headers.get("retry-after")) * 1000);
    expect((await signIn()).status).toBe(200);
    // Success forgets the failures.
    expect((await signIn("wrong password")).status).toBe(401);
    expect((await signIn()).status).toBe(200);
  });

  test("failures are kept by hashed account and by address", async () => {
    for (let round = 0; round < 5; round++) await signIn("wrong password");
    const rows = await run.opened.store.engine.query({
      sql: "SELECT key, failures, blocked_until FROM login_attempts ORDER BY key",
    });
    expect(rows).toEqual([
      [expect.stringMatching(/^account:[0-9a-f]{64}$/), 5, run.clock.now() + 1000],
      ["address:127.0.0.1", 5, run.clock.now()],
    ]);
  });

  test("somebody signed in from this address is not locked out by guessers elsewhere", async () => {
    const proxied = await startTestServer({
      firstStart: { adminEmail: EMAIL, adminPassword: PASSWORD },
      config: { trustedProxies: ["127.0.0.1"] },
    });
    const from = (address: string, password: string): Promise<Answer> =>
      proxied.call("POST", "/api/v1/session", {
        token: null,
        body: { email: EMAIL, password },
        headers: { "x-forwarded-for": address },
      });
    expect((await from("10.0.0.5", PASSWORD)).status).toBe(200);
    for (let round = 0; round < 12; round++) await from(`198.51.100.${round}`, "wrong password");
    expect((await from("198.51.100.99", PASSWORD)).status).toBe(429);
    expect((await from("10.0.0.5", PASSWORD)).status).toBe(200);
    await proxied.close();
  });

  test("a flood of invented accounts from many addresses does not keep a person out", async () => {
    const proxied = await startTestServer({
      firstStart: { adminEmail: EMAIL, adminPassword: PASSWORD },
      config: { trustedProxies: ["127.0.0.1"] },
    });
    const from = (address: string, email: string, password: string): Promise<Answer> =>
      proxied.call("POST", "/api/v1/session", {
        token: null,
        body: { email, password },
        headers: { "x-forwarded-for": address },
      });
    const flood = (round: number): Promise<Answer[]> =>
      Promise.all(
        Array.from({ length: 200 }, (_, index) =>
          from(`198.51.100.${index}`, `x${round}-${index}@plant.example`, "wrong password"),
        ),
      );
    await flood(0);
    const pending = [flood(1), flood(2)];
    const person = await from("10.0.0.5", EMAIL, PASSWORD);
    expect(person.status).toBe(200);
    const statuses = new Set((await Promise.all(pending)).flat().map(({ status }) => status));
    for (const status of statuses) expect([401, 429, 503]).toContain(status);
    await proxied.close();
  });

  test("a failed try at a known account is journalled with the address and without the password", async () => {
    await signIn("wrong password secret");
    const rows = await run.opened.store.engine.query({
      sql: "SELECT data FROM journal WHERE kind = 'access.sign_in_failed'",
    });
    expect(rows).toEqual([[JSON.stringify({ account: EMAIL, address: "127.0.0.1" })]]);
  });
});
