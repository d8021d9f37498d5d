// A channel's page in the browser: what its state means and how it gets out of it, the handshake's answer,
// and a secret that is replaced while messages flow. Also under a LAN name, where the clipboard is missing.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { openScriptedReceiver, type ScriptedReceiver } from "../harness/scripted-receiver";
import { findBarriers, fitsWidth, hasBrowser, LAN_NAME, openBrowser, openVisit, signIn } from "./browser";
import { ADMIN, startStage, type Stage } from "./stage";

const LIMIT_MS = 180_000;
const OLD_SECRET = "the-secret-that-was-there-before";

describe.skipIf(!hasBrowser)("a channel's page", () => {
  let browser: Browser;
  let stage: Stage;
  let endpoint: ScriptedReceiver;
  /** What the endpoint answers at this moment. */
  let answer = 200;

  beforeAll(async () => {
    endpoint = openScriptedReceiver(() => new Response("as it was told", { status: answer }));
    [browser, stage] = await Promise.all([openBrowser(), startStage({ config: { outboundMode: "open" } })]);
  }, LIMIT_MS);
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
    await endpoint?.close();
  }, LIMIT_MS);
  beforeEach(() => {
    answer = 200;
  });

  /** Told of nothing that happens on the stage by itself. */
  const create = async (
    name: string,
    config: Record<string, unknown>,
    more: Record<string, unknown> = { events: ["incident.opened"] },
  ): Promise<string> => {
    const { status, body } = await stage.app.api("POST", "/notification-channels", {
      name,
      type: "webhook",
      config: { url: `${endpoint.url}/hook`, ...config },
      ...more,
    });
    expect(status).toBe(201);
    return String(body.id);
  };

  const confirm = (page: Page, name: string | RegExp): Promise<void> =>
    page.getByRole("button", { name, exact: true }).click();

  test(
    "replaces the secret, shows it once, and says when the endpoint has switched",
    async () => {
      const id = await create("Line relay", { secret: OLD_SECRET });
      const base = stage.app.url.replace("127.0.0.1", LAN_NAME);
      const visit = await openVisit(browser, base, { expected: /401|422/ });
      const { page } = visit;
      // By the page: the test's own client does not know the name.
      await page.goto("/login");
      await page.getByLabel("E-mail").fill(ADMIN.email);
      await page.getByLabel("Password", { exact: true }).fill(ADMIN.password);
      await page.keyboard.press("Enter");
      await page.getByRole("link", { name: "Channels" }).first().waitFor();
      await page.goto(`/channels/${id}`);
      expect(await page.evaluate("isSecureContext")).toBe(false);
      await confirm(page, "Replace the secret…");
      await page.getByRole("dialog", { name: "Replace the secret of Line relay" }).waitFor();
      await page.getByRole("radio", { name: "Use this one" }).check();
      await page.getByLabel("New secret", { exact: true }).fill("short");
      await confirm(page, "Replace the secret");
      await page.locator("channel-secret .error").waitFor();
      expect(await page.getByLabel("New secret", { exact: true }).getAttribute("aria-invalid")).toBe("true");
      expect(await findBarriers(page)).toEqual([]);

      await page.getByRole("radio", { name: "Make a strong one" }).check();
      await confirm(page, "Replace the secret");
      await page.getByRole("dialog", { name: "Copy the new secret now" }).waitFor();
      const secret = (await page.getByRole("region", { name: "secret", exact: true }).textContent()) ?? "";
      expect(secret).toMatch(/^whsec_[\w+/=]{40,}$/);
      await confirm(page, "Copy secret");
      await page.getByRole("status").filter({ hasText: "Copied" }).first().waitFor();
      expect(await findBarriers(page)).toEqual([]);
      await confirm(page, "I have copied it");
      await page.getByText("Not known yet whether the endpoint has switched").waitFor();
      expect(await page.getByText(secret).count()).toBe(0);

      await confirm(page, /^Test with the new secret only/);
      await page.getByText("The endpoint knows the new secret.").waitFor();
      await page.keyboard.press("Escape");
      await page.getByText("The endpoint has switched to the new secret").waitFor();
      expect(await findBarriers(page)).toEqual([]);
      await page.reload();
      await page.getByText("The endpoint has switched to the new secret").waitFor();
      expect(await page.content()).not.toContain(secret);
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );

  test(
    "an endpoint that knows the old secret only is found out by a delivery",
    async () => {
      const signed = openScriptedReceiver((request) => {
        const hasher = new Bun.CryptoHasher("sha256", OLD_SECRET).update(request.text);
        const isKnown = request.headers["x-signature"] === hasher.digest("hex");
        return new Response(null, { status: isKnown ? 200 : 401 });
      });
      const id = await create("Old handler", {
        url: `${signed.url}/hook`,
        secret: OLD_SECRET,
        signature: { header: "X-Signature", format: "hex" },
      });
      await stage.app.api("POST", `/notification-channels/${id}/rotate-secret`, {});
      const visit = await openVisit(browser, stage.app.url);
      const { page } = visit;
      await signIn(visit, stage.app.url, ADMIN);
      await page.goto(`/channels/${id}`);
      await page.getByText("The next message or a test tells.").waitFor();
      await confirm(page, /^Send a test/);
      await page.getByText("Delivered.", { exact: true }).waitFor();
      await page.getByText("refused the new secret (401) and took the old one", { exact: false }).waitFor();
      await page.getByText("The call with the new secret", { exact: true }).click();
      await page.getByRole("region", { name: /The call with the new secret: Answer/ }).waitFor();
      expect(await findBarriers(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await page.getByText("The endpoint still uses the old secret").waitFor();
      expect(await findBarriers(page)).toEqual([]);
      expect(visit.faults).toEqual([]);
      await visit.close();
      await signed.close();
    },
    LIMIT_MS,
  );

  test(
    "a paused channel says what to do, and resumes what waits",
    async () => {
      answer = 500;
      const id = await create(
        "Fragile",
        { pause_after_failures: 1, retry: [1] },
        { events: ["alert.triggered"], filters: { machine_ids: [stage.ids.press] } },
      );
      await stage.send("press-07", "vibration", 9);
      const visit = await openVisit(browser, stage.app.url, {
        viewport: { width: 360, height: 740 },
        isMobile: true,
        hasTouch: true,
      });
      const { page } = visit;
      await signIn(visit, stage.app.url, ADMIN);
      await page.goto(`/channels/${id}`);
      await page.getByRole("heading", { name: /^Paused: nothing is sent\. 1 message waits\./ }).waitFor();
      await page.getByText("“Alert triggered” failed after 1 attempt.", { exact: false }).waitFor();
      await page.getByText("what waits goes out at once", { exact: false }).waitFor();
      expect(await findBarriers(page)).toEqual([]);
      expect(await fitsWidth(page)).toBe(true);
      answer = 200;
      const before = endpoint.requests.length;
      await confirm(page, "Resume");
      await page.getByRole("heading", { name: /^Paused/ }).waitFor({ state: "detached" });
      await page.getByText("Working").first().waitFor();
      await page.getByRole("button", { name: /Alert triggered.*Delivered/ }).waitFor();
      expect(endpoint.requests.length).toBe(before + 1);
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );

  test(
    "a channel that is not verified shows what its endpoint answered, and goes on by a test",
    async () => {
      answer = 204;
      const id = await create("Status relay", { dialect: "statuspulse" });
      const visit = await openVisit(browser, stage.app.url);
      const { page } = visit;
      await signIn(visit, stage.app.url, ADMIN);
      await page.goto(`/channels/${id}/edit`);
      await page.getByRole("checkbox", { name: /^Active/ }).check();
      await confirm(page, "Save");
      await page.getByRole("heading", { name: "What the endpoint answered" }).waitFor();
      await page.getByText("answered 204; this channel waits for exactly 200", { exact: false }).waitFor();
      await page.getByRole("heading", { name: "Not verified: the channel is off" }).waitFor();
      expect(await findBarriers(page)).toEqual([]);
      await confirm(page, /^Send a test/);
      await page.getByText("Not delivered.", { exact: false }).waitFor();
      answer = 200;
      await confirm(page, "Send it again");
      await page.getByText("Delivered.", { exact: true }).waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("region", { name: "Messages" }).getByText("“Status relay” is verified").waitFor();
      await page.getByRole("heading", { name: "Not verified" }).waitFor({ state: "detached" });
      expect(await page.getByRole("heading", { name: "What the endpoint answered" }).count()).toBe(0);
      const { body } = await stage.app.api("GET", `/notification-channels/${id}`);
      expect([body.is_active, body.health]).toEqual([true, "active"]);
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );
});
