// Every page of webhook receivers, wide and narrow, light and dark: no barrier, nothing to scroll sideways, no error
// and no request to elsewhere; and what the list says when it is long, or can't be read.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import type { TestApp } from "../harness/app";
import { createReceiver } from "../harness/receivers";
import { findBarriers, fitsWidth, go, hasBrowser, openBrowser, openVisit, signIn } from "./browser";
import { ADMIN, startSetUp } from "./stage";

const LIMIT_MS = 90_000;

const LONG = "a_word_without_any_space_that_goes_on_for_quite_a_while_".repeat(3);

/** Receivers in every state; answers the pages to look at, with what their first heading says. */
const furnish = async (app: TestApp): Promise<[path: string, heading: RegExp][]> => {
  const service = async (name: string): Promise<string> =>
    (await app.api("POST", "/services", { name, group: "Customers" })).body.id;
  const shop = await service("Shop");
  const busy = await createReceiver(app, {
    name: "Busy",
    service_id: shop,
    status_mapping: { "slow as hell": "degraded" },
    auto_create_incidents: true,
  });
  for (const body of [
    { status: "down", message: "No answer" },
    { status: LONG, text: LONG },
    { status: "wobbly" },
    { status: "operational" },
    { status: "ok" },
    `{"cut": `,
  ])
    await busy.post(body);
  const presets = (await app.api("GET", "/webhook-receivers/presets")).body.data as {
    name: string;
    examples: { payload: unknown }[];
  }[];
  const sample = presets.find(({ name }) => name === "alertmanager")?.examples[0]?.payload;
  const alerts = await createReceiver(app, { name: "Alerts", preset: "alertmanager", alerts: {} });
  await alerts.post(sample);
  const signed = await createReceiver(app, {
    name: "Signed",
    preset: "github_actions",
    service_id: shop,
    hmac_secret: "a-secret-of-github",
  });
  await signed.post({});
  await createReceiver(app, { name: "Off", service_id: shop, is_active: false });
  const waiting = await createReceiver(app, { name: "Waiting", service_id: shop });
  await app.api("POST", `/webhook-receivers/${waiting.id}/teach`);
  const taught = await createReceiver(app, { name: "Taught", service_name_field: "service" });
  await app.api("POST", `/webhook-receivers/${taught.id}/teach`);
  await taught.post({
    service: "Shop",
    list: [{ state: "wobbly", text: LONG }],
    url: `https://${LONG}.example`,
  });
  return [
    ["/receivers", /^Receivers$/],
    ["/receivers?state=trouble", /^Receivers$/],
    ["/receivers/new", /^New receiver$/],
    ["/receivers/new?preset=generic", /^New receiver$/],
    ["/receivers/new?preset=cloudwatch", /^New receiver$/],
    [`/receivers/${busy.id}`, /^Busy$/],
    [`/receivers/${alerts.id}`, /^Alerts$/],
    [`/receivers/${signed.id}`, /^Signed$/],
    [`/receivers/${alerts.id}/edit`, /^Edit Alerts$/],
    [`/receivers/${busy.id}/edit`, /^Edit Busy$/],
    [`/receivers/${waiting.id}/teach`, /^Teach Waiting$/],
    [`/receivers/${taught.id}/teach`, /^Teach Taught$/],
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

describe.skipIf(!hasBrowser)("pages of receivers", () => {
  let browser: Browser;
  let app: TestApp;
  let pages: [string, RegExp][];

  beforeAll(async () => {
    [browser, app] = await Promise.all([openBrowser(), startSetUp()]);
    pages = await furnish(app);
  }, LIMIT_MS);
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
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
          for (const opener of await page.locator("receiver-log button.line").all()) await opener.click();
          for (const closed of await page.locator("details:not([open]) > summary").all())
            await closed.click();
          const how = page.getByRole("button", { name: "How to send" });
          if ((await how.count()) > 0) await how.click();
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
    "the list is narrowed down; trouble stands first, and what can't be read is said",
    async () => {
      const visit = await openVisit(browser, app.url, { expected: /status of 503/ });
      const { page } = visit;
      await signIn(visit, app.url, ADMIN);
      await page.goto("/receivers");
      await page.getByRole("link", { name: "Busy" }).waitFor();
      const names = (): Promise<string[]> => page.locator("page-receivers a.name").allTextContents();
      expect(await names()).toEqual(["Busy", "Signed", "Alerts", "Off", "Taught", "Waiting"]);
      await page.getByRole("button", { name: "In trouble 2" }).click();
      expect(await names()).toEqual(["Busy", "Signed"]);
      await page.reload();
      await page.getByRole("link", { name: "Busy" }).waitFor();
      expect(await names()).toEqual(["Busy", "Signed"]);
      await page.route("**/api/v1/webhook-receivers?*", (route) =>
        route.fulfill({ status: 503, contentType: "application/json", body: '{"detail":"Try later."}' }),
      );
      await page.reload();
      await page.getByRole("heading", { name: "The receivers could not be read" }).waitFor();
      await page.getByText("Try later.").waitFor();
      expect(await findBarriers(page)).toEqual([]);
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );
});
