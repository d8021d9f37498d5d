// The SLA report in the browser: the months, what the numbers were counted by, the same figures as CSV, settings.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { findBarriers, hasBrowser, openBrowser, openVisit, signIn } from "./browser";
import { addServices, writePast } from "./service-stage";
import { startStage, type Stage } from "./stage";

const LIMIT_MS = 60_000;

describe.skipIf(!hasBrowser)("the SLA report", () => {
  let browser: Browser;
  let stage: Stage;

  beforeAll(async () => {
    [browser, stage] = await Promise.all([openBrowser(), startStage()]);
    await addServices(stage);
  }, LIMIT_MS);
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  }, LIMIT_MS);

  test(
    "shows the months, the group, and the same figures as its CSV; how it counts is printed and changed",
    async () => {
      const visit = await openVisit(browser, stage.app.url);
      const { page } = visit;
      await signIn(visit, stage.app.url);
      await page.goto("/sla");
      const rows = page.locator("page-sla tbody tr");
      await rows.filter({ hasText: "Label printing" }).waitFor();
      expect(await rows.count()).toBe(6);
      await page.getByText("30 % for Mail delivery").waitFor();
      expect(await page.getByRole("button", { name: "The month after" }).isDisabled()).toBe(true);

      const downloaded = page.waitForEvent("download");
      await page.getByRole("link", { name: "CSV" }).click();
      const csv = await Bun.file(await (await downloaded).path()).text();
      const shopOf = csv.split("\n").find((line) => line.includes("Shop")) ?? "";
      const shown = (await rows.filter({ hasText: "Shop" }).locator("td").nth(1).textContent()) ?? "";
      // On the screen cut after three places, in the file after five.
      expect(shopOf).toContain(Number.parseFloat(shown).toFixed(3));

      await page.getByLabel("Group", { exact: true }).selectOption("Plant");
      await rows.filter({ hasText: "Shop" }).waitFor({ state: "detached" });
      expect(await rows.count()).toBe(2);
      const title = await page.getByRole("heading", { level: 1 }).textContent();
      await page.getByRole("button", { name: "The month before" }).click();
      await page.getByRole("heading", { name: /SLA report/, level: 1 }).waitFor();
      await page.waitForURL(/month=/);
      expect(await page.getByRole("heading", { level: 1 }).textContent()).not.toBe(title);
      await page.getByRole("button", { name: "The month after" }).click();
      await rows.filter({ hasText: "MES interface" }).waitFor();

      await page.getByRole("button", { name: "Change" }).click();
      const settings = page.locator("sla-settings");
      await settings.getByLabel("Share of degraded time that is downtime").fill("0.25");
      await settings.getByLabel("Time zone of days and months").selectOption("Europe/Berlin");
      expect(await findBarriers(page)).toEqual([]);
      await settings.getByRole("button", { name: "Save" }).click();
      await page.getByText("days of Europe/Berlin").waitFor();
      await page.getByText("25 % of it is downtime").waitFor();
      expect((await stage.app.api("GET", "/sla-settings")).body).toEqual({
        degraded_weight: 0.25,
        time_zone: "Europe/Berlin",
      });
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );

  test(
    "a missed target stands out; a month before any service says so; on paper there is no navigation",
    async () => {
      const made = await stage.app.api("POST", "/services", { name: "Gate", sla_target: 100 });
      await writePast(stage, made.body.id, { sinceDays: 0.002, troubles: [["down", 0.001, 1]] });
      const visit = await openVisit(browser, stage.app.url);
      const { page } = visit;
      await signIn(visit, stage.app.url, { email: "jo@plant.example", password: "look but not touch" });
      await page.goto("/sla");
      await page.getByText("1 of 4 targets are missed.").waitFor();
      await page.locator("tr.missed", { hasText: "Gate" }).getByText("missed").waitFor();
      expect(await page.getByRole("button", { name: "Change" }).count()).toBe(0);
      await page.emulateMedia({ media: "print" });
      expect(await page.getByRole("navigation").first().isVisible()).toBe(false);
      expect(await page.getByRole("button", { name: "Print" }).isVisible()).toBe(false);
      await page.emulateMedia({ media: "screen" });
      await page.goto("/sla?month=2020-02");
      await page.getByRole("heading", { name: "There was no service in this month" }).waitFor();
      expect(await findBarriers(page)).toEqual([]);
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );
});
