// The list of channels in the browser: what is in trouble stands first, filters stand in the address, and
// where there is none it says what that means.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { findBarriers, fitsWidth, hasBrowser, openBrowser, openVisit, signIn } from "./browser";
import { ADMIN, startSetUp, startStage, type Stage } from "./stage";

const LIMIT_MS = 180_000;

describe.skipIf(!hasBrowser)("the list of channels", () => {
  let browser: Browser;
  let stage: Stage;

  beforeAll(async () => {
    [browser, stage] = await Promise.all([openBrowser(), startStage({ config: { outboundMode: "open" } })]);
    for (const [name, isActive] of [
      ["Maintenance chat", true],
      ["Night shift chat", false],
    ] as const)
      await stage.app.api("POST", "/notification-channels", {
        name,
        type: "slack",
        is_active: isActive,
        events: ["incident.opened"],
        config: { webhook_url: `${stage.receiver.url}/services/T000/B000/0123456789abcdef` },
      });
  }, LIMIT_MS);
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  }, LIMIT_MS);

  const names = (page: Page): Promise<string[]> => page.locator("page-channels a.name").allTextContents();

  test(
    "is narrowed down by state and type; the address keeps it",
    async () => {
      const visit = await openVisit(browser, stage.app.url);
      const { page } = visit;
      await signIn(visit, stage.app.url, ADMIN);
      await page.goto("/channels");
      await page.getByRole("link", { name: "Ticket system" }).waitFor();
      expect(await names(page)).toEqual([
        "Ticket system",
        "Maintenance chat",
        "Night shift chat",
        "Shift lead",
      ]);
      await page.getByRole("button", { name: "In trouble 1" }).click();
      expect(await names(page)).toEqual(["Ticket system"]);
      await page.getByLabel("Type", { exact: true }).selectOption({ label: "Slack" });
      await page.getByRole("heading", { name: "No channel fits" }).waitFor();
      expect(await findBarriers(page)).toEqual([]);
      await page.getByRole("button", { name: "Off 1" }).click();
      expect(await names(page)).toEqual(["Night shift chat"]);
      await page.reload();
      await page.getByRole("link", { name: "Night shift chat" }).waitFor();
      expect(await names(page)).toEqual(["Night shift chat"]);
      await page.getByRole("button", { name: /^All/ }).click();
      await page.getByLabel("Type", { exact: true }).selectOption("");
      expect((await names(page)).length).toBe(4);
      expect(await page.content()).not.toContain("0123456789abcdef");
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );

  test(
    "says what it means that there is none, also on a phone",
    async () => {
      const app = await startSetUp();
      const visit = await openVisit(browser, app.url, {
        viewport: { width: 360, height: 740 },
        isMobile: true,
        hasTouch: true,
      });
      const { page } = visit;
      await signIn(visit, app.url, ADMIN);
      await page.goto("/channels");
      await page.getByRole("heading", { name: "Nobody would be told" }).waitFor();
      expect(await findBarriers(page)).toEqual([]);
      expect(await fitsWidth(page)).toBe(true);
      await page.locator("andon-empty").getByRole("link", { name: "New channel" }).click();
      await page.getByRole("heading", { name: "Chat", level: 2 }).waitFor();
      expect(visit.faults).toEqual([]);
      await visit.close();
      await app.stop();
    },
    LIMIT_MS,
  );
});
