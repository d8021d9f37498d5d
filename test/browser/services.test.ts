// Services in the browser: created, set by hand, changed and deleted; what others report appears by itself;
// their days are read without a mouse.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { findBarriers, fitsWidth, hasBrowser, openBrowser, openVisit, signIn, type Visit } from "./browser";
import { addServices, type ServiceIds } from "./service-stage";
import { ADMIN, startSetUp, startStage, type Stage } from "./stage";

const LIMIT_MS = 180_000;

describe.skipIf(!hasBrowser)("services", () => {
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
  const names = (page: Page): Promise<string[]> => page.locator("page-services a.name").allTextContents();

  test(
    "stand in their groups and order, and are narrowed down; the address keeps it",
    async () => {
      const visit = await visitAt("/services");
      const { page } = visit;
      await page.getByRole("link", { name: "Shop" }).waitFor();
      expect(await names(page)).toEqual([
        "Shop",
        "Checkout",
        "Order database",
        "Mail delivery",
        "MES interface",
        "Label printing",
      ]);
      await page.getByText("2 down, 1 degraded").waitFor();
      await page
        .getByRole("img", { name: /MES interface: uptime 99.8\d.% over 21 days, 1 with trouble/ })
        .waitFor();
      await page.getByRole("button", { name: "In trouble 3" }).click();
      expect(await names(page)).toEqual(["Shop", "Checkout", "Mail delivery"]);
      await page.reload();
      await page.getByRole("link", { name: "Shop" }).waitFor();
      expect(await names(page)).toEqual(["Shop", "Checkout", "Mail delivery"]);
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );

  test(
    "what somebody else says appears by itself, in the list and on the page",
    async () => {
      const visit = await visitAt("/services");
      const { page } = visit;
      const line = page.locator("li.service", { hasText: "MES interface" });
      await line.getByText("Operational").waitFor();
      const say = (status: string, message: string): Promise<unknown> =>
        stage.app.api("POST", `/services/${ids.mes}/status`, { status, message });
      await say("down", "No answer from the line");
      await line.getByText("No answer from the line").waitFor();
      await page.getByText("3 down, 1 degraded").waitFor();
      await line.getByRole("link").click();
      await page.getByRole("heading", { name: "MES interface", level: 1 }).waitFor();
      await say("operational", "It is back");
      await page.locator("service-history").getByText("It is back").waitFor();
      expect(await page.locator("service-history li").count()).toBe(2);
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );

  test(
    "one is created, set by hand, renamed and deleted",
    async () => {
      const visit = await visitAt("/services");
      const { page } = visit;
      await page.getByRole("link", { name: "Shop" }).waitFor();
      await page.keyboard.press("n");
      await page.getByRole("dialog", { name: "New service" }).waitFor();
      const dialog = page.locator("service-edit");
      await dialog.getByLabel("Name", { exact: true }).fill("shop");
      await dialog.getByRole("button", { name: "Create service" }).click();
      await dialog.getByRole("alert").waitFor();
      expect(await dialog.getByRole("alert").textContent()).toContain("Another service has this name");
      await dialog.getByLabel("Name", { exact: true }).fill("Gate terminal");
      await dialog.getByLabel("Group").fill("Plant");
      await dialog.getByLabel("Uptime promised").fill("99.5");
      await dialog.getByRole("checkbox", { name: /MES interface/ }).check();
      expect(await findBarriers(page)).toEqual([]);
      await dialog.getByRole("button", { name: "Create service" }).click();
      await page.getByRole("button", { name: "Set status: Gate terminal" }).click();
      await page.getByRole("dialog", { name: "Set the status of Gate terminal" }).waitFor();
      const status = page.locator("service-status");
      await status.getByRole("radio", { name: "Degraded" }).check();
      await status.getByLabel("What is going on").fill("One lane only");
      expect(await findBarriers(page)).toEqual([]);
      await status.getByRole("button", { name: "Set status" }).click();
      await page.getByText("Gate terminal: Degraded").waitFor();
      await page.getByRole("link", { name: "Gate terminal" }).click();
      await page.getByRole("heading", { name: "Gate terminal", level: 1 }).waitFor();
      await page.getByText("Error budget this month").waitFor();
      await page.locator("service-history").getByText("One lane only").waitFor();
      await page.getByRole("button", { name: "Edit" }).click();
      await dialog.getByLabel("Name", { exact: true }).fill("Gate 3");
      await dialog.getByRole("checkbox", { name: /warehouse-robot-01/ }).check();
      const ticked = dialog.locator("input[type=checkbox]:checked");
      // The other service that it needs, and this one.
      expect(await ticked.count()).toBe(2);
      await dialog.getByLabel("Their open alerts count as well").check();
      expect(await findBarriers(page)).toEqual([]);
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByRole("heading", { name: "Gate 3", level: 1 }).waitFor();
      // Its alert may be open by then, and speak as well.
      await page.getByRole("link", { name: "warehouse-robot-01" }).last().waitFor();
      await page.getByText("machine, and its alerts").waitFor();
      const { body } = await stage.app.api("GET", "/services?group=Plant");
      expect(body.data[0]).toMatchObject({
        name: "Gate 3",
        sla_target: 99.5,
        depends_on: [ids.mes],
        order: 0,
        owner: null,
        degraded_weight: null,
        status_from: [
          { type: "machine", machine_id: stage.ids.robot },
          { type: "alerts", machine_id: stage.ids.robot },
        ],
      });
      await page.getByRole("button", { name: "Delete the service" }).click();
      await page.locator("andon-confirm").getByRole("button", { name: "Delete" }).click();
      await page.waitForURL("**/services");
      await page.getByRole("link", { name: "Shop" }).waitFor();
      expect(await names(page)).not.toContain("Gate 3");
      expect(visit.faults.filter((fault) => !/409/.test(fault))).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );

  test(
    "the days are walked through by the keys, and what a day was is said",
    async () => {
      const visit = await visitAt(`/services/${ids.shop}`);
      const { page } = visit;
      const bars = page.getByRole("slider", { name: "Shop, last 90 days" });
      await bars.focus();
      await page.keyboard.press("Home");
      expect(await bars.getAttribute("aria-valuetext")).toMatch(/: Operational, 100.%, no downtime$/);
      await page.keyboard.press("End");
      expect(await bars.getAttribute("aria-valuetext")).toMatch(/: Down, /);
      for (let day = 0; day < 8; day += 1) await page.keyboard.press("ArrowLeft");
      expect(await bars.getAttribute("aria-valuetext")).toMatch(/: Down, 99\.\d+.%, 12 min of downtime$/);
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
      await page.goto("/services");
      await page.getByRole("link", { name: "Shop" }).click();
      await page.getByRole("heading", { name: "Shop", level: 1 }).waitFor();
      await page.getByRole("heading", { name: "Facts" }).waitFor();
      for (const name of ["Set status", "Edit", "Delete the service", "New service"])
        expect(await page.getByRole("button", { name, exact: true }).count()).toBe(0);
      expect(await page.getByRole("link", { name: "Open an incident" }).count()).toBe(0);
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );

  test(
    "where there is none it says what one is; an unknown one is not found; both on a phone",
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
      await page.goto("/services");
      await page.getByRole("heading", { name: "No service yet" }).waitFor();
      expect(await findBarriers(page)).toEqual([]);
      await page.locator("andon-empty").getByRole("button", { name: "New service" }).click();
      await page.getByRole("dialog", { name: "New service" }).waitFor();
      expect(await fitsWidth(page)).toBe(true);
      await page.goto("/services/nothing");
      await page.getByRole("heading", { name: "There is no such service" }).waitFor();
      expect(await findBarriers(page)).toEqual([]);
      expect(visit.faults).toEqual([]);
      await visit.close();
      await app.stop();
    },
    LIMIT_MS,
  );
});
