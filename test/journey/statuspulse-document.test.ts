// Whoever followed the StatusPulse document keeps the endpoint that it describes: the handshake, three
// events of an incident's life, the signature, the retries, the pause and its notice, the resume, the
// filter by group, and 24 hours with both secrets.
import { afterEach, describe, expect, test } from "bun:test";
import { statuspulseHandler } from "../harness/document-handlers";
import { expectForgeriesRefused, openDocumentStage, type DocumentStage } from "../harness/document-stage";
import { printedSamples, readDocument } from "../harness/documents";
import { expectSameShape } from "../harness/same-shape";

type Fields = Record<string, unknown>;

const SECRET = "secret-of-the-endpoint";
const SIGNED = { header: "x-statuspulse-signature", secret: SECRET };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const [OPENED = {}, RESOLVED = {}] = printedSamples("statuspulse");

let stage: DocumentStage;
afterEach(() => stage.close());

/** "Settings > Integrations > Webhooks": the URL and the events, by the document's names. */
const createChannel = async (more: Fields = {}) => {
  const { status, body } = await stage.api("POST", "/notification-channels", {
    name: "On call",
    type: "webhook",
    is_active: true,
    config: {
      url: `${stage.receiver.url}/statuspulse`,
      dialect: "statuspulse",
      secret: SECRET,
      jitter: false,
    },
    events: ["incident_opened", "incident_updated", "incident_resolved"],
    ...more,
  });
  expect(status).toBe(201);
  return body;
};

const createService = async (name: string, group: string): Promise<string> => {
  const { status, body } = await stage.api("POST", "/services", { name, group });
  expect(status).toBe(201);
  return String(body.id);
};

const openIncident = async (serviceId: string, title = "Checkout is down"): Promise<string> => {
  const { status, body } = await stage.api("POST", "/incidents", {
    title,
    severity: "critical",
    service_ids: [serviceId],
    message: "Payments fail",
  });
  expect(status).toBe(201);
  return String(body.id);
};

const update = async (incidentId: string, status: string, message: string): Promise<void> => {
  const answer = await stage.api("POST", `/incidents/${incidentId}/updates`, {
    status,
    message,
    public: true,
  });
  expect(answer.status).toBeLessThan(300);
};

const eventsOf = (): unknown[] => stage.receiver.payloads().map(({ event_type }) => event_type);

describe("endpoint registration", () => {
  test("a 200 to one signed test event enables live traffic", async () => {
    const handler = statuspulseHandler(SECRET);
    stage = await openDocumentStage(handler);
    const channel = await createChannel();
    expect(channel).toMatchObject({ is_active: true, health: "active" });
    expect(channel.events).toEqual(["incident_opened", "incident_updated", "incident_resolved"]);
    const [{ test: isTest, ...payload } = {}] = stage.receiver.payloads();
    expect(isTest).toBe(true);
    expectSameShape(OPENED, payload, { isExact: true });
    expect(handler.done).toHaveLength(1);
    expect(stage.receiver.requests).toHaveLength(1);
  });

  for (const answer of [204, 301, 401, 500])
    test(`${answer} does not; nothing is sent until a test gets 200`, async () => {
      stage = await openDocumentStage(statuspulseHandler(SECRET));
      stage.receiver.answerWith(() => answer);
      const channel = await createChannel();
      expect(channel).toMatchObject({ is_active: false, health: "unverified" });
      expect(channel.attempt).toMatchObject({ status_code: answer });
      const serviceId = await createService("checkout-api", "api-gateway");
      await openIncident(serviceId);
      expect(await stage.deliveries(String(channel.id))).toHaveLength(1);

      stage.receiver.answerWith(() => 200);
      const tested = await stage.api("POST", `/notification-channels/${channel.id}/test`);
      expect(tested.body.success).toBe(true);
      const { body } = await stage.api("GET", `/notification-channels/${channel.id}`);
      expect(body).toMatchObject({ is_active: true, health: "active" });
      // What happened in between is not told afterwards.
      await stage.clock.advance(HOUR);
      expect(stage.receiver.requests).toHaveLength(2);
    });
});

test("an incident's life: each payload has the document's fields, and the handler routes by event_type", async () => {
  const handler = statuspulseHandler(SECRET);
  stage = await openDocumentStage(handler);
  const channel = await createChannel();
  const serviceId = await createService("checkout-api", "api-gateway");
  await stage.clock.advance(1_000);
  const incidentId = await openIncident(serviceId);
  await stage.untilDelivered(String(channel.id), 2);
  await stage.clock.advance(10 * MINUTE);
  await update(incidentId, "identified", "A cache went stale");
  await stage.untilDelivered(String(channel.id), 3);
  await stage.api("PATCH", `/incidents/${incidentId}`, {
    engineer_notes: "Cache flush restored connectivity",
  });
  await stage.clock.advance(33 * MINUTE + 43_000);
  await update(incidentId, "resolved", "Recovered");
  await stage.untilDelivered(String(channel.id), 4);

  expect(eventsOf()).toEqual(["incident_opened", "incident_opened", "incident_updated", "incident_resolved"]);
  const [, opened = {}, updated = {}, resolved = {}] = stage.receiver.payloads();
  expectSameShape(OPENED, opened, { isExact: true });
  expectSameShape(RESOLVED, resolved, { isExact: true });
  expectSameShape(OPENED["details"], updated["details"]);
  const { body: incident } = await stage.api("GET", `/incidents/${incidentId}`);
  expect(incident.code).toMatch(/^INC-\d+-[A-Z]+$/);
  expect(opened).toMatchObject({
    incident_id: incident.code,
    monitor_name: "checkout-api",
    status: "investigating",
    triggered_at: "2026-01-01T00:00:01Z",
  });
  expect(updated).toMatchObject({
    incident_id: incident.code,
    status: "identified",
    updated_at: "2026-01-01T00:10:01Z",
    details: { message: "A cache went stale" },
  });
  expect(resolved).toEqual({
    event_type: "incident_resolved",
    incident_id: incident.code,
    monitor_name: "checkout-api",
    status: "resolved",
    resolved_at: "2026-01-01T00:43:44Z",
    details: {
      downtime_duration_seconds: 2_623,
      final_response_code: 0,
      auto_resolved: false,
      engineer_notes: "Cache flush restored connectivity",
    },
  });
  expect(handler.done).toEqual([
    "page: checkout-api-prod 503",
    "page: checkout-api 0",
    "update: identified",
    "post-mortem: 2623 s",
  ]);
  await expectForgeriesRefused(stage, stage.receiver.requests.at(-1)!, SIGNED);
});

test("the filter by group keeps other groups' incidents away", async () => {
  stage = await openDocumentStage(statuspulseHandler(SECRET));
  const channel = await createChannel({ filters: { groups: ["payment-processing"] } });
  const api = await createService("gateway", "api-gateway");
  const payments = await createService("cards", "payment-processing");
  await openIncident(api, "Not ours");
  await openIncident(payments, "Ours");
  await stage.untilDelivered(String(channel.id), 2);
  expect(stage.receiver.payloads().at(-1)).toMatchObject({ monitor_name: "cards" });
});

test("1, 5, 15 and 60 minutes; then the channel is paused, engineering is told, and resume delivers at once", async () => {
  expect(readDocument("statuspulse")).toContain("1m, 5m, 15m, 60m");
  stage = await openDocumentStage(statuspulseHandler(SECRET));
  const engineering = await stage.api("POST", "/notification-channels", {
    name: "Engineering",
    type: "webhook",
    is_active: true,
    config: { url: `${stage.receiver.url}/engineering` },
    events: [],
  });
  const channel = await createChannel({ failure_channel_id: engineering.body.id });
  const channelId = String(channel.id);
  const serviceId = await createService("checkout-api", "api-gateway");
  const ofHandler = () => stage.receiver.requests.filter(({ path }) => path === "/statuspulse").slice(1);
  stage.receiver.answerWith(({ path }) => (path === "/engineering" ? 200 : 503));
  const incidentId = await openIncident(serviceId);
  for (const [index, minutes] of [1, 5, 15, 60].entries()) {
    const waiting = await stage.until(channelId, "pending", index + 1);
    expect(Date.parse(String(waiting["next_attempt_at"])) - stage.clock.now()).toBe(minutes * MINUTE);
    await stage.clock.advance(minutes * MINUTE - 1);
    expect(ofHandler()).toHaveLength(index + 1);
    await stage.clock.advance(1);
  }
  await stage.until(channelId, "held", 5);
  expect(ofHandler()).toHaveLength(5);
  expect((await stage.api("GET", `/notification-channels/${channelId}`)).body).toMatchObject({
    health: "paused",
    is_active: true,
  });
  await stage.untilDelivered(String(engineering.body.id), 1);
  const told = stage.receiver.requests.find(({ path }) => path === "/engineering");
  expect(JSON.parse(told?.text ?? "{}")).toMatchObject({
    event: "channel.paused",
    channel: { id: channelId },
  });

  // What happens meanwhile waits as well, for however long.
  await update(incidentId, "resolved", "Recovered");
  await stage.clock.advance(48 * HOUR);
  expect(ofHandler()).toHaveLength(5);
  stage.receiver.answerWith(() => 200);
  expect((await stage.api("POST", `/notification-channels/${channelId}/resume`)).body.health).toBe("active");
  await stage.untilDelivered(channelId, 3);
  const [again, resolved] = ofHandler().slice(5);
  expect(JSON.parse(again?.text ?? "{}")).toMatchObject({ event_type: "incident_opened" });
  expect(JSON.parse(resolved?.text ?? "{}")).toMatchObject({ event_type: "incident_resolved" });
  // The same message as before: ID and bytes.
  expect([again?.headers["webhook-id"], again?.text]).toEqual([
    ofHandler()[0]?.headers["webhook-id"],
    ofHandler()[0]?.text,
  ]);
});

test("for 24 hours after a rotation an endpoint with either secret is delivered to; then only the new one counts", async () => {
  stage = await openDocumentStage(statuspulseHandler(SECRET));
  const channel = await createChannel();
  const channelId = String(channel.id);
  const serviceId = await createService("checkout-api", "api-gateway");
  const rotated = await stage.api("POST", `/notification-channels/${channelId}/rotate-secret`, {});
  expect(rotated.status).toBe(200);
  const fresh = String(rotated.body.secret);

  // The endpoint has not switched yet: the same delivery comes again at once, signed by the old secret.
  const incidentId = await openIncident(serviceId);
  await stage.untilDelivered(channelId, 2);
  expect(stage.receiver.requests).toHaveLength(3);
  const [first, second] = stage.receiver.requests.slice(1);
  expect(first?.headers["webhook-id"]).toBe(second?.headers["webhook-id"] ?? "");
  expect(first?.headers["webhook-signature"]?.split(" ")).toHaveLength(2);

  const switched = statuspulseHandler(fresh);
  stage.receiver.answerWith((request) => switched.handle(request));
  await update(incidentId, "identified", "Found");
  await stage.untilDelivered(channelId, 3);
  expect(stage.receiver.requests).toHaveLength(4);
  expect(switched.done).toEqual(["update: identified"]);

  await stage.clock.advance(24 * HOUR + MINUTE);
  const old = statuspulseHandler(SECRET);
  stage.receiver.answerWith((request) => old.handle(request));
  await update(incidentId, "resolved", "Recovered");
  await stage.until(channelId, "pending", 1);
  expect(stage.receiver.requests).toHaveLength(5);
  expect(stage.receiver.requests.at(-1)?.headers["webhook-signature"]?.split(" ")).toHaveLength(1);
});

test("10 seconds are the limit of an answer", async () => {
  stage = await openDocumentStage(statuspulseHandler(SECRET));
  const channel = await createChannel();
  const serviceId = await createService("checkout-api", "api-gateway");
  stage.receiver.answerWith(() => null);
  await openIncident(serviceId);
  await stage.receiver.arrived(2);
  await stage.clock.advance(9_900);
  expect((await stage.deliveries(String(channel.id)))[0]).toMatchObject({ status: "sending" });
  await stage.clock.advance(200);
  expect(await stage.until(String(channel.id), "pending", 1)).toMatchObject({ outcome: "timeout" });
});
