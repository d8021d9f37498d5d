// What each credential opens: a table of tokens, spellings and levels. And what it does not tell.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Elysia, t } from "elysia";
import type { AccessPlugin } from "../../src/http/access";
import { createAccess } from "../../src/access/access";
import type { AccessLevel } from "../../src/core/actor";
import { silentLog } from "../../src/core/log";
import { routesWithoutAccess } from "../../src/http/route-table";
import { CHEAP, cookieOf, startTestServer, type TestServer } from "../harness/server";

const LEVELS: AccessLevel[] = ["public", "ingest", "viewer", "responder", "editor", "admin"];
const PASSWORD = "correct horse battery";

let run: TestServer;
const secrets: Record<string, string> = {};
const cookies: Record<string, string> = {};

const probeRoute = (plugin: AccessPlugin, level: AccessLevel) =>
  new Elysia()
    .use(plugin)
    .post(`/probe/${level}`, ({ principal }) => ({ role: principal.role, tenant: principal.tenantId }), {
      access: level,
      body: t.Optional(t.Object({ name: t.String() }, { additionalProperties: false })),
    });

const probes = (plugin: AccessPlugin) => LEVELS.map((level) => probeRoute(plugin, level));

beforeAll(async () => {
  run = await startTestServer({ routes: probes });
  for (const role of ["viewer", "responder", "editor", "admin"]) {
    const made = await run.call("POST", "/api/v1/api-tokens", { body: { name: role, role } });
    secrets[role] = String(made.json["token"]);
    const email = `${role}@plant.example`;
    await run.call("POST", "/api/v1/users", { body: { email, password: PASSWORD, role } });
    const signedIn = await run.call("POST", "/api/v1/session", {
      token: null,
      body: { email, password: PASSWORD },
    });
    cookies[role] = cookieOf(signedIn) ?? "";
  }
  const ingest = await run.call("POST", "/api/v1/api-tokens", { body: { name: "gateway", scope: "ingest" } });
  secrets["ingest"] = String(ingest.json["token"]);
});
afterAll(() => run.close());

const probe = async (level: string, headers: Record<string, string>, query = ""): Promise<number> =>
  (await fetch(`${run.url}/probe/${level}${query}`, { method: "POST", headers })).status;

describe("levels", () => {
  /** By credential: the status at public, ingest, viewer, responder, editor, admin. */
  const TABLE: [who: string, kind: "token" | "cookie", expected: number[]][] = [
    ["ingest", "token", [200, 200, 403, 403, 403, 403]],
    ["viewer", "token", [200, 200, 200, 403, 403, 403]],
    ["responder", "token", [200, 200, 200, 200, 403, 403]],
    ["editor", "token", [200, 200, 200, 200, 200, 403]],
    ["admin", "token", [200, 200, 200, 200, 200, 200]],
    ["viewer", "cookie", [200, 403, 200, 403, 403, 403]],
    ["responder", "cookie", [200, 403, 200, 200, 403, 403]],
    ["editor", "cookie", [200, 200, 200, 200, 200, 403]],
    ["admin", "cookie", [200, 200, 200, 200, 200, 200]],
    ["nobody", "token", [200, 401, 401, 401, 401, 401]],
  ];
  test.each(TABLE)("%s by %s", async (who, kind, expected) => {
    const headers: Record<string, string> =
      kind === "cookie"
        ? { cookie: cookies[who] ?? "", origin: run.url }
        : who === "nobody"
          ? {}
          : { authorization: `Bearer ${secrets[who]}` };
    const statuses: number[] = [];
    for (const level of LEVELS) statuses.push(await probe(level, headers));
    expect(statuses).toEqual(expected);
  });

  test("every route declares one", () => {
    expect(routesWithoutAccess(run.server.app)).toEqual([]);
    expect(routesWithoutAccess(new Elysia().get("/open", () => "x"))).toEqual(["GET /open"]);
  });
});

describe("spellings", () => {
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;
  /** header and query → status at ingest, status at viewer (with a viewer's token) */
  const table = (): [string, Record<string, string>, string, number, number][] => {
    const token = secrets["viewer"] ?? "";
    return [
      ["Bearer", { authorization: `Bearer ${token}` }, "", 200, 200],
      ["bearer in small letters", { authorization: `bearer ${token}` }, "", 200, 200],
      ["Token", { authorization: `Token ${token}` }, "", 200, 401],
      ["Basic password", { authorization: basic(`telegraf:${token}`) }, "", 200, 401],
      ["Basic user", { authorization: basic(`${token}:`) }, "", 200, 401],
      ["p=", {}, `?u=telegraf&p=${token}`, 200, 401],
      ["u=", {}, `?u=${token}`, 200, 401],
      ["no scheme", { authorization: token }, "", 401, 401],
      ["another scheme", { authorization: `Digest ${token}` }, "", 401, 401],
      ["empty", { authorization: "Bearer " }, "", 401, 401],
      ["cut", { authorization: `Bearer ${token.slice(0, -1)}` }, "", 401, 401],
      ["longer", { authorization: `Bearer ${token}x` }, "", 401, 401],
      ["another case", { authorization: `Bearer ${token.toUpperCase()}` }, "", 401, 401],
      ["as a cookie", { cookie: `andon_session=${token}`, origin: run.url }, "", 401, 401],
      ["the hash", { authorization: `Bearer ${Bun.SHA256.hash(token, "hex")}` }, "", 401, 401],
    ];
  };
  test("are accepted where they belong", async () => {
    for (const [name, headers, query, ingest, viewer] of table()) {
      expect([name, await probe("ingest", headers, query)]).toEqual([name, ingest]);
      expect([name, await probe("viewer", headers, query)]).toEqual([name, viewer]);
    }
  });

  test("a wrong token is refused even where the cookie would do", async () => {
    const headers = { authorization: "Bearer wrong", cookie: cookies["admin"] ?? "" };
    expect(await probe("viewer", headers)).toBe(401);
  });

  test("over plain http a cookie with the TLS name is not one", async () => {
    const value = (cookies["admin"] ?? "").split("=")[1];
    expect(await probe("viewer", { cookie: `__Host-andon_session=${value}`, origin: run.url })).toBe(401);
  });
});

describe("the order of refusals", () => {
  test("nobody learns from the body's errors without a credential", async () => {
    for (const text of ["{nope", '{"unknown":1}', '{"name":5}', "[".repeat(200)]) {
      const without = await run.call("POST", "/probe/editor", { token: null, text });
      expect(without.status).toBe(401);
      const low = await run.call("POST", "/probe/editor", { token: secrets["viewer"] ?? "", text });
      expect(low.status).toBe(403);
    }
    const enough = await run.call("POST", "/probe/editor", { text: '{"name":5}' });
    expect(enough.status).toBe(422);
  });

  test("a refusal tells the level, never the credential", async () => {
    const refused = await run.call("POST", "/probe/admin", { token: secrets["viewer"] ?? "" });
    expect(refused.json).toMatchObject({ code: "role", details: { needed: "admin", role: "viewer" } });
    expect(refused.text).not.toContain(secrets["viewer"] ?? "-");
    const unknown = await run.call("POST", "/probe/admin", { token: "andon_wrong" });
    expect(unknown.headers.get("www-authenticate")).toBe('Bearer realm="andon"');
    expect(unknown.text).not.toContain("andon_wrong");
  });
});

describe("API tokens", () => {
  test("are shown once, kept as a hash, listed with their end", async () => {
    const made = await run.call("POST", "/api/v1/api-tokens", { body: { name: "once" } });
    expect(made.status).toBe(201);
    const secret = String(made.json["token"]);
    expect(secret).toMatch(/^andon_[\w-]{43}$/);
    expect(made.json).toMatchObject({ scope: "full", role: "editor", hint: secret.slice(-4) });
    const list = await run.call("GET", "/api/v1/api-tokens");
    expect(list.text).toContain(secret.slice(-4));
    expect(list.text).not.toContain(secret);
    expect((await run.call("GET", `/api/v1/api-tokens/${String(made.json["id"])}`)).text).not.toContain(
      secret,
    );
    const tables = await run.opened.store.engine.query({
      sql: "SELECT * FROM api_tokens UNION ALL SELECT seq, tenant_id, kind, subject_id, actor, at, data, 0, 0, 0, 0, 0 FROM journal",
    });
    expect(JSON.stringify(tables)).not.toContain(secret);
  });

  test("are dead at once when revoked or expired, and cannot be made already expired", async () => {
    const revoked = await run.call("POST", "/api/v1/api-tokens", { body: { name: "a" } });
    const token = String(revoked.json["token"]);
    expect(await probe("viewer", { authorization: `Bearer ${token}` })).toBe(200);
    await run.call("DELETE", `/api/v1/api-tokens/${String(revoked.json["id"])}`);
    expect(await probe("viewer", { authorization: `Bearer ${token}` })).toBe(401);

    const soon = new Date(run.clock.now() + 60_000).toISOString();
    const short = await run.call("POST", "/api/v1/api-tokens", { body: { name: "b", expires_at: soon } });
    expect(short.json["expires_at"]).toBe(soon);
    const headers = { authorization: `Bearer ${String(short.json["token"])}` };
    expect(await probe("viewer", headers)).toBe(200);
    await run.clock.advance(60_000);
    expect(await probe("viewer", headers)).toBe(401);
    const past = await run.call("POST", "/api/v1/api-tokens", { body: { name: "c", expires_at: soon } });
    expect([past.status, past.json["field"]]).toEqual([422, "expires_at"]);
  });

  test("the time of last use reaches the file within a minute, in one write", async () => {
    const made = await run.call("POST", "/api/v1/api-tokens", { body: { name: "used" } });
    const id = String(made.json["id"]);
    const stored = async (): Promise<unknown> =>
      (
        await run.opened.store.engine.query({
          sql: "SELECT last_used_at FROM api_tokens WHERE id = ?",
          params: [id],
        })
      )[0]?.[0];
    expect(made.json["last_used_at"]).toBeNull();
    for (let round = 0; round < 5; round++)
      await probe("viewer", { authorization: `Bearer ${String(made.json["token"])}` });
    expect(await stored()).toBeNull();
    const now = run.clock.now();
    expect((await run.call("GET", `/api/v1/api-tokens/${id}`)).json["last_used_at"]).toBe(
      new Date(now).toISOString(),
    );
    await run.clock.advance(60_000);
    expect(await stored()).toBe(now);
  });

  test("the last administrator's token stays while there is no user", async () => {
    const alone = await startTestServer();
    const list = (await alone.call("GET", "/api/v1/api-tokens")).json["data"] as { id: string }[];
    const refused = await alone.call("DELETE", `/api/v1/api-tokens/${list[0]?.id}`);
    expect([refused.status, refused.json["code"]]).toEqual([409, "last_administrator"]);
    expect((await alone.call("GET", "/api/v1/setup")).json).toEqual({ needed: false });
    await alone.close();
  });

  test("work after a restart", async () => {
    const again = await createAccess({
      store: run.opened.store,
      clock: run.clock,
      log: silentLog,
      passwordCost: CHEAP,
      config: { adminEmail: null, adminPassword: null, bootstrapToken: null },
    });
    const request = new Request("http://localhost/", {
      headers: { authorization: `Bearer ${secrets["editor"]}` },
    });
    expect(again.authenticate(request, "editor")).toMatchObject({ tenantId: run.tenantId, role: "editor" });
  });
});
