// A chat channel in the browser: made by the form of its type, tested with a whole life cycle, changed
// without its secret being typed again, and shown nowhere with it.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { SERVICES } from "../harness/services";
import { openServices, type ServiceHouse } from "../harness/services/service";
import { findBarriers, hasBrowser, openBrowser, openVisit, signIn } from "./browser";
import { ADMIN, startStage, type Stage } from "./stage";

const LIMIT_MS = 180_000;
const telegram = SERVICES["telegram"]!;

describe.skipIf(!hasBrowser)("a chat channel", () => {
  let browser: Browser;
  let stage: Stage;
  let house: ServiceHouse;

  beforeAll(async () => {
    house = openServices(SERVICES);
    [browser, stage] = await Promise.all([openBrowser(), startStage({ config: { outboundMode: "open" } })]);
  }, LIMIT_MS);
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
    await house?.stop();
  }, LIMIT_MS);

  test(
    "is made, tested and changed; its token is typed once",
    async () => {
      const visit = await openVisit(browser, stage.app.url);
      const { page } = visit;
      await signIn(visit, stage.app.url, ADMIN);
      const config = telegram.config(house.origin) as Record<string, string | number>;
      await page.goto("/channels/new");
      await page.getByRole("link", { name: /^Telegram/ }).click();
      await page.getByLabel("Name", { exact: true }).fill("Night shift");
      await page.locator("#bot_token").fill(String(config["bot_token"]));
      await page.locator("#chat_id").fill(String(config["chat_id"]));
      await page.getByText("More settings").click();
      await page.locator("#thread_id").fill(String(config["thread_id"]));
      await page.locator("#server").fill(String(config["server"]));
      expect(await findBarriers(page)).toEqual([]);
      await page.getByRole("button", { name: "Create channel" }).click();
      await page.getByRole("heading", { name: "Night shift" }).waitFor();

      await page.getByRole("button", { name: /^Send a test/ }).click();
      await page.getByRole("dialog", { name: "Test: Night shift" }).waitFor();
      const messages = page.locator("channel-test details");
      await messages.nth(2).waitFor();
      const headings = await messages.locator("summary .strong").allTextContents();
      expect(headings).toEqual(["Alert triggered", "Alert acknowledged", "Alert resolved"]);
      // The stage's own machines may alert meanwhile.
      expect(house.taken.filter(({ text }) => text.includes("Test: ")).length).toBe(3);
      await page.getByText("All 3 messages were delivered.").waitFor();
      await messages.nth(1).locator("summary").click();
      await messages
        .nth(1)
        .getByRole("region", { name: /Request headers/ })
        .waitFor();
      expect(await findBarriers(page)).toEqual([]);
      await page.keyboard.press("Escape");

      const id = page.url().split("/").at(-1) ?? "";
      await page.goto(`/channels/${id}/edit`);
      const token = page.locator("#bot_token");
      await page.getByText("Stored; only its end is shown. It stays until you replace it.").waitFor();
      expect(await token.inputValue()).toBe("••••dddd");
      await page.getByLabel("Name", { exact: true }).fill("Night shift, hall C");
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByRole("heading", { name: "Night shift, hall C" }).waitFor();
      const again = await stage.app.api("POST", `/notification-channels/${id}/test`);
      expect([again.body.success, again.body.error]).toEqual([true, undefined]);
      await page.goto("/channels");
      await page.getByText("Telegram · -1009876543210").waitFor();
      for (const secret of telegram.secrets) expect(await page.content()).not.toContain(secret);
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );
});
