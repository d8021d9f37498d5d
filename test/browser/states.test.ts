// What the interface does when things go wrong: refusals, a lost server, a blocked WebSocket, a page
// that can't be read, a person who may only look.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { startApp } from "../harness/app";
import {
  findBarriers,
  hasBrowser,
  openBrowser,
  openVisit,
  signIn,
  type Visit,
  type VisitOptions,
} from "./browser";
import { ADMIN, startSetUp, startStage, type Stage } from "./stage";

const LIMIT_MS = 180_000;

describe.skipIf(!hasBrowser)("states", () => {
  let browser: Browser;
  let stage: Stage;

  beforeAll(async () => {
    [browser, stage] = await Promise.all([openBrowser(), startStage()]);
  }, LIMIT_MS);
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  }, LIMIT_MS);

  const visitAs = async (options: VisitOptions = {}, account = ADMIN): Promise<Visit> => {
    const visit = await openVisit(browser, stage.app.url, options);
    await signIn(visit, stage.app.url, account);
    return visit;
  };

  test(
    "a refused acknowledgement is taken back and said",
    async () => {
      const visit = await visitAs({ expected: /status of 503/ });
      const { page } = visit;
      await page.route("**/acknowledge", (route) =>
        route.fulfill({
          status: 503,
          contentType: "application/problem+json",
          body: JSON.stringify({ detail: "The store is not available." }),
        }),
      );
      await page.goto("/");
      // The silent robot is noticed while the page is open, or was before.
      const heading = page.getByRole("heading", { level: 1, name: /^2 alerts/ });
      await heading.waitFor();
      const title = await heading.textContent();
      await page.getByRole("button", { name: /^Acknowledge CNC Mill #1/ }).click();
      await page.getByRole("region", { name: "Messages" }).getByText("The store is not available.").waitFor();
      await page.getByRole("button", { name: /^Acknowledge CNC Mill #1/ }).waitFor();
      expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe(title);
      expect((await stage.app.api("GET", `/alerts/${stage.alertId}`)).body.status).toBe("triggered");
      expect(await findBarriers(page)).toEqual([]);
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );

  test(
    "a list that can't be read says so and tries again",
    async () => {
      const visit = await visitAs({ expected: /status of 503/ });
      const { page } = visit;
      let isBroken = true;
      await page.route("**/api/v1/notification-channels?*", (route) =>
        isBroken
          ? route.fulfill({ status: 503, contentType: "application/json", body: '{"detail":"Try later."}' })
          : route.continue(),
      );
      await page.goto("/channels");
      await page.getByRole("heading", { name: "The channels could not be read" }).waitFor();
      await page.getByText("Try later.").waitFor();
      expect(await findBarriers(page)).toEqual([]);
      isBroken = false;
      await page.getByRole("button", { name: "Try again" }).click();
      await page.getByRole("link", { name: "Shift lead" }).waitFor();
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );

  test(
    "an alert that does not exist is a page of its own",
    async () => {
      const visit = await visitAs({ expected: /status of 404/ });
      await visit.page.goto("/alerts/999999");
      await visit.page.getByRole("heading", { name: "There is no such alert", level: 1 }).waitFor();
      expect(await findBarriers(visit.page)).toEqual([]);
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );

  test(
    "who may only look is offered nothing to change",
    async () => {
      const visit = await visitAs({}, { email: "jo@plant.example", password: "look but not touch" });
      const { page } = visit;
      await page.goto("/");
      await page
        .getByRole("link", { name: /CNC Mill #1/ })
        .first()
        .waitFor();
      expect(await page.getByRole("button", { name: /^(Acknowledge |Resolve…|Select)/ }).count()).toBe(0);
      expect(await page.getByRole("link", { name: /API tokens|People/ }).count()).toBe(0);
      await page.keyboard.press("j");
      await page.keyboard.press("a");
      await page.goto("/channels");
      await page.getByRole("link", { name: "Shift lead" }).waitFor();
      expect(await page.getByRole("button", { name: /test|New/i }).count()).toBe(0);
      expect((await stage.app.api("GET", `/alerts/${stage.alertId}`)).body.status).toBe("triggered");
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );

  test(
    "the test button shows the raw exchange, without the secret",
    async () => {
      const visit = await visitAs();
      const { page } = visit;
      await page.goto(`/channels/${stage.ids.tickets}`);
      await page.getByRole("button", { name: /^Send a test/ }).click();
      await page.getByRole("dialog", { name: "Test: Ticket system" }).waitFor();
      await page.getByText("Not delivered.").waitFor();
      await page.getByText("upstream unavailable").waitFor();
      await page.getByText(/webhook-id: /).waitFor();
      expect(await findBarriers(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await page.goto(`/channels/${stage.ids.lead}`);
      await page
        .getByRole("button", { name: /Alert triggered/ })
        .first()
        .click();
      await page.getByText("Attempt 1").first().waitFor();
      expect(await page.getByText("a-static-header-of-the-shift-lead").count()).toBe(0);
      expect(await findBarriers(page)).toEqual([]);
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );

  test(
    "without WebSockets the stream comes as server-sent events",
    async () => {
      const visit = await visitAs({ expected: /WebSocket/ });
      const { page } = visit;
      await page.addInitScript(
        "window.WebSocket = class extends EventTarget { constructor() { super(); setTimeout(() => this.dispatchEvent(new CloseEvent('close')), 0); } close() {} };",
      );
      await page.goto("/");
      await page.getByText("Live", { exact: true }).last().waitFor();
      await stage.send("Oven 2", "vibration", 9);
      await page.getByRole("link", { name: /Oven 2.*Vibration/ }).waitFor();
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );

  test(
    "several are acknowledged at once, by keys",
    async () => {
      const visit = await visitAs();
      const { page } = visit;
      await page.goto("/");
      await page.getByRole("button", { name: "Select all unacknowledged" }).click();
      await page.getByRole("group", { name: /selected/ }).waitFor();
      expect(await findBarriers(page)).toEqual([]);
      await page.keyboard.press("a");
      await page.getByRole("heading", { name: /all acknowledged/ }).waitFor();
      expect((await stage.app.api("GET", "/alerts/counts")).body.triggered).toBe(0);
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );
});

describe.skipIf(!hasBrowser)("a server that goes away", () => {
  test(
    "is never called live, and the list catches up when it is back",
    async () => {
      const browser = await openBrowser();
      const first = await startSetUp();
      const port = Number(new URL(first.url).port);
      const visit = await openVisit(browser, first.url, { expected: /ERR_|WebSocket|Failed to load/ });
      const { page } = visit;
      await signIn(visit, first.url);
      await page.goto("/");
      await page.getByText("Live", { exact: true }).last().waitFor();
      await first.app.stop();
      await page.getByText("Not live: the connection to the server is lost.", { exact: true }).waitFor();
      expect(await page.getByText("Live", { exact: true }).count()).toBe(0);
      expect(await findBarriers(page)).toEqual([]);
      const second = await startApp({ directory: first.directory, config: { port } });
      await second.api("POST", "/readings", { machine: "Oven 2", metric: "temperature", value: 300 });
      await second.api("POST", "/alert-rules", {
        name: "Oven too hot",
        severity: "critical",
        is_active: true,
        condition: { type: "threshold", metric: "temperature", operator: ">", threshold: 250 },
      });
      await page.getByRole("link", { name: /Oven 2/ }).waitFor({ timeout: 20_000 });
      await page.getByText("Live", { exact: true }).last().waitFor();
      expect(visit.faults).toEqual([]);
      await browser.close();
      await second.stop();
      await first.stop();
    },
    LIMIT_MS,
  );
});
