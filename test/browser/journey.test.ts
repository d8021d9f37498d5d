// From the one-time link to a resolved alert, by keyboard where it matters, under a LAN name over plain
// http: no secure context, as in a plant.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { Plainly, silentLog, type Log } from "../../src/core/log";
import { startApp, type TestApp } from "../harness/app";
import { findBarriers, hasBrowser, LAN_NAME, openBrowser, openVisit, type Visit } from "./browser";
import { ADMIN } from "./stage";

const LIMIT_MS = 180_000;

/** Keeps the set-up link that an operator would read in the log. */
const listenForLink = (): { log: Log; link: () => string } => {
  let link = "";
  const log: Log = {
    ...silentLog,
    child: () => log,
    info: (_message, fields) => {
      const value = fields?.["setup_link"];
      if (value instanceof Plainly) link = value.text;
    },
  };
  return { log, link: () => link };
};

describe.skipIf(!hasBrowser)("journey", () => {
  let browser: Browser;
  let app: TestApp;
  let visit: Visit;
  let base: string;
  const { log, link } = listenForLink();
  let ingestToken = "";

  beforeAll(async () => {
    [browser, app] = await Promise.all([openBrowser(), startApp({ log, config: { bootstrapToken: null } })]);
    base = app.url.replace("127.0.0.1", LAN_NAME);
    visit = await openVisit(browser, base, {
      // Before the login there is no session.
      expected: /status of 401/,
    });
  }, LIMIT_MS);
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
  }, LIMIT_MS);

  /** As the copied command does, with the token that the page has made. */
  const report = async (value: number): Promise<void> => {
    const answer = await fetch(`${app.url}/api/v1/readings`, {
      method: "POST",
      headers: { authorization: `Bearer ${ingestToken}`, "content-type": "application/json" },
      body: JSON.stringify({ machine: "CNC Mill #1", metric: "temperature", value }),
    });
    expect(answer.status).toBe(202);
  };

  test(
    "the one-time link creates the first account",
    async () => {
      const { page } = visit;
      await page.goto("/");
      await page.getByText("This Andon is not set up yet.").waitFor();
      await page.goto(new URL(link()).pathname + new URL(link()).search);
      await page.getByRole("heading", { name: "Set up Andon" }).waitFor();
      expect(await page.evaluate("isSecureContext")).toBe(false);
      expect(await findBarriers(page)).toEqual([]);
      await page.getByLabel("Your name").fill("Anna Berger");
      await page.getByLabel("Organization").fill("Plant Lyon");
      await page.getByLabel("E-mail").fill(ADMIN.email);
      await page.getByLabel("Password", { exact: true }).fill(ADMIN.password);
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Nothing is watched yet" }).waitFor();
      await page.getByRole("navigation", { name: "Main" }).getByText("Plant Lyon").waitFor();
    },
    LIMIT_MS,
  );

  test(
    "the first steps give a command with this server's address and a token, and copy it",
    async () => {
      const { page } = visit;
      await page.getByRole("button", { name: "Create a token for it" }).click();
      const command = page.getByRole("region", { name: "example" });
      await command.filter({ hasNotText: "<token>" }).waitFor();
      const words = (await command.textContent()) ?? "";
      expect(words).toContain(`${base}/api/v1/readings`);
      ingestToken = /Bearer ([^"]+)"/.exec(words)?.[1] ?? "";
      await page.getByRole("button", { name: "Copy example" }).click();
      await page.getByRole("status").filter({ hasText: "Copied" }).first().waitFor();
      expect(await findBarriers(page)).toEqual([]);
      await report(61.5);
      await page.getByText("1 machine reports, but no rule watches yet.").waitFor();
    },
    LIMIT_MS,
  );

  test(
    "a rule is written in a form that says it in plain words, and warns that nobody is told",
    async () => {
      const { page } = visit;
      await page.getByRole("link", { name: "Create the first rule" }).click();
      await page.getByLabel("Name", { exact: true }).fill("Spindle too hot");
      await page.getByRole("radio", { name: "Critical" }).check();
      await page.getByRole("button", { name: "Create rule" }).click();
      await page.getByText("A number is needed.").first().waitFor();
      await page.getByLabel("Metric", { exact: true }).fill("temperature");
      await page.getByLabel("Limit", { exact: true }).fill("85");
      await page.getByLabel("Ends when it is below").fill("80");
      await page.getByText("When Temperature of any machine is above 85,").waitFor();
      await page.getByText("It ends when the value is below 80 again.").waitFor();
      await page.getByText("Fits 1 machine today.").waitFor();
      await page.getByRole("button", { name: "Create rule" }).click();
      await page.getByRole("heading", { name: "Rules", level: 1 }).waitFor();
      await page.getByText("Saved, but:").waitFor();
      await page.getByRole("link", { name: "Spindle too hot" }).first().waitFor();
    },
    LIMIT_MS,
  );

  test(
    "an alert comes by itself; one key acknowledges it, one resolves it",
    async () => {
      const { page } = visit;
      await page.keyboard.press("g");
      await page.keyboard.press("n");
      await page.getByRole("heading", { name: "All is normal", level: 1 }).waitFor();
      await report(87.3);
      await page.getByRole("heading", { name: "1 alert needs somebody" }).waitFor();
      expect(await page.title()).toBe("(1) Now · Andon");
      await page.getByRole("alert").filter({ hasText: "New critical alert" }).waitFor();
      await page.keyboard.press("j");
      await page.keyboard.press("a");
      await page.getByRole("heading", { name: "1 open alert, acknowledged" }).waitFor();
      await page.getByText("Acknowledged by Anna Berger", { exact: false }).waitFor();
      expect(await page.title()).toBe("Now · Andon");
      await page.keyboard.press("r");
      await page.getByRole("dialog", { name: "Resolve the alert?" }).waitFor();
      expect(await findBarriers(page)).toEqual([]);
      // In the dialog the letters are letters.
      await page.keyboard.type("Chiller reset by hand");
      await page.keyboard.press("Control+Enter");
      await page.getByRole("heading", { name: "All is normal", level: 1 }).waitFor();
      await page.getByRole("button", { name: /Resolved, 24 h/ }).click();
      await page.getByText("Resolved by Anna Berger", { exact: false }).waitFor();
      await page.keyboard.press("j");
      await page.keyboard.press("Enter");
      await page.getByText("Chiller reset by hand").waitFor();
      await page.getByRole("img", { name: /Temperature of CNC Mill #1: lowest/ }).waitFor();
    },
    LIMIT_MS,
  );

  test(
    "the help opens by its key and closes by Escape",
    async () => {
      const { page } = visit;
      await page.keyboard.press("?");
      await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
      expect(await findBarriers(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor({ state: "hidden" });
    },
    LIMIT_MS,
  );

  test(
    "a token is shown once",
    async () => {
      const { page } = visit;
      await page.keyboard.press("g");
      await page.keyboard.press("t");
      await page.getByRole("button", { name: "New token" }).click();
      await page.getByLabel("Name", { exact: true }).fill("Gateway line 2");
      await page.getByRole("button", { name: "Create token" }).click();
      await page.getByRole("dialog", { name: "Copy the token now" }).waitFor();
      const secret = (await page.getByRole("region", { name: "token" }).textContent()) ?? "";
      expect(secret.length).toBeGreaterThan(30);
      await page.getByRole("button", { name: "I have copied it" }).click();
      await page.getByRole("cell", { name: "Gateway line 2", exact: true }).waitFor();
      expect(await page.getByText(secret).count()).toBe(0);
      await page.reload();
      await page.getByRole("cell", { name: "Gateway line 2", exact: true }).waitFor();
      expect(await page.getByText(secret).count()).toBe(0);
    },
    LIMIT_MS,
  );

  test(
    "signing out ends the session, signing in leads back",
    async () => {
      const { page } = visit;
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByRole("heading", { name: "Sign in to Andon" }).waitFor();
      await page.getByLabel("E-mail").fill(ADMIN.email);
      await page.getByLabel("Password", { exact: true }).fill("not the password");
      await page.keyboard.press("Enter");
      await page.locator("page-login").getByRole("alert").waitFor();
      await page.getByLabel("Password", { exact: true }).fill(ADMIN.password);
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "API tokens", level: 1 }).waitFor();
      expect(visit.faults).toEqual([]);
    },
    LIMIT_MS,
  );
});
