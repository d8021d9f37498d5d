// What programs read of a status page, in the whole program: Statuspage's stock client, feed readers, calendars,
// pages that show badges. Who may not read the page may not read these either.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { XMLValidator } from "fast-xml-parser";
import ICAL from "ical.js";
import { Statuspage } from "statuspage.io";
import { startApp, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { sendRaw, statusOf } from "../harness/server";

// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

const FILES = [
  "api/v2/summary.json",
  "api/v2/status.json",
  "api/v2/components.json",
  "api/v2/incidents.json",
  "api/v2/incidents/unresolved.json",
  "api/v2/scheduled-maintenances.json",
  "api/v2/scheduled-maintenances/upcoming.json",
  "api/v2/scheduled-maintenances/active.json",
  "feed.atom",
  "feed.rss",
  "feed.json",
  "history.atom",
  "history.rss",
  "maintenance.ics",
  "badges/overall.svg",
] as const;

const PASSWORD = "a long password";
const PATIENCE_MS = 10_000;

let clock: FakeClock;
let app: TestApp;
let shop: string;
let cart: string;

beforeEach(async () => {
  clock = new FakeClock();
  app = await startApp({ clock });
  shop = (await app.api("POST", "/services", { name: "Shop", group: "Web" })).body.id;
  cart = (await app.api("POST", "/services", { name: "Cart", group: "Web" })).body.id;
});
afterEach(() => app.stop());

const createPage = async (more: Record<string, unknown> = {}): Promise<string> => {
  const body = { name: "Plant", slug: "plant", groups: ["Web"], ...more };
  const answer = await app.api("POST", "/status-pages", body);
  expect([answer.status, answer.body.detail]).toEqual([201, undefined]);
  return answer.body.id as string;
};

const openIncident = async (): Promise<string> => {
  const { body } = await app.api("POST", "/incidents", {
    title: "Checkout fails",
    severity: "major",
    service_ids: [cart],
    service_status: "down",
    message: "We look into it.",
  });
  return body.id as string;
};

const get = (name: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${app.url}/status/plant/${name}`, init);
const getJson = async (name: string): Promise<Json> => (await get(name)).json();

const basic = (password: string): RequestInit => ({
  headers: { authorization: `Basic ${Buffer.from(`reader:${password}`).toString("base64")}` },
});

describe("Statuspage's stock client", () => {
  test("reads a page as it reads one there", async () => {
    const page = await createPage();
    const incident = await openIncident();
    await app.api("POST", `/incidents/${incident}/updates`, {
      status: "identified",
      message: "It is the card terminal.",
      public: true,
    });
    const startsAt = new Date(clock.now() + 86_400_000).toISOString();
    const endsAt = new Date(clock.now() + 90_000_000).toISOString();
    const window = await app.api("POST", "/maintenance-windows", {
      name: "Database move",
      description: "The shop is read-only.",
      service_ids: [shop],
      starts_at: startsAt,
      ends_at: endsAt,
    });
    expect([window.status, window.body.detail]).toEqual([201, undefined]);

    const client = new Statuspage("unused");
    client.setApiUrl(`${app.url}/status/plant`);
    const summary: Json = await client.api.getSummary();
    expect(summary.page).toMatchObject({ id: page, name: "Plant", time_zone: "UTC" });
    expect(summary.status).toEqual({ indicator: "major", description: "Partial System Outage" });
    expect(
      summary.components.map((one: Json) => [one.name, one.status, one.group, one.group_id === null]),
    ).toEqual([
      ["Web", "major_outage", true, true],
      ["Cart", "major_outage", false, false],
      ["Shop", "operational", false, false],
    ]);
    expect(summary.incidents[0]).toMatchObject({ id: incident, status: "identified", impact: "major" });
    expect(summary.incidents[0].incident_updates.map((one: Json) => [one.status, one.body])).toEqual([
      ["identified", "It is the card terminal."],
      ["investigating", "We look into it."],
    ]);
    expect(summary.scheduled_maintenances).toHaveLength(1);
    expect(summary.scheduled_maintenances[0]).toMatchObject({
      name: "Database move",
      status: "scheduled",
      scheduled_for: startsAt,
      scheduled_until: endsAt,
    });

    expect((await client.api.getStatus()).status).toEqual(summary.status);
    expect((await client.api.getComponents()).components).toEqual(summary.components);
    expect((await client.api.incidents.getUnresolved()).incidents).toHaveLength(1);
    expect((await client.api.incidents.getAll()).incidents).toEqual(summary.incidents);
    // Whatever one asks this client for, it reads what is upcoming.
    const { scheduledMaintenances } = client.api;
    expect((await scheduledMaintenances.getUpcoming()).scheduled_maintenances).toHaveLength(1);
    expect((await getJson("api/v2/scheduled-maintenances/active.json")).scheduled_maintenances).toEqual([]);
    expect((await getJson("api/v2/scheduled-maintenances.json")).scheduled_maintenances).toHaveLength(1);
  });

  test("sees a change as soon as the change was answered", async () => {
    await createPage();
    const client = new Statuspage("unused");
    client.setApiUrl(`${app.url}/status/plant`);
    for (const [status, indicator] of [
      ["down", "major"],
      ["degraded", "minor"],
      ["operational", "none"],
    ] as const) {
      await app.api("POST", `/services/${shop}/status`, { status });
      expect((await client.api.getStatus()).status.indicator).toBe(indicator);
    }
  });
});

describe("files for programs", () => {
  test("are what their types say", async () => {
    await createPage();
    await openIncident();
    for (const name of FILES) {
      const answer = await get(name);
      const text = await answer.text();
      expect([name, answer.status]).toEqual([name, 200]);
      const type = answer.headers.get("content-type") ?? "";
      if (name.endsWith(".json")) JSON.parse(text);
      else if (name.endsWith(".ics")) expect(ICAL.parse(text)).toBeArray();
      else expect([name, XMLValidator.validate(text)]).toEqual([name, true]);
      expect([name, type]).toEqual([name, expect.stringMatching(/json|xml|calendar/)]);
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    }
    expect((await get("badges/nothing.svg")).status).toBe(404);
    expect((await get(`badges/${shop}-1y.svg`)).status).toBe(404);
    expect((await get("api/v2/nothing.json")).status).toBe(404);
  });

  test("hold neither private updates nor notes, and no other organization's or page's services", async () => {
    await app.api("POST", "/services", { name: "Payroll", description: "payroll-secret" });
    await createPage();
    const incident = await openIncident();
    await app.api("POST", `/incidents/${incident}/updates`, {
      status: "identified",
      message: "private-secret",
      public: false,
    });
    await app.api("PATCH", `/incidents/${incident}`, { engineer_notes: "notes-secret" });
    for (const name of FILES) {
      const text = await (await get(name)).text();
      expect([name, /private-secret|notes-secret|payroll/i.test(text)]).toEqual([name, false]);
    }
    expect((await getJson("api/v2/incidents.json")).incidents[0].status).toBe("investigating");
  });

  test("are not sent again to whom they are known, and compressed to whom wants that", async () => {
    await createPage();
    for (const name of FILES) {
      const etag = (await get(name)).headers.get("etag") ?? "";
      expect(etag).toMatch(/^"[\w-]{20,}"$/);
      const again = await get(name, { headers: { "if-none-match": etag } });
      expect([name, again.status, await again.text()]).toEqual([name, 304, ""]);
    }
    const packed = await get("api/v2/summary.json", {
      headers: { "accept-encoding": "gzip" },
      decompress: false,
    } as RequestInit);
    expect(packed.headers.get("content-encoding")).toBe("gzip");
    const plain = await get("api/v2/summary.json", { headers: { "accept-encoding": "identity" } });
    expect(plain.headers.get("content-encoding")).toBeNull();
  });

  test("answer HEAD as they answer GET", async () => {
    await createPage();
    for (const name of FILES) {
      const answer = await get(name, { method: "HEAD" });
      expect([name, answer.status, await answer.text()]).toEqual([name, 200, ""]);
    }
  });

  test("may be read by scripts and shown by pages of other sites where everybody may read the page", async () => {
    await createPage();
    for (const name of ["api/v2/summary.json", "feed.json", "badges/overall.svg"])
      expect((await get(name)).headers.get("access-control-allow-origin")).toBe("*");
  });
});

describe("a page that not everybody may read", () => {
  test("shows its files only to those who know its password", async () => {
    await createPage({ visibility: "password", password: PASSWORD });
    await openIncident();
    const names = [...FILES, `badges/${cart}.svg`, `badges/${cart}-90d.svg`];
    for (const name of names) {
      const answer = await get(name);
      expect([name, answer.status]).toEqual([name, 401]);
      expect(await answer.text()).not.toMatch(/Checkout|Cart|Shop/);
      expect(answer.headers.get("etag")).toBeNull();
      const wrong = await get(name, basic("another password"));
      expect([name, [401, 429].includes(wrong.status)]).toEqual([name, true]);
      expect(await wrong.text()).not.toMatch(/Checkout|Cart|Shop/);
    }
    await clock.advance(3_600_000);
    for (const name of names) {
      const right = await get(name, basic(PASSWORD));
      expect([name, right.status]).toEqual([name, 200]);
      expect(right.headers.get("access-control-allow-origin")).toBeNull();
      expect(right.headers.get("cache-control")).toContain("private");
    }
  });

  test("tells nobody by an ETag what the file is", async () => {
    const page = await createPage();
    const etag = (await get("api/v2/status.json")).headers.get("etag") ?? "";
    await app.api("PATCH", `/status-pages/${page}`, { visibility: "password", password: PASSWORD });
    expect((await get("api/v2/status.json", { headers: { "if-none-match": etag } })).status).toBe(401);
    expect((await get("api/v2/status.json", { headers: { "if-none-match": "*" } })).status).toBe(401);
  });

  test("shows its files only to the addresses that may read it", async () => {
    const page = await createPage({ visibility: "addresses", allowed_addresses: ["10.0.0.0/8"] });
    for (const name of FILES) {
      const answer = await get(name);
      expect([name, answer.status]).toEqual([name, 403]);
      expect(await answer.text()).not.toMatch(/Cart|Shop/);
    }
    await app.api("PATCH", `/status-pages/${page}`, { allowed_addresses: ["127.0.0.0/8", "::1"] });
    for (const name of FILES) expect([name, (await get(name)).status]).toEqual([name, 200]);
  });
});

describe("a page's own domain", () => {
  const ask = async (
    path: string,
    host: string,
    cookie = "",
  ): Promise<{ status: number; body: string; head: string }> => {
    const more = cookie === "" ? "" : `Cookie: ${cookie}\r\n`;
    const raw = await sendRaw(
      Number(new URL(app.url).port),
      `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${more}Connection: close\r\n\r\n`,
      // The server closes; the first look at the web application's own paths takes its time.
      PATIENCE_MS,
    );
    const [head = "", ...body] = raw.split("\r\n\r\n");
    return { status: statusOf(raw), head, body: body.join("\r\n\r\n") };
  };

  test("has Statuspage's paths at its root, and nothing of Andon", async () => {
    await createPage({ domain: "status.example.com" });
    for (const name of FILES)
      expect([name, (await ask(`/${name}`, "status.example.com")).status]).toEqual([name, 200]);
    const { body } = await ask("/api/v2/summary.json", "status.example.com");
    expect(JSON.parse(body).page.url).toBe("https://status.example.com/");
    expect((await ask("/", "status.example.com")).body).toContain("Shop");
    for (const path of [
      "/api/v1/services",
      "/docs",
      "/healthz",
      "/metrics",
      "/sign-in",
      "/status/plant/feed.rss",
    ])
      expect([path, (await ask(path, "status.example.com")).status]).toEqual([path, 404]);
  });

  test("opens with the page's password, which counts for nothing else", async () => {
    await createPage({ domain: "status.example.com", visibility: "password", password: PASSWORD });
    expect((await ask("/api/v2/summary.json", "status.example.com")).status).toBe(401);
    const form = `password=${encodeURIComponent(PASSWORD)}`;
    const raw = await sendRaw(
      Number(new URL(app.url).port),
      `POST /password HTTP/1.1\r\nHost: status.example.com\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${form.length}\r\nConnection: close\r\n\r\n${form}`,
      PATIENCE_MS,
    );
    expect(statusOf(raw)).toBe(303);
    const [, cookie = "", path = ""] = /set-cookie: ([^;]+);.*?Path=([^;]+);/i.exec(raw) ?? [];
    expect(path).toBe("/");
    const opened = await ask("/api/v2/summary.json", "status.example.com", cookie);
    expect([opened.status, JSON.parse(opened.body).page.name]).toEqual([200, "Plant"]);
    expect((await ask("/api/v1/services", "localhost", cookie)).status).toBe(401);
  });

  test("is never the name under which Andon is being used", async () => {
    const host = { host: "andon.example.com" };
    const body = { name: "Plant", slug: "plant", groups: ["Web"], domain: "andon.example.com" };
    const refused = await app.api("POST", "/status-pages", body, host);
    expect([refused.status, refused.body.field]).toEqual([422, "domain"]);
    const page = await createPage();
    const change = await app.api("PATCH", `/status-pages/${page}`, { domain: "ANDON.example.com" }, host);
    expect([change.status, change.body.field]).toEqual([422, "domain"]);
    expect((await app.api("GET", `/status-pages/${page}`, undefined, host)).body.domain).toBeNull();
  });

  test("is where other hosts have nothing at the root", async () => {
    await createPage({ domain: "status.example.com" });
    expect((await ask("/api/v2/summary.json", "localhost")).status).toBe(404);
    expect((await ask("/status/plant/api/v2/summary.json", "localhost")).status).toBe(200);
  });
});
