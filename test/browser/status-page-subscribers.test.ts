// Subscribing in a browser: without JavaScript, on a phone, in the dark, with the keyboard's and a reader's needs
// in mind; from the page's link to the last button.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { openSubscriberStage, tokenIn, type SubscriberStage } from "../harness/subscribers";
import { findBarriers, fitsWidth, hasBrowser, openBrowser, openVisit } from "./browser";

const LIMIT_MS = 60_000;
const GENEROUS = { perAddress: { perSecond: 100, burst: 1_000 }, perPage: { perSecond: 100, burst: 1_000 } };

describe.skipIf(!hasBrowser)("subscribing", () => {
  let browser: Browser;
  let stage: SubscriberStage;

  beforeAll(async () => {
    [browser, stage] = await Promise.all([
      openBrowser(),
      openSubscriberStage({
        page: { allow_webhook_subscribers: true },
        seams: { subscriberLimits: GENEROUS },
      }),
    ]);
    const { app, serviceIds } = stage;
    await app.api("PATCH", `/services/${serviceIds["Search"]}`, {
      group: "Donaudampfschifffahrt ".repeat(4),
    });
  }, LIMIT_MS);
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  }, LIMIT_MS);

  test(
    "needs no JavaScript, from the link on the page to the last button",
    async () => {
      const seen = await openVisit(browser, stage.app.url, { javaScriptEnabled: false });
      const { page } = seen;
      await page.goto("/status/acme");
      await page.getByRole("link", { name: "Subscribe" }).click();
      expect(await page.locator("h1").innerText()).toBe("Subscribe");
      const form = page.locator("form").first();
      await form.getByLabel("E-mail address").fill("kim@example.test");
      await form.getByLabel("Only these services:").check();
      await form.getByLabel("Checkout").check();
      await form.getByRole("button", { name: "Subscribe" }).click();
      await page.getByText("One more step").waitFor();
      const [asked] = await stage.relay.waitFor(1);
      await page.goto(`/status/acme/confirm?token=${tokenIn(asked!, "confirm")}`);
      await page.getByRole("button", { name: "Confirm" }).click();
      expect(await page.locator("h1").innerText()).toBe("Subscribed");
      expect(await page.getByLabel("Checkout").isChecked()).toBe(true);
      await page.getByLabel("Everything on this page").check();
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByText("Saved.").waitFor();
      await page.getByRole("button", { name: "Unsubscribe" }).click();
      expect(await page.locator("h1").innerText()).toBe("Unsubscribed");
      await page.getByRole("link", { name: "Back to the status page" }).click();
      expect(await page.title()).toContain("Acme status");
      expect(seen.faults).toEqual([]);
      await seen.close();
    },
    LIMIT_MS,
  );

  test(
    "says what is wrong beside what was entered, without a script of its own",
    async () => {
      const seen = await openVisit(browser, stage.app.url, {
        javaScriptEnabled: false,
        expected: /422/,
      });
      const { page } = seen;
      await page.goto("/status/acme/subscribe");
      const form = page.locator("form").first();
      await form.getByLabel("E-mail address").fill("kim@example.test");
      await form.getByLabel("Only these services:").check();
      await form.getByRole("button", { name: "Subscribe" }).click();
      expect(await page.getByRole("alert").innerText()).toBe("Choose at least one service, or everything.");
      expect(await form.getByLabel("E-mail address").inputValue()).toBe("kim@example.test");
      await seen.close();
    },
    LIMIT_MS,
  );

  for (const colorScheme of ["light", "dark"] as const)
    for (const width of [1280, 360])
      test(
        `has no barriers and nothing to scroll sideways: ${colorScheme}, ${width} px`,
        async () => {
          const seen = await openVisit(browser, stage.app.url, {
            colorScheme,
            viewport: { width, height: 740 },
            expected: /404|422/,
          });
          const { page } = seen;
          const token = tokenIn(await stage.ask(`reader-${colorScheme}-${width}@example.test`), "confirm");
          for (const path of [
            "subscribe.html",
            "subscribe?lang=de",
            `confirm?token=${token}`,
            `subscription?token=${token}`,
            `unsubscribe?token=${token}&lang=de`,
            "confirm?token=nobody",
          ]) {
            await page.goto(`/status/acme/${path}`);
            expect([path, await findBarriers(page)]).toEqual([path, []]);
            expect([path, await fitsWidth(page)]).toEqual([path, true]);
          }
          await page.goto("/status/acme/subscribe");
          const form = page.locator("form").first();
          await form.getByLabel("E-mail address").fill("kim@example.test");
          await form.getByLabel("Only these services:").check();
          await form.getByRole("button", { name: "Subscribe" }).click();
          await page.getByRole("alert").waitFor();
          expect(await findBarriers(page)).toEqual([]);
          expect(seen.faults).toEqual([]);
          await seen.close();
        },
        LIMIT_MS,
      );
});
