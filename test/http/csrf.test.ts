// Cross-site requests: every changing route of the application, enumerated, against everything that a
// foreign page can make a browser send with the session cookie.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { listRoutes } from "../../src/http/route-table";
import { cookieOf, startTestServer, type TestServer } from "../harness/server";

const EMAIL = "ann@plant.example";
const PASSWORD = "correct horse battery";
const UNKNOWN_ID = "01990000-0000-7000-8000-000000000000";

let run: TestServer;
let cookie: string;

beforeAll(async () => {
  run = await startTestServer({ firstStart: { adminEmail: EMAIL, adminPassword: PASSWORD } });
  cookie =
    cookieOf(
      await run.call("POST", "/api/v1/session", { token: null, body: { email: EMAIL, password: PASSWORD } }),
    ) ?? "";
});
afterAll(() => run.close());

const changingRoutes = (): { method: string; path: string }[] =>
  listRoutes(run.server.app)
    .filter(({ method }) => ["POST", "PUT", "PATCH", "DELETE"].includes(method))
    .map(({ method, path }) => ({ method, path: path.replace(/:\w+/g, UNKNOWN_ID) }));

const send = async (
  { method, path }: { method: string; path: string },
  headers: Record<string, string>,
  body = "{}",
): Promise<{ status: number; code: unknown }> => {
  const response = await fetch(run.url + path, { method, headers, body });
  const json = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  return { status: response.status, code: json["code"] };
};

const JSON_TYPE = { "content-type": "application/json" };

/** What a foreign page may bring about → refused. */
const ATTACKS: [name: string, headers: () => Record<string, string>][] = [
  ["no Origin", () => ({ ...JSON_TYPE })],
  ["a foreign Origin", () => ({ ...JSON_TYPE, origin: "http://evil.example" })],
  ["Origin null", () => ({ ...JSON_TYPE, origin: "null" })],
  ["our name on another port", () => ({ ...JSON_TYPE, origin: "http://127.0.0.1:1" })],
  ["our name as a prefix", () => ({ ...JSON_TYPE, origin: `${run.url}.evil.example` })],
  ["an Origin that is no URL", () => ({ ...JSON_TYPE, origin: "evil" })],
  ["another scheme", () => ({ ...JSON_TYPE, origin: run.url.replace("http:", "ftp:") })],
  ["Sec-Fetch-Site cross-site", () => ({ ...JSON_TYPE, origin: run.url, "sec-fetch-site": "cross-site" })],
  ["Sec-Fetch-Site same-site", () => ({ ...JSON_TYPE, origin: run.url, "sec-fetch-site": "same-site" })],
  ["a form", () => ({ "content-type": "application/x-www-form-urlencoded", origin: run.url })],
  ["a multipart form", () => ({ "content-type": "multipart/form-data; boundary=x", origin: run.url })],
  ["plain text", () => ({ "content-type": "text/plain", origin: run.url })],
];

describe("every changing route", () => {
  test("exists", () => {
    expect(changingRoutes().length).toBeGreaterThan(10);
  });

  test.each(ATTACKS)("refuses the cookie with %s", async (_name, headers) => {
    for (const route of changingRoutes()) {
      const { status, code } = await send(route, { ...headers(), cookie });
      expect([route, status]).toEqual([route, 403]);
      expect(["foreign_origin", "json_expected"]).toContain(String(code));
    }
  });

  test("changed nothing", async () => {
    expect((await run.call("GET", "/api/v1/session", { cookie })).status).toBe(200);
    expect(await run.opened.store.engine.query({ sql: "SELECT COUNT(*) FROM users" })).toEqual([[1]]);
  });

  test("passes with our own Origin, and with Sec-Fetch-Site same-origin", async () => {
    const extras: Record<string, string>[] = [{}, { "sec-fetch-site": "same-origin" }];
    for (const extra of extras) {
      const { status } = await send(
        { method: "POST", path: "/api/v1/projects" },
        { ...JSON_TYPE, origin: run.url, cookie, ...extra },
        JSON.stringify({ name: `Line ${JSON.stringify(extra).length}` }),
      );
      expect(status).toBe(201);
    }
  });

  test("asks neither Origin nor content type of a token, and then ignores the cookie", async () => {
    const extras: Record<string, string>[] = [{}, { origin: "http://evil.example" }, { cookie }];
    for (const headers of extras) {
      const { status } = await send(
        { method: "DELETE", path: `/api/v1/projects/${UNKNOWN_ID}` },
        { authorization: `Bearer ${run.token}`, ...headers },
        "",
      );
      expect(status).toBe(404);
    }
  });

  test("without cookie and token is 401, whatever the Origin", async () => {
    const { status } = await send(
      { method: "POST", path: "/api/v1/projects" },
      { ...JSON_TYPE, origin: "http://evil.example" },
    );
    expect(status).toBe(401);
  });

  test("reading needs no Origin", async () => {
    const response = await fetch(`${run.url}/api/v1/projects`, { headers: { cookie } });
    expect(response.status).toBe(200);
  });
});

describe("our own origin", () => {
  test("is also the public URL, when a proxy rewrites the Host", async () => {
    const proxied = await startTestServer({
      firstStart: { adminEmail: EMAIL, adminPassword: PASSWORD },
      config: { publicUrl: "https://andon.plant.example", trustedProxies: ["127.0.0.0/8"] },
    });
    const tls = { "x-forwarded-proto": "https" };
    const signedIn = await proxied.call("POST", "/api/v1/session", {
      token: null,
      body: { email: EMAIL, password: PASSWORD },
      headers: tls,
    });
    const own = cookieOf(signedIn) ?? "";
    expect(own).toStartWith("__Host-andon_session=");
    const change = (origin: string): Promise<number> =>
      proxied
        .call("POST", "/api/v1/projects", { cookie: own, body: { name: "x" }, headers: { ...tls, origin } })
        .then(({ status }) => status);
    // The page over plain http of the same name does not count.
    expect(await change(proxied.url)).toBe(403);
    expect(await change("https://andon.plant.example")).toBe(201);
    await proxied.close();
  });
});
