// Every page renders, wide and narrow, light and dark, without a barrier, a console error or a request
// to elsewhere.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import {
  findBarriers,
  fitsWidth,
  go,
  hasBrowser,
  openBrowser,
  openVisit,
  signIn,
  type Visit,
} from "./browser";
import { addServices, type ServiceIds } from "./service-stage";
import { startStage, type Stage } from "./stage";

const LIMIT_MS = 180_000;

const VARIANTS = [
  { name: "wide and light", options: { colorScheme: "light", viewport: { width: 1440, height: 900 } } },
  { name: "wide and dark", options: { colorScheme: "dark", viewport: { width: 1920, height: 1080 } } },
  {
    name: "360 px",
    options: { colorScheme: "light", viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
  },
] as const;

/** Path and what its first heading says. */
const pagesOf = ({ ids, alertId, takenId }: Stage, services: ServiceIds): readonly [string, RegExp][] => [
  ["/", /need somebody/],
  ["/?show=resolved", /need somebody/],
  [`/alerts/${alertId}`, /CNC Mill #1/],
  [`/alerts/${takenId}`, /Press 7|press-07/],
  ["/machines", /Machines/],
  [`/machines/${ids.mill}`, /CNC Mill #1/],
  [`/machines/${ids.robot}?range=30d`, /warehouse-robot-01/],
  ["/services", /Services/],
  ["/services?state=trouble", /Services/],
  [`/services/${services.shop}`, /Shop/],
  [`/services/${services.label}`, /Label printing/],
  ["/incidents", /Incidents/],
  ["/incidents?show=all", /Incidents/],
  ["/incidents?severity=minor", /Incidents/],
  [`/incidents/${services.code}`, /Orders cannot be paid/],
  [`/incidents/${services.over}`, /Labels come out empty/],
  ["/maintenance", /Maintenance/],
  ["/maintenance/new", /Plan maintenance/],
  [`/maintenance/${services.work}`, /Oil change/],
  [`/maintenance/${services.weekly}`, /Database backup/],
  [`/maintenance/${services.weekly}/edit`, /Edit Database backup/],
  ["/status-pages", /Status pages/],
  ["/status-pages/new", /New status page/],
  [`/status-pages/${services.page}`, /Edit Customers/],
  ["/sla", /SLA report/],
  ["/sla?month=2020-02", /SLA report, February 2020/],
  ["/rules", /Rules/],
  ["/rules/new", /New rule/],
  [`/rules/${ids.hotRule}`, /Spindle too hot/],
  ["/channels", /Channels/],
  ["/channels/new", /New channel/],
  ["/channels/new?type=webhook", /New channel/],
  ["/channels/new?type=email", /New channel/],
  [`/channels/${ids.tickets}`, /Ticket system/],
  [`/channels/${ids.lead}/edit`, /Edit Shift lead/],
  ["/deliveries", /Deliveries/],
  [`/deliveries?channel=${ids.tickets}&period=between&status=failed`, /Deliveries/],
  ["/escalation", /Escalation/],
  ["/tokens", /API tokens/],
  ["/users", /People/],
  ["/nothing-here", /no such page/],
];

describe.skipIf(!hasBrowser)("pages", () => {
  let browser: Browser;
  let stage: Stage;
  let services: ServiceIds;

  beforeAll(async () => {
    [browser, stage] = await Promise.all([openBrowser(), startStage()]);
    services = await addServices(stage);
  }, LIMIT_MS);
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  }, LIMIT_MS);

  for (const variant of VARIANTS)
    test(
      `all pages, ${variant.name}: no barrier, no error, nothing from elsewhere`,
      async () => {
        const visit: Visit = await openVisit(browser, stage.app.url, variant.options);
        const { page } = visit;
        await signIn(visit, stage.app.url);
        await page.goto("/");
        const found: Record<string, string[]> = {};
        for (const [path, heading] of pagesOf(stage, services)) {
          await go(page, path);
          await page.getByRole("heading", { name: heading, level: 1 }).first().waitFor();
          await page.locator('[aria-busy="true"]').first().waitFor({ state: "hidden" });
          const barriers = await findBarriers(page);
          if (!(await fitsWidth(page))) barriers.push("has to be scrolled sideways");
          if (barriers.length > 0) found[path] = barriers;
        }
        expect(found).toEqual({});
        expect(visit.faults).toEqual([]);
        await visit.close();
      },
      LIMIT_MS,
    );

  test(
    "the login, in both colours",
    async () => {
      for (const colorScheme of ["light", "dark"] as const) {
        const visit = await openVisit(browser, stage.app.url, { colorScheme, expected: /401/ });
        await visit.page.goto("/machines");
        await visit.page.getByRole("heading", { name: "Sign in to Andon" }).waitFor();
        expect(await findBarriers(visit.page)).toEqual([]);
        expect(visit.faults).toEqual([]);
        await visit.close();
      }
    },
    LIMIT_MS,
  );

  test(
    "chosen colours stay, whatever the system prefers",
    async () => {
      const visit = await openVisit(browser, stage.app.url, { colorScheme: "light" });
      const { page } = visit;
      await signIn(visit, stage.app.url);
      await page.goto("/");
      const ground = (): Promise<unknown> => page.evaluate("getComputedStyle(document.body).backgroundColor");
      const light = await ground();
      await page.getByRole("radio", { name: "Dark" }).click();
      const dark = await ground();
      expect(dark).not.toBe(light);
      await page.reload();
      await page.getByRole("radio", { name: "Dark", checked: true }).waitFor();
      expect(await ground()).toBe(dark);
      await page.getByRole("radio", { name: "Automatic" }).click();
      expect(await ground()).toBe(light);
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );

  test(
    "a message's links lead to the alert and the machine by their numbers",
    async () => {
      const visit = await openVisit(browser, stage.app.url);
      const { page } = visit;
      await signIn(visit, stage.app.url);
      const { body: alert } = await stage.app.api("GET", `/alerts/${stage.alertId}`);
      await page.goto(`/alerts/${alert.number}`);
      await page.getByRole("heading", { name: /CNC Mill #1/, level: 1 }).waitFor();
      await page.goto(`/devices/${alert.machine_number}`);
      await page.waitForURL(`**/machines/${stage.ids.mill}`);
      await page.getByRole("heading", { name: "CNC Mill #1", level: 1 }).waitFor();
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );
});
