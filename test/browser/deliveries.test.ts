// Deliveries in the browser: found by filters that the address keeps, opened down to the body, sent again
// one by one and many at once with the count first; and on an alert's page, who was told and who was not.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { eventually } from "../harness/eventually";
import { findBarriers, fitsWidth, hasBrowser, openBrowser, openVisit, signIn, type Visit } from "./browser";
import { ADMIN, startStage, type Stage } from "./stage";

const LIMIT_MS = 180_000;

describe.skipIf(!hasBrowser)("deliveries", () => {
  let browser: Browser;
  let stage: Stage;

  beforeAll(async () => {
    [browser, stage] = await Promise.all([openBrowser(), startStage()]);
  }, LIMIT_MS);
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  }, LIMIT_MS);

  const visitAs = async (account = ADMIN, options = {}): Promise<Visit> => {
    const visit = await openVisit(browser, stage.app.url, options);
    await signIn(visit, stage.app.url, account);
    return visit;
  };

  const end = async (visit: Visit): Promise<void> => {
    expect(await findBarriers(visit.page)).toEqual([]);
    expect(visit.faults).toEqual([]);
    await visit.close();
  };

  const rowsOf = (page: Page) => page.locator("delivery-list li");

  test(
    "are found by filters, which stand in the address",
    async () => {
      const visit = await visitAs();
      const { page } = visit;
      await page.goto("/deliveries");
      await rowsOf(page).first().waitFor();
      const all = await rowsOf(page).count();
      expect(all).toBeGreaterThan(8);
      await page.getByLabel("Channel", { exact: true }).selectOption({ label: "Ticket system" });
      await eventually(
        () => rowsOf(page).count(),
        (count) => count > 0 && count < all,
      );
      await page.getByLabel("Machine", { exact: true }).selectOption({ label: "Press 7" });
      await page.getByLabel("Event", { exact: true }).selectOption({ label: "Alert acknowledged" });
      await eventually(
        () => rowsOf(page).count(),
        (count) => count === 1,
      );
      expect(await rowsOf(page).first().textContent()).toContain("Ticket system");
      await page.getByRole("button", { name: "Delivered", exact: true }).click();
      await page.getByRole("heading", { name: "No delivery fits" }).waitFor();
      expect(new URL(page.url()).searchParams.get("status")).toBe("delivered");
      expect(await findBarriers(page)).toEqual([]);
      await page.reload();
      await page.getByRole("heading", { name: "No delivery fits" }).waitFor();
      await page.getByRole("button", { name: "Clear filters" }).click();
      await eventually(
        () => rowsOf(page).count(),
        (count) => count >= all,
      );
      expect(new URL(page.url()).search).toBe("");
      await end(visit);
    },
    LIMIT_MS,
  );

  test(
    "open down to headers, answer and body, and come again when they are sent again",
    async () => {
      const visit = await visitAs();
      const { page } = visit;
      await page.goto(`/deliveries?channel=${stage.ids.lead}&event=alert.resolved`);
      await rowsOf(page).first().waitFor();
      await page.keyboard.press("j");
      await page.keyboard.press("Enter");
      await page.getByText("Attempt 1", { exact: true }).waitFor();
      await page.getByText(/^POST http:\/\/127\.0\.0\.1:\d+\/good$/).waitFor();
      await page.getByText(/webhook-id: /).waitFor();
      await page.getByText('{"ok":true}').waitFor();
      expect(await page.getByText("a-static-header-of-the-shift-lead").count()).toBe(0);
      await page.getByText("Body").first().click();
      await page.getByText('"event": "alert.resolved"').waitFor();
      expect(await findBarriers(page)).toEqual([]);
      await page.getByRole("button", { name: "Send again", exact: true }).click();
      await page.getByText("Queued again with the same ID.").waitFor();
      await page.getByText("Attempt 2", { exact: true }).waitFor();
      await end(visit);
    },
    LIMIT_MS,
  );

  test(
    "are sent again by filter: counted first, then shown as they go",
    async () => {
      const visit = await visitAs();
      const { page } = visit;
      await page.goto(`/deliveries?channel=${stage.ids.lead}&event=alert.triggered`);
      await rowsOf(page).first().waitFor();
      const count = await rowsOf(page).count();
      const before = stage.receiver.requests.length;
      await page.getByRole("button", { name: "Send again…" }).click();
      await page.getByText(`${count} deliveries are sent again.`).waitFor();
      await page.getByText("Shift lead, Alert triggered", { exact: true }).waitFor();
      expect(await findBarriers(page)).toEqual([]);
      expect(stage.receiver.requests.length).toBe(before);
      await page.getByRole("button", { name: `Send ${count} again` }).click();
      await page.getByRole("heading", { name: "Replays" }).waitFor();
      await page.getByText(`${count} of ${count} queued`).waitFor();
      await page.getByText("Done", { exact: true }).waitFor();
      await eventually(
        async () => stage.receiver.requests.length,
        (received) => received === before + count,
      );
      await end(visit);
    },
    LIMIT_MS,
  );

  test(
    "of a status that is not over can't be sent again, and who may only look is not asked",
    async () => {
      const visit = await visitAs();
      await visit.page.goto("/deliveries?status=held");
      await visit.page.getByRole("button", { name: "Send again…" }).click();
      await visit.page.getByText("Only what is over can be sent again.").waitFor();
      expect(await visit.page.getByRole("button", { name: /^Send \d/ }).count()).toBe(0);
      await end(visit);
      const viewer = await visitAs({ email: "jo@plant.example", password: "look but not touch" });
      await viewer.page.goto(`/deliveries?channel=${stage.ids.lead}`);
      await rowsOf(viewer.page).first().getByRole("button").first().click();
      await viewer.page.getByText("Attempt 1", { exact: true }).first().waitFor();
      expect(await viewer.page.getByRole("button", { name: /Send/ }).count()).toBe(0);
      expect(await viewer.page.getByText("Body", { exact: true }).count()).toBe(0);
      await viewer.page.getByText("Shown to editors and administrators only").first().waitFor();
      await end(viewer);
    },
    LIMIT_MS,
  );

  test(
    "an alert's page says who was told, and which rule kept the others away",
    async () => {
      const open = (await stage.app.api("GET", "/alerts?status=acknowledged,triggered")).body.data as {
        id: string;
        name: string;
      }[];
      const shaking = open.find(({ name }) => name === "Vibration high");
      for (const options of [{}, { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true }]) {
        const visit = await visitAs(ADMIN, options);
        const { page } = visit;
        await page.goto(`/alerts/${shaking?.id}`);
        await page.getByRole("heading", { name: "Who was told" }).waitFor();
        await page.getByRole("heading", { name: "Alert triggered", level: 3 }).waitFor();
        await page.getByText("1 channel was not told").first().click();
        await page.getByText("Takes only the severity critical; this alert was warning.").first().waitFor();
        expect(await fitsWidth(page)).toBe(true);
        await end(visit);
      }
    },
    LIMIT_MS,
  );
});
