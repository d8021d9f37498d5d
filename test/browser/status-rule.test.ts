// A rule about a service, made in the browser: the form shows what belongs to it, the sentence says it, the service
// fails and the alert stands on the first page, in words and with a link to what it is about.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import type { TestApp } from "../harness/app";
import { findBarriers, fitsWidth, hasBrowser, openBrowser, openVisit, signIn, type Visit } from "./browser";
import { startSetUp } from "./stage";

const LIMIT_MS = 40_000;

describe.skipIf(!hasBrowser)("a rule about a service", () => {
  let browser: Browser;
  let app: TestApp;
  let visit: Visit;
  let serviceId = "";

  beforeAll(async () => {
    [browser, app] = await Promise.all([openBrowser(), startSetUp()]);
    serviceId = (await app.api("POST", "/services", { name: "Web shop", group: "Web" })).body.id as string;
    await app.api("POST", "/services", { name: "Label printer", group: "Plant" });
    await app.api("POST", "/monitors", { name: "Nightly backup", type: "heartbeat", period_seconds: 86_400 });
    visit = await openVisit(browser, app.url);
    await signIn(visit, app.url);
  }, LIMIT_MS);
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
  }, LIMIT_MS);

  test(
    "is made with the form, which shows only what belongs to it",
    async () => {
      const { page } = visit;
      await page.goto("/rules/new");
      await page.getByLabel("Name").fill("Shop in trouble");
      await page.getByLabel("A service or monitor is in trouble").check();
      expect(await page.getByLabel("Metric", { exact: true }).count()).toBe(0);
      expect(await page.getByLabel("All of a type").count()).toBe(0);
      await page.getByText("Fits 2 services today.").waitFor();
      await page.getByLabel("One monitor").check();
      expect(await page.getByRole("checkbox", { name: "degraded" }).count()).toBe(0);
      await page.getByLabel("Monitor", { exact: true }).selectOption({ label: "Nightly backup" });
      await page.getByText("When Nightly backup is down,").waitFor();
      await page.getByLabel("All services of a group").check();
      await page.getByLabel("Group", { exact: true }).fill("Plant");
      await page.getByText("When any service of the group Plant is down,").waitFor();
      await page.getByText("Fits 1 service today.").waitFor();
      await page.getByLabel("One service").check();
      await page.getByRole("button", { name: "Create rule" }).click();
      await page.getByText("This is needed.").waitFor();
      await page.getByLabel("Service", { exact: true }).selectOption({ label: "Web shop" });
      await page.getByRole("checkbox", { name: "degraded" }).check();
      await page.getByLabel("Only when it lasts").check();
      await page.getByLabel("How long").fill("2");
      await page.getByText("When Web shop is down or degraded for 2 min without a break,").waitFor();
      await page.getByLabel("At once").check();
      expect(await findBarriers(page)).toEqual([]);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width: 360, height: 740 });
        expect([await fitsWidth(page), await findBarriers(page)]).toEqual([true, []]);
        await page.setViewportSize({ width: 1440, height: 900 });
      }
      await page.getByRole("button", { name: "Create rule" }).click();
      await page.getByRole("heading", { name: "Rules", level: 1 }).waitFor();
      const row = page.getByRole("row", { name: /Shop in trouble/ });
      await row.getByText("down or degraded").waitFor();
      await row.getByText("Web shop", { exact: true }).waitFor();
    },
    LIMIT_MS,
  );

  test(
    "comes back into the form as it was saved",
    async () => {
      const { page } = visit;
      await page.getByRole("link", { name: "Shop in trouble", exact: true }).click();
      await page.getByText("When Web shop is down or degraded,").waitFor();
      expect(await page.getByLabel("One service").isChecked()).toBe(true);
      expect(await page.getByRole("checkbox", { name: "maintenance" }).isChecked()).toBe(false);
    },
    LIMIT_MS,
  );

  test(
    "raises an alert that says what is wrong and leads to the service",
    async () => {
      const { page } = visit;
      await app.api("POST", `/services/${serviceId}/status`, { status: "down", message: "Disk is full" });
      await page.goto("/");
      await page.getByText("Web shop is down: Disk is full").first().waitFor();
      expect(await findBarriers(page)).toEqual([]);
      // The board names services that are not well as well.
      await page
        .locator("andon-alert-row")
        .getByRole("link", { name: /Web shop/ })
        .first()
        .click();
      await page.getByRole("heading", { name: /Web shop/, level: 1 }).waitFor();
      await page.getByText("Web shop is down: Disk is full").first().waitFor();
      const link = page.getByRole("link", { name: "Web shop", exact: true });
      expect(await link.getAttribute("href")).toBe(`/services/${serviceId}`);
      expect(await findBarriers(page)).toEqual([]);
      await page.setViewportSize({ width: 360, height: 740 });
      expect(await fitsWidth(page)).toBe(true);
      await app.api("POST", `/services/${serviceId}/status`, { status: "operational" });
      await page.getByText("by itself, back to normal").first().waitFor();
      expect(visit.faults).toEqual([]);
    },
    LIMIT_MS,
  );
});
