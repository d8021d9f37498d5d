// Receivers that raise alerts: severity, machine and message from the payload, escalation and channels as for any
// other alert; and Prometheus, which takes Andon for its Alertmanager.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { startApp, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { createReceiver, postTo, type Sent, type TestReceiver } from "../harness/receivers";
import { openRecordingSink, type RecordingSink } from "../harness/recording-sink";
import { removeDirectory, temporaryDirectory } from "../harness/store";

type Json = Record<string, unknown>;

const MINUTE = 60_000;

let clock: FakeClock;
let sink: RecordingSink;
let app: TestApp;
let directory: string;

const start = async (): Promise<void> => {
  app = await startApp({ clock, directory, config: { outboundAllow: [`127.0.0.1:${sink.port}`] } });
};

beforeEach(async () => {
  clock = new FakeClock();
  sink = openRecordingSink();
  directory = temporaryDirectory();
  await start();
});
afterEach(async () => {
  await app.stop();
  await sink.stop();
  removeDirectory(directory);
});

const receiver = (settings: Json = {}): Promise<TestReceiver> =>
  createReceiver(app, { preset: "alertmanager", alerts: {}, ...settings });
/** Oldest first. */
const alerts = async (query = ""): Promise<Json[]> =>
  ((await app.api("GET", `/alerts${query}`)).body.data as Json[]).toReversed();
const channel = async (events?: string[]): Promise<string> =>
  (
    await app.api("POST", "/notification-channels", {
      name: "Hook",
      type: "webhook",
      config: { url: sink.url },
      is_active: true,
      ...(events === undefined ? {} : { events }),
    })
  ).body.id as string;

const firing = (fingerprint: string, labels: Json, status = "firing", annotations: Json = {}): Json => ({
  status,
  labels: { alertname: "HighLoad", severity: "critical", ...labels },
  annotations: { summary: "Load is high", ...annotations },
  fingerprint,
});
const group = (...list: Json[]): Json => ({ version: "4", status: "firing", alerts: list });

describe("a receiver that raises alerts", () => {
  test("triggers, changes and resolves one for each thing that fails, told as any other", async () => {
    await channel();
    const one = await receiver();
    const answer = await one.post(
      group(
        firing("a", { instance: "db-1", team: "shop" }),
        firing("b", { instance: "db-2", severity: "warning" }),
        firing("c", { instance: "db-3", severity: "info" }),
      ),
    );
    expect([answer.status, answer.body.result]).toEqual([200, "processed"]);
    expect(await alerts()).toMatchObject([
      {
        number: 1,
        name: "HighLoad",
        status: "triggered",
        severity: "critical",
        message: "Load is high",
        machine_name: "db-1",
        metric_name: "status",
        metric_value: 1,
        threshold_value: 0,
        labels: { team: "shop", alertname: "HighLoad" },
      },
      { number: 2, severity: "warning", machine_name: "db-2" },
      { number: 3, severity: "info", machine_name: "db-3" },
    ]);
    const [first] = await sink.waitFor(3);
    expect(first?.json["event"]).toBe("alert.triggered");
    const nulls = Object.entries(first?.json["alert"] as Json).filter(([, value]) => value === null);
    // As for an alert of a rule: nothing but what has not happened yet.
    expect(nulls.map(([name]) => name)).toEqual([
      "acknowledged_at",
      "acknowledged_by",
      "resolved_at",
      "resolved_by",
      "resolve_reason",
    ]);
    // Alertmanager repeats itself every four hours.
    expect((await one.post(group(firing("a", { instance: "db-1", team: "shop" })))).body.result).toBe(
      "ignored",
    );
    const graver = group(firing("b", { instance: "db-2" }, "firing", { description: "All cores are busy" }));
    expect((await one.post(graver)).body.result).toBe("processed");
    await one.post(group(firing("a", { instance: "db-1" }, "resolved")));
    expect(await alerts()).toMatchObject([
      { status: "resolved", resolve_reason: "condition_cleared", resolved_by: "Receiver" },
      { status: "triggered", severity: "critical", message: "All cores are busy" },
      { status: "triggered" },
    ]);
    const told = (await sink.waitFor(4)).map(({ json }) => json["event"]);
    expect(told).toEqual(["alert.triggered", "alert.triggered", "alert.triggered", "alert.resolved"]);
    expect((await app.api("GET", "/services")).body.data).toEqual([]);
    expect((await app.api("GET", "/machines")).body.data).toEqual([]);
  });

  test("uses Andon's escalation", async () => {
    const channelId = await channel(["alert.escalated"]);
    await app.api("POST", "/escalation-policies", {
      name: "P",
      severity: "critical",
      wait_minutes: 5,
      channel_id: channelId,
      is_active: true,
    });
    const one = await receiver();
    await one.post(group(firing("a", { instance: "db-1" }), firing("b", { instance: "db-2" })));
    await app.api("POST", "/alerts/2/acknowledge", {});
    await clock.advance(5 * MINUTE);
    const told = await sink.waitFor(1);
    expect(told.map(({ json }) => [json["event"], (json["alert"] as Json)["machine_name"]])).toEqual([
      ["alert.escalated", "db-1"],
    ]);
  });

  test("is about a machine that Andon knows where the payload names one, else the service stands in", async () => {
    const machine = (await app.api("POST", "/machines", { name: "Press 7" })).body.id as string;
    const service = (await app.api("POST", "/services", { name: "Shop" })).body.id as string;
    const one = await createReceiver(app, {
      service_id: service,
      alerts: { machine_field: "machine", severity_field: "level", severity_mapping: { weird: "info" } },
    });
    await one.post({ status: "down", machine: "Press 7", message: "It stands" });
    await one.post({ status: "degraded", level: "weird" });
    expect(await alerts()).toMatchObject([
      { machine_id: machine, machine_name: "Press 7", severity: "critical", message: "It stands" },
      { machine_id: service, machine_name: "Shop", machine_type: "service", severity: "info" },
    ]);
    // The status follows as well, since the receiver has a service.
    expect((await app.api("GET", `/services/${service}`)).body.status).toBe("degraded");
    expect(await alerts(`?machine_id=${service}`)).toHaveLength(1);
    await one.post({ status: "up" });
    expect((await alerts()).map(({ status }) => status)).toEqual(["triggered", "resolved"]);
    await one.post({ status: "up", machine: "Press 7" });
    expect((await alerts()).map(({ status }) => status)).toEqual(["resolved", "resolved"]);
  });

  test("leaves services alone where none is meant, and may be told to do so", async () => {
    const service = (await app.api("POST", "/services", { name: "Shop" })).body.id as string;
    const one = await receiver({ service_id: service, alerts: { sets_status: false } });
    expect(one.made["alerts"]).toMatchObject({ sets_status: false, severity: "critical" });
    expect((await one.post(group(firing("a", { instance: "db-1" })))).body.result).toBe("processed");
    expect((await app.api("GET", `/services/${service}`)).body.status).toBe("operational");
    const refused = await app.api("POST", "/webhook-receivers", { name: "R", alerts: { sets_status: true } });
    expect([refused.status, refused.body.field]).toEqual([422, "service_id"]);
  });

  test("an alert that a person has resolved is not raised by the same words again", async () => {
    const one = await receiver();
    await one.post(group(firing("a", { instance: "db-1" })));
    await app.api("POST", "/alerts/1/resolve", {});
    expect((await one.post(group(firing("a", { instance: "db-1" })))).body.result).toBe("ignored");
    expect(await alerts()).toHaveLength(1);
    await one.post(group(firing("a", { instance: "db-1" }, "resolved")));
    await one.post(group(firing("a", { instance: "db-1" })));
    expect((await alerts()).map(({ status }) => status)).toEqual(["resolved", "triggered"]);
  });

  test("knows after a restart what it has raised; deleted, it resolves it", async () => {
    const one = await receiver();
    await one.post(group(firing("a", { instance: "db-1" }), firing("b", { instance: "db-2" })));
    await app.stop();
    await start();
    const url = app.url + new URL(String(one.made["url"])).pathname;
    expect((await postTo(url, group(firing("a", { instance: "db-1" })))).body.result).toBe("ignored");
    await postTo(url, group(firing("a", { instance: "db-1" }, "resolved")));
    await app.api("DELETE", `/webhook-receivers/${one.id}`);
    expect((await alerts()).map(({ status, resolve_reason }) => [status, resolve_reason])).toEqual([
      ["resolved", "condition_cleared"],
      ["resolved", "rule_removed"],
    ]);
    expect(await app.store.engine.query({ sql: "SELECT * FROM webhook_receiver_reported" })).toEqual([]);
  });

  test("a dry run says what would be raised, and takes no number", async () => {
    const one = await receiver();
    const { body } = await app.api("POST", `/webhook-receivers/${one.id}/dry-run`, {
      payload: group(firing("a", { instance: "db-1" })),
    });
    expect(body.items).toMatchObject([{ alert: "triggered", alert_id: null, result: "processed" }]);
    expect(await alerts()).toEqual([]);
    await one.post(group(firing("a", { instance: "db-1" })));
    expect(await alerts()).toMatchObject([{ number: 1 }]);
  });

  test("what nobody repeats is over where that is set, in status and alert", async () => {
    const service = (await app.api("POST", "/services", { name: "Shop" })).body.id as string;
    const one = await createReceiver(app, { service_id: service, alerts: { expires_after_seconds: 120 } });
    await one.post({ status: "down" });
    await clock.advance(MINUTE);
    await one.post({ status: "down" });
    await clock.advance(1.5 * MINUTE);
    expect((await alerts()).map(({ status }) => status)).toEqual(["triggered"]);
    await clock.advance(MINUTE);
    expect((await alerts()).map(({ status }) => status)).toEqual(["resolved"]);
    expect((await app.api("GET", `/services/${service}`)).body.status).toBe("operational");
    expect((await one.deliveries())[0]).toMatchObject({
      raw_status: "expired",
      result: "processed",
      message: "It is no longer reported.",
      payload: null,
    });
  });

  test("the same in the same moment from many sockets is one alert", async () => {
    const one = await receiver();
    const posts = Array.from({ length: 20 }, (_, index) =>
      one.post(group(firing("a", { instance: "db-1" }), firing(`b${index % 4}`, { instance: "db-1" }))),
    );
    expect((await Promise.all(posts)).map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(await alerts()).toHaveLength(5);
    const [row] = await app.store.engine.query({ sql: "SELECT COUNT(*), MAX(number) FROM alerts" });
    expect(row).toEqual([5, 5]);
  });
});

describe("Prometheus, which takes Andon for its Alertmanager", () => {
  const posted = (labels: Json, endsAt: number | null, annotations: Json = {}): Json => ({
    labels: { alertname: "HighLoad", severity: "warning", ...labels },
    annotations: { summary: "Load is high", ...annotations },
    startsAt: new Date(clock.now() - MINUTE).toISOString(),
    ...(endsAt === null ? {} : { endsAt: new Date(endsAt).toISOString() }),
    generatorURL: "http://prometheus:9090/graph",
  });
  const send = (token: string, list: Json[], authorization = `Bearer ${token}`): Promise<Sent> =>
    postTo(`${app.url}/api/v2/alerts`, list, { authorization });

  test("posts over and over, and what ends is over", async () => {
    const one = await receiver();
    const token = String(one.made["token"]);
    for (let minute = 0; minute < 5; minute++) {
      const answer = await send(token, [posted({ instance: "db-1" }, clock.now() + 4 * MINUTE)]);
      expect([answer.status, answer.body]).toEqual([200, { status: "success" }]);
      await clock.advance(MINUTE);
    }
    expect(await alerts()).toMatchObject([
      { status: "triggered", severity: "warning", machine_name: "db-1" },
    ]);
    await send(token, [posted({ instance: "db-1" }, clock.now() - 1_000)]);
    expect(await alerts()).toMatchObject([{ status: "resolved" }]);
  });

  test("falls silent: the alert is over when its time is up, after a restart with some grace", async () => {
    const one = await receiver();
    const token = String(one.made["token"]);
    await send(token, [
      posted({ instance: "db-1" }, clock.now() + 4 * MINUTE),
      posted({ instance: "db-2" }, null),
    ]);
    await clock.advance(3 * MINUTE);
    await app.stop();
    await start();
    await clock.advance(2 * MINUTE);
    expect((await alerts()).map(({ status }) => status)).toEqual(["triggered", "triggered"]);
    await clock.advance(4 * MINUTE);
    expect((await alerts()).map(({ status }) => status)).toEqual(["resolved", "resolved"]);
  });

  test("sends the token as bearer, as password or in the path; without it nothing is taken", async () => {
    const one = await receiver();
    const token = String(one.made["token"]);
    const list = [posted({ instance: "db-1" }, null)];
    const basic = (password: string): string =>
      `Basic ${Buffer.from(`prometheus:${password}`).toString("base64")}`;
    expect((await send(token, list, basic(token))).status).toBe(200);
    const prefixed = `${app.url}/api/webhooks/incoming/${token}/api/v2/alerts`;
    expect((await postTo(prefixed, list)).status).toBe(200);
    const refused = [
      await postTo(`${app.url}/api/v2/alerts`, list),
      await send("0".repeat(64), list),
      await send(token, list, basic("0".repeat(64))),
      await send(token, list, `Token ${token}`),
      await send(app.token, list),
      await postTo(prefixed.replace(token, "0".repeat(64)), list),
    ];
    for (const { status, body } of refused) expect([status, body.code]).toEqual([401, "unauthenticated"]);
    expect(await alerts()).toHaveLength(1);
  });

  test("is told what cannot be read", async () => {
    const one = await receiver();
    const answer = await send(String(one.made["token"]), [{ status: "firing" }]);
    expect([answer.status, answer.body.status]).toEqual([400, "error"]);
    expect(answer.body.error).toContain("not a payload of Prometheus");
    expect((await send(String(one.made["token"]), [])).status).toBe(200);
  });

  test("may set the status of services beside, which ends with the alert", async () => {
    const one = await receiver({ service_name_field: "labels.service", create_missing_services: true });
    const token = String(one.made["token"]);
    await send(token, [posted({ service: "Shop" }, clock.now() + 2 * MINUTE)]);
    const read = async (): Promise<unknown> =>
      ((await app.api("GET", "/services")).body.data as Json[])[0]?.["status"];
    expect([await read(), (await alerts()).length]).toEqual(["degraded", 1]);
    await clock.advance(3 * MINUTE);
    expect([await read(), (await alerts())[0]?.["status"]]).toEqual(["operational", "resolved"]);
  });
});
