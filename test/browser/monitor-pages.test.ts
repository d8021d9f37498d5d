// Every page of monitors, wide and narrow, light and dark: no barrier, nothing to scroll sideways, no error and no
// request to elsewhere; the list's filters, the course over a day, and what can't be read is said.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import type { TestApp } from "../harness/app";
import { eventually } from "../harness/eventually";
import { openScriptedReceiver, type ScriptedReceiver } from "../harness/scripted-receiver";
import { findBarriers, fitsWidth, go, hasBrowser, openBrowser, openVisit, signIn } from "./browser";
import { ADMIN, startSetUp } from "./stage";

const LIMIT_MS = 90_000;
type Json = Record<string, unknown>;

const LONG = "a-name-without-any-space-that-goes-on-for-quite-a-while-".repeat(3);
const HOUR_MS = 3_600_000;

/** A day of looks, six a minute, of which all of one hour failed. */
const rememberDay = async (app: TestApp, id: string): Promise<void> => {
  const [[number]] = (await app.store.engine.query({
    sql: "SELECT number FROM monitors WHERE id = ?",
    params: [id],
  })) as [[number]];
  const sql = `INSERT OR IGNORE INTO monitor_summaries
    (monitor_no, span_seconds, at, up, down, unknown, latency_sum, latency_min, latency_max)
    VALUES (?, ?, ?, ?, ?, 0, ?, 20, 90)`;
  const thisHour = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  const rows = [60, 3_600].flatMap((span) =>
    Array.from({ length: (23 * 3_600) / span }, (_, index) => {
      const at = thisHour - (index + 1) * span * 1_000;
      const isBad = Math.floor((thisHour - at - 1) / HOUR_MS) === 4;
      const looks = span / 10;
      const spent = isBad ? 0 : looks * (40 + Math.round(15 * Math.sin(at / HOUR_MS)));
      return { sql, params: [number, span, at, isBad ? 0 : looks, isBad ? looks : 0, spent] };
    }),
  );
  await app.store.engine.batch(rows);
};

const furnish = async (app: TestApp, site: ScriptedReceiver): Promise<[path: string, heading: RegExp][]> => {
  const service = (await app.api("POST", "/services", { name: "Shop", group: "Customers" })).body
    .id as string;
  const make = async (body: Json): Promise<{ id: string; ping_url: string }> => {
    const answer = await app.api("POST", "/monitors", { interval_seconds: 10, ...body });
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return answer.body;
  };
  const shop = await make({
    name: "Shop",
    group: "shop",
    type: "http",
    url: `${site.url}/${LONG}`,
    service_id: service,
    headers: { Authorization: "Bearer 0123456789abcdef" },
    expect: { max_latency_ms: 200, body_contains: "ok" },
    description: LONG,
  });
  await rememberDay(app, shop.id);
  const closed = await make({ name: LONG, group: "platform", type: "tcp", host: "127.0.0.1", port: 1 });
  await make({ name: "Paused", type: "dns", host: "shop.example", is_active: false });
  const job = await make({
    name: "Backup",
    group: "jobs",
    type: "heartbeat",
    period_seconds: 86_400,
    interval_seconds: 60,
  });
  const ping = app.url + new URL(job.ping_url).pathname;
  await fetch(`${ping}/start`);
  await fetch(ping);
  await fetch(`${ping}/start`);
  await fetch(ping);
  await fetch(`${ping}/1`, { method: "POST", body: LONG.repeat(20) });
  await eventually(
    async () => (await app.api("GET", "/monitors")).body.data as Json[],
    (monitors) => monitors.every(({ status }) => status !== "pending"),
  );
  return [
    ["/monitors", /^Monitors$/],
    ["/monitors?state=down", /^Monitors$/],
    ["/monitors/new", /^New monitor$/],
    ...["http", "tcp", "tls", "dns", "ping", "heartbeat"].map((type): [string, RegExp] => [
      `/monitors/new?type=${type}`,
      /^New monitor$/,
    ]),
    [`/monitors/${shop.id}`, /^Shop$/],
    [`/monitors/${closed.id}`, new RegExp(`^${LONG}$`)],
    [`/monitors/${job.id}`, /^Backup$/],
    [`/monitors/${shop.id}/edit`, /^Edit Shop$/],
    [`/monitors/${job.id}/edit`, /^Edit Backup$/],
  ];
};

const VARIANTS = [
  { name: "wide and light", options: { colorScheme: "light", viewport: { width: 1440, height: 900 } } },
  { name: "wide and dark", options: { colorScheme: "dark", viewport: { width: 1920, height: 1080 } } },
  {
    name: "360 px",
    options: { colorScheme: "light", viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
  },
] as const;

describe.skipIf(!hasBrowser)("pages of monitors", () => {
  let browser: Browser;
  let app: TestApp;
  let site: ScriptedReceiver;
  let pages: [string, RegExp][];

  beforeAll(async () => {
    site = openScriptedReceiver(() => new Response("ok"));
    [browser, app] = await Promise.all([openBrowser(), startSetUp({ config: { outboundMode: "open" } })]);
    pages = await furnish(app, site);
  }, LIMIT_MS);
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    await site?.close();
  }, LIMIT_MS);

  for (const { name, options } of VARIANTS)
    test(
      name,
      async () => {
        const visit = await openVisit(browser, app.url, options);
        const { page } = visit;
        await signIn(visit, app.url, ADMIN);
        await page.goto("/");
        const found: Record<string, string[]> = {};
        for (const [path, heading] of pages) {
          await go(page, path);
          await page.getByRole("heading", { name: heading, level: 1 }).first().waitFor();
          await page.locator('[aria-busy="true"]').first().waitFor({ state: "hidden" });
          for (const closed of await page.locator("details:not([open]) > summary").all())
            await closed.click();
          for (const output of await page.getByRole("button", { name: "Output" }).all()) await output.click();
          const barriers = await findBarriers(page);
          if (!(await fitsWidth(page))) barriers.push("has to be scrolled sideways");
          if (barriers.length > 0) found[path] = barriers;
        }
        expect(found).toEqual({});
        expect(visit.faults).toEqual([]);
        await visit.close();
      },
      LIMIT_MS,
    );

  test(
    "the list is narrowed down; what is down stands first, and what can't be read is said",
    async () => {
      const visit = await openVisit(browser, app.url, { expected: /status of 503/ });
      const { page } = visit;
      await signIn(visit, app.url, ADMIN);
      await page.goto("/monitors");
      await page.getByRole("link", { name: "Shop", exact: true }).waitFor();
      const names = (): Promise<string[]> => page.locator("page-monitors a.name").allTextContents();
      expect(await names()).toEqual(["Backup", LONG, "Paused", "Shop"]);
      await page.getByLabel("Any type").selectOption({ label: "Heartbeat" });
      expect(await names()).toEqual(["Backup"]);
      await page.reload();
      await page.getByRole("link", { name: "Backup" }).waitFor();
      expect(await names()).toEqual(["Backup"]);
      await page.getByLabel("Any type").selectOption("");
      await page.getByLabel("Any group").selectOption({ label: "Without a group" });
      expect(await names()).toEqual(["Paused"]);
      await page.route("**/api/v1/monitors?*", (route) =>
        route.fulfill({ status: 503, contentType: "application/json", body: '{"detail":"Try later."}' }),
      );
      await page.reload();
      await page.getByRole("heading", { name: "The monitors could not be read" }).waitFor();
      await page.getByText("Try later.").waitFor();
      expect(await findBarriers(page)).toEqual([]);
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );

  test(
    "how long the runs of a job took is drawn on its page and in the list",
    async () => {
      const visit = await openVisit(browser, app.url);
      const { page } = visit;
      await signIn(visit, app.url, ADMIN);
      await page.goto("/monitors");
      const row = page.getByRole("row").filter({ has: page.getByRole("link", { name: "Backup" }) });
      await row.locator("andon-sparkline path").waitFor({ state: "attached" });
      await page.getByRole("link", { name: "Backup" }).click();
      await page.getByRole("heading", { name: "Duration", level: 2 }).waitFor();
      await page.getByRole("button", { name: "Show as a table" }).click();
      await page.getByRole("table").getByRole("row").nth(2).waitFor();
      expect(await page.locator("monitor-course").count()).toBe(0);
      expect(await findBarriers(page)).toEqual([]);
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );

  test(
    "a day's course says in words what is drawn",
    async () => {
      const visit = await openVisit(browser, app.url);
      const { page } = visit;
      await signIn(visit, app.url, ADMIN);
      // The list draws a day of what is older than a few hours.
      await page.route("**/api/v1/monitors?*", async (route) => {
        const answer = await route.fetch();
        const { data, ...rest } = (await answer.json()) as { data: Json[] };
        const created_at = new Date(Date.now() - 48 * HOUR_MS).toISOString();
        await route.fulfill({
          response: answer,
          json: { ...rest, data: data.map((monitor) => ({ ...monitor, created_at })) },
        });
      });
      await page.goto("/monitors");
      const row = page
        .getByRole("row")
        .filter({ has: page.getByRole("link", { name: "Shop", exact: true }) });
      await row.getByText("95.7 % up").waitFor();
      expect(await row.locator("andon-sparkline path").count()).toBe(1);
      await page.getByRole("link", { name: "Shop", exact: true }).click();
      const bars = page.getByRole("img", { name: /^Availability: Failures in \d+ of \d+ periods\.$/ });
      await bars.waitFor();
      await page.locator("monitor-course").getByText("95.7 %").waitFor();
      await page.getByRole("radio", { name: "3 h" }).click();
      await page.getByRole("img", { name: /^Availability: No failure/ }).waitFor();
      await page.getByRole("radio", { name: "90 d" }).click();
      await bars.waitFor();
      expect(await findBarriers(page)).toEqual([]);
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );
});
