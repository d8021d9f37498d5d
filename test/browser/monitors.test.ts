// Monitors and heartbeats in the browser: looked at before they are saved, what is seen and what follows, and lines to
// copy that a job can use as they are.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import type { TestApp } from "../harness/app";
import { eventually } from "../harness/eventually";
import { openScriptedReceiver, type ScriptedReceiver } from "../harness/scripted-receiver";
import { findBarriers, hasBrowser, openBrowser, openVisit, signIn, type Visit } from "./browser";
import { ADMIN, startSetUp } from "./stage";

const LIMIT_MS = 60_000;
type Json = Record<string, unknown>;

describe.skipIf(!hasBrowser)("monitors", () => {
  let browser: Browser;
  let app: TestApp;
  let site: ScriptedReceiver;
  let visit: Visit;
  let page: Page;

  beforeAll(async () => {
    site = openScriptedReceiver(() => Response.json({ status: "ok", count: 42 }));
    [browser, app] = await Promise.all([openBrowser(), startSetUp({ config: { outboundMode: "open" } })]);
    // Refused on purpose: a pattern that is none.
    visit = await openVisit(browser, app.url, { expected: /status of 422/ });
    ({ page } = visit);
    await signIn(visit, app.url, ADMIN);
  }, LIMIT_MS);
  afterAll(async () => {
    expect(visit.faults).toEqual([]);
    await browser?.close();
    await app?.stop();
    await site?.close();
  }, LIMIT_MS);

  const listed = async (): Promise<Json[]> => (await app.api("GET", "/monitors")).body.data as Json[];
  const named = async (name: string): Promise<Json> =>
    (await listed()).find((monitor) => monitor["name"] === name) ?? {};

  test(
    "one is looked at before it is saved; nothing is kept of that",
    async () => {
      await page.goto("/monitors");
      await page.getByRole("heading", { name: "Nothing is looked at yet" }).waitFor();
      expect(await findBarriers(page)).toEqual([]);
      await page.locator("andon-empty").getByRole("link", { name: "New monitor" }).click();
      await page.getByRole("link", { name: /^HTTP An address/ }).click();
      await page.getByRole("button", { name: "Test now" }).click();
      await page.locator("#url-hint.error").waitFor();
      await page.getByLabel("Address", { exact: true }).fill(`${site.url}/health`);
      await page.getByText("More of the request").click();
      await page.getByRole("button", { name: "Add a header" }).click();
      await page.getByLabel("Header", { exact: true }).fill("Authorization");
      await page.getByLabel("Value Authorization").fill("Bearer of-the-shop-0123456789");
      await page.getByLabel("Place in the JSON").fill("count");
      await page.getByLabel("What stands there").fill("41");
      await page.getByRole("button", { name: "Test now" }).click();
      await page.getByText("It fails").waitFor();
      expect(site.requests[0]?.headers["authorization"]).toBe("Bearer of-the-shop-0123456789");
      await page.getByLabel("What stands there").fill("42");
      await page.getByRole("button", { name: "Test now" }).click();
      await page.getByText("It works").waitFor();
      await page.getByText("It answered 200; 2xx is expected.").waitFor();
      expect(await findBarriers(page)).toEqual([]);
      expect(await listed()).toEqual([]);
    },
    LIMIT_MS,
  );

  test(
    "it is saved with a service of its own, and looked at",
    async () => {
      await page.getByRole("button", { name: "Create monitor" }).click();
      await page.getByText("One field needs a look.").waitFor();
      await page.getByLabel("Name", { exact: true }).fill("Shop front page");
      await page.getByLabel("Group", { exact: true }).fill("shop");
      await page.getByLabel("The answer fits (RE2)").fill("(ok");
      await page.getByLabel("Every (seconds)").fill("10");
      await page.getByLabel("Service", { exact: true }).selectOption({ label: "A new one…" });
      await page.getByLabel("Name of the new service").fill("Shop");
      await page.getByRole("button", { name: "Create monitor" }).click();
      await page.locator("#expect-regex-hint.error").waitFor();
      await page.getByLabel("The answer fits (RE2)").fill("ok");
      await page.getByRole("button", { name: "Create monitor" }).click();
      await page.getByRole("heading", { name: "Shop front page", level: 1, exact: true }).waitFor();
      await page.locator("monitor-results").getByText("Up").first().waitFor();
      await page.getByText("status 2xx").waitFor({ state: "hidden" });
      await page.getByText("count is 42; the answer fits ok").waitFor();
      expect(await findBarriers(page)).toEqual([]);
      expect(await named("Shop front page")).toMatchObject({
        type: "http",
        group: "shop",
        interval_seconds: 10,
        expect: { json_path: "count", equals: 42, regex: "ok" },
        status: "up",
      });
      const services = (await app.api("GET", "/services")).body.data as Json[];
      expect(services.map(({ name }) => name)).toEqual(["Shop"]);
    },
    LIMIT_MS,
  );

  test(
    "when it fails, its page says why, and leads to the incident and the service",
    async () => {
      site.answerWith(() => new Response("out of order", { status: 503 }));
      await eventually(
        () => named("Shop front page"),
        ({ status }) => status === "down",
      );
      await page.getByText("It answered 503").first().waitFor();
      await page.getByRole("link", { name: "Shop front page is down" }).waitFor();
      await page.locator("andon-timeline").getByText("Failed").waitFor();
      expect(await findBarriers(page)).toEqual([]);
      await page.getByRole("button", { name: "Test now" }).click();
      await page.getByRole("dialog", { name: "What is seen now" }).waitFor();
      const sight = page.locator("monitor-sight");
      await sight.getByText("It fails").waitFor();
      await sight.getByText("out of order").waitFor();
      expect(await findBarriers(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await page.goto("/monitors");
      await page.getByRole("button", { name: "Down 1" }).click();
      await page.getByRole("link", { name: "Shop front page" }).waitFor();
      await page.getByText("It answered 503").first().waitFor();
      expect(await findBarriers(page)).toEqual([]);
      site.answerWith(() => Response.json({ status: "ok", count: 42 }));
      await page.getByRole("heading", { name: "No monitor fits" }).waitFor({ timeout: 25_000 });
      await page.getByRole("button", { name: "Show all" }).click();
      await page.getByRole("link", { name: "Shop front page" }).click();
      await page.locator("andon-timeline").getByText("Works again").waitFor();
    },
    LIMIT_MS,
  );

  test(
    "what is masked stays as it is, and only what was changed is sent",
    async () => {
      await page.getByRole("link", { name: "Edit" }).click();
      await page.getByLabel("Value Authorization").waitFor();
      const value = await page.getByLabel("Value Authorization").inputValue();
      expect(value).toBe("••••6789");
      await page.getByText("Secrets that are stored are left out of the test.").waitFor();
      await page.getByLabel("Failures in a row until it is down").fill("30");
      await page.getByRole("button", { name: "Save", exact: true }).click();
      await page.getByText("A whole number from 1 to 20.").waitFor();
      expect(await findBarriers(page)).toEqual([]);
      await page.getByLabel("Failures in a row until it is down").fill("3");
      const sent = page.waitForRequest((request) => request.method() === "PATCH");
      await page.getByRole("button", { name: "Save", exact: true }).click();
      expect((await sent).postDataJSON()).toEqual({ failure_threshold: 3 });
      await page.getByRole("heading", { name: "Shop front page", level: 1, exact: true }).waitFor();
      const before = site.requests.length;
      await page.getByRole("button", { name: "Test now" }).click();
      await page.getByText("It works").waitFor();
      expect(site.requests.slice(before).at(-1)?.headers["authorization"]).toBe(
        "Bearer of-the-shop-0123456789",
      );
      await page.keyboard.press("Escape");
      await page.getByRole("link", { name: "Edit" }).click();
      await page.getByRole("button", { name: "Remove Authorization" }).click();
      await page.getByRole("button", { name: "Save", exact: true }).click();
      await page.getByRole("heading", { name: "Shop front page", level: 1, exact: true }).waitFor();
      expect((await named("Shop front page"))["headers"]).toEqual({});
      await page.getByRole("button", { name: "Pause" }).click();
      await page.getByRole("button", { name: "Go on" }).waitFor();
      expect((await named("Shop front page"))["status"]).toBe("paused");
    },
    LIMIT_MS,
  );

  test(
    "a job reports by the lines that its page gives, with its output; new addresses end the old ones",
    async () => {
      await page.goto("/monitors/new");
      await page.getByRole("link", { name: /^Heartbeat A job/ }).click();
      await page.getByLabel("Name", { exact: true }).fill("Nightly backup");
      await page.getByLabel("by a crontab line").check();
      await page.getByRole("button", { name: "Create monitor" }).click();
      await page.getByText("One field needs a look.").waitFor();
      await page.getByLabel("Crontab line", { exact: true }).fill("0 3 * * *");
      await page.getByLabel("Time zone").fill("Europe/Berlin");
      expect(await findBarriers(page)).toEqual([]);
      await page.getByRole("button", { name: "Create monitor" }).click();
      await page.getByRole("heading", { name: "The job has not reported yet" }).waitFor();
      const region = (name: string): ReturnType<Page["getByRole"]> =>
        page.getByRole("region", { name, exact: true });
      const address = (await region("address").textContent()) ?? "";
      const cron = (await region("crontab line").textContent()) ?? "";
      expect(cron).toStartWith("0 3 * * *  /usr/local/bin/job && curl ");
      const script = ((await region("script").textContent()) ?? "").replace(
        "/usr/local/bin/job",
        "sh -c 'echo Dumped 42 tables; exit 3'",
      );
      await Bun.spawn(["sh", "-c", script], { stdout: "ignore", stderr: "ignore" }).exited;
      const results = page.locator("monitor-results");
      await results.getByText("It reported a failure (exit code 3).").waitFor();
      await results.getByText("Began").waitFor();
      await results.getByRole("button", { name: "Output" }).click();
      await results.getByText("Dumped 42 tables").waitFor();
      await page.getByText("Other ways").click();
      expect(await findBarriers(page)).toEqual([]);
      const once = (await region("command").textContent()) ?? "";
      await Bun.spawn(["sh", "-c", once], { stdout: "ignore", stderr: "ignore" }).exited;
      await page.locator("andon-timeline").getByText("Works again").waitFor();
      await page.getByRole("button", { name: "New addresses…" }).click();
      await page.getByRole("button", { name: "Make new addresses" }).click();
      await region("address").filter({ hasNotText: address }).waitFor();
      expect((await fetch(address)).status).toBe(404);
      expect(await named("Nightly backup")).toMatchObject({ cron: "0 3 * * *", time_zone: "Europe/Berlin" });
    },
    LIMIT_MS,
  );

  test(
    "who may only look sees neither addresses nor what to change",
    async () => {
      const jo = { email: "jo@plant.example", password: "look but not touch" };
      await app.api("POST", "/users", { ...jo, name: "Jo Martin", role: "viewer" });
      const looking = await openVisit(browser, app.url);
      await signIn(looking, app.url, jo);
      await looking.page.goto("/monitors");
      await looking.page.getByRole("link", { name: "Nightly backup" }).click();
      await looking.page.getByText("The address is shown to editors and administrators only.").waitFor();
      const main = looking.page.locator("page-monitor");
      const offered = /New|Edit|Test|Pause|Go on|Delete|Output/;
      expect(await main.getByRole("button", { name: offered }).count()).toBe(0);
      expect(await main.getByRole("link", { name: offered }).count()).toBe(0);
      expect(await findBarriers(looking.page)).toEqual([]);
      expect(looking.faults).toEqual([]);
      await looking.close();
    },
    LIMIT_MS,
  );

  test(
    "one is deleted after a question",
    async () => {
      await page.goto("/monitors");
      await page.getByRole("link", { name: "Shop front page" }).click();
      await page.getByRole("button", { name: "Delete monitor…" }).click();
      await page.getByRole("button", { name: "Delete monitor", exact: true }).click();
      await page.getByText("Monitor “Shop front page” was deleted.").waitFor();
      expect((await listed()).map(({ name }) => name)).toEqual(["Nightly backup"]);
    },
    LIMIT_MS,
  );
});
