// A service fails, and somebody is called: a receiver hears of it, the rule about the service raises an alert, nobody
// answers, the next one is called and takes it, the service recovers and everybody knows. Meanwhile planned work on the
// same group calls nobody, and whoever is still down after it is told then.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { startApp, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { openRecordingSink, type RecordingSink } from "../harness/recording-sink";

type Json = Record<string, unknown>;

const MINUTE = 60_000;

const clock = new FakeClock();
let sink: RecordingSink;
let app: TestApp;
let receiverPath = "";
let jobPath = "";

beforeAll(async () => {
  sink = openRecordingSink();
  app = await startApp({ clock, config: { outboundAllow: [`127.0.0.1:${sink.port}`] } });
});
afterAll(async () => {
  await app.stop();
  await sink.stop();
});

const made = async (path: string, body: Json): Promise<Json & { id: string }> => {
  const answer = await app.api("POST", path, body);
  expect([path, answer.status, answer.body.detail]).toEqual([path, 201, undefined]);
  return answer.body as Json & { id: string };
};

const hear = async (status: string, message: string): Promise<void> => {
  const answer = await fetch(`${app.url}${receiverPath}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ status, message }),
  });
  expect(answer.status).toBe(200);
  await clock.settle();
};

/** Since the last call: `event name of the machine by the path that it came to`. */
const takeTold = async (count: number): Promise<string[]> => {
  await sink.waitFor(count);
  await clock.settle();
  return sink.received.splice(0).map(({ json, path }) => {
    const { machine_name: name } = json["alert"] as Json;
    return `${path.replace("/hook", "")} ${String(json["event"])} ${String(name)}`;
  });
};

test("a service that a receiver reports, a rule about it, and who is called in which order", async () => {
  const { id: serviceId } = await made("/services", { name: "Web shop", group: "Web" });
  const receiver = await made("/webhook-receivers", { name: "Status page", service_id: serviceId });
  receiverPath = new URL(String(receiver["url"])).pathname;
  const hook = (name: string, events: string[]) =>
    made("/notification-channels", {
      name,
      type: "webhook",
      is_active: true,
      events,
      filters: { groups: ["Web"] },
      config: { url: `${sink.url}/${name}` },
    });
  await hook("team", ["alert.triggered", "alert.acknowledged", "alert.resolved"]);
  const { id: leadId } = await hook("lead", ["channel.failed"]);
  const policy = { name: "Lead after 10 min", severity: "critical", wait_minutes: 10, is_active: true };
  await made("/escalation-policies", { ...policy, channel_id: leadId });
  const rule = await made("/alert-rules", {
    name: "Shop in trouble",
    severity: "critical",
    selector: { service_group: "Web" },
    condition: { type: "service_status", in: ["down", "degraded"], for_seconds: 120 },
  });
  expect(rule["warnings"]).toEqual([]);
});

test("it is down for less than two minutes: nobody is called", async () => {
  await hear("down", "Deploying");
  await clock.advance(100_000);
  await hear("operational", "Deployed");
  await clock.advance(10 * MINUTE);
  expect(sink.received).toEqual([]);
});

test("it is down for longer: the team, then the lead, who takes it; it recovers, and the team knows", async () => {
  await hear("outage", "Database is full");
  await clock.advance(121_000);
  expect(await takeTold(1)).toEqual(["/team alert.triggered Web shop"]);
  await clock.advance(10 * MINUTE);
  expect(await takeTold(1)).toEqual(["/lead alert.escalated Web shop"]);
  const [alert] = (await app.api("GET", "/alerts?status=triggered")).body.data as [Json];
  expect(alert).toMatchObject({ message: "Web shop is down for 2 minutes: Database is full" });
  await app.api("POST", `/alerts/${alert["number"]}/acknowledge`, { note: "Making room" });
  expect(await takeTold(1)).toEqual(["/team alert.acknowledged Web shop"]);
  await hear("operational", "Room was made");
  expect(await takeTold(1)).toEqual(["/team alert.resolved Web shop"]);
  const timeline = (await app.api("GET", `/alerts/${alert["id"]}/timeline`)).body.data as Json[];
  expect(timeline.map(({ kind }) => kind)).toEqual([
    "alert.triggered",
    "alert.escalated",
    "alert.acknowledged",
    "alert.resolved",
  ]);
});

test("planned work on the group calls nobody; what is still down when it ends is told then", async () => {
  const job = await made("/monitors", {
    name: "Import of orders",
    group: "Web",
    type: "heartbeat",
    period_seconds: 3_600,
  });
  jobPath = new URL(String(job["ping_url"])).pathname;
  await made("/alert-rules", {
    name: "Import fails",
    severity: "warning",
    selector: { monitor_id: job.id },
    condition: { type: "service_status", in: ["down"] },
  });
  const ping = async (end: string): Promise<void> => {
    expect((await fetch(`${app.url}${jobPath}${end}`)).status).toBe(200);
    await clock.settle();
  };
  await ping("");
  await made("/maintenance-windows", {
    name: "New database",
    groups: ["Web"],
    starts_at: new Date(clock.now()).toISOString(),
    ends_at: new Date(clock.now() + 30 * MINUTE).toISOString(),
  });
  await ping("/fail");
  await hear("down", "Moving");
  await clock.advance(29 * MINUTE);
  expect(sink.received).toEqual([]);
  expect((await app.api("GET", "/alerts?status=triggered")).body.data).toMatchObject([
    { machine_name: "Import of orders", labels: { group: "Web" } },
  ]);
  await clock.advance(2 * MINUTE);
  expect(await takeTold(1)).toEqual(["/team alert.triggered Import of orders"]);
  // The service has been down since before the end: it is called for once it has been so for two minutes.
  await clock.advance(2 * MINUTE);
  expect(await takeTold(1)).toEqual(["/team alert.triggered Web shop"]);
});
