// In: the page of /docs in a real browser. Out: a proof that it shows every operation, keeps to our
// content security policy and asks no other host for anything.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Browser, chromium } from "playwright-core";
import { startApp, type TestApp } from "../harness/app";

const CHROMIUM = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
  .map((name) => Bun.which(name))
  .find((path) => path !== null);

const isMissing = CHROMIUM === undefined && process.env["ANDON_REQUIRE_BROWSER"] !== "1";

/** More than the whole document is high. */
const MOST_SCREENS = 200;

let run: TestApp;
let browser: Browser;

beforeAll(async () => {
  if (isMissing) return;
  run = await startApp();
  browser = await chromium.launch({ executablePath: CHROMIUM ?? "chromium", args: ["--no-sandbox"] });
}, 60_000);

afterAll(async () => {
  if (isMissing) return;
  await browser.close();
  await run.stop();
});

test.skipIf(isMissing)(
  "the documentation shows every operation and loads nothing from elsewhere",
  async () => {
    const page = await browser.newPage({ extraHTTPHeaders: { authorization: `Bearer ${run.token}` } });
    const foreign: string[] = [];
    const complaints: string[] = [];
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(`${run.url}/`) && !url.startsWith("data:")) foreign.push(url);
    });
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(`${run.url}/docs`);
    await page.waitForSelector(".opblock");
    const answer = await fetch(`${run.url}/docs/json`, { headers: { authorization: `Bearer ${run.token}` } });
    const { paths } = (await answer.json()) as { paths: Record<string, object> };
    const operations = Object.values(paths).reduce((sum, item) => sum + Object.keys(item).length, 0);
    // The viewer draws what is in sight, as one scrolls down.
    const seen = new Set<string>();
    for (let screen = 0; screen < MOST_SCREENS && seen.size < operations; screen++) {
      for (const id of await page.locator(".opblock").evaluateAll((all) => all.map((one) => one.id)))
        seen.add(id);
      await page.evaluate(() => window.scrollBy(0, window.innerHeight / 2));
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)));
    }
    expect(seen.size).toBe(operations);
    expect(foreign).toEqual([]);
    expect(complaints).toEqual([]);
  },
  60_000,
);
