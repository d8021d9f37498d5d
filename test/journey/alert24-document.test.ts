// Whoever has a webhook receiver of Alert24 is told of our services in its words: token in the path,
// HMAC header, service by name, statuses that its default mapping knows.
import { afterEach, expect, test } from "bun:test";
import { alert24Receiver, type DocumentHandler } from "../harness/document-handlers";
import { expectForgeriesRefused, openDocumentStage, type DocumentStage } from "../harness/document-stage";
import { printedBodies, printedSamples } from "../harness/documents";
import { expectSameShape } from "../harness/same-shape";

type Fields = Record<string, unknown>;

const TOKEN = "3f".repeat(32);
const SECRET = "hmac secret of the receiver";
const SIGNED = { header: "x-webhook-signature", secret: SECRET };
const [, NAMED = {}] = printedSamples("alert24");

let stage: DocumentStage;
let theirs: Map<string, string>;
let handler: DocumentHandler;
afterEach(() => stage.close());

/** Their services, and our channel to their receiver. */
const open = async (config: Fields = {}): Promise<string> => {
  theirs = new Map([["API Gateway", "operational"]]);
  handler = alert24Receiver({ token: TOKEN, secret: SECRET, services: theirs });
  stage = await openDocumentStage(handler);
  const { status, body } = await stage.api("POST", "/notification-channels", {
    name: "Their Alert24",
    type: "webhook",
    is_active: true,
    config: {
      url: `${stage.receiver.url}/api/webhooks/incoming/${TOKEN}`,
      dialect: "alert24",
      secret: SECRET,
      ...config,
    },
  });
  expect(status).toBe(201);
  expect(body.subscribed_events).toEqual(["service.status_changed"]);
  return String(body.id);
};

test("a service of ours goes through every status, and theirs follows", async () => {
  const channelId = await open();
  const service = await stage.api("POST", "/services", { name: "API Gateway" });
  expect(service.status).toBe(201);
  const set = async (status: string, message: string): Promise<void> => {
    const answer = await stage.api("POST", `/services/${service.body.id}/status`, { status, message });
    expect(answer.status).toBe(200);
  };
  let count = 0;
  for (const [status, message] of [
    ["down", "API Gateway is unreachable"],
    ["degraded", "It is slow"],
    ["maintenance", "We repair it"],
    ["operational", "All is well"],
  ] as const) {
    await set(status, message);
    await stage.untilDelivered(channelId, ++count);
    expect(theirs.get("API Gateway")).toBe(status);
  }
  const [down = {}] = stage.receiver.payloads();
  expect(down).toEqual(NAMED);
  for (const payload of stage.receiver.payloads()) expectSameShape(NAMED, payload, { isExact: true });
  expect(handler.done).toEqual([
    "processed: API Gateway operational → down",
    "processed: API Gateway down → degraded",
    "processed: API Gateway degraded → maintenance",
    "processed: API Gateway maintenance → operational",
  ]);
  await expectForgeriesRefused(stage, stage.receiver.requests.at(-1)!, SIGNED);
  expect(
    await stage.forge(stage.receiver.requests[0]!, { path: `/api/webhooks/incoming/${"0".repeat(64)}` }),
  ).toBe(404);
});

test("a status that stays the same is not sent at all", async () => {
  const channelId = await open();
  const service = await stage.api("POST", "/services", { name: "API Gateway" });
  for (let round = 0; round < 2; round++)
    await stage.api("POST", `/services/${service.body.id}/status`, { status: "down" });
  await stage.untilDelivered(channelId, 1);
  expect(stage.receiver.requests).toHaveLength(1);
});

test("the test button says so, and takes nobody's service down", async () => {
  const channelId = await open();
  theirs.set("CNC Mill #1", "operational");
  const { body } = await stage.api("POST", `/notification-channels/${channelId}/test`);
  expect(body.success).toBe(true);
  const [payload = {}] = stage.receiver.payloads();
  expectSameShape(NAMED, payload);
  expect(payload).toMatchObject({ event: "channel.test", test: true, status: "operational" });
  expect([...theirs.values()]).toEqual(["operational", "operational"]);
});

test("a service that they do not know is a failed delivery, tried again on the schedule", async () => {
  const channelId = await open({ jitter: false });
  const service = await stage.api("POST", "/services", { name: "Nobody's" });
  await stage.api("POST", `/services/${service.body.id}/status`, { status: "down" });
  const waiting = await stage.until(channelId, "pending", 1);
  expect(Date.parse(String(waiting["next_attempt_at"])) - stage.clock.now()).toBe(30_000);
});

test("alerts of machines can be sent there as well, as the status of the machine", async () => {
  await open();
  theirs.set("Press 7", "operational");
  const { body: channel } = await stage.api("POST", "/notification-channels", {
    name: "Machines, too",
    type: "webhook",
    is_active: true,
    config: {
      url: `${stage.receiver.url}/api/webhooks/incoming/${TOKEN}`,
      dialect: "alert24",
      secret: SECRET,
    },
    events: ["alert.triggered", "alert.resolved"],
  });
  await stage.api("POST", "/alert-rules", {
    name: "Too hot",
    severity: "warning",
    is_active: true,
    selector: {},
    condition: { type: "threshold", metric: "temperature", operator: ">", threshold: 85 },
  });
  const read = (value: number) =>
    stage.api("POST", "/readings", { machine: "Press 7", metric: "temperature", value });
  await read(91.4);
  await stage.untilDelivered(String(channel.id), 1);
  expect(theirs.get("Press 7")).toBe("degraded");
  await read(70);
  await stage.untilDelivered(String(channel.id), 2);
  expect(theirs.get("Press 7")).toBe("operational");
});

test("the document's own requests have the shape that we send, but for the name", () => {
  for (const text of printedBodies("alert24")) {
    const { service_name: _name, ...ours } = NAMED;
    expectSameShape(JSON.parse(text), ours, { isExact: true });
  }
});
