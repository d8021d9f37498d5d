// The public page in a browser: without JavaScript, on a phone, in the dark, for those who hear it or use the
// keyboard; renewed by itself, and marked when its server is gone.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { startApp, type TestApp } from "../harness/app";
import { furnishStatusPage, idOf, must, type PageScene } from "../harness/status-page";
import {
  findBarriers,
  fitsWidth,
  hasBrowser,
  openBrowser,
  openVisit,
  type Visit,
  type VisitOptions,
} from "./browser";

const LIMIT_MS = 60_000;
/** The page asks by itself; here somebody comes back to its tab. */
const COME_BACK = 'document.dispatchEvent(new Event("visibilitychange"))';

describe.skipIf(!hasBrowser)("the public page", () => {
  let browser: Browser;
  let run: TestApp;
  let scene: PageScene;

  beforeAll(async () => {
    [browser, run] = await Promise.all([openBrowser(), startApp()]);
    scene = await furnishStatusPage(run, Date.now(), {
      description: "How our systems are doing.",
      announcement: "The office is closed on Friday: https://example.com/closed",
      accent_color: "#ffe600",
    });
  }, LIMIT_MS);
  afterAll(async () => {
    await browser?.close();
    await run?.stop();
  }, LIMIT_MS);

  const visit = (options: VisitOptions = {}): Promise<Visit> => openVisit(browser, run.url, options);

  test(
    "reads without JavaScript: everything is there, groups fold, nothing is missing",
    async () => {
      const seen = await visit({ javaScriptEnabled: false });
      const { page } = seen;
      await page.goto("/status/acme");
      const text = await page.locator("body").innerText();
      for (const words of [
        "Acme status",
        "How our systems are doing.",
        "Some systems are degraded",
        "Mails arrive late",
        "One of two relays is overloaded",
        "Press line: oil change",
        "New database for payments",
        "API gateway",
        "99.98 %",
        "90 days ago",
        "Reports could not be opened",
        "The reminder went to a mailbox",
        "Times are in UTC.",
      ])
        expect(text).toContain(words.replace(" %", "\u00a0%"));
      expect(text).not.toContain("can no longer reach");
      expect(await page.locator(".bars").count()).toBe(6);
      expect(await page.locator(".bars i").count()).toBe(540);
      const group = page.locator("details.group", { hasText: "Shop" });
      expect(await group.getAttribute("open")).not.toBeNull();
      await group.locator("summary").first().click();
      expect(await group.getAttribute("open")).toBeNull();
      await page.getByRole("link", { name: "Show the whole history" }).click();
      expect(await page.locator("h2").last().innerText()).toBe("History");
      await page.getByRole("link", { name: "Deutsch" }).click();
      expect(await page.locator("html").getAttribute("lang")).toBe("de");
      expect(seen.faults).toEqual([]);
      await seen.close();
    },
    LIMIT_MS,
  );

  for (const colorScheme of ["light", "dark"] as const)
    for (const width of [1280, 360])
      test(
        `has no barriers and nothing to scroll sideways: ${colorScheme}, ${width} px`,
        async () => {
          const seen = await visit({ colorScheme, viewport: { width, height: 740 } });
          for (const path of ["/status/acme", "/status/acme/history.html", "/status/acme/?lang=de"]) {
            await seen.page.goto(path);
            await seen.page.evaluate(
              'for (const one of document.querySelectorAll("details")) one.open = true',
            );
            expect(await findBarriers(seen.page)).toEqual([]);
            expect(await fitsWidth(seen.page)).toBe(true);
          }
          expect(seen.faults).toEqual([]);
          await seen.close();
        },
        LIMIT_MS,
      );

  test(
    "long words of anybody break on a phone",
    async () => {
      const long = "Donaudampfschifffahrtsgesellschaft".repeat(5);
      const service = await idOf(run, "/services", {
        name: long,
        group: `${long}gruppe`.slice(0, 200),
        description: long,
      });
      await must(run, "POST", "/incidents", {
        title: long,
        severity: "major",
        service_ids: [service],
        message: `https://example.com/${long}`,
      });
      await must(run, "POST", "/status-pages", {
        name: "Long",
        slug: "long",
        title: long,
        service_ids: [service],
      });
      const seen = await visit({ viewport: { width: 360, height: 740 } });
      await seen.page.goto("/status/long");
      expect(await fitsWidth(seen.page)).toBe(true);
      await seen.close();
    },
    LIMIT_MS,
  );

  test(
    "is used with the keyboard alone",
    async () => {
      const seen = await visit();
      const { page } = seen;
      await page.goto("/status/acme");
      const focused = (): Promise<string> => page.evaluate("document.activeElement.textContent.trim()");
      await page.keyboard.press("Tab");
      expect(await focused()).toBe("Skip to the status");
      expect(await page.locator(".skip").boundingBox()).toMatchObject({ y: 0 });
      for (let presses = 0; presses < 20 && !(await focused()).startsWith("Messages"); presses++)
        await page.keyboard.press("Tab");
      const group = page.locator("details.group", { hasText: "Mail delivery" });
      expect(await group.getAttribute("open")).not.toBeNull();
      await page.keyboard.press("Enter");
      expect(await group.getAttribute("open")).toBeNull();
      await seen.close();
    },
    LIMIT_MS,
  );

  test(
    "writes times in the reader's zone, and keeps those of the page at hand",
    async () => {
      const seen = await visit({ timezoneId: "Asia/Tokyo" });
      const { page } = seen;
      await page.goto("/status/acme");
      const time = page.locator(".updates time").first();
      expect(await time.innerText()).toMatch(/GMT\+9|JST/);
      expect(await time.getAttribute("title")).toEndWith("UTC");
      expect(await page.locator("#zone").innerText()).toBe("Times are in your time zone.");
      await seen.close();
    },
    LIMIT_MS,
  );

  test(
    "renews itself when something changes, and leaves folded what its reader folded",
    async () => {
      const seen = await visit();
      const { page } = seen;
      await page.goto("/status/acme");
      const shop = page.locator("details.group", { hasText: "Payments" });
      await shop.locator("summary").first().click();
      await page.evaluate("window.same = true");
      await must(run, "POST", `/services/${scene.services.api}/status`, { status: "down" });
      await page.evaluate(COME_BACK);
      await page.getByText("Some systems are down").first().waitFor();
      expect(await page.title()).toStartWith("Some systems are down");
      expect(await shop.getAttribute("open")).toBeNull();
      // The same document: nobody who reads is thrown back to the top.
      expect(await page.evaluate("window.same")).toBe(true);
      await must(run, "POST", `/services/${scene.services.api}/status`, { status: "operational" });
      await page.evaluate(COME_BACK);
      await page.getByText("Some systems are degraded").first().waitFor();
      expect(seen.faults).toEqual([]);
      await seen.close();
    },
    LIMIT_MS,
  );

  test(
    "says so when it can no longer reach its server, until it can again",
    async () => {
      const seen = await visit({ expected: /ERR_FAILED|Failed to load/ });
      const { page } = seen;
      await page.goto("/status/acme");
      const stale = page.getByText("can no longer reach its server");
      await page.route("**/version.json", (route) => route.abort());
      await page.evaluate(COME_BACK);
      expect(await stale.isVisible()).toBe(false);
      await page.evaluate(COME_BACK);
      await stale.waitFor();
      expect(await findBarriers(page)).toEqual([]);
      await page.unroute("**/version.json");
      await page.evaluate(COME_BACK);
      await stale.waitFor({ state: "hidden" });
      expect(seen.faults).toEqual([]);
      await seen.close();
    },
    LIMIT_MS,
  );

  test(
    "where there is none a sentence says so, in the reader's language",
    async () => {
      const seen = await visit({ locale: "de-DE", colorScheme: "dark", expected: /status of 404/ });
      await seen.page.goto("/status/nobody");
      await seen.page.getByText("Diese Seite gibt es nicht").first().waitFor();
      expect(await findBarriers(seen.page)).toEqual([]);
      expect(await seen.page.evaluate("getComputedStyle(document.body).maxWidth")).toBe("576px");
      expect(seen.faults).toEqual([]);
      await seen.close();
    },
    LIMIT_MS,
  );

  test(
    "behind a password it opens with the form, with and without JavaScript",
    async () => {
      await must(run, "POST", "/status-pages", {
        name: "Shut",
        slug: "shut",
        title: "Behind the gate",
        service_ids: [scene.services.api],
        visibility: "password",
        password: "correct horse battery",
      });
      for (const javaScriptEnabled of [true, false]) {
        const seen = await visit({ javaScriptEnabled, expected: /status of 401/ });
        const { page } = seen;
        await page.goto("/status/shut");
        if (javaScriptEnabled) expect(await findBarriers(page)).toEqual([]);
        await page.getByLabel("Password").fill("wrong password");
        await page.getByRole("button").click();
        await page.getByText("This is not the password.").waitFor();
        if (javaScriptEnabled) expect(await findBarriers(page)).toEqual([]);
        await page.getByLabel("Password").fill("correct horse battery");
        await page.getByRole("button").click();
        await page.getByText("Behind the gate").waitFor();
        expect(new URL(page.url()).pathname).toBe("/status/shut/");
        expect(seen.faults).toEqual([]);
        await seen.close();
      }
    },
    LIMIT_MS,
  );
});
