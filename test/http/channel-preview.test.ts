// Previews over HTTP: of events that happened and of samples, with settings that nobody has saved.
// Nothing is sent, nothing is kept, and no secret is shown.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { channelTypes } from "../../src/channels/registry";
import { UNKNOWN_ID, createOtherTenant } from "../harness/tenant-isolation";
import { startApp, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { eventually } from "../harness/eventually";
import { SAMPLES } from "../channels/suite/samples";

type Json = Record<string, unknown>;

let app: TestApp;
beforeAll(async () => {
  app = await startApp({ clock: new FakeClock(), config: { publicUrl: null } });
});
afterAll(() => app.stop());

const preview = (body: Json) => app.api("POST", "/notification-channels/preview", body);
const saved = async () => (await app.api("GET", "/notification-channels")).body.data as Json[];

const CUSTOM = { url: "https://hooks.plant.test/in", dialect: "custom" };
const custom = (template: string, more: Json = {}) => ({
  type: "webhook",
  config: { ...CUSTOM, template, ...more },
});

describe("of a sample", () => {
  test("a webhook shows method, URL, headers and the body, with secrets masked", async () => {
    const { status, body } = await preview({
      type: "webhook",
      config: {
        url: "https://hooks.plant.test/in?token=canary-token-0001&line=a",
        dialect: "roboticks",
        secret: "canary-secret-0002",
        method: "PUT",
        headers: { "X-Api-Key": "canary-header-0003", "X-Line": "A" },
      },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      event: "alert.triggered",
      method: "PUT",
      url: "https://hooks.plant.test/in?token=••••0001&line=a",
      content_type: "application/json",
      is_valid_json: true,
    });
    expect(body.headers).toMatchObject({
      "X-Api-Key": "••••0003",
      "X-Line": "A",
      "X-Roboticks-Signature": expect.stringMatching(/^••••.{4}$/),
      "webhook-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    const payload = JSON.parse(body.body) as Json;
    expect(payload).toMatchObject({ event_type: "alert.triggered", test: true });
    expect(body.bytes).toBe(Buffer.byteLength(body.body));
    expect(body).not.toHaveProperty("error");
    expect(JSON.stringify(body)).not.toContain("canary");
    expect(await saved()).toEqual([]);
  });

  test("every kind of channel can be looked at, and shows no secret", async () => {
    for (const kind of channelTypes.keys())
      for (const { variant, config, canaries } of SAMPLES[kind] ?? []) {
        const { status, body } = await preview({ type: kind, config });
        expect([variant, status]).toEqual([variant, 200]);
        expect([variant, typeof body.method, body.url === ""]).toEqual([variant, "string", false]);
        const shown = JSON.stringify(body);
        for (const canary of canaries) expect([variant, shown.includes(canary)]).toEqual([variant, false]);
      }
  });

  test("of a message that makes several calls, the one that people read, as it would be sent", async () => {
    const acknowledged = await preview({
      type: "pushover",
      config: { token: "app-token-000001", user: "user-key-000002" },
      event: "alert.acknowledged",
    });
    expect(acknowledged.body.url).toBe("https://api.pushover.net/1/messages.json");
    const text = await preview({
      type: "sms",
      config: { url: "http://192.168.7.1/send", to: ["+491701234567", "+491707654321"] },
    });
    expect(text.body).toMatchObject({
      method: "POST",
      content_type: "application/x-www-form-urlencoded",
      body: expect.stringMatching(/^to=%2B491701234567&text=/),
    });
  });

  test("any kind of event, by its own name or the dialect's", async () => {
    const settings = { type: "webhook", config: { url: "https://a.test/", dialect: "statuspulse" } };
    for (const event of ["incident.resolved", "incident_resolved"]) {
      const { body } = await preview({ ...settings, event });
      expect(body.event).toBe("incident.resolved");
      expect(JSON.parse(body.body)).toMatchObject({ event_type: "incident_resolved" });
    }
    const wrong = await preview({ ...settings, event: "incident.exploded" });
    expect([wrong.status, wrong.body.field]).toEqual([422, "event"]);
  });
});

describe("of a template", () => {
  test("as it is being written: what it makes, or what is wrong with it", async () => {
    const good = await preview(
      custom('{"text": "{{ headline }}", "machine": {{ alert.machine_name | json }}}'),
    );
    expect(good.body).toMatchObject({ is_valid_json: true, content_type: "application/json" });
    expect(JSON.parse(good.body.body)).toEqual({
      text: "Test: Critical: Test message on CNC Mill #1",
      machine: "CNC Mill #1",
    });

    const syntax = await preview(custom('{\n"text": {{ headline | shout }}\n}'));
    expect(syntax.status).toBe(422);
    expect(syntax.body).toMatchObject({
      field: "config.template",
      detail: "Line 2: There is no filter shout.",
    });

    const broken = await preview(custom('{"text": {{ headline | raw }}}'));
    expect(broken.status).toBe(200);
    expect(broken.body).toMatchObject({ body: "", is_valid_json: false, error_field: "config.template" });
    expect(broken.body.error).toStartWith("The result is no JSON: at its line 1, column 10");

    // It renders, and would still not be saved.
    const typo = await preview(custom('{"text": "{{ hedline }}"}'));
    expect(typo.body).toMatchObject({ body: '{"text": ""}', is_valid_json: true });
    expect(typo.body.error).toStartWith("Line 1: hedline is nothing that a message has.");

    const endless = await preview(
      custom("{% for i in (1..1000) %}{% for j in (1..1000) %}{% endfor %}{% endfor %}"),
    );
    expect(endless.body.error).toBe("Line 1: The template does not come to an end.");
  });

  test("of another content type, and of a GET", async () => {
    const text = await preview(custom("{{ headline }}", { content_type: "text/plain" }));
    expect(text.body).toMatchObject({ content_type: "text/plain", is_valid_json: false, method: "POST" });
    expect(text.body).not.toHaveProperty("error");
    const light = await preview({
      type: "webhook",
      config: {
        ...CUSTOM,
        method: "GET",
        url_query: "alert={% if phase == 'open' %}1{% else %}0{% endif %}",
      },
    });
    expect(light.body).toMatchObject({
      method: "GET",
      url: "https://hooks.plant.test/in?alert=1",
      body: "",
      bytes: 0,
      content_type: "",
    });
  });

  test("that can't be told is refused on saving as well, with the same words", async () => {
    for (const template of [
      '{"text": "{{ hedline }}"}',
      "{ nothing }",
      '{"a": "{{ alert.message | raw }}"}',
    ]) {
      const { status, body } = await app.api("POST", "/notification-channels", {
        name: "Custom",
        is_active: true,
        ...custom(template),
      });
      expect([template, status, body.field]).toEqual([template, 422, "config.template"]);
    }
    expect(await saved()).toEqual([]);
  });
});

describe("of events that happened", () => {
  let events: Json[];
  beforeAll(async () => {
    const rule = {
      name: "Too hot",
      severity: "critical",
      is_active: true,
      selector: {},
      condition: { type: "threshold", metric: "temperature", operator: ">", threshold: 85, deadband: 5 },
    };
    expect((await app.api("POST", "/alert-rules", rule)).status).toBe(201);
    const read = (value: number) =>
      app.api("POST", "/readings", { machine: 'Press "7"', metric: "temperature", value });
    expect((await read(91.4)).status).toBe(202);
    expect((await app.api("POST", "/alerts/1/acknowledge", { note: "On my way" })).status).toBe(200);
    expect((await read(70)).status).toBe(202);
    const service = await app.api("POST", "/services", { name: "Web" });
    expect(service.status).toBe(201);
    const changed = await app.api("POST", `/services/${service.body.id}/status`, { status: "down" });
    expect(changed.status).toBe(200);
    events = (await app.api("GET", "/notification-channels/preview-events")).body.data as Json[];
  });

  test("they are listed newest first, with a line each, page by page", async () => {
    expect(events.map(({ event }) => event)).toEqual([
      "service.status_changed",
      "alert.resolved",
      "alert.acknowledged",
      "alert.triggered",
    ]);
    expect(events[3]).toEqual({
      seq: expect.any(Number),
      event: "alert.triggered",
      at: "2026-01-01T00:00:00.000Z",
      text: 'Critical: Too hot on Press "7"',
    });
    const first = await app.api("GET", "/notification-channels/preview-events?limit=3");
    expect(first.body.data).toEqual(events.slice(0, 3));
    const next = await app.api(
      "GET",
      `/notification-channels/preview-events?limit=3&cursor=${first.body.next_cursor}`,
    );
    expect(next.body.data).toEqual(events.slice(3));
    expect(next.body.next_cursor).toBeNull();
  });

  test("samples of each kind stand beside them", async () => {
    const { body } = await app.api("GET", "/notification-channels/preview-events");
    const kinds = (body.samples as Json[]).map(({ event }) => event);
    expect(kinds).toContain("incident.resolved");
    expect(kinds).toContain("channel.paused");
    for (const event of kinds)
      expect([event, (await preview({ ...custom('{"e": "{{ event }}"}'), event })).body.body]).toEqual([
        event,
        `{"e": "${String(event)}"}`,
      ]);
  });

  test("each is shown as it was then", async () => {
    const seqOf = (event: string) => events.find((one) => one["event"] === event)?.["seq"];
    const template =
      '{"e": "{{ event }}", "m": "{{ alert.machine_name }}", "v": {{ alert.metric_value | json }}, "n": {{ note | json }}, "s": {{ alert.status | json }}}';
    const shown = async (event: string): Promise<unknown> =>
      JSON.parse((await preview({ ...custom(template), event_seq: seqOf(event) })).body.body);
    const alert = { m: 'Press "7"', v: 91.4 };
    expect(await shown("alert.triggered")).toEqual({
      ...alert,
      e: "alert.triggered",
      n: null,
      s: "triggered",
    });
    expect(await shown("alert.acknowledged")).toEqual({
      ...alert,
      e: "alert.acknowledged",
      n: "On my way",
      s: "acknowledged",
    });
    const down = await preview({
      type: "webhook",
      config: { url: "https://a.test/", dialect: "alert24" },
      event_seq: seqOf("service.status_changed"),
    });
    expect(JSON.parse(down.body.body)).toEqual({ service_name: "Web", status: "down", message: "" });
  });

  test("a row that nobody is told of, a number of nobody and another organization's are not found", async () => {
    const { access, store } = app.app.parts;
    const { token } = await createOtherTenant({ access, opened: { store } });
    const seq = events[3]?.["seq"];
    const settings = custom('{"e": "{{ event }}"}');
    for (const event_seq of [1, 999_999])
      expect((await preview({ ...settings, event_seq })).status).toBe(404);
    const stranger = { authorization: `Bearer ${token}` };
    const foreign = await app.api(
      "POST",
      "/notification-channels/preview",
      { ...settings, event_seq: seq },
      stranger,
    );
    expect(foreign.status).toBe(404);
    const list = await app.api("GET", "/notification-channels/preview-events", undefined, stranger);
    expect(list.body.data).toEqual([]);
    const both = await preview({ ...settings, event_seq: seq, event: "alert.triggered" });
    expect([both.status, both.body.field]).toEqual([422, "event"]);
  });
});

describe("of a channel that exists", () => {
  test("masked settings stand for the stored ones, and others are tried on without being saved", async () => {
    const { body: channel } = await app.api("POST", "/notification-channels", {
      name: "Ours",
      type: "webhook",
      is_active: false,
      config: {
        url: "https://hooks.plant.test/in",
        secret: "canary-secret-0002",
        headers: { "X-Api-Key": "canary-header-0003" },
      },
    });
    const { status, body } = await preview({
      channel_id: channel.id,
      config: { ...channel.config, dialect: "anyping" },
    });
    expect(status).toBe(200);
    expect(body.headers["X-Anyping-Signature"]).toStartWith("••••");
    expect(body.headers["X-Api-Key"]).toBe("••••0003");
    const { body: after } = await app.api("GET", `/notification-channels/${channel.id}`);
    expect(after.config).toEqual(channel.config);
    const wrongType = await preview({ channel_id: channel.id, type: "slack", config: {} });
    expect([wrongType.status, wrongType.body.field]).toEqual([422, "type"]);
    expect((await preview({ channel_id: UNKNOWN_ID, config: {} })).status).toBe(404);
    expect((await preview({ config: {} })).body.field).toBe("type");
  });

  test("a template that its channel could not tell ends in a failed delivery with the reason", async () => {
    const { body: channel, status } = await app.api("POST", "/notification-channels", {
      name: "Only alerts",
      is_active: true,
      ...custom('{"value": {{ alert.metric_value }}}'),
    });
    expect(status).toBe(201);
    const service = await app.api("POST", "/services", { name: "Shop" });
    await app.api("POST", `/services/${service.body.id}/status`, { status: "down" });
    const { body } = await app.api("GET", `/notification-channels/${channel.id}/deliveries`);
    expect(body.data).toHaveLength(1);
    expect(body.data[0]).toMatchObject({
      event: "service.status_changed",
      status: "failed",
      outcome: "internal",
      attempt_count: 0,
      reason:
        'The message could not be composed: The result is no JSON: at its line 1, column 11, a value is missing before "}". If it shall be none, say so in content_type.',
    });
    // Sent again, it is still nothing: no endpoint is told of an empty message.
    const replayed = await app.api("POST", `/deliveries/${body.data[0].id}/replay`);
    expect(replayed.status).toBe(202);
    const again = await eventually(
      async () => (await app.api("GET", `/notification-channels/${channel.id}/deliveries`)).body.data[0],
      ({ status }) => status === "failed",
    );
    expect(again).toMatchObject({ outcome: "invalid_config", attempt_count: 1 });
    const attempts = await app.api("GET", `/deliveries/${again.id}/attempts`);
    expect(attempts.body.data[0].error).toBe("This message was never composed: there is nothing to send.");
    const named = await app.api("PATCH", `/notification-channels/${channel.id}`, {
      events: ["alert.triggered", "service.status_changed"],
    });
    expect([named.status, named.body.field]).toEqual([422, "config.template"]);
    await app.api("DELETE", `/notification-channels/${channel.id}`);
  });
});
