// The template of a webhook in the browser: the message appears while it is written, of samples and of
// what happened; a fault is said with its line, and one key leads there.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { findBarriers, fitsWidth, hasBrowser, openBrowser, openVisit, signIn } from "./browser";
import { ADMIN, startStage, type Stage } from "./stage";

const LIMIT_MS = 180_000;

describe.skipIf(!hasBrowser)("the preview of a channel", () => {
  let browser: Browser;
  let stage: Stage;

  beforeAll(async () => {
    [browser, stage] = await Promise.all([openBrowser(), startStage({ config: { outboundMode: "open" } })]);
  }, LIMIT_MS);
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  }, LIMIT_MS);

  test(
    "follows the template, shows its faults with their line, and sends nothing",
    async () => {
      const visit = await openVisit(browser, stage.app.url, { expected: /status of 422/ });
      const { page } = visit;
      await signIn(visit, stage.app.url, ADMIN);
      await page.goto("/channels/new?type=webhook");
      await page.getByText("As soon as the form has what it needs", { exact: false }).waitFor();
      await page.locator("#url").fill(`${stage.receiver.url}/good`);
      const body = page.getByRole("region", { name: "Message", exact: true });
      await body.filter({ hasText: '"event": "alert.triggered"' }).waitFor();
      await page.locator("#secret").fill("a-secret-that-is-not-shown");
      await page
        .getByRole("region", { name: "Headers", exact: true })
        .filter({ hasText: "webhook-signature: ••••" })
        .waitFor();

      await page.locator("#dialect").selectOption("custom");
      await page.getByRole("button", { name: "Start from an example" }).click();
      await body.filter({ hasText: '"machine": "CNC Mill #1"' }).waitFor();
      await page.getByText("valid JSON", { exact: true }).waitFor();
      expect(await findBarriers(page)).toEqual([]);

      // What happened on the stage, not a sample.
      const past = await page.locator("#event option", { hasText: "Oil" }).first().getAttribute("value");
      await page.locator("#event").selectOption(past);
      await body.filter({ hasText: "Oil too cold" }).waitFor();

      const template = page.locator("#template");
      await template.fill('{\n  "a": "{{ headline }}",\n  "b": {% oops %}\n}');
      await page.getByText("This can’t be sent like that").waitFor();
      await page.getByText(/^Line 3:/).waitFor();
      expect(await findBarriers(page)).toEqual([]);
      await page.getByRole("button", { name: "Go to line 3" }).click();
      expect(await page.locator("#template:focus").count()).toBe(1);
      await page.keyboard.type('  "b": 1');
      await body.filter({ hasText: '"b": 1' }).waitFor();
      expect(await page.getByText("This can’t be sent like that").count()).toBe(0);
      expect(stage.receiver.requests.some(({ text }) => text.includes('"b"'))).toBe(false);
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );

  test(
    "of a stored channel keeps its secrets, folded away on a phone until it is wanted",
    async () => {
      const visit = await openVisit(browser, stage.app.url, {
        viewport: { width: 360, height: 740 },
        isMobile: true,
        hasTouch: true,
      });
      const { page } = visit;
      await signIn(visit, stage.app.url, ADMIN);
      await page.goto(`/channels/${stage.ids.lead}/edit`);
      await page.getByRole("heading", { name: "What is sent" }).waitFor();
      expect(await page.locator("channel-preview").count()).toBe(0);
      await page.getByRole("heading", { name: "What is sent" }).click();
      const headers = page.getByRole("region", { name: "Headers", exact: true });
      await headers.filter({ hasText: "X-Webhook-Secret: ••••lead" }).waitFor();
      expect(await findBarriers(page)).toEqual([]);
      expect(await fitsWidth(page)).toBe(true);
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );
});
