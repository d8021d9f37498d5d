// The editor of status pages in the browser: what is chosen appears beside the form as the public would read it, is
// saved, refused by its field, ordered, seen by the public, and deleted; subscribers are found and forgotten.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, FrameLocator, Page } from "playwright-core";
import { TINY_PICTURE } from "../harness/operations";
import { findBarriers, fitsWidth, hasBrowser, openBrowser, openVisit, signIn, type Visit } from "./browser";
import { addServices, type ServiceIds } from "./service-stage";
import { ADMIN, startSetUp, startStage, type Stage } from "./stage";

const LIMIT_MS = 60_000;

describe.skipIf(!hasBrowser)("status pages", () => {
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
  const frameOf = (page: Page): FrameLocator =>
    page.frameLocator('iframe[title="The page as the public sees it"]');
  const read = async (id: string): Promise<Record<string, unknown>> =>
    (await stage.app.api("GET", `/status-pages/${id}`)).body;

  test(
    "one is made: the preview follows, faults stand at their fields, the public reads what was saved",
    async () => {
      const visit = await visitAt("/status-pages");
      const { page } = visit;
      await page.getByRole("link", { name: "Customers", exact: true }).waitFor();
      await page.keyboard.press("n");
      await page.getByRole("heading", { name: "New status page", level: 1 }).waitFor();
      await page.getByText("Choose what the page shows, and it appears here.").waitFor();
      await page.getByRole("button", { name: "Create the page" }).click();
      await page.getByText("This is needed.").waitFor();
      expect(await page.getByLabel("Name", { exact: true }).getAttribute("aria-invalid")).toBe("true");
      expect(await findBarriers(page)).toEqual([]);

      await page.getByLabel("Name", { exact: true }).fill("Suppliers");
      await page.getByLabel("Title", { exact: true }).fill("Dock <b>4</b>");
      await page.getByLabel("Add a group").selectOption("Plant");
      const frame = frameOf(page);
      await frame.getByRole("heading", { name: "Dock <b>4</b>" }).waitFor();
      await frame.getByText("MES interface").first().waitFor();
      expect(await frame.locator("a[href]:not([href^='#'])").count()).toBe(0);
      expect(await frame.locator("script").count()).toBe(0);
      await page.getByLabel("Text", { exact: true }).fill("The dock is closed on Monday.");
      await frame.getByText("The dock is closed on Monday.").waitFor();
      await page.getByLabel("Language", { exact: true }).selectOption("de");
      await frame
        .getByText(/Betriebszeit|Alle Systeme|Vorfälle/)
        .first()
        .waitFor();
      await page.getByLabel("Address", { exact: true }).fill("customers");
      await page.getByRole("button", { name: "Create the page" }).click();
      await page.getByText("Another status page has this slug.").waitFor();
      expect(await page.getByLabel("Address", { exact: true }).getAttribute("aria-invalid")).toBe("true");
      await page.getByLabel("Address", { exact: true }).fill("");
      await page.getByRole("button", { name: "Create the page" }).click();
      await page.getByRole("heading", { name: "Edit Suppliers", level: 1 }).waitFor();
      const id = page.url().split("/").at(-1) ?? "";
      expect(await read(id)).toMatchObject({
        name: "Suppliers",
        title: "Dock <b>4</b>",
        groups: ["Plant"],
        service_ids: [],
        announcement: "The dock is closed on Monday.",
        language: "de",
        slug: "suppliers",
        visibility: "public",
      });
      const publicText = await (await fetch(`${stage.app.url}/status/suppliers/`)).text();
      expect(publicText).toContain("Dock &lt;b&gt;4&lt;/b&gt;");
      expect(visit.faults.filter((fault) => !/409/.test(fault))).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );

  test(
    "order, logo, readers: changed by keys, kept, and never with the password shown",
    async () => {
      const visit = await visitAt(`/status-pages/${ids.page}`);
      const { page } = visit;
      const frame = frameOf(page);
      await frame.getByRole("heading", { name: "Plant Lyon" }).waitFor();
      await page.getByLabel("Add a service").selectOption({ label: "Label printing (Plant)" });
      await page.getByRole("button", { name: "Move Label printing up" }).focus();
      await page.keyboard.press("Enter");
      // The focus goes along: the same key moves it on.
      await page.keyboard.press("Enter");
      await page.getByText("Label printing is number 1 of 3 now.").waitFor({ state: "attached" });
      await page.getByRole("button", { name: "Take Shop off the page" }).click();
      await page.getByLabel("Accent colour", { exact: true }).selectOption("");
      await page.getByRole("radio", { name: /Whoever knows the password/ }).check();
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByText("At least 8 characters.").waitFor();
      await page.getByLabel("Password", { exact: true }).fill("open sesame please");
      expect(await findBarriers(page)).toEqual([]);
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByText("Customers was saved.").waitFor();
      expect(await page.getByLabel("Password", { exact: true }).inputValue()).toBe("");
      expect(await read(ids.page)).toMatchObject({
        service_ids: [ids.label, ids.checkout],
        accent_color: null,
        visibility: "password",
        has_password: true,
      });
      expect((await fetch(`${stage.app.url}/status/customers/`)).status).toBe(401);
      // Saved again without a password: the stored one stays.
      await page.getByLabel("A few words below the title").fill("For those who know.");
      await frame.getByText("For those who know.").waitFor();
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByText("Customers was saved.").last().waitFor();
      expect((await read(ids.page))["has_password"]).toBe(true);

      const picture = Buffer.from(TINY_PICTURE.replace(/^data:[^,]+,/, ""), "base64");
      await page
        .getByLabel("Logo", { exact: true })
        .setInputFiles({ name: "logo.png", mimeType: "image/png", buffer: picture });
      await page.getByText("The logo was saved.").waitFor();
      await frame.locator("header img").waitFor({ state: "attached" });
      await page.getByRole("button", { name: "Remove", exact: true }).click();
      await page.getByText("The logo was removed.").waitFor();
      expect((await read(ids.page))["has_logo"]).toBe(false);
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );

  test(
    "subscribers are found by their address and forgotten; the page is deleted",
    async () => {
      const made = await stage.app.api("POST", "/status-pages", {
        name: "Night shift",
        groups: ["Plant"],
        allow_webhook_subscribers: true,
      });
      const id = String(made.body.id);
      for (const email of ["jo@plant.example", "kim@plant.example"])
        await stage.app.api("POST", `/status-pages/${id}/subscribers`, {
          kind: "email",
          email,
          is_confirmed: true,
        });
      const visit = await visitAt(`/status-pages/${id}`);
      const { page } = visit;
      await page.getByText("kim@plant.example").waitFor();
      await page.getByLabel("Whole e-mail address").fill("jo@plant.example");
      await page.getByRole("button", { name: "Search", exact: true }).click();
      await page.getByText("kim@plant.example").waitFor({ state: "detached" });
      await page.getByRole("button", { name: "Forget jo@plant.example" }).click();
      expect(await findBarriers(page)).toEqual([]);
      await page
        .locator("status-page-subscribers")
        .getByRole("button", { name: "Forget", exact: true })
        .click();
      await page.getByText("Nobody has subscribed with this address.").waitFor();
      const left = await stage.app.api("GET", `/status-pages/${id}/subscribers`);
      expect(left.body.data.map((one: Record<string, unknown>) => one["email"])).toEqual([
        "kim@plant.example",
      ]);
      await page.getByRole("button", { name: "Delete the page" }).click();
      await page.getByRole("button", { name: "Delete", exact: true }).click();
      await page.waitForURL("**/status-pages");
      await page.getByRole("link", { name: "Customers", exact: true }).waitFor();
      expect(await page.getByRole("link", { name: "Night shift" }).count()).toBe(0);
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );

  test(
    "a viewer sees the list only; where there is none it says what one is, on a phone too",
    async () => {
      const visit = await openVisit(browser, stage.app.url);
      await signIn(visit, stage.app.url, { email: "jo@plant.example", password: "look but not touch" });
      await visit.page.goto("/status-pages");
      await visit.page.getByText("Customers", { exact: true }).waitFor();
      expect(await visit.page.getByRole("link", { name: "Customers", exact: true }).count()).toBe(0);
      expect(await visit.page.getByRole("link", { name: "New status page" }).count()).toBe(0);
      await visit.close();

      const app = await startSetUp();
      const phone = await openVisit(browser, app.url, {
        viewport: { width: 360, height: 740 },
        isMobile: true,
        hasTouch: true,
        colorScheme: "dark",
        expected: /404/,
      });
      const { page } = phone;
      await signIn(phone, app.url, ADMIN);
      await page.goto("/status-pages");
      await page.getByRole("heading", { name: "No status page yet" }).waitFor();
      await page.locator("andon-empty").getByRole("link", { name: "New status page" }).click();
      await page.getByText("There is no service yet: create one first.").waitFor();
      expect(await findBarriers(page)).toEqual([]);
      expect(await fitsWidth(page)).toBe(true);
      await page.goto("/status-pages/nothing");
      await page.getByRole("heading", { name: "There is no such status page" }).waitFor();
      expect([...visit.faults, ...phone.faults]).toEqual([]);
      await phone.close();
      await app.stop();
    },
    LIMIT_MS,
  );
});
