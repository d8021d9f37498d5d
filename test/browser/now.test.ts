// The first page while no alert is open: it says that all is normal only if nothing else is in trouble, and
// leads to what is. A plant without machines is watched as well.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import type { TestApp } from "../harness/app";
import { findBarriers, fitsWidth, hasBrowser, openBrowser, openVisit, signIn, type Visit } from "./browser";
import { startSetUp } from "./stage";

const LIMIT_MS = 180_000;
type Body = Record<string, unknown>;

describe.skipIf(!hasBrowser)("now, without alerts", () => {
  let browser: Browser;
  let app: TestApp;
  let visit: Visit;

  const call = async (method: string, path: string, body?: Body): Promise<Body> => {
    const answer = await app.api(method, path, body);
    expect(answer.status).toBeLessThan(300);
    return answer.body as Body;
  };

  beforeAll(async () => {
    [browser, app] = await Promise.all([openBrowser(), startSetUp()]);
    visit = await openVisit(browser, app.url, {});
    await signIn(visit, app.url);
    await visit.page.goto("/");
  }, LIMIT_MS);
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
  }, LIMIT_MS);

  test(
    "a job that is waited for is enough to be watched",
    async () => {
      const { page } = visit;
      await page.getByRole("heading", { name: "Nothing is watched yet" }).waitFor();
      await page.getByRole("link", { name: "Watch a web site, a port or a job instead" }).waitFor();
      await call("POST", "/monitors", { name: "backup", type: "heartbeat", period_seconds: 3600 });
      await page.getByRole("heading", { name: "All is normal", level: 1 }).waitFor();
      await page.getByText("Monitors look after what they watch.").waitFor();
      expect(await page.getByText("Let the first machine report").count()).toBe(0);
    },
    LIMIT_MS,
  );

  test(
    "an open incident, a failing service and a channel in trouble are named; what is over is not",
    async () => {
      const { page } = visit;
      const beside = page.getByRole("navigation", { name: "What else is not well" });
      const trouble = page.getByRole("heading", { name: "No open alert, but not all is well", level: 1 });
      expect(await beside.count()).toBe(0);

      const { id: incident } = await call("POST", "/incidents", {
        title: "Checkout is slow",
        severity: "major",
      });
      await trouble.waitFor();
      await beside.getByRole("link", { name: "Open incident: Checkout is slow" }).waitFor();
      expect(await page.getByText("All is normal").count()).toBe(0);

      const { id: shop } = await call("POST", "/services", { name: "Shop" });
      await call("POST", `/services/${String(shop)}/status`, { status: "down" });
      await beside.getByRole("link", { name: "Shop: down" }).waitFor();
      await call("POST", "/notification-channels", {
        name: "Tickets",
        type: "webhook",
        config: { url: "https://tickets.invalid/", dialect: "statuspulse" },
        is_active: true,
      });
      await beside.getByRole("link", { name: "Channel in trouble: Tickets" }).waitFor();
      expect(await findBarriers(page)).toEqual([]);
      await page.setViewportSize({ width: 360, height: 740 });
      expect(await fitsWidth(page)).toBe(true);

      await call("POST", `/incidents/${String(incident)}/updates`, { status: "resolved", message: "Over." });
      await beside.getByRole("link", { name: /^Open incident/ }).waitFor({ state: "detached" });
      await beside.getByRole("link", { name: "Shop: down" }).click();
      await page.getByRole("heading", { name: "Shop", level: 1 }).waitFor();
      expect(visit.faults).toEqual([]);
    },
    LIMIT_MS,
  );
});
