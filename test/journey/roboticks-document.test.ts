// Whoever followed the Roboticks document keeps the endpoint as it is printed: the signature it checks,
// the payload field by field, its three events, its retries, and the channel that is marked as failed.
import { afterEach, describe, expect, test } from "bun:test";
import {
  printedRoboticksHandler,
  roboticksHandler,
  type DocumentHandler,
} from "../harness/document-handlers";
import { expectForgeriesRefused, openDocumentStage, type DocumentStage } from "../harness/document-stage";
import { printedSamples } from "../harness/documents";
import { eventually } from "../harness/eventually";
import { findFlaskObstacle } from "../harness/printed-receivers";
import { expectSameShape } from "../harness/same-shape";
import { openScriptedReceiver } from "../harness/scripted-receiver";

type Fields = Record<string, unknown>;

const SECRET = "your-signing-secret";
const MINUTE = 60_000;
const [SAMPLE = {}] = printedSamples("roboticks");
const SIGNED = { header: "x-roboticks-signature", secret: SECRET };

let stage: DocumentStage;
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await stage.close();
  for (const close of closing.splice(0)) await close();
});

/** "Settings > Integrations > Custom Webhook": URL and signing secret; the method is POST by default. */
const createChannel = async (more: Fields = {}, config: Fields = {}): Promise<string> => {
  const { status, body } = await stage.api("POST", "/notification-channels", {
    name: "Custom webhook",
    type: "webhook",
    is_active: true,
    config: {
      url: `${stage.receiver.url}/roboticks-webhook`,
      dialect: "roboticks",
      secret: SECRET,
      jitter: false,
      ...config,
    },
    ...more,
  });
  expect(status).toBe(201);
  return String(body.id);
};

/** The sample's robot, and the rule that it broke. */
const createRobot = async (): Promise<void> => {
  const project = await stage.api("POST", "/projects", { name: "Warehouse Operations", slug: "warehouse" });
  expect(project.status).toBe(201);
  const machine = await stage.api("POST", "/machines", {
    name: "warehouse-robot-01",
    type: "robot",
    project_id: project.body.id,
  });
  expect(machine.status).toBe(201);
  const rule = await stage.api("POST", "/alert-rules", {
    name: "Device Offline",
    severity: "critical",
    is_active: true,
    selector: { machine_type: "robot" },
    condition: { type: "heartbeat", after_seconds: 300 },
    message: "Device has not sent a heartbeat in 5 minutes",
  });
  expect(rule.status).toBe(201);
  await beat();
};

const beat = async (): Promise<void> => {
  const { status } = await stage.api("POST", "/machines/warehouse-robot-01/heartbeat");
  expect(status).toBeLessThan(300);
};

const HANDLERS: [string, () => Promise<DocumentHandler>, string | null][] = [
  ["as printed, in Python", () => printedRoboticksHandler(), findFlaskObstacle()],
  ["as printed, over a stand-in for Flask", () => printedRoboticksHandler(true), findFlaskObstacle()],
  ["translated", async () => roboticksHandler(SECRET), null],
];
for (const [name, open, obstacle] of HANDLERS) {
  if (obstacle !== null) process.stdout.write(`The handler ${name} is skipped: ${obstacle}.\n`);
  test.skipIf(obstacle !== null)(
    `a device that falls silent and comes back: the handler, ${name}`,
    async () => {
      const handler = await open();
      stage = await openDocumentStage(handler);
      const channelId = await createChannel();
      await createRobot();
      await stage.clock.advance(5 * MINUTE);
      await stage.untilDelivered(channelId, 1);
      expect((await stage.api("POST", "/alerts/1/acknowledge")).status).toBe(200);
      await stage.untilDelivered(channelId, 2);
      await beat();
      await stage.untilDelivered(channelId, 3);

      const payloads = stage.receiver.payloads();
      for (const payload of payloads) expectSameShape(SAMPLE, payload, { isExact: true });
      expect(
        payloads.map((payload) => [payload["event_type"], (payload["alert"] as Fields)["status"]]),
      ).toEqual([
        ["alert.triggered", "active"],
        ["alert.acknowledged", "acknowledged"],
        ["alert.resolved", "resolved"],
      ]);
      expect(payloads[0]).toEqual({
        event_type: "alert.triggered",
        timestamp: "2026-01-01T00:05:00Z",
        alert: {
          id: 1,
          name: "Device Offline",
          severity: "critical",
          status: "active",
          message: "Device has not sent a heartbeat in 5 minutes",
          rule_id: 1,
          triggered_at: "2026-01-01T00:05:00Z",
        },
        device: { id: 1, name: "warehouse-robot-01", type: "robot", status: "offline" },
        project: { id: 2, name: "Warehouse Operations", slug: "warehouse" },
        organization: { id: 1, name: "Default", slug: "default" },
        links: { alert: `${stage.app.url}/alerts/1`, device: `${stage.app.url}/devices/1` },
      });
      expect(payloads[2]).toHaveProperty("device.status", "online");
      await eventually(
        async () => handler.done,
        (done) => done.length === 3,
      );
      expect(handler.done).toEqual(new Array(3).fill("Alert: Device Offline - warehouse-robot-01"));

      const [request] = stage.receiver.requests;
      expect(request).toMatchObject({ method: "POST", path: "/roboticks-webhook" });
      await expectForgeriesRefused(stage, stage.receiver.requests.at(-1)!, SIGNED);

      // The links open in the browser.
      for (const link of Object.values(payloads[0]?.["links"] as Record<string, string>)) {
        const page = await fetch(link, { headers: { accept: "text/html" } });
        expect([link, page.status, page.headers.get("content-type")]).toEqual([
          link,
          200,
          expect.stringContaining("text/html"),
        ]);
      }
    },
  );
}

test("the test button sends the sample payload, which the handler takes; another secret is refused", async () => {
  const handler = roboticksHandler(SECRET);
  stage = await openDocumentStage(handler);
  const channelId = await createChannel();
  const { body } = await stage.api("POST", `/notification-channels/${channelId}/test`);
  expect(body.success).toBe(true);
  const [payload = {}] = stage.receiver.payloads();
  const { test: isTest, ...rest } = payload;
  expect(isTest).toBe(true);
  expectSameShape(SAMPLE, rest, { isExact: true });
  expect(rest["event_type"]).toBe("alert.triggered");

  await stage.api("PATCH", `/notification-channels/${channelId}`, {
    config: { secret: "some-other-secret" },
  });
  const refused = await stage.api("POST", `/notification-channels/${channelId}/test`);
  expect(refused.body).toMatchObject({
    success: false,
    attempt: { outcome: "auth_error", status_code: 401 },
  });
  expect(handler.done).toHaveLength(1);
});

describe("configuration options", () => {
  for (const method of ["POST", "PUT", "PATCH"])
    test(`the method may be ${method}`, async () => {
      stage = await openDocumentStage(roboticksHandler(SECRET));
      stage.receiver.answerWith(() => 200);
      const channelId = await createChannel({}, { method, headers: { "X-Api-Key": "key-of-the-receiver" } });
      expect((await stage.api("POST", `/notification-channels/${channelId}/test`)).body.success).toBe(true);
      const [request] = stage.receiver.requests;
      expect(request?.method).toBe(method);
      expect(request?.headers["x-api-key"]).toBe("key-of-the-receiver");
      expect(request?.headers["x-roboticks-signature"]).toMatch(/^sha256=[0-9a-f]{64}$/);
    });

  test("without a signing secret nothing is signed", async () => {
    stage = await openDocumentStage(roboticksHandler(SECRET));
    stage.receiver.answerWith(() => 200);
    const { body: channel } = await stage.api("POST", "/notification-channels", {
      name: "Unsigned",
      type: "webhook",
      is_active: true,
      config: { url: `${stage.receiver.url}/roboticks-webhook`, dialect: "roboticks" },
    });
    await stage.api("POST", `/notification-channels/${channel.id}/test`);
    const names = Object.keys(stage.receiver.requests[0]?.headers ?? {});
    expect(names.filter((name) => name.includes("signature"))).toEqual([]);
  });

  test("escalations and incidents are not among its events unless somebody says so", async () => {
    stage = await openDocumentStage(roboticksHandler(SECRET));
    const channelId = await createChannel();
    const { body } = await stage.api("GET", `/notification-channels/${channelId}`);
    expect(body.subscribed_events).toEqual(["alert.triggered", "alert.resolved", "alert.acknowledged"]);
  });
});

test("five failed attempts on the printed schedule: the channel is failed, somebody is told, resume clears it", async () => {
  stage = await openDocumentStage(roboticksHandler(SECRET));
  stage.receiver.answerWith(() => 500);
  const notices = openScriptedReceiver();
  closing.push(notices.close);
  // The notice goes to another channel of the same receiver's host.
  const notice = await stage.api("POST", "/notification-channels", {
    name: "Engineering",
    type: "webhook",
    is_active: true,
    config: { url: `${stage.receiver.url}/notices` },
    events: [],
  });
  expect(notice.status).toBe(201);
  const channelId = await createChannel({ failure_channel_id: notice.body.id });
  await createRobot();
  await stage.clock.advance(5 * MINUTE);
  const ofHandler = () => stage.receiver.requests.filter(({ path }) => path === "/roboticks-webhook");
  for (const [index, minutes] of [1, 5, 30, 120].entries()) {
    const waiting = await stage.until(channelId, "pending", index + 1);
    expect(Date.parse(String(waiting["next_attempt_at"])) - stage.clock.now()).toBe(minutes * MINUTE);
    await stage.clock.advance(minutes * MINUTE - 1);
    expect(ofHandler()).toHaveLength(index + 1);
    if (index === 3) stage.receiver.answerWith(({ path }) => (path === "/notices" ? 200 : 500));
    await stage.clock.advance(1);
  }
  await stage.until(channelId, "failed", 5);
  expect(ofHandler()).toHaveLength(5);
  expect(new Set(ofHandler().map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  expect(new Set(ofHandler().map(({ text }) => text)).size).toBe(1);
  expect((await stage.api("GET", `/notification-channels/${channelId}`)).body).toMatchObject({
    health: "failed",
    is_active: true,
  });
  await stage.untilDelivered(String(notice.body.id), 1);
  const told = stage.receiver.requests.find(({ path }) => path === "/notices");
  expect(JSON.parse(told?.text ?? "{}")).toMatchObject({
    event: "channel.failed",
    channel: { id: channelId, name: "Custom webhook" },
  });

  // What happens meanwhile waits, and goes out at once with `resume`.
  await beat();
  await stage.until(channelId, "held", 0);
  stage.receiver.answerWith(() => 200);
  const resumed = await stage.api("POST", `/notification-channels/${channelId}/resume`);
  expect(resumed.body.health).toBe("active");
  await stage.until(channelId, "delivered", 1);
  expect(JSON.parse(ofHandler().at(-1)?.text ?? "{}")).toMatchObject({ event_type: "alert.resolved" });
});

test("30 seconds are the limit of an answer", async () => {
  stage = await openDocumentStage(roboticksHandler(SECRET));
  stage.receiver.answerWith(() => null);
  const channelId = await createChannel();
  await createRobot();
  await stage.clock.advance(5 * MINUTE);
  await stage.receiver.arrived(1);
  await stage.clock.advance(29_900);
  expect((await stage.deliveries(channelId))[0]).toMatchObject({ status: "sending" });
  await stage.clock.advance(200);
  expect(await stage.until(channelId, "pending", 1)).toMatchObject({ outcome: "timeout" });
});
