// What a person does when a sender is not understood: unknown words and what they mean, a dry run, a payload that is
// waited for and whose fields are chosen, requests of the log decided again; and a receiver that is taken away.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { startApp, type Answer, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { createReceiver, hmacHex, type TestReceiver } from "../harness/receivers";
import { removeDirectory, temporaryDirectory } from "../harness/store";
import { alertmanager } from "./shapes/monitoring";

type Json = Record<string, unknown>;

const HOUR = 3_600_000;

let clock: FakeClock;
let app: TestApp;
let directory: string;
let service: string;

const start = async (): Promise<void> => {
  app = await startApp({ clock, directory });
};

beforeEach(async () => {
  clock = new FakeClock();
  directory = temporaryDirectory();
  await start();
  service = (await app.api("POST", "/services", { name: "Shop" })).body.id;
});
afterEach(async () => {
  await app.stop();
  removeDirectory(directory);
});

const receiver = (settings: Json = {}): Promise<TestReceiver> =>
  createReceiver(app, { service_id: service, ...settings });
const call = (one: TestReceiver, method: string, path: string, body?: unknown): Promise<Answer> =>
  app.api(method, `/webhook-receivers/${one.id}${path}`, body);
const read = async (): Promise<Json> => (await app.api("GET", `/services/${service}`)).body as Json;
const statusOf = async (): Promise<unknown> => (await read())["status"];

/** Everything that stands in the file, but for what goes on by itself. */
const everything = async (): Promise<string> => {
  const tables = [
    "services",
    "service_words",
    "service_history",
    "service_spans",
    "incidents",
    "incident_updates",
  ];
  const more = ["journal", "outbox", "webhook_receivers", "webhook_receiver_log", "maintenance_windows"];
  const rows = [];
  for (const table of [...tables, ...more, "webhook_receiver_unknown_words", "webhook_receiver_teachings"])
    rows.push(await app.store.engine.query({ sql: `SELECT * FROM ${table}` }));
  return JSON.stringify(rows);
};

describe("unknown words", () => {
  test("are listed with how often they came and what they usually mean, until somebody says it", async () => {
    const one = await receiver();
    await one.post({ status: "Firing" });
    await clock.advance(1_000);
    await one.post({ status: "firing " });
    await one.post({ status: "purple" });
    await one.post({ status: "down" });
    const { body } = await call(one, "GET", "/unknown-words");
    expect(body.data).toMatchObject([
      { word: "firing", count: 2, suggestion: "down", first_seen_at: "2026-01-01T00:00:00.000Z" },
      { word: "purple", count: 1, suggestion: null },
    ]);
    const mapped = await call(one, "POST", "/mapping", { word: "FIRING", status: "down" });
    expect([mapped.status, mapped.body.status_mapping]).toEqual([200, { firing: "down" }]);
    expect((await call(one, "GET", "/unknown-words")).body.data).toMatchObject([{ word: "purple" }]);
    expect((await one.post({ status: "firing" })).body).toMatchObject({ result: "ignored", status: "down" });
    await app.stop();
    await start();
    expect((await call(one, "GET", "/unknown-words")).body.data).toMatchObject([{ word: "purple" }]);
  });

  test("are listed also where they are taken as something", async () => {
    const one = await receiver({ unmapped_status: "degraded" });
    expect((await one.post({ status: "purple" })).body.result).toBe("processed");
    expect((await call(one, "GET", "/unknown-words")).body.data).toMatchObject([
      { word: "purple", count: 1 },
    ]);
  });

  test("join a mapping in the spelling that it has, and take the place of what was said before", async () => {
    const one = await receiver({ status_mapping: { down: ["red", "sev1"], operational: ["green"] } });
    const added = await call(one, "POST", "/mapping", { word: "sev2", status: "degraded" });
    expect(added.body.status_mapping).toEqual({
      down: ["red", "sev1"],
      operational: ["green"],
      degraded: ["sev2"],
    });
    const moved = await call(one, "POST", "/mapping", { word: "Red", status: "ignore" });
    expect(moved.body.status_mapping).toEqual({
      down: ["sev1"],
      operational: ["green"],
      degraded: ["sev2"],
      ignore: ["red"],
    });
    expect((await one.post({ status: "RED" })).body.result).toBe("ignored");
    const refused = await call(one, "POST", "/mapping", { word: "x", status: "broken" });
    expect(refused.status).toBe(422);
  });
});

describe("a dry run", () => {
  test("says what would happen, and nothing does", async () => {
    const one = await receiver({ auto_create_incidents: true, auto_resolve_incidents: true });
    await app.api("POST", "/notification-channels", {
      name: "Hook",
      type: "webhook",
      config: { url: "https://hook.example.com" },
      is_active: true,
    });
    const before = await everything();
    const { status, body } = await call(one, "POST", "/dry-run", {
      payload: { status: "down", message: "No answer" },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      result: "processed",
      error: null,
      items: [
        {
          result: "processed",
          raw_status: "down",
          mapped_status: "down",
          previous_status: "operational",
          new_status: "down",
          service_id: service,
          service_name: "Shop",
          message: "No answer",
          incident: "opened",
          incident_id: null,
          creates_service: false,
        },
      ],
      unknown_words: [],
    });
    expect(body.told.map(({ event }: Json) => event).toSorted()).toEqual([
      "incident.opened",
      "service.status_changed",
    ]);
    expect(await everything()).toBe(before);
    // Nor is anything taken: the first incident is number 1.
    await one.post({ status: "down" });
    expect((await app.api("GET", "/incidents")).body.data).toMatchObject([{ number: 1 }]);
  });

  test("takes a body as text, headers, and other settings that are not saved", async () => {
    const one = await receiver();
    const payload = '{"data":{"state":"broken"}}';
    const plain = await call(one, "POST", "/dry-run", { payload });
    expect(plain.body).toMatchObject({ result: "failed", error: "The payload has no status at status." });
    const settings = { status_field: "data.state" };
    const unknown = await call(one, "POST", "/dry-run", { payload, settings });
    expect(unknown.body).toMatchObject({ result: "failed", unknown_words: ["broken"] });
    const mapped = await call(one, "POST", "/dry-run", {
      payload,
      settings: { ...settings, status_mapping: { broken: "down" } },
    });
    expect(mapped.body).toMatchObject({ result: "processed", items: [{ new_status: "down" }] });
    const form = await call(one, "POST", "/dry-run", {
      payload: "status=down",
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
    });
    expect(form.body).toMatchObject({ result: "processed" });
    expect((await call(one, "POST", "/dry-run", { payload: "{" })).body.error).toContain("not valid JSON");
    const wrong = await call(one, "POST", "/dry-run", { payload, settings: { status_field: "a..b" } });
    expect([wrong.status, wrong.body.field]).toEqual([422, "status_field"]);
    expect((await call(one, "POST", "/dry-run", {})).status).toBe(422);
    expect(await one.read()).toMatchObject({ status_field: "status", status_mapping: null });
  });

  test("of a service that would be made gives its name free again", async () => {
    const one = await receiver({
      service_id: null,
      service_name_field: "name",
      create_missing_services: true,
    });
    const { body } = await call(one, "POST", "/dry-run", { payload: { name: "Cart", status: "down" } });
    expect(body.items).toMatchObject([{ creates_service: true, service_id: null, service_name: "Cart" }]);
    expect((await app.api("POST", "/services", { name: "Cart" })).status).toBe(201);
  });

  test("of several things, with what is announced", async () => {
    const one = await receiver({ preset: "alertmanager", service_id: null });
    const [group] = alertmanager;
    const { body } = await call(one, "POST", "/dry-run", { payload: group?.payload });
    expect(body.items.map(({ service_name, result }: Json) => [service_name, result])).toEqual([
      ["Shop", "processed"],
      [null, "failed"],
      [null, "failed"],
      [null, "failed"],
    ]);
  });
});

describe("a receiver that is taught", () => {
  const PAYLOAD = {
    event: "check",
    check: { state: "FAILED", title: "Disk of the shop", labels: { host: "db-1" } },
    text: "The disk is full",
    at: 1_767_225_600,
  };

  test("keeps the next genuine payload, and changes nothing by it", async () => {
    const secret = "a secret of the sender";
    const one = await receiver({ hmac_secret: secret });
    const waiting = await call(one, "POST", "/teach");
    expect(waiting.body).toMatchObject({ status: "waiting", until: "2026-01-01T00:15:00.000Z" });
    expect((await one.post(PAYLOAD)).status).toBe(401);
    const body = JSON.stringify(PAYLOAD);
    const answer = await one.post(body, { "x-webhook-signature": hmacHex(secret, body) });
    expect([answer.status, answer.body.result]).toEqual([200, "ignored"]);
    expect(await statusOf()).toBe("operational");
    await app.stop();
    await start();
    const taught = await call(one, "GET", "/teach");
    expect(taught.body).toMatchObject({
      status: "captured",
      delivery_id: answer.body.delivery_id,
      payload: PAYLOAD,
      guess: {
        presets: [],
        status_field: "check.state",
        message_field: "text",
        title_field: "check.title",
        service_name_field: "check.labels.host",
      },
    });
    expect(taught.body.candidates).toContainEqual({ path: "check.state", value: "FAILED", meaning: "down" });
    expect(taught.body.candidates).toContainEqual({ path: "at", value: 1_767_225_600, meaning: null });
  });

  test("shows what the chosen fields lead to before they are saved; the next payload is applied", async () => {
    const one = await receiver();
    await call(one, "POST", "/teach");
    expect((await call(one, "POST", "/teach/apply", { status_field: "check.state" })).status).toBe(409);
    await one.post(PAYLOAD);
    // The one after it is applied again.
    expect((await one.post({ status: "degraded" })).body.result).toBe("processed");
    const tried = await call(one, "POST", "/teach/apply", {
      status_field: "check.state",
      message_field: "text",
    });
    expect(tried.body).toMatchObject({
      rehearsal: { result: "failed", unknown_words: ["FAILED"] },
      receiver: null,
    });
    const settings = {
      status_field: "check.state",
      message_field: "text",
      status_mapping: { failed: "down" },
    };
    const shown = await call(one, "POST", "/teach/apply", settings);
    expect(shown.body.rehearsal).toMatchObject({ result: "processed", items: [{ new_status: "down" }] });
    expect(await one.read()).toMatchObject({ status_field: "status" });
    const saved = await call(one, "POST", "/teach/apply", { ...settings, save: true });
    expect(saved.body.receiver).toMatchObject(settings);
    expect((await call(one, "GET", "/teach")).body.status).toBe("idle");
    expect((await one.post(PAYLOAD)).body).toMatchObject({ result: "processed", status: "down" });
    expect(await read()).toMatchObject({ message: "The disk is full" });
  });

  test("waits no longer than a quarter of an hour, and not at all when it is called off", async () => {
    const one = await receiver();
    await call(one, "POST", "/teach");
    expect((await call(one, "DELETE", "/teach")).status).toBe(204);
    expect((await one.post({ status: "down" })).body.result).toBe("processed");
    await call(one, "POST", "/teach");
    await clock.advance(HOUR / 4);
    expect((await call(one, "GET", "/teach")).body.status).toBe("idle");
    expect((await one.post({ status: "up" })).body.result).toBe("processed");
  });

  test("recognizes what a preset can read", async () => {
    const one = await receiver();
    await call(one, "POST", "/teach");
    await one.post(alertmanager[0]?.payload);
    const { guess } = (await call(one, "GET", "/teach")).body;
    expect(guess.presets.slice(0, 2)).toEqual(["alertmanager", "grafana"]);
    expect(guess).toMatchObject({ items_field: "alerts", status_field: "status" });
  });
});

describe("requests of the log", () => {
  test("are decided again after a mapping was mended, oldest first, each once", async () => {
    const one = await receiver();
    const sent: string[] = [];
    for (const status of ["red", "green", "red", "amber"])
      sent.push((await one.post({ status })).body.delivery_id);
    expect(await statusOf()).toBe("operational");
    await app.api("PATCH", `/webhook-receivers/${one.id}`, {
      status_mapping: { red: "down", green: "operational", amber: "degraded" },
    });
    const again = await call(one, "POST", "/reprocess", {});
    expect(
      again.body.data.map((row: Json) => [row["reprocess_of"], row["raw_status"], row["new_status"]]),
    ).toEqual([
      [sent[0], "red", "down"],
      [sent[1], "green", "operational"],
      [sent[2], "red", "down"],
      [sent[3], "amber", "degraded"],
    ]);
    expect(await statusOf()).toBe("degraded");
    expect((await call(one, "POST", "/reprocess", {})).body.data).toEqual([]);
    expect(await one.deliveries()).toHaveLength(8);
  });

  test("by their IDs, in the order in which they came; one alone", async () => {
    const one = await receiver();
    const down = (await one.post({ status: "down" })).body.delivery_id as string;
    const up = (await one.post({ status: "up" })).body.delivery_id as string;
    const several = await call(one, "POST", "/reprocess", { delivery_ids: [up, down] });
    expect(several.body.data.map((row: Json) => row["new_status"])).toEqual(["down", "operational"]);
    const single = await call(one, "POST", `/deliveries/${down}/reprocess`);
    expect(single.body).toMatchObject({ result: "processed", reprocess_of: down, new_status: "down" });
    const twice = await call(one, "POST", `/deliveries/${String(single.body.id)}/reprocess`);
    expect(twice.body).toMatchObject({ result: "ignored", reprocess_of: down });
  });

  test("that were forged or not kept whole are refused", async () => {
    const one = await receiver({ hmac_secret: "a secret of the sender" });
    const forged = (await one.post({ status: "down" })).body.delivery_id as string;
    const refused = await call(one, "POST", `/deliveries/${forged}/reprocess`);
    expect([refused.status, refused.body.code]).toEqual([409, "not_reprocessable"]);
    const long = (await one.postSigned({ status: "down", x: "y".repeat(70_000) }, "a secret of the sender"))
      .body;
    expect((await call(one, "POST", `/deliveries/${String(long.delivery_id)}/reprocess`)).status).toBe(409);
    expect(
      (await call(one, "POST", "/deliveries/01990000-0000-7000-8000-000000000000/reprocess")).status,
    ).toBe(404);
    expect((await call(one, "POST", "/reprocess", { delivery_ids: [forged] })).status).toBe(409);
    expect((await call(one, "POST", "/reprocess", { result: "auth_failed" })).body.data).toEqual([]);
  });
});

describe("a receiver that is taken away", () => {
  const AUTOMATIC = { auto_create_incidents: true, auto_resolve_incidents: true };
  const open = async (): Promise<number> =>
    ((await app.api("GET", "/incidents")).body.data as Json[]).filter(({ status }) => status !== "resolved")
      .length;

  const WAYS: [string, (one: TestReceiver) => Promise<unknown>][] = [
    ["deleted", (one) => app.api("DELETE", `/webhook-receivers/${one.id}`)],
    ["switched off", (one) => call(one, "PATCH", "", { is_active: false })],
    [
      "given another service",
      async (one) => {
        const other = (await app.api("POST", "/services", { name: "Cart" })).body.id;
        return call(one, "PATCH", "", { service_id: other });
      },
    ],
  ];

  test.each(WAYS)(
    "%s: what it said is taken back, its incident is resolved, those of others stay",
    async (_name, take) => {
      const other = await receiver({ ...AUTOMATIC, name: "Other" });
      await other.post({ status: "degraded" });
      const one = await receiver(AUTOMATIC);
      await one.post({ status: "down" });
      expect([await statusOf(), await open()]).toEqual(["down", 2]);
      await take(one);
      expect([await statusOf(), await open()]).toEqual(["degraded", 1]);
    },
  );

  test("switched off, it writes down what comes, and can be asked to process it later", async () => {
    const one = await receiver({ is_active: false });
    const answer = await one.post({ status: "down" });
    expect([answer.status, answer.body.result]).toEqual([200, "ignored"]);
    expect(await statusOf()).toBe("operational");
    await call(one, "PATCH", "", { is_active: true });
    await call(one, "POST", "/reprocess", { result: "ignored" });
    expect(await statusOf()).toBe("down");
  });
});
