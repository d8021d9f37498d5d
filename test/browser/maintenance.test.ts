// Maintenance in the browser: planned once and again and again with the next times beside the form, moved, ended
// by hand, deleted; the calendar of it follows by itself.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { findBarriers, fitsWidth, hasBrowser, openBrowser, openVisit, signIn, type Visit } from "./browser";
import { addServices, type ServiceIds } from "./service-stage";
import { ADMIN, startSetUp, startStage, type Stage } from "./stage";

const LIMIT_MS = 60_000;

describe.skipIf(!hasBrowser)("maintenance", () => {
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
  const read = async (path: string): Promise<Record<string, unknown>> =>
    (await stage.app.api("GET", `/maintenance-windows/${path}`)).body;

  test(
    "a recurring one is planned: the next five times and refusals stand beside the form",
    async () => {
      const visit = await visitAt("/maintenance");
      const { page } = visit;
      await page.getByRole("link", { name: "Oil change of line 2" }).waitFor();
      await page.keyboard.press("n");
      await page.getByRole("heading", { name: "Plan maintenance", level: 1 }).waitFor();
      await page.getByLabel("Name").fill("Filter change");
      await page.getByRole("radio", { name: "Weekly" }).check();
      await page.getByRole("button", { name: "Wednesday" }).click();
      await page.getByLabel("At", { exact: true }).fill("22:30");
      await page.getByLabel("Lasts").fill("45");
      await page.getByLabel("Unit of the duration").selectOption("minutes");
      await page.getByLabel("Time zone").selectOption("Europe/Berlin");
      const next = page.locator("maintenance-next");
      await next
        .getByText("Every Sunday and Wednesday at 22:30, for 45 min, by the clock of Europe/Berlin")
        .waitFor();
      await next.getByText("22:30 – 23:15").nth(4).waitFor();
      expect(await next.locator("li").count()).toBe(5);
      expect(await findBarriers(page)).toEqual([]);

      // From Sunday to Wednesday are 72 hours.
      await page.getByLabel("Lasts").fill("80");
      await page.getByLabel("Unit of the duration").selectOption("hours");
      await next.getByText("It would last longer than until it comes again.").waitFor();
      expect(await page.getByRole("button", { name: "Plan it" }).isDisabled()).toBe(true);
      await page.getByLabel("Lasts").fill("45");
      await page.getByLabel("Unit of the duration").selectOption("minutes");
      await next.getByText("22:30 – 23:15").nth(4).waitFor();
      await page.getByRole("button", { name: "Plan it" }).click();
      await page.getByRole("alert").getByText("Choose what is worked on.").waitFor();
      await page.getByRole("checkbox", { name: /MES interface/ }).check();
      await page.getByRole("checkbox", { name: /Press 7/ }).check();
      await page.getByRole("button", { name: "Plan it" }).click();
      await page.getByRole("heading", { name: "Filter change", level: 1 }).waitFor();
      await page.getByText("Every Sunday and Wednesday at 22:30").waitFor();
      const id = page.url().split("/").at(-1) ?? "";
      expect(await read(id)).toMatchObject({
        cron: "30 22 * * 0,3",
        duration_seconds: 2_700,
        time_zone: "Europe/Berlin",
        service_ids: [ids.mes],
        machine_ids: [stage.ids.press],
        starts_at: null,
      });

      await page.getByRole("link", { name: "Edit" }).click();
      await page.getByRole("heading", { name: "Edit Filter change", level: 1 }).waitFor();
      expect(await page.getByRole("radio", { name: "Weekly" }).isChecked()).toBe(true);
      expect(await page.getByLabel("At", { exact: true }).inputValue()).toBe("22:30");
      await page.getByRole("radio", { name: "Monthly" }).check();
      await next.getByText("On the first Sunday of each month at 22:30").waitFor();
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByText("Filter change was saved.").waitFor();
      expect((await read(id))["cron"]).toBe("30 22 * * 0#1");

      await page.getByRole("button", { name: "Delete" }).click();
      expect(await findBarriers(page)).toEqual([]);
      await page.locator("andon-confirm").getByRole("button", { name: "Delete" }).click();
      await page.getByRole("link", { name: "Oil change of line 2" }).waitFor();
      await page.getByRole("link", { name: "Filter change" }).waitFor({ state: "hidden" });
      expect(visit.faults.filter((fault) => !/422/.test(fault))).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );

  test(
    "one begins at once, is seen on its service, and is ended from the calendar; others' follow by themselves",
    async () => {
      const visit = await visitAt(`/maintenance/new?service=${ids.label}`);
      const { page } = visit;
      await page.getByLabel("Name").fill("New roll");
      expect(await page.getByRole("checkbox", { name: /Label printing/ }).isChecked()).toBe(true);
      // Begun a while ago, and an hour to go: it is under way from the moment it is saved.
      const at = (minutes: number): Promise<string> =>
        page.evaluate(
          `(() => { const at = new Date(Date.now() + ${minutes} * 60000); at.setMinutes(at.getMinutes() - at.getTimezoneOffset()); return at.toISOString().slice(0, 16); })()`,
        );
      await page.getByLabel("Begins").fill(await at(-10));
      await page.getByLabel("Ends").fill(await at(60));
      await page.getByRole("button", { name: "Plan it" }).click();
      await page.getByRole("heading", { name: "New roll", level: 1 }).waitFor();
      await page.getByText("Under way").first().waitFor();
      expect((await stage.app.api("GET", `/services/${ids.label}`)).body.status).toBe("maintenance");
      await page.getByRole("link", { name: "Maintenance", exact: true }).last().click();
      await page.getByRole("button", { name: "End now: New roll" }).click();
      expect(await findBarriers(page)).toEqual([]);
      await page.locator("andon-confirm").getByRole("button", { name: "End now" }).click();
      await page.getByText("New roll has ended.").waitFor();
      expect((await stage.app.api("GET", `/services/${ids.label}`)).body.status).toBe("operational");
      await page.getByText("The last 30 days").click();
      await page.getByText("ended early").waitFor();
      await stage.app.api("POST", "/maintenance-windows", {
        name: "By somebody else",
        groups: ["Plant"],
        starts_at: new Date(Date.now() + 86_400_000).toISOString(),
        ends_at: new Date(Date.now() + 90_000_000).toISOString(),
      });
      await page.getByRole("link", { name: "By somebody else" }).waitFor();
      await page.getByText("group Plant").waitFor();
      expect(await findBarriers(page)).toEqual([]);
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );

  test(
    "a viewer sees the calendar and cannot change it; nothing planned is said, also on a phone",
    async () => {
      const visit = await openVisit(browser, stage.app.url);
      const { page } = visit;
      await signIn(visit, stage.app.url, { email: "jo@plant.example", password: "look but not touch" });
      await page.goto("/maintenance");
      await page.getByRole("link", { name: "Oil change of line 2" }).waitFor();
      expect(await page.getByRole("button", { name: /^End now/ }).count()).toBe(0);
      expect(await page.getByRole("link", { name: "Plan maintenance" }).count()).toBe(0);
      await page.getByRole("link", { name: "Oil change of line 2" }).click();
      await page.getByRole("heading", { name: "What is worked on" }).waitFor();
      for (const name of ["Delete", "End now"])
        expect(await page.getByRole("button", { name }).count()).toBe(0);
      await visit.close();

      const app = await startSetUp();
      const phone = await openVisit(browser, app.url, {
        viewport: { width: 360, height: 740 },
        isMobile: true,
        hasTouch: true,
        colorScheme: "dark",
        expected: /404/,
      });
      await signIn(phone, app.url, ADMIN);
      await phone.page.goto("/maintenance");
      await phone.page.getByRole("heading", { name: "Nothing is planned" }).waitFor();
      expect(await findBarriers(phone.page)).toEqual([]);
      await phone.page.locator("andon-empty").getByRole("link", { name: "Plan maintenance" }).click();
      await phone.page.getByRole("radio", { name: "Pattern" }).check();
      await phone.page.getByLabel("Pattern", { exact: true }).last().waitFor();
      expect(await fitsWidth(phone.page)).toBe(true);
      expect(await findBarriers(phone.page)).toEqual([]);
      await phone.page.goto("/maintenance/nothing");
      await phone.page.getByRole("heading", { name: "There is no such maintenance" }).waitFor();
      expect([...visit.faults, ...phone.faults]).toEqual([]);
      await phone.close();
      await app.stop();
    },
    LIMIT_MS,
  );
});
