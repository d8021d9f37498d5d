// Incidents in the browser: opened, told about in public and among ourselves, changed, merged, closed and opened
// again; what the public reads is shown before it is posted, and what others post appears by itself.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { findBarriers, fitsWidth, hasBrowser, openBrowser, openVisit, signIn, type Visit } from "./browser";
import { addServices, type ServiceIds } from "./service-stage";
import { ADMIN, startSetUp, startStage, type Stage } from "./stage";

const LIMIT_MS = 180_000;

describe.skipIf(!hasBrowser)("incidents", () => {
  let browser: Browser;
  let stage: Stage;
  let ids: ServiceIds;

  beforeAll(async () => {
    [browser, stage] = await Promise.all([openBrowser(), startStage()]);
    ids = await addServices(stage);
  }, LIMIT_MS);
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  }, LIMIT_MS);

  const visitAt = async (path: string, options = {}): Promise<Visit> => {
    const visit = await openVisit(browser, stage.app.url, options);
    await signIn(visit, stage.app.url);
    await visit.page.goto(path);
    return visit;
  };
  const titles = (page: Page): Promise<string[]> => page.locator("page-incidents a.name").allTextContents();
  const heading = (page: Page, name: string | RegExp): Promise<void> =>
    page.getByRole("heading", { name, level: 1 }).waitFor();
  const read = async (
    code: string,
  ): Promise<Record<string, unknown> & { updates: Record<string, unknown>[] }> =>
    (await stage.app.api("GET", `/incidents/${code}`)).body;

  test(
    "what is being worked on stands first; state, severity and service narrow it down",
    async () => {
      const visit = await visitAt("/incidents");
      const { page } = visit;
      await page.getByRole("link", { name: "Orders cannot be paid" }).waitFor();
      expect(await titles(page)).toEqual(["Orders cannot be paid"]);
      await page.getByRole("radio", { name: "Resolved" }).click();
      await page.getByRole("link", { name: "Labels come out empty" }).waitFor();
      expect(await titles(page)).toEqual(["Labels come out empty"]);
      await page.getByRole("radio", { name: "All" }).click();
      await page.getByRole("link", { name: "Orders cannot be paid" }).waitFor();
      expect(await titles(page)).toEqual(["Orders cannot be paid", "Labels come out empty"]);
      await page.getByLabel("Severity").selectOption("major");
      await page.getByRole("heading", { name: "No incident fits" }).waitFor();
      await page.getByRole("button", { name: "Show all" }).click();
      await page.getByLabel("Service", { exact: true }).selectOption({ label: "Label printing" });
      await page.waitForURL(/service=/);
      await page.getByRole("link", { name: "Orders cannot be paid" }).waitFor({ state: "hidden" });
      await page.reload();
      await page.getByRole("link", { name: "Labels come out empty" }).waitFor();
      expect(await titles(page)).toEqual(["Labels come out empty"]);
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );

  test(
    "one is opened from a service's page, told about, resolved, and opened again",
    async () => {
      const visit = await visitAt(`/services/${ids.mail}`);
      const { page } = visit;
      await page.getByRole("link", { name: "Open an incident" }).click();
      const form = page.locator("incident-open");
      await form.getByLabel("Title").fill("Mails arrive late");
      await form.getByRole("radio", { name: /^Minor/ }).check();
      expect(await form.getByRole("checkbox", { name: /Mail delivery/ }).isChecked()).toBe(true);
      await form.getByLabel("Its services show").selectOption("degraded");
      await form.getByLabel("First update").fill("About ten minutes at the moment.");
      expect(await findBarriers(page)).toEqual([]);
      await form.getByRole("button", { name: "Open the incident" }).click();
      await heading(page, "Mails arrive late");
      const code = page.url().split("/").at(-1) ?? "";
      expect(code).toMatch(/^INC-\d+-[A-Z]+$/);
      expect(await read(code)).toMatchObject({
        severity: "minor",
        service_ids: [ids.mail],
        service_status: "degraded",
        message: "About ten minutes at the moment.",
      });

      // Among ourselves: the public sees nothing of it, and the page says so before it is posted.
      const post = page.locator("incident-update");
      await post.getByRole("radio", { name: "Only us" }).click();
      await post.getByLabel("Message").fill("The queue of relay 2 is stuck.");
      await page.getByText("The public sees nothing of this update.").waitFor();
      expect(await page.locator("incident-preview").getByText("relay 2").count()).toBe(0);
      await post.getByRole("button", { name: "Post", exact: true }).click();
      await page.locator("page-incident .updates").getByText("The queue of relay 2 is stuck.").waitFor();

      // In public, as it is shown beside the form.
      await post.getByRole("radio", { name: "Monitoring" }).check();
      await post.getByLabel("Message").fill("Mails\narrive again.");
      await page.locator("incident-preview").getByText("arrive again.").waitFor();
      await page.locator("incident-preview").getByText("Mail delivery").waitFor();
      expect(await findBarriers(page)).toEqual([]);
      await post.getByRole("button", { name: "Post", exact: true }).click();
      await page.locator("page-incident .updates").getByText("arrive again.").waitFor();
      await post.getByRole("radio", { name: "Resolved" }).check();
      await post.getByRole("button", { name: "Post and resolve" }).click();
      await page.getByText("It is resolved. Did it come back?").waitFor();
      const { status, updates } = await read(code);
      expect([status, updates.map((update) => [update["status"], update["public"]])]).toEqual([
        "resolved",
        [
          ["resolved", true],
          ["monitoring", true],
          ["investigating", false],
          ["investigating", true],
        ],
      ]);
      expect((await stage.app.api("GET", `/services/${ids.mail}`)).body.sources).not.toContainEqual(
        expect.objectContaining({ source: expect.objectContaining({ kind: "incident" }) }),
      );

      await page.getByRole("button", { name: "Open it again…" }).click();
      expect(await post.getByRole("radio", { name: "Resolved" }).count()).toBe(0);
      await post.getByRole("button", { name: "Post and open again" }).click();
      await page.locator("page-incident .head").getByText("Investigating").waitFor();
      expect((await read(code))["reopened_count"]).toBe(1);
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );

  test(
    "an update that somebody else posts appears by itself; what is being written stays",
    async () => {
      const visit = await visitAt(`/incidents/${ids.code}`);
      const { page } = visit;
      await heading(page, "Orders cannot be paid");
      const message = page.locator("incident-update").getByLabel("Message");
      await message.fill("Half a sentence");
      await stage.app.api("POST", `/incidents/${ids.code}/updates`, {
        status: "monitoring",
        message: "The certificate is in place.",
      });
      await page.locator("page-incident .updates").getByText("The certificate is in place.").waitFor();
      await page.locator("page-incident .head").getByText("Monitoring").waitFor();
      expect(await message.inputValue()).toBe("Half a sentence");
      await page.locator("told-card").getByText("Ticket system").first().waitFor();
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );

  test(
    "severity, services, notes and post-mortem are changed; one is merged into another",
    async () => {
      const opened = await stage.app.api("POST", "/incidents", {
        title: "Baskets are empty",
        severity: "major",
      });
      const code = String(opened.body.code);
      const visit = await visitAt(`/incidents/${code}`);
      const { page } = visit;
      await heading(page, "Baskets are empty");
      await page.getByText("No service is named").waitFor();
      await page.getByRole("button", { name: "Change" }).click();
      const form = page.locator("incident-edit");
      await form.getByRole("radio", { name: /^Critical/ }).check();
      await form.getByRole("checkbox", { name: /Shop/ }).check();
      expect(await findBarriers(page)).toEqual([]);
      await form.getByRole("button", { name: "Save" }).click();
      await page.locator("page-incident .head").getByText("Critical").waitFor();
      expect(await read(code)).toMatchObject({ severity: "critical", service_ids: [ids.shop] });

      await page.getByRole("button", { name: "Write: Engineer notes" }).click();
      await page.getByRole("textbox", { name: "Engineer notes" }).fill("Cache of node 3");
      expect(await findBarriers(page)).toEqual([]);
      await page.getByRole("button", { name: "Save", exact: true }).click();
      await page.getByRole("button", { name: "Edit: Engineer notes" }).waitFor();
      await page.getByRole("button", { name: "Write: Post-mortem" }).click();
      await page
        .getByRole("textbox", { name: "Post-mortem" })
        .fill("A key was too short.\nIt is longer now.");
      await page.getByRole("button", { name: "Save", exact: true }).click();
      await page.getByText("Post-mortem saved.").waitFor();
      expect(await read(code)).toMatchObject({
        engineer_notes: "Cache of node 3",
        post_mortem: "A key was too short.\nIt is longer now.",
      });

      await page.getByRole("button", { name: "Merge into another…" }).click();
      await form.getByLabel("Into").selectOption(ids.code);
      expect(await findBarriers(page)).toEqual([]);
      await form.getByRole("button", { name: "Merge", exact: true }).click();
      await page.getByText(`${code} was merged into ${ids.code}.`).waitFor();
      await page.getByRole("link", { name: "another incident" }).click();
      await heading(page, "Orders cannot be paid");
      await page.getByText("Everything that happened").click();
      await page.getByText("Took over another incident").waitFor();
      expect(await findBarriers(page)).toEqual([]);
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );

  test(
    "a viewer reads and cannot change",
    async () => {
      const visit = await openVisit(browser, stage.app.url);
      const { page } = visit;
      await signIn(visit, stage.app.url, { email: "jo@plant.example", password: "look but not touch" });
      await page.goto("/incidents?new=");
      await page.getByRole("link", { name: "Orders cannot be paid" }).click();
      await heading(page, "Orders cannot be paid");
      await page.getByRole("heading", { name: "Updates" }).waitFor();
      expect(await page.locator("incident-update").count()).toBe(0);
      for (const name of [/^Change/, /^Merge/, /^Write/, /^Edit/])
        expect(await page.getByRole("button", { name }).count()).toBe(0);
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );

  test(
    "calm is said; an unknown one is not found; a number leads to it; all on a phone",
    async () => {
      const app = await startSetUp();
      const visit = await openVisit(browser, app.url, {
        viewport: { width: 360, height: 740 },
        isMobile: true,
        hasTouch: true,
        expected: /404/,
      });
      const { page } = visit;
      await signIn(visit, app.url, ADMIN);
      await page.goto("/incidents");
      await page.getByRole("heading", { name: "Nothing is being worked on" }).waitFor();
      expect(await findBarriers(page)).toEqual([]);
      await page.getByRole("button", { name: "Open an incident" }).click();
      await page.getByRole("dialog", { name: "Open an incident" }).waitFor();
      expect(await fitsWidth(page)).toBe(true);
      await app.api("POST", "/incidents", { title: "Lift stands still", severity: "minor" });
      await page.goto("/incidents/1");
      await heading(page, "Lift stands still");
      expect(await findBarriers(page)).toEqual([]);
      await page.goto("/incidents/INC-9-NOTHING");
      await heading(page, "There is no such incident");
      expect(visit.faults).toEqual([]);
      await visit.close();
      await app.stop();
    },
    LIMIT_MS,
  );
});
