// Webhook receivers in the browser, from the empty list to alerts: an address that is shown once and works as it is
// copied, words that take one click, teaching by example, and what a dry run does not do.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import type { TestApp } from "../harness/app";
import { createReceiver, postTo } from "../harness/receivers";
import { findBarriers, hasBrowser, openBrowser, openVisit, signIn, type Visit } from "./browser";
import { ADMIN, startSetUp } from "./stage";

const LIMIT_MS = 60_000;
type Json = Record<string, unknown>;

describe.skipIf(!hasBrowser)("webhook receivers", () => {
  let browser: Browser;
  let app: TestApp;
  let visit: Visit;
  let page: Page;
  /** Of the receiver that the first test makes. */
  let address = "";

  beforeAll(async () => {
    [browser, app] = await Promise.all([openBrowser(), startSetUp()]);
    // A path that is none is refused in one of the tests.
    visit = await openVisit(browser, app.url, { expected: /status of 422/ });
    ({ page } = visit);
    await signIn(visit, app.url, ADMIN);
  }, LIMIT_MS);
  afterAll(async () => {
    expect(visit.faults).toEqual([]);
    await browser?.close();
    await app?.stop();
  }, LIMIT_MS);

  const serviceNamed = async (name: string): Promise<Json> => {
    const { data } = (await app.api("GET", "/services")).body as { data: Json[] };
    return data.find((service) => service["name"] === name) ?? {};
  };
  const only = async (): Promise<Json> => {
    const { data } = (await app.api("GET", "/webhook-receivers")).body as { data: Json[] };
    return data.find((one) => one["name"] === "Pushmail status updates") ?? {};
  };
  const log = (): ReturnType<Page["locator"]> => page.locator("receiver-log ul");

  test(
    "one is made from an empty list; its command works as it is copied, and is shown this once",
    async () => {
      await page.goto("/receivers");
      await page.getByRole("heading", { name: "Nobody reports to you yet" }).waitFor();
      expect(await findBarriers(page)).toEqual([]);
      await page.locator("andon-empty").getByRole("link", { name: "New receiver" }).click();
      await page.getByRole("heading", { name: "Status pages of others" }).waitFor();
      await page.getByRole("link", { name: /^Any sender Status/ }).click();
      await page.getByRole("button", { name: "Create receiver" }).click();
      await page.getByText("2 fields need a look.").waitFor();
      expect(await page.getByLabel("Name", { exact: true }).getAttribute("aria-invalid")).toBe("true");
      await page.getByLabel("Name", { exact: true }).fill("Pushmail status updates");
      await page.getByLabel("Service", { exact: true }).selectOption({ label: "A new one…" });
      await page.getByLabel("Name of the new service").fill("Pushmail");
      await page.getByLabel("With a secret that Andon makes").check();
      await page.getByLabel("Open an incident when the service goes down or is degraded").check();
      await page.getByLabel("Resolve it when the service is operational again").check();
      expect(await findBarriers(page)).toEqual([]);
      await page.getByRole("button", { name: "Create receiver" }).click();
      await page.getByRole("heading", { name: "Point the sender here" }).waitFor();
      expect(await findBarriers(page)).toEqual([]);
      address = (await page.getByRole("region", { name: "address", exact: true }).textContent()) ?? "";
      expect(address).toMatch(/\/api\/webhooks\/incoming\/[0-9a-f]{64}$/);
      const secret = (await page.getByRole("region", { name: "secret" }).textContent()) ?? "";
      expect(secret).toMatch(/^whsec_/);
      const command = (await page.getByRole("region", { name: "command" }).textContent()) ?? "";
      const shell = Bun.spawn(["bash", "-c", command], { stdout: "pipe", stderr: "ignore" });
      expect(JSON.parse(await new Response(shell.stdout).text())).toMatchObject({
        result: "processed",
        status: "degraded",
      });
      await log().getByText("Pushmail: Operational → Degraded").waitFor();
      await page.reload();
      await page.getByRole("heading", { name: "Address", exact: true }).waitFor();
      const shown = await page.content();
      const texts = await page.evaluate(
        "document.querySelector('andon-shell')?.shadowRoot?.textContent ?? ''",
      );
      for (const once of [address.slice(-64), secret]) {
        expect(shown).not.toContain(once);
        expect(String(texts)).not.toContain(once);
        expect(await page.getByText(once).count()).toBe(0);
      }
    },
    LIMIT_MS,
  );

  test(
    "without the right signature a request changes nothing and stands in the log",
    async () => {
      expect((await postTo(address, { status: "operational" })).status).toBe(401);
      await log().getByText("Not genuine").first().waitFor();
      expect((await serviceNamed("Pushmail"))["status"]).toBe("degraded");
      await page.getByRole("button", { name: "Ask for none…" }).click();
      await page.getByRole("button", { name: "Remove the secret" }).click();
      await page.getByText("None is asked for: whoever has the address may post.").waitFor();
      expect((await only())["hmac_secret"]).toBeNull();
    },
    LIMIT_MS,
  );

  test(
    "a word that nobody knows takes one click, and what failed another",
    async () => {
      expect((await postTo(address, { status: "wobbly", message: "Half of it" })).status).toBe(400);
      const words = page.locator("receiver-mapping");
      await words.getByRole("heading", { name: "1 word that nobody knows yet" }).waitFor();
      expect(await findBarriers(page)).toEqual([]);
      await words
        .getByRole("group", { name: "“wobbly” means" })
        .getByRole("button", { name: "Down" })
        .click();
      await words.getByRole("combobox", { name: "“wobbly” means" }).waitFor();
      expect((await serviceNamed("Pushmail"))["status"]).toBe("degraded");
      await words.getByRole("button", { name: "Process what failed again" }).click();
      await page.getByText("1 request was processed.").waitFor();
      await log().getByText("Pushmail: Degraded → Down").waitFor();
      expect((await serviceNamed("Pushmail"))["status"]).toBe("down");
      await words.getByRole("textbox", { name: "New word" }).fill("all fine*");
      await words.getByRole("combobox", { name: "Means", exact: true }).selectOption("operational");
      await words.getByRole("button", { name: "Add a word" }).click();
      await words.getByRole("button", { name: "Remove wobbly" }).click();
      await words.getByRole("combobox", { name: "“wobbly” means" }).waitFor({ state: "hidden" });
      expect((await only())["status_mapping"]).toEqual({ "all fine*": "operational" });
    },
    LIMIT_MS,
  );

  test(
    "a dry run says what would come of a payload, and does nothing",
    async () => {
      await log()
        .getByRole("button", { name: /Pushmail: Degraded → Down/ })
        .click();
      await log().getByRole("button", { name: "Try it below" }).click();
      const trial = page.locator("receiver-trial");
      await trial.getByText("“wobbly” is not known").first().waitFor();
      await trial.getByLabel("Payload").fill('{"status": "All fine again", "message": "Thanks"}');
      const before = await app.api("GET", `/webhook-receivers/${String((await only())["id"])}/deliveries`);
      await trial.getByRole("button", { name: "Try it", exact: true }).click();
      await trial.getByText("Pushmail: Down → Operational").waitFor();
      await trial.getByText("The incident is resolved.").waitFor();
      expect(await findBarriers(page)).toEqual([]);
      expect((await serviceNamed("Pushmail"))["status"]).toBe("down");
      const after = await app.api("GET", `/webhook-receivers/${String((await only())["id"])}/deliveries`);
      expect(after.body.data.length).toBe(before.body.data.length);
    },
    LIMIT_MS,
  );

  test(
    "a new token is shown once; the one before goes on for a day, or ends at once",
    async () => {
      const rotate = async (isRevoking: boolean): Promise<string> => {
        await page.getByRole("button", { name: "New token…" }).click();
        if (isRevoking) await page.getByLabel("Refuse the one before at once").check();
        const before = address;
        await page.getByRole("button", { name: "Make a new token" }).click();
        await page
          .getByRole("region", { name: "address", exact: true })
          .filter({ hasNotText: before })
          .waitFor();
        return (await page.getByRole("region", { name: "address", exact: true }).textContent()) ?? "";
      };
      const first = address;
      address = await rotate(false);
      expect(address).not.toBe(first);
      await page.getByText("The token before is accepted until").waitFor();
      expect((await postTo(first, { status: "down" })).status).toBe(200);
      const second = address;
      address = await rotate(true);
      expect((await postTo(second, { status: "down" })).status).toBe(404);
      expect((await postTo(address, { status: "down" })).status).toBe(200);
      await page.goto("/receivers");
      await page.getByRole("link", { name: "Pushmail status updates" }).click();
      await page.getByRole("heading", { name: "Address", exact: true }).waitFor();
      expect(await page.getByText(address.slice(-64)).count()).toBe(0);
    },
    LIMIT_MS,
  );

  test(
    "fields are taught by a payload that came: clicked, tried and saved",
    async () => {
      const id = String((await only())["id"]);
      await page.getByRole("link", { name: "Teach by example" }).click();
      await page.getByRole("button", { name: "Wait for the next payload" }).click();
      await page.getByText("Waiting for a payload…").waitFor();
      expect(await findBarriers(page)).toEqual([]);
      const payload = {
        event: { id: 4711, state: { now: "flaky" } },
        text: "Disk is nearly full",
        "odd name": "x.y",
      };
      expect((await postTo(address, payload)).body.result).toBe("ignored");
      expect((await serviceNamed("Pushmail"))["status"]).toBe("down");
      const fields = page.locator("teach-fields");
      await fields.getByRole("heading", { name: "What this payload would lead to" }).waitFor();
      await fields.getByRole("button", { name: /^Status / }).click();
      await fields.getByRole("button", { name: "Use event.state.now: flaky" }).click();
      await fields.getByRole("button", { name: "Use event.state.now: flaky, Status" }).waitFor();
      await fields.getByRole("button", { name: /^Message / }).click();
      await fields.getByRole("button", { name: /^Use text:/ }).click();
      await fields.getByRole("button", { name: /^ID / }).click();
      await fields.getByRole("button", { name: /^Use event\.id: 4711/ }).click();
      await fields.getByText("What does “flaky” mean?").waitFor();
      expect(await findBarriers(page)).toEqual([]);
      await fields.getByRole("button", { name: "Degraded" }).click();
      await fields.getByText("Pushmail: Down → Degraded").waitFor();
      expect((await only())["status_field"]).toBe("status");
      await fields.getByRole("button", { name: "Save these fields" }).click();
      await page.getByRole("heading", { name: "Pushmail status updates", level: 1, exact: true }).waitFor();
      expect((await app.api("GET", `/webhook-receivers/${id}`)).body).toMatchObject({
        status_field: "event.state.now",
        message_field: "text",
        id_field: "event.id",
        status_mapping: { "all fine*": "operational", flaky: "degraded" },
        preset: "generic",
      });
      expect((await app.api("GET", `/webhook-receivers/${id}/teach`)).body.status).toBe("idle");
      expect((await postTo(address, payload)).body).toMatchObject({
        result: "processed",
        status: "degraded",
      });
    },
    LIMIT_MS,
  );

  test(
    "what looks like a known sender is read as that one, each alert for itself",
    async () => {
      const service = (await serviceNamed("Pushmail"))["id"];
      const other = await createReceiver(app, { name: "Something", service_id: service });
      await app.api("POST", `/webhook-receivers/${other.id}/teach`);
      const presets = (await app.api("GET", "/webhook-receivers/presets")).body.data as Json[];
      const sender = presets.find(({ name }) => name === "alertmanager");
      const [example] = (sender?.["examples"] ?? []) as Json[];
      await other.post(example?.["payload"]);
      await page.goto(`/receivers/${other.id}/teach`);
      const fields = page.locator("teach-fields");
      await fields.getByLabel("Each entry of alerts says something by itself").waitFor();
      await fields.getByRole("button", { name: "Read it as Prometheus Alertmanager" }).click();
      await fields.getByText("Read as Prometheus Alertmanager: every field below is optional.").waitFor();
      await fields.getByText("Pushmail stays Degraded").first().waitFor();
      await fields.getByRole("button", { name: "Save these fields" }).click();
      await page.getByRole("heading", { name: "Something", level: 1, exact: true }).waitFor();
      expect((await other.read())["preset"]).toBe("alertmanager");
      expect((await other.read())["service_id"]).toBe(service);
    },
    LIMIT_MS,
  );

  test(
    "an alert of another system says what that calls it, and leads to the service that it is about",
    async () => {
      const service = String((await serviceNamed("Pushmail"))["id"]);
      const other = await createReceiver(app, { name: "Alarms", service_id: service, alerts: {} });
      await other.post({ status: "down", message: "Nobody answers on port 25" });
      await page.goto("/");
      await page.getByRole("link", { name: /^Pushmail\s+Alarms/ }).waitFor();
      await page.getByText("Nobody answers on port 25").waitFor();
      await page.getByRole("link", { name: /^Pushmail\s+Alarms/ }).click();
      await page.getByRole("heading", { name: "Pushmail: Alarms", level: 1 }).waitFor();
      const facts = page.getByRole("region", { name: "Facts" });
      expect(await facts.getByRole("link", { name: "Pushmail" }).getAttribute("href")).toBe(
        `/services/${service}`,
      );
      expect(await page.getByRole("region", { name: /^Status of/ }).count()).toBe(0);
      expect(await findBarriers(page)).toEqual([]);
    },
    LIMIT_MS,
  );

  test(
    "the form sends only what was changed, and says at its field what is wrong",
    async () => {
      const { id } = await createReceiver(app, {
        name: "Many",
        service_name_field: ["a", "b"],
        status_mapping: { down: ["kaputt"], operational: ["heil"] },
        preset: "github_actions",
      });
      await page.goto(`/receivers/${id}/edit`);
      await page.getByLabel("Where the service’s name stands").fill("a..b");
      await page.getByRole("button", { name: "Save", exact: true }).click();
      await page.locator("#service_name_field-hint.error").waitFor();
      expect(await findBarriers(page)).toEqual([]);
      await page.getByLabel("Where the service’s name stands").fill("repository.name\nname");
      await page.getByLabel("Requests a minute at most").fill("120");
      const sent = page.waitForRequest((request) => request.method() === "PATCH");
      await page.getByRole("button", { name: "Save", exact: true }).click();
      expect((await sent).postDataJSON()).toEqual({
        service_name_field: ["repository.name", "name"],
        rate_limit_per_minute: 120,
      });
      await page.getByRole("heading", { name: "Many", level: 1, exact: true }).waitFor();
      await page.getByRole("link", { name: "Edit" }).click();
      await page.getByLabel("Sender", { exact: true }).selectOption({ label: "Any sender" });
      expect(await page.getByLabel("Status", { exact: true }).inputValue()).toBe("status");
      await page.getByRole("button", { name: "Save", exact: true }).click();
      await page.getByRole("heading", { name: "Many", level: 1, exact: true }).waitFor();
      expect((await app.api("GET", `/webhook-receivers/${id}`)).body).toMatchObject({
        preset: "generic",
        status_field: "status",
        signature_header: "X-Webhook-Signature",
        status_mapping: { down: ["kaputt"], operational: ["heil"] },
      });
      await page.getByRole("switch", { name: "Take requests" }).click();
      await page.getByText("Requests to it are refused until it is switched on again.").waitFor();
      await page.getByRole("button", { name: "Delete receiver…" }).click();
      await page.getByRole("button", { name: "Delete receiver", exact: true }).click();
      await page.getByText("Receiver “Many” was deleted.").waitFor();
      expect((await app.api("GET", `/webhook-receivers/${id}`)).status).toBe(404);
    },
    LIMIT_MS,
  );

  test(
    "who may only look sees the log and no way to change anything",
    async () => {
      const jo = { email: "jo@plant.example", password: "look but not touch" };
      await app.api("POST", "/users", { ...jo, name: "Jo Martin", role: "viewer" });
      const looking = await openVisit(browser, app.url);
      await signIn(looking, app.url, jo);
      await looking.page.goto("/receivers");
      await looking.page.getByRole("link", { name: "Pushmail status updates" }).click();
      await looking.page.locator("receiver-log button.line").first().click();
      await looking.page.getByText("The payload is shown to editors and administrators only.").waitFor();
      const offered = /New|Edit|Teach|Process (?:again|what)|Try|Delete|Ask|Remove|Take|Add/;
      const main = looking.page.locator("page-receiver");
      expect(await main.getByRole("button", { name: offered }).count()).toBe(0);
      expect(await main.getByRole("link", { name: offered }).count()).toBe(0);
      expect(await main.getByRole("switch").count()).toBe(0);
      expect(await findBarriers(looking.page)).toEqual([]);
      expect(looking.faults).toEqual([]);
      await looking.close();
    },
    LIMIT_MS,
  );
});
