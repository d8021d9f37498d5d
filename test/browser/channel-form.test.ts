// The form of a channel in the browser: every type is made by it and delivers its test, faults stand at
// their fields, secrets stay where they are, and what is taken out is gone.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { openMailRelay, type MailRelay } from "../harness/mail-relay";
import { openMqttBroker, type MqttBroker } from "../harness/mqtt-broker";
import { openScriptedReceiver, type ScriptedReceiver } from "../harness/scripted-receiver";
import { SERVICES } from "../harness/services";
import { openServices, type ServiceHouse } from "../harness/services/service";
import { openStackLight, type StackLight } from "../harness/stack-light";
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
import { ADMIN, startStage, type Stage } from "./stage";

const LIMIT_MS = 180_000;

interface Field {
  name: string;
  label: string;
  type: string;
  advanced: boolean;
}

describe.skipIf(!hasBrowser)("the form of a channel", () => {
  let browser: Browser;
  let stage: Stage;
  let house: ServiceHouse;
  let relay: MailRelay;
  let broker: MqttBroker;
  let light: StackLight;
  let sink: ScriptedReceiver;
  let visit: Visit;

  beforeAll(async () => {
    house = openServices(SERVICES);
    light = openStackLight();
    sink = openScriptedReceiver();
    [browser, stage, relay, broker] = await Promise.all([
      openBrowser(),
      startStage({ config: { outboundMode: "open" } }),
      openMailRelay(),
      openMqttBroker(),
    ]);
    visit = await openVisit(browser, stage.app.url, { expected: /status of 422/ });
    await signIn(visit, stage.app.url, ADMIN);
    await visit.page.goto("/");
  }, LIMIT_MS);
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
    await Promise.all([house?.stop(), relay?.stop(), broker?.stop(), light?.stop(), sink?.close()]);
  }, LIMIT_MS);

  const button = (page: Page, name: string): Promise<void> =>
    page.getByRole("button", { name, exact: true }).click();

  /** As a person would: each setting in the control that the form has for it. */
  const fill = async (page: Page, field: Field, value: unknown): Promise<void> => {
    const control = page.locator(`#${field.name}`);
    if (field.type === "headers") {
      for (const [name, content] of Object.entries(value as Record<string, string>)) {
        await button(page, "Add a header");
        await page.getByLabel("Header", { exact: true }).last().fill(name);
        await page.getByLabel(`Value ${name}`, { exact: true }).fill(content);
      }
      return;
    }
    if (field.type === "boolean") return control.setChecked(value === true);
    if (field.type === "select") {
      await control.selectOption(String(value));
      return;
    }
    await control.fill(Array.isArray(value) ? value.join("\n") : String(value));
    await control.blur();
  };

  const makeAll = async (configs: Record<string, Record<string, unknown>>): Promise<void> => {
    const { page } = visit;
    const types = (await stage.app.api("GET", "/channel-types")).body.data as {
      kind: string;
      fields: Field[];
    }[];
    for (const [kind, config] of Object.entries(configs)) {
      const fields = types.find((type) => type.kind === kind)?.fields ?? [];
      await go(page, "/channels/new");
      await page.locator(`a[href="/channels/new?type=${kind}"]`).click();
      await page.getByLabel("Name", { exact: true }).fill(`By form: ${kind}`);
      const given = fields.filter(({ name }) => name in config);
      if (given.some(({ advanced }) => advanced)) await page.getByText("More settings").click();
      for (const field of given) await fill(page, field, config[field.name]);
      expect(given.map(({ name }) => name).toSorted()).toEqual(Object.keys(config).toSorted());
      await button(page, "Create channel");
      await page.getByRole("heading", { name: `By form: ${kind}`, level: 1 }).waitFor();
      await page.getByRole("button", { name: /^Send a test/ }).click();
      await page.getByText(/^\s*(Delivered\.|All \d messages were delivered\.)/).waitFor({ timeout: 20_000 });
      await page.keyboard.press("Escape");
    }
  };

  test(
    "makes a channel of each service, and its test arrives",
    async () => {
      const configs = Object.entries(SERVICES).map(([kind, { config }]) => [kind, config(house.origin)]);
      await makeAll(Object.fromEntries(configs) as Record<string, Record<string, unknown>>);
      for (const kind of Object.keys(SERVICES))
        expect(house.taken.some((taken) => taken.kind === kind)).toBe(true);
      for (const { secrets } of Object.values(SERVICES))
        for (const secret of secrets) expect(await visit.page.content()).not.toContain(secret);
      expect(visit.faults).toEqual([]);
    },
    4 * LIMIT_MS,
  );

  test(
    "makes mail, MQTT and a stack light, and their tests arrive",
    async () => {
      await makeAll({
        email: {
          host: "127.0.0.1",
          port: relay.port,
          security: "none",
          from: "andon@plant.example",
          to: ["maintenance@plant.example", "lead@plant.example"],
        },
        mqtt: {
          url: `mqtt://127.0.0.1:${broker.port}`,
          qos: "1",
          topic: "plant/{{machine}}/{{event}}",
          retain: true,
        },
        stack_light: { url: light.url, critical: "200001" },
      });
      expect(relay.taken.length).toBeGreaterThan(0);
      expect(visit.faults).toEqual([]);
    },
    2 * LIMIT_MS,
  );

  test(
    "says what is wrong at the field, then makes a webhook with filters; what is taken out is gone",
    async () => {
      const { page } = visit;
      await go(page, "/channels/new");
      await page.getByRole("link", { name: /^Webhook/ }).click();
      await button(page, "Create channel");
      await page.getByText("2 fields need attention.").waitFor();
      expect(await page.getByLabel("Name", { exact: true }).getAttribute("aria-invalid")).toBe("true");
      expect(await page.locator("#name:focus").count()).toBe(1);
      expect(await findBarriers(page)).toEqual([]);
      await page.getByLabel("Name", { exact: true }).fill("Line relay");
      await page.getByText("One field needs attention.").waitFor();
      await page.locator("#url").fill("ftp://somewhere.example/hook");
      await button(page, "Create channel");
      await page.locator("#url-hint.error").waitFor();
      expect(await page.locator("#url").getAttribute("aria-invalid")).toBe("true");

      await page.locator("#url").fill(`${sink.url}/hook`);
      await page.locator("#dialect").selectOption("roboticks");
      await page.getByText("Now: Alert triggered, Alert acknowledged, Alert resolved.").waitFor();
      await button(page, "Make one");
      expect(await page.locator("#secret").inputValue()).toMatch(/^whsec_[\w+/]{43}=$/);
      await fill(
        page,
        { name: "headers", label: "", type: "headers", advanced: false },
        {
          "X-Webhook-Secret": "a-static-header-value",
          "X-Line": "2",
        },
      );
      await page.getByRole("radio", { name: "Choose" }).check();
      await page.getByRole("checkbox", { name: "Alert acknowledged" }).uncheck();
      await page.getByText("Filters", { exact: true }).click();
      await page.getByRole("checkbox", { name: /^Critical/ }).check();
      await page.getByRole("checkbox", { name: /^CNC Mill #1/ }).check();
      await button(page, "Add a label");
      await page.getByLabel("Label", { exact: true }).fill("line");
      await page.getByLabel("Value line", { exact: true }).fill("2");
      await page.getByLabel("Search: Groups of services").fill("Line 2");
      await button(page, "Add");
      await page.getByText("More settings").click();
      const signatures = page.locator("andon-signatures");
      await signatures.getByLabel("Signature headers").selectOption({ label: "Headers of my own" });
      await button(page, "Create channel");
      await signatures.getByText("Every signature header needs a name.").waitFor();
      await signatures.locator("#header-0:focus").waitFor();
      await signatures.getByLabel("Header", { exact: true }).fill("X-Roboticks-Signature");
      await signatures.getByLabel("Format").selectOption("sha256=hex");
      await button(page, "Add a signature header");
      await signatures.getByLabel("Header", { exact: true }).last().fill("X-Grafana");
      await signatures.getByLabel("Format").last().selectOption("ts:body");
      await signatures.getByLabel(/^Header for the timestamp/).fill("X-Time");
      await page.locator("#retry").selectOption("persistent");
      await page.getByLabel(/^At most so many messages/).fill("30");
      await page.getByLabel("When this channel fails, tell").selectOption({ label: "Shift lead" });
      await page.getByRole("checkbox", { name: /^Test it once a week/ }).check();
      expect(await findBarriers(page)).toEqual([]);
      await button(page, "Create channel");
      await page.getByRole("heading", { name: "Line relay", level: 1 }).waitFor();

      const id = page.url().split("/").at(-1) ?? "";
      const read = async (): Promise<Record<string, unknown>> =>
        (await stage.app.api("GET", `/notification-channels/${id}`)).body as Record<string, unknown>;
      const made = await read();
      expect(made).toMatchObject({
        events: ["alert.triggered", "alert.resolved"],
        filters: {
          severities: ["critical"],
          machine_ids: [stage.ids.mill],
          labels: { line: "2" },
          groups: ["Line 2"],
        },
        rate_limit_per_minute: 30,
        failure_channel_id: stage.ids.lead,
        weekly_test: true,
        config: {
          dialect: "roboticks",
          retry: "persistent",
          headers: { "X-Line": "2" },
          signature: [
            { header: "X-Roboticks-Signature", format: "sha256=hex" },
            { header: "X-Grafana", format: "ts:body", timestamp_header: "X-Time" },
          ],
        },
      });
      await page.getByText("X-Grafana: ts:body").waitFor();

      await go(page, `/channels/${id}/edit`);
      await button(page, "Remove header X-Line");
      await page.getByText(/^More settings/).click();
      await button(page, "Remove signature header X-Grafana");
      await page.getByRole("button", { name: "Replace: Signing secret" }).click();
      await page.locator("#secret").fill("not this one after all");
      await page.getByRole("button", { name: "Keep the stored one: Signing secret" }).click();
      await page.getByRole("checkbox", { name: /^CNC Mill #1/ }).uncheck();
      await button(page, "Remove label line");
      await button(page, "Save");
      await page.getByRole("heading", { name: "Line relay", level: 1 }).waitFor();
      const changed = await read();
      expect(changed["filters"]).toEqual({ severities: ["critical"], groups: ["Line 2"] });
      const { headers, secret, signature } = changed["config"] as Record<string, unknown>;
      expect(signature).toEqual([{ header: "X-Roboticks-Signature", format: "sha256=hex" }]);
      expect([headers, secret]).toEqual([
        { "X-Webhook-Secret": "••••alue" },
        (made["config"] as Record<string, unknown>)["secret"],
      ]);
      expect(visit.faults).toEqual([]);
    },
    LIMIT_MS,
  );

  test(
    "works on a phone, and by keys alone",
    async () => {
      const phone = await openVisit(browser, stage.app.url, {
        viewport: { width: 360, height: 740 },
        isMobile: true,
        hasTouch: true,
        colorScheme: "dark",
      });
      const { page } = phone;
      await signIn(phone, stage.app.url, ADMIN);
      await page.goto("/channels/new");
      await page.getByRole("link", { name: /^ntfy/ }).focus();
      await page.keyboard.press("Enter");
      await page.getByLabel("Name", { exact: true }).focus();
      await page.keyboard.type("Night shift");
      await page.keyboard.press("Tab");
      await page.keyboard.type("hall-b-7f3c");
      expect(await page.locator("#topic").inputValue()).toBe("hall-b-7f3c");
      expect(await findBarriers(page)).toEqual([]);
      expect(await fitsWidth(page)).toBe(true);
      await page.locator("#server").fill(house.origin);
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Night shift", level: 1 }).waitFor();
      expect(phone.faults).toEqual([]);
      await phone.close();
    },
    LIMIT_MS,
  );
});
