// The own domain of a status page: its root is the page, and nothing else of Andon is there, whatever the path
// says; other hosts see no difference.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Elysia } from "elysia";
import type { AccessPlugin } from "../../src/http/access";
import { factsOf } from "../../src/http/request-facts";
import { sendRaw, startTestServer, statusOf, type TestServer } from "../harness/server";

const paths = new Map([["status.plant.example", "/status/plant"]]);

const echo = (plugin: AccessPlugin) => [
  new Elysia()
    .use(plugin)
    .get(
      "/status/:slug/*",
      ({ params, request }) => ({
        slug: params.slug,
        rest: params["*"],
        isOwnDomain: factsOf(request).isOwnDomain,
        address: factsOf(request).address,
      }),
      { access: "public" },
    )
    .post("/status/:slug/echo", async ({ request }) => ({ text: await request.text() }), {
      access: "public",
      parse: "none",
    }),
];

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({
    routes: echo,
    config: { publicUrl: "https://andon.plant.example" },
    pageDomains: { hosts: () => new Set(paths.keys()), pathOf: (host) => paths.get(host) },
  });
});
afterAll(() => server.close());

const ask = async (path: string, host: string): Promise<{ status: number; json: unknown; head: string }> => {
  const raw = await sendRaw(
    server.server.port,
    `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${server.token}\r\nConnection: close\r\n\r\n`,
  );
  const [head = "", body = ""] = raw.split("\r\n\r\n");
  return { status: statusOf(raw), json: body.startsWith("{") ? JSON.parse(body) : body, head };
};

const OWN = "status.plant.example";

describe("a page's own domain", () => {
  test("has the page at its root", async () => {
    const facts = { slug: "plant", isOwnDomain: true, address: "127.0.0.1" };
    expect((await ask("/", OWN)).json).toEqual({ ...facts, rest: "" });
    expect((await ask("/api/v2/summary.json?x=1", OWN)).json).toEqual({
      ...facts,
      rest: "api/v2/summary.json",
    });
    expect((await ask("/feed.atom", `${OWN.toUpperCase()}:8443`)).json).toEqual({
      ...facts,
      rest: "feed.atom",
    });
    expect((await ask("/feed.atom", `${OWN}.`)).status).toBe(421);
  });

  test("has nothing else of Andon, however it is asked for", async () => {
    expect((await ask("/api/v1/users", "localhost")).status).toBe(200);
    for (const path of [
      "/api/v1/users",
      "/%2e%2e/%2e%2e/api/v1/users",
      "/../../api/v1/users",
      "/x/../../../api/v1/users",
    ]) {
      const { status, json } = await ask(path, OWN);
      expect([path, status, (json as { slug?: string }).slug]).toEqual([path, 200, "plant"]);
    }
    expect((await ask("/%2f%2fapi/v1/users", OWN)).status).toBe(400);
    expect((await ask("//api/v1/users", OWN)).status).toBe(400);
  });

  test("is answered like other pages, not like the API", async () => {
    const { head } = await ask("/api/v2/summary.json", OWN);
    expect(head.toLowerCase()).not.toContain("cache-control: no-store");
  });

  test("takes bodies, and passes them on whole", async () => {
    const text = "password=a%20b&x=".padEnd(100_000, "y");
    const raw = await sendRaw(
      server.server.port,
      `POST /echo HTTP/1.1\r\nHost: ${OWN}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${text.length}\r\nConnection: close\r\n\r\n${text}`,
    );
    expect(statusOf(raw)).toBe(200);
    expect(JSON.parse(raw.split("\r\n\r\n")[1] ?? "")).toEqual({ text });
  });

  test("is known as soon as a page has it, and no longer than that", async () => {
    expect((await ask("/", "new.plant.example")).status).toBe(421);
    paths.set("new.plant.example", "/status/new");
    expect((await ask("/", "new.plant.example")).json).toMatchObject({ slug: "new" });
    paths.delete("new.plant.example");
    expect((await ask("/", "new.plant.example")).status).toBe(421);
  });

  test("changes nothing for other hosts", async () => {
    for (const host of ["localhost", "andon.plant.example", "127.0.0.1"])
      expect((await ask("/status/plant/feed.atom", host)).json).toMatchObject({
        slug: "plant",
        rest: "feed.atom",
        isOwnDomain: false,
      });
  });
});
