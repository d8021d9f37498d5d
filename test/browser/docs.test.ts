// In: the page of /docs in a real browser. Out: a proof that it shows every operation, keeps to our
// content security policy and asks no other host for anything.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Browser, chromium } from "playwright-core";
import { startApp, type TestApp } from "../harness/app";

const CHROMIUM = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
  .map((name) => Bun.which(name))
  .find((path) => path !== null);

const isMissing = CHROMIUM === undefined && process.env["ANDON_REQUIRE_BROWSER"] !== "1";

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
    // The viewer draws them one after the other.
    await page.waitForFunction((count) => document.querySelectorAll(".opblock").length >= count, operations);
    expect(await page.locator(".opblock").count()).toBe(operations);
    expect(foreign).toEqual([]);
    expect(complaints).toEqual([]);
  },
  60_000,
);
