// A site fails and comes back while a monitor looks at it: whoever followed the StatusPulse document gets the
// two payloads that it prints, field by field, signed, from what the probe itself has seen.
import { afterEach, expect, test } from "bun:test";
import { statuspulseHandler } from "../harness/document-handlers";
import { expectForgeriesRefused, openDocumentStage, type DocumentStage } from "../harness/document-stage";
import { printedSamples } from "../harness/documents";
import { eventually } from "../harness/eventually";
import { openRecordingSink } from "../harness/recording-sink";
import { expectSameShape } from "../harness/same-shape";

const SECRET = "secret-of-the-endpoint";
const [OPENED = {}, RESOLVED = {}] = printedSamples("statuspulse");

let stage: DocumentStage;
afterEach(() => stage.close());

test("a failing and a recovering site come out as StatusPulse's two samples", async () => {
  const handler = statuspulseHandler(SECRET);
  const site = openRecordingSink();
  stage = await openDocumentStage(handler, {
    outboundAllow: [`127.0.0.1:${site.port}`],
    region: "us-east-1",
  });
  const becomes = (id: string, status: string) =>
    eventually(
      async () => (await stage.api("GET", `/monitors/${id}`)).body.status,
      (now) => now === status,
    );
  /** Past the next turn, and until what it answered counts: the clock stands while a probe is under way. */
  const look = async (id: string): Promise<void> => {
    const last = async () => JSON.stringify((await stage.api("GET", `/monitors/${id}`)).body["last_result"]);
    const before = await last();
    await stage.clock.advance(33_000);
    await eventually(last, (now) => now !== before);
  };
  const channel = await stage.api("POST", "/notification-channels", {
    name: "On call",
    type: "webhook",
    is_active: true,
    config: { url: `${stage.receiver.url}/statuspulse`, dialect: "statuspulse", secret: SECRET },
    filters: { groups: ["payment-processing"] },
  });
  const channelId = String(channel.body.id);
  const monitor = await stage.api("POST", "/monitors", {
    name: "checkout-api-prod",
    group: "payment-processing",
    type: "http",
    url: site.url,
    interval_seconds: 30,
    is_active: true,
  });
  const id = String(monitor.body.id);
  await becomes(id, "up");

  site.answerWith(503);
  await look(id);
  await becomes(id, "down");
  await stage.untilDelivered(channelId, 2);
  // Still down: nothing more is told.
  await look(id);
  await look(id);
  expect(site.received).toHaveLength(4);
  expect(await stage.deliveries(channelId)).toHaveLength(2);
  const [incident] = (await stage.api("GET", "/incidents")).body.data;
  await stage.api("PATCH", `/incidents/${incident.id}`, {
    engineer_notes: "Cache flush restored connectivity",
  });
  site.answerWith(200);
  await look(id);
  await becomes(id, "up");
  await stage.untilDelivered(channelId, 3);

  const [, opened = {}, resolved = {}] = stage.receiver.payloads();
  expectSameShape(OPENED, opened, { isExact: true });
  expectSameShape(RESOLVED, resolved, { isExact: true });
  expect(opened).toMatchObject({
    event_type: "incident_opened",
    incident_id: incident.code,
    monitor_name: "checkout-api-prod",
    status: "investigating",
    details: { endpoint: site.url, response_code: 503, region: "us-east-1" },
  });
  const { openedAt, resolvedAt } = {
    openedAt: Date.parse(String(opened["triggered_at"])),
    resolvedAt: Date.parse(String(resolved["resolved_at"])),
  };
  expect(resolved).toMatchObject({
    event_type: "incident_resolved",
    incident_id: incident.code,
    monitor_name: "checkout-api-prod",
    status: "resolved",
    details: {
      final_response_code: 200,
      auto_resolved: true,
      engineer_notes: "Cache flush restored connectivity",
    },
  });
  const { downtime_duration_seconds: seconds } = resolved["details"] as { downtime_duration_seconds: number };
  expect(Math.abs(seconds - (resolvedAt - openedAt) / 1_000)).toBeLessThanOrEqual(1);
  expect(seconds).toBeGreaterThan(60);
  for (const request of stage.receiver.requests)
    await expectForgeriesRefused(stage, request, { header: "x-statuspulse-signature", secret: SECRET });

  await site.stop();
  await look(id);
  await becomes(id, "down");
  await stage.untilDelivered(channelId, 4);
  expect(stage.receiver.payloads().at(-1)).toMatchObject({ details: { response_code: 0 } });
});
