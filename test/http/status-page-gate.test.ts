// Pages that not everybody may read: every representation of them stays shut, their forms are slow to guess
// at, and the cookie opens one page and nothing else.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { startApp, type TestApp } from "../harness/app";
import { sendRaw, statusOf } from "../harness/server";
import { idOf, must } from "../harness/status-page";

const PASSWORD = "correct horse battery";
const CANARY = "Canary conveyor";

let run: TestApp;
let service: string;
let count = 0;

beforeAll(async () => {
  run = await startApp({ config: { trustedProxies: ["127.0.0.1/32"] } });
  service = await idOf(run, "/services", { name: CANARY });
  await must(run, "POST", "/incidents", {
    title: "Canary incident",
    severity: "minor",
    service_ids: [service],
  });
});
afterAll(() => run.stop());

/** Each test is somebody else: tries are counted by address. */
let address = 1;
afterEach(() => void address++);

const createPage = async (settings: Record<string, unknown>): Promise<{ id: string; slug: string }> => {
  const slug = `shut-${++count}`;
  const id = await idOf(run, "/status-pages", {
    name: "Canary page",
    title: "Canary title",
    slug,
    service_ids: [service],
    ...settings,
  });
  return { id, slug };
};

const ask = (path: string, headers: Record<string, string> = {}, init: RequestInit = {}): Promise<Response> =>
  fetch(`${run.url}/status/${path}`, {
    redirect: "manual",
    ...init,
    headers: { "x-forwarded-for": `198.51.100.${address}`, ...headers },
  });

const enter = (slug: string, password: string, headers: Record<string, string> = {}): Promise<Response> =>
  ask(
    `${slug}/password`,
    { "content-type": "application/x-www-form-urlencoded", ...headers },
    { method: "POST", body: new URLSearchParams({ password }).toString() },
  );

const cookieOf = (response: Response): string => response.headers.get("set-cookie")?.split(";")[0] ?? "";

/** Everything that a page is published as, read off one that is open. */
const namesOfAll = async (): Promise<string[]> => {
  const { slug } = await createPage({});
  const names = ["", "/", "/index.de.html", "/history.html", "/version.json", "/favicon.svg"];
  const badges = ["/badges/overall.svg", `/badges/${service}.svg`, `/badges/${service}-90d.svg`];
  const files = [
    "summary",
    "status",
    "components",
    "incidents",
    "incidents/unresolved",
    "scheduled-maintenances",
    "scheduled-maintenances/upcoming",
    "scheduled-maintenances/active",
  ].map((name) => `/api/v2/${name}.json`);
  const feeds = ["/feed.atom", "/feed.rss", "/feed.json", "/history.atom", "/maintenance.ics"];
  const found: string[] = [];
  for (const name of [...names, ...badges, ...files, ...feeds])
    if ((await ask(slug + name)).status === 200) found.push(name);
  return found;
};

describe("a page with a password", () => {
  test("shows nothing of itself in any representation, and says how to get in", async () => {
    const names = await namesOfAll();
    expect(names.length).toBe(22);
    const { slug } = await createPage({ visibility: "password", password: PASSWORD });
    for (const name of names) {
      const answer = await ask(slug + name);
      const text = await answer.text();
      expect([name, answer.status]).toEqual([name, 401]);
      expect(text).not.toMatch(/canary/i);
      expect(JSON.stringify([...answer.headers])).not.toMatch(/canary/i);
      expect(answer.headers.get("set-cookie")).toBeNull();
      // A challenge in answer to the page's script would open a dialog of the browser's own.
      const challenge = answer.headers.get("www-authenticate") ?? "";
      const isForPeople = name === "" || name === "/" || name.endsWith(".html") || name === "/version.json";
      expect(challenge.startsWith("Basic")).toBe(!isForPeople);
    }
  });

  test("opens with it, for a month, below its own path and nowhere else", async () => {
    const { slug } = await createPage({ visibility: "password", password: PASSWORD });
    const other = await createPage({ visibility: "password", password: PASSWORD });
    const entered = await enter(slug, PASSWORD);
    expect([entered.status, entered.headers.get("location")]).toEqual([303, "./"]);
    expect(entered.headers.get("set-cookie")).toMatch(
      new RegExp(
        `^andon_page=\\d+\\.[\\w-]{43}; Path=/status/${slug}; HttpOnly; SameSite=Lax; Max-Age=2592000$`,
      ),
    );
    const cookie = cookieOf(entered);
    const page = await ask(slug, { cookie });
    expect([page.status, page.headers.get("cache-control")]).toEqual([200, "private, no-cache"]);
    expect(await page.text()).toContain(CANARY);
    expect((await ask(`${slug}/api/v2/summary.json`, { cookie })).status).toBe(200);
    expect((await ask(other.slug, { cookie })).status).toBe(401);
    const api = await fetch(`${run.url}/api/v1/status-pages`, { headers: { cookie } });
    expect(api.status).toBe(401);
  });

  test("over TLS its cookie is for TLS alone", async () => {
    const { slug } = await createPage({ visibility: "password", password: PASSWORD });
    const entered = await enter(slug, PASSWORD, { "x-forwarded-proto": "https" });
    expect(entered.headers.get("set-cookie")).toEndWith("; Secure");
  });

  test("takes the password as Basic credentials, for feed readers", async () => {
    const { slug } = await createPage({ visibility: "password", password: PASSWORD });
    const basic = (password: string) => ({ authorization: `Basic ${btoa(`anybody:${password}`)}` });
    expect((await ask(`${slug}/api/v2/status.json`, basic(PASSWORD))).status).toBe(200);
    expect((await ask(`${slug}/api/v2/status.json`, basic("wrong password"))).status).toBe(401);
    expect((await ask(`${slug}/api/v2/status.json`, { authorization: "Basic !!!" })).status).toBe(401);
  });

  test("another password shuts it for those who knew the old one", async () => {
    const { id, slug } = await createPage({ visibility: "password", password: PASSWORD });
    const cookie = cookieOf(await enter(slug, PASSWORD));
    await must(run, "PATCH", `/status-pages/${id}`, { password: "another password" });
    expect((await ask(slug, { cookie })).status).toBe(401);
    expect((await enter(slug, PASSWORD)).status).toBe(401);
    expect((await enter(slug, "another password")).status).toBe(303);
  });

  test("forged, cut and old cookies open nothing", async () => {
    const { slug } = await createPage({ visibility: "password", password: PASSWORD });
    const good = cookieOf(await enter(slug, PASSWORD));
    const [expiry = "", signature = ""] = good.slice("andon_page=".length).split(".");
    const forged = [
      "",
      "x",
      `${expiry}.`,
      `.${signature}`,
      `${Number(expiry) + 1}.${signature}`,
      `${expiry}.${signature.slice(0, -1)}`,
      `NaN.${signature}`,
      `${expiry}.${signature}.${signature}x`.replace(signature, "x"),
    ];
    for (const value of forged) expect((await ask(slug, { cookie: `andon_page=${value}` })).status).toBe(401);
    expect((await ask(slug, { cookie: good })).status).toBe(200);
  });

  test("is slow to guess at: an address has ten tries, then waits; the right one waits too", async () => {
    const { slug } = await createPage({ visibility: "password", password: PASSWORD });
    const tries = await Promise.all(Array.from({ length: 30 }, (_, index) => enter(slug, `guess ${index}`)));
    const statuses = tries.map(({ status }) => status);
    expect(statuses.filter((status) => status === 401).length).toBe(10);
    const late = await enter(slug, PASSWORD);
    expect(late.status).toBe(429);
    expect(Number(late.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await late.text()).toContain("Too many tries");
    address++;
    expect((await enter(slug, PASSWORD)).status).toBe(303);
  });

  test("its form reads in the language that was asked for and says what was wrong", async () => {
    const { slug } = await createPage({ visibility: "password", password: PASSWORD });
    const form = await (await ask(`${slug}?lang=de`)).text();
    expect(form).toContain("Passwort");
    expect(form).toContain(`action="${slug}/password?lang=de"`);
    const wrong = await enter(`${slug}`, "wrong password");
    expect([wrong.status, wrong.headers.get("cache-control")]).toEqual([401, "no-store"]);
    expect(await wrong.text()).toContain("This is not the password.");
  });

  test("its form works for people who are signed in to Andon", async () => {
    const { slug } = await createPage({ visibility: "password", password: PASSWORD });
    const entered = await enter(slug, PASSWORD, {
      cookie: "andon_session=whatever",
      origin: run.url,
      "sec-fetch-site": "same-origin",
    });
    expect(entered.status).toBe(303);
  });

  test("takes no form of any size", async () => {
    const { slug } = await createPage({ visibility: "password", password: PASSWORD });
    expect((await enter(slug, "x".repeat(100_000))).status).toBe(413);
    expect((await enter(slug, "x".repeat(10_000))).status).toBe(401);
  });

  test("one that needs none has no form", async () => {
    const { slug } = await createPage({});
    expect((await enter(slug, PASSWORD)).status).toBe(404);
  });
});

test("on its own domain a page is at the root, and so are its form and its cookie", async () => {
  const { slug } = await createPage({
    visibility: "password",
    password: PASSWORD,
    domain: "status.gate.example",
  });
  const { port } = run.app.parts.server;
  const send = (head: string, more = "", body = ""): Promise<string> =>
    sendRaw(
      port,
      `${head} HTTP/1.1\r\nHost: status.gate.example\r\nX-Forwarded-For: 198.51.100.200\r\nContent-Length: ${body.length}\r\n${more}Connection: close\r\n\r\n${body}`,
    );
  const form = await send("GET /");
  expect(statusOf(form)).toBe(401);
  expect(form).toContain('action="password?lang=en"');
  expect(form).not.toContain(slug);
  const type = "Content-Type: application/x-www-form-urlencoded\r\n";
  const entered = await send("POST /password?lang=en", type, `password=${encodeURIComponent(PASSWORD)}`);
  expect(statusOf(entered)).toBe(303);
  const cookie = /set-cookie: (andon_page=[^;]+); Path=\/; HttpOnly/i.exec(entered)?.[1] ?? "";
  expect(cookie).not.toBe("");
  const page = await send("GET /", `Cookie: ${cookie}\r\n`);
  expect(statusOf(page)).toBe(200);
  expect(page).toContain(CANARY);
  expect(page).toContain('href="history.html"');
  expect(statusOf(await send("GET /history.html", `Cookie: ${cookie}\r\n`))).toBe(200);
});

describe("a page for certain networks", () => {
  test("is read from them, and from no other, in every representation", async () => {
    const names = await namesOfAll();
    const { slug } = await createPage({
      visibility: "addresses",
      allowed_addresses: ["192.0.2.0/24", "2001:db8::/32"],
    });
    for (const name of names) {
      const inside = await ask(slug + name, { "x-forwarded-for": "192.0.2.7" });
      expect([name, inside.status]).toEqual([name, 200]);
      expect(inside.headers.get("cache-control")).toBe("private, no-cache");
      const outside = await ask(slug + name, { "x-forwarded-for": "198.51.100.7" });
      expect([name, outside.status]).toEqual([name, 403]);
      expect(await outside.text()).not.toMatch(/canary/i);
    }
    expect((await ask(slug, { "x-forwarded-for": "2001:db8:1::7" })).status).toBe(200);
    expect((await ask(slug, { "x-forwarded-for": "192.0.2.7, 198.51.100.7" })).status).toBe(403);
  });

  test("follows its list as soon as that changes", async () => {
    const { id, slug } = await createPage({ visibility: "addresses", allowed_addresses: ["192.0.2.0/24"] });
    const status = async (): Promise<number> => (await ask(slug, { "x-forwarded-for": "192.0.2.7" })).status;
    expect(await status()).toBe(200);
    await must(run, "PATCH", `/status-pages/${id}`, { allowed_addresses: ["203.0.113.5"] });
    expect(await status()).toBe(403);
  });
});
