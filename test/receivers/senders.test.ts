// Real senders over HTTP, in the whole program: what fails one by one in one service, work that is announced,
// subscriptions of Amazon SNS with a certificate of our own, forms, and a sender's own words.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createSign } from "node:crypto";
import { generate } from "selfsigned";
import { startApp, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { fakeNames } from "../harness/dns";
import { createReceiver, type TestReceiver } from "../harness/receivers";
import { alertmanager, envelope, uptimeKuma } from "./shapes/monitoring";

type Json = Record<string, unknown>;

const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 0, 5, 12);

let clock: FakeClock;
let app: TestApp;
let service: string;
/** What was dialled, and what the next requests get. */
let dialled: { url: string; host: string }[];
let remote: (url: string) => Response;

beforeEach(async () => {
  clock = new FakeClock(NOON);
  dialled = [];
  remote = () => new Response("nobody is here", { status: 404 });
  app = await startApp({
    clock,
    seams: {
      delivery: {
        nameServer: fakeNames(() => ["52.46.128.7"]),
        hostsPath: null,
        dial: (url, init) => {
          dialled.push({ url, host: new Headers(init.headers as Record<string, string>).get("host") ?? "" });
          return Promise.resolve(remote(url));
        },
      },
    },
  });
  service = (await app.api("POST", "/services", { name: "Shop" })).body.id;
});
afterEach(() => app.stop());

const receiver = (preset: string, settings: Json = {}): Promise<TestReceiver> =>
  createReceiver(app, { preset, service_id: service, ...settings });
const read = async (id = service): Promise<Json> => (await app.api("GET", `/services/${id}`)).body as Json;
const statusOf = async (id = service): Promise<unknown> => (await read(id))["status"];
const windows = async (): Promise<Json[]> =>
  (await app.api("GET", "/maintenance-windows")).body.data as Json[];

describe("what fails one by one in one service", () => {
  const alert = (fingerprint: string, status: string, severity: string): Json => ({
    alerts: [{ status, labels: { alertname: fingerprint, severity }, fingerprint }],
  });

  test("is down until the last of it is over, with one incident, and takes back only its own", async () => {
    const one = await receiver("alertmanager", { auto_create_incidents: true, auto_resolve_incidents: true });
    const steps: [Json, string][] = [
      [alert("disk", "firing", "warning"), "degraded"],
      [alert("queue", "firing", "critical"), "down"],
      [alert("disk", "resolved", "warning"), "down"],
      [alert("queue", "resolved", "critical"), "operational"],
    ];
    for (const [payload, status] of steps) {
      expect((await one.post(payload)).status).toBe(200);
      expect(await statusOf()).toBe(status);
    }
    const incidents = (await app.api("GET", "/incidents")).body.data as Json[];
    expect(incidents.map(({ status, severity }) => [status, severity])).toEqual([["resolved", "critical"]]);
  });

  test("several in one request are answered one by one, and logged with all of them", async () => {
    const [group] = alertmanager;
    const one = await receiver("alertmanager", { service_id: null, create_missing_services: true });
    const answer = await one.post(group?.payload);
    expect(
      answer.body.items.map((item: Json) => [item["service_name"], item["result"], item["new_status"]]),
    ).toEqual([
      ["Shop", "processed", "degraded"],
      ["Mail", "ignored", "operational"],
      ["Cart", "ignored", "operational"],
      ["db:9100", "processed", "down"],
    ]);
    expect(answer.body).toMatchObject({ result: "processed", status: "degraded" });
    const [logged] = await one.deliveries();
    const items = (logged ?? {})["items"] as Json[];
    expect(items.map((item) => item["raw_status"])).toEqual([
      "firing (warning)",
      "resolved",
      "firing (info)",
      "firing (page)",
    ]);
    const names = ((await app.api("GET", "/services")).body.data as Json[]).map(({ name }) => name);
    expect(names.toSorted()).toEqual(["Cart", "Mail", "Shop", "db:9100"]);
  });

  test("what cannot be used of a request is said, and does not keep the rest back", async () => {
    const one = await receiver("common", { service_id: null, service_name_field: "name" });
    const answer = await one.post([
      { name: "Shop", status: "failed" },
      { name: "Nowhere", status: "failed" },
      { name: "Shop" },
    ]);
    expect([answer.status, answer.body.result]).toEqual([200, "processed"]);
    expect(answer.body.error).toStartWith("2 of 3 could not be used: There is no service called");
    const all = await one.post([{ name: "Nowhere", status: "failed" }]);
    expect([all.status, all.body.result]).toEqual([400, "failed"]);
    expect(await statusOf()).toBe("down");
  });

  test("a person's word takes the place of all of it", async () => {
    const one = await receiver("alertmanager");
    await one.post(alert("disk", "firing", "critical"));
    await one.post(alert("queue", "firing", "critical"));
    await app.api("POST", `/services/${service}/status`, { status: "operational" });
    expect(await statusOf()).toBe("operational");
    expect((await read())["sources"]).toEqual([]);
    await one.post(alert("queue", "firing", "critical"));
    expect(await statusOf()).toBe("down");
  });
});

describe("work that is announced", () => {
  const incident = (status: string, more: Json = {}): Json => ({
    incident: {
      id: "m1",
      name: "Upgrade of the database",
      status,
      impact: "maintenance",
      scheduled_for: "2026-01-05T14:00:00Z",
      scheduled_until: "2026-01-05T15:00:00Z",
      incident_updates: [{ status, body: "It takes an hour." }],
      ...more,
    },
  });

  test("becomes a window and leaves the status alone; the window does the rest", async () => {
    const one = await receiver("statuspage");
    const answer = await one.post(incident("scheduled"));
    expect(answer.body).toMatchObject({
      result: "processed",
      status: "operational",
      previous_status: "operational",
    });
    expect(await statusOf()).toBe("operational");
    const [window] = await windows();
    expect(window).toMatchObject({
      name: "Upgrade of the database",
      description: "It takes an hour.",
      status: "scheduled",
      service_ids: [service],
      starts_at: "2026-01-05T14:00:00.000Z",
      ends_at: "2026-01-05T15:00:00.000Z",
    });
    expect((await one.deliveries())[0]).toMatchObject({ maintenance_window_id: window?.["id"] });
    expect((await one.post(incident("scheduled"))).body).toMatchObject({ result: "ignored" });
    expect(await windows()).toHaveLength(1);
    await clock.advance(2 * HOUR);
    expect(await statusOf()).toBe("maintenance");
    await clock.advance(HOUR);
    expect(await statusOf()).toBe("operational");
  });

  test("is moved with the announcement, and ends early when it is completed", async () => {
    const one = await receiver("statuspage");
    await one.post(incident("scheduled"));
    const moved = incident("scheduled", { scheduled_for: "2026-01-05T13:00:00Z" });
    expect((await one.post(moved)).body.result).toBe("processed");
    expect(await windows()).toMatchObject([{ starts_at: "2026-01-05T13:00:00.000Z" }]);
    await clock.advance(HOUR);
    expect(await statusOf()).toBe("maintenance");
    await one.post(incident("in_progress"));
    await one.post(incident("completed"));
    expect(await statusOf()).toBe("operational");
  });

  test("is called off with its announcement; what a person deleted is not planned again", async () => {
    const one = await receiver("statuspage");
    await one.post(incident("scheduled"));
    await one.post(incident("cancelled"));
    expect(await windows()).toEqual([]);
    await one.post(incident("scheduled", { id: "m2" }));
    const [window] = await windows();
    await app.api("DELETE", `/maintenance-windows/${String(window?.["id"])}`);
    expect((await one.post(incident("scheduled", { id: "m2" }))).body.result).toBe("ignored");
    expect(await windows()).toEqual([]);
  });

  test("in a generic receiver needs a start that is set; without one the seed's mapping stands", async () => {
    const plain = await receiver("generic");
    expect((await plain.post({ status: "scheduled" })).body.status).toBe("maintenance");
    await plain.post({ status: "up" });
    const timed = await receiver("generic", { starts_at_field: "from" });
    expect((await timed.post({ status: "scheduled", from: "2026-01-05T18:00:00Z" })).body.status).toBe(
      "operational",
    );
    expect(await windows()).toMatchObject([
      { name: "Maintenance of Shop", ends_at: "2026-01-05T19:00:00.000Z" },
    ]);
  });
});

describe("Amazon SNS", () => {
  const CERT_URL = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0000.pem";
  let key: string;
  let cert: string;
  beforeEach(async () => {
    const made = await generate([{ name: "commonName", value: "sns.amazonaws.com" }], {
      keySize: 2048,
      notBeforeDate: new Date(NOON - 24 * HOUR),
      notAfterDate: new Date(NOON + 365 * 24 * HOUR),
    });
    ({ private: key, cert } = made);
    remote = (url) =>
      url.endsWith(".pem") ? new Response(cert) : new Response("<ConfirmSubscriptionResponse/>");
  });

  const ORDER = ["Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];

  /** As SNS signs: version 1 with SHA-1, 2 with SHA-256. */
  const signed = (message: unknown, more: Json = {}): Json => {
    const fields: Json = { ...envelope(message, { Timestamp: "2026-01-05T12:00:00.000Z", ...more }) };
    const isNotification = fields["Type"] === "Notification";
    const names = ORDER.filter((name) =>
      isNotification ? name !== "SubscribeURL" && name !== "Token" : name !== "Subject",
    );
    const text = names
      .filter((name) => fields[name] !== undefined)
      .map((name) => `${name}\n${String(fields[name])}\n`)
      .join("");
    const algorithm = fields["SignatureVersion"] === "2" ? "RSA-SHA256" : "RSA-SHA1";
    return { ...fields, Signature: createSign(algorithm).update(text).sign(key, "base64") };
  };
  const alarm = (state: string): Json => ({
    AlarmName: "Shop answers",
    NewStateValue: state,
    NewStateReason: "Few",
  });
  const post = (one: TestReceiver, body: unknown) =>
    one.post(body, { "content-type": "text/plain; charset=UTF-8", "x-amz-sns-message-type": "Notification" });

  test("a subscription is confirmed, and alarms with a right signature set the status", async () => {
    const one = await receiver("cloudwatch");
    const SubscribeURL = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=23";
    const confirmation = signed("Please confirm", {
      Type: "SubscriptionConfirmation",
      Token: "23",
      SubscribeURL,
    });
    const answer = await post(one, confirmation);
    expect([answer.status, answer.body.result]).toEqual([200, "processed"]);
    expect(dialled.map(({ url }) => url)).toEqual([
      "https://52.46.128.7:443/SimpleNotificationService-0000.pem",
      "https://52.46.128.7:443/?Action=ConfirmSubscription&Token=23",
    ]);
    expect(new Set(dialled.map(({ host }) => host))).toEqual(new Set(["sns.eu-central-1.amazonaws.com"]));
    for (const SignatureVersion of ["1", "2"]) {
      const MessageId = `m${SignatureVersion}`;
      expect((await post(one, signed(alarm("ALARM"), { SignatureVersion, MessageId }))).status).toBe(200);
    }
    expect(await statusOf()).toBe("down");
    expect((await post(one, signed(alarm("ALARM"), { MessageId: "m1" }))).body.result).toBe("ignored");
    await post(one, signed(alarm("OK"), { MessageId: "m3" }));
    expect(await statusOf()).toBe("operational");
    // The certificate was fetched once.
    expect(dialled).toHaveLength(2);
  });

  const FORGED: [name: string, forge: () => Json][] = [
    ["another message", () => ({ ...signed(alarm("OK")), Message: JSON.stringify(alarm("ALARM")) })],
    ["another topic", () => ({ ...signed(alarm("ALARM")), TopicArn: "arn:aws:sns:eu-central-1:1:mine" })],
    ["no signature", () => ({ ...signed(alarm("ALARM")), Signature: "" })],
    ["another version", () => ({ ...signed(alarm("ALARM")), SignatureVersion: "2" })],
    ["a time of last week", () => signed(alarm("ALARM"), { Timestamp: "2025-12-29T12:00:00.000Z" })],
    ["no envelope", () => alarm("ALARM")],
  ];
  test.each(FORGED)("%s is refused", async (_name, forge) => {
    const one = await receiver("cloudwatch");
    const answer = await post(one, forge());
    expect([answer.status, answer.body.result]).toEqual([401, "auth_failed"]);
    expect(await statusOf()).toBe("operational");
  });

  const ELSEWHERE = [
    "http://sns.eu-central-1.amazonaws.com/x.pem",
    "https://sns.eu-central-1.amazonaws.com.evil.example/x.pem",
    "https://sns.eu-central-1.amazonaws.com:8443/x.pem",
    "https://user@sns.eu-central-1.amazonaws.com/x.pem",
    "https://s3.eu-central-1.amazonaws.com/sns/x.pem",
    "https://sns.amazonaws.com.pem",
    "https://sns.eu-central-1.amazonaws.com/x.txt",
    "https://169.254.169.254/x.pem",
    "",
  ];
  test("a certificate is fetched from SNS alone, whatever the envelope says", async () => {
    const one = await receiver("cloudwatch");
    for (const SigningCertURL of ELSEWHERE) {
      const answer = await post(one, signed(alarm("ALARM"), { SigningCertURL }));
      expect([SigningCertURL, answer.status]).toEqual([SigningCertURL, 401]);
    }
    expect(dialled).toEqual([]);
  });

  test("so is the address that confirms", async () => {
    const one = await receiver("cloudwatch");
    for (const SubscribeURL of [
      "https://evil.example/?Token=23",
      "http://127.0.0.1/",
      "https://169.254.169.254/",
    ]) {
      const answer = await post(
        one,
        signed("x", { Type: "SubscriptionConfirmation", Token: "23", SubscribeURL }),
      );
      expect([answer.status, answer.body.result]).toEqual([400, "failed"]);
    }
    expect(dialled.map(({ url }) => url)).toEqual([
      "https://52.46.128.7:443/SimpleNotificationService-0000.pem",
    ]);
  });

  test("what SNS cannot give is said, and asked for again the next time", async () => {
    const one = await receiver("cloudwatch");
    remote = () => new Response("busy", { status: 503 });
    const busy = await post(one, signed(alarm("ALARM")));
    expect(busy.body.error).toContain("could not be fetched: it answered 503");
    remote = () => new Response("<html>");
    expect((await post(one, signed(alarm("ALARM")))).body.error).toContain("is no certificate");
    remote = () => new Response(cert);
    expect((await post(one, signed(alarm("ALARM"), { SigningCertURL: CERT_URL }))).status).toBe(200);
    expect(await statusOf()).toBe("down");
  });
});

describe("other bodies than JSON", () => {
  const down = uptimeKuma[0]?.payload;

  test("forms, with JSON in a field or fields of their own", async () => {
    const kuma = await receiver("uptime_kuma");
    const form = new FormData();
    form.set("data", JSON.stringify(down));
    const multipart = new Request("http://localhost", { method: "POST", body: form });
    const contentType = multipart.headers.get("content-type") ?? "";
    const bytes = new Uint8Array(await multipart.arrayBuffer());
    const answer = await kuma.post(bytes, { "content-type": contentType });
    expect(answer.body).toMatchObject({ result: "processed", status: "down" });
    const github = await receiver("github_actions");
    const zen = new URLSearchParams({ payload: JSON.stringify({ zen: "Keep it simple." }) });
    const ping = await github.post(zen.toString(), { "content-type": "application/x-www-form-urlencoded" });
    expect([ping.status, ping.body.result]).toEqual([200, "ignored"]);
    const plain = await receiver("generic");
    const fields = await plain.post("status=maintenance&message=Now", {
      "content-type": "application/x-www-form-urlencoded",
    });
    expect(fields.body).toMatchObject({ status: "maintenance" });
    // As curl -d sends it.
    const curl = await plain.post('{"status":"up"}', { "content-type": "application/x-www-form-urlencoded" });
    expect(curl.body.result).toBe("processed");
  });

  test("a broken form is failed", async () => {
    const kuma = await receiver("uptime_kuma");
    const answer = await kuma.post("--x\r\nnonsense", { "content-type": "multipart/form-data; boundary=x" });
    expect([answer.status, answer.body.result]).toEqual([400, "failed"]);
  });
});

describe("presets over the API", () => {
  test("are listed with all that a form needs", async () => {
    const { status, body } = await app.api("GET", "/webhook-receivers/presets");
    expect(status).toBe(200);
    expect(body.data.map(({ name }: Json) => name)).toContain("alertmanager");
    expect(body.data.find(({ name }: Json) => name === "github_actions")).toMatchObject({
      signature_header: "X-Hub-Signature-256",
      reads_by_paths: false,
      setup: expect.any(Array),
      examples: [{ title: "A run fails", payload: expect.any(Object) }],
    });
  });

  test("that name services need no field for them; others do; what is no preset is refused", async () => {
    const made = await app.api("POST", "/webhook-receivers", { name: "R", preset: "alertmanager" });
    expect([made.status, made.body.status_field]).toEqual([201, null]);
    const none = await app.api("POST", "/webhook-receivers", { name: "R", preset: "common" });
    expect([none.status, none.body.field]).toEqual([422, "service_id"]);
    const unknown = await app.api("POST", "/webhook-receivers", {
      name: "R",
      preset: "nagios",
      service_id: service,
    });
    expect([unknown.status, unknown.body.field]).toEqual([422, "preset"]);
  });

  test("changing it brings its header and forgets the paths of the other", async () => {
    const one = await receiver("generic", { status_field: "data.state" });
    const changed = await app.api("PATCH", `/webhook-receivers/${one.id}`, { preset: "gitlab" });
    expect(changed.body).toMatchObject({
      status_field: null,
      signature_header: "X-Gitlab-Token",
      signature_scheme: "token",
    });
    const back = await app.api("PATCH", `/webhook-receivers/${one.id}`, { preset: "generic" });
    expect(back.body).toMatchObject({
      status_field: "status",
      message_field: "message",
      signature_header: "X-Webhook-Signature",
      signature_scheme: "auto",
    });
  });
});
