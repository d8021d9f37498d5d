// Whoever followed the Haltless document changes host and token, and nothing else: its three requests
// as printed, its two handlers as printed, its payloads field by field, its promises about retries.
import { afterEach, describe, expect, test } from "bun:test";
import { FakeClock } from "../harness/clock";
import { eventually } from "../harness/eventually";
import { createHaltlessCustomer, type Fields } from "../harness/haltless-customer";
import { readHaltlessDocument } from "../harness/haltless-document";
import {
  findFlaskObstacle,
  openExpressReceiver,
  openFlaskReceiver,
  type PrintedReceiver,
} from "../harness/printed-receivers";
import { expectOnlyGenuine } from "../harness/document-stage";
import { expectSameShape } from "../harness/same-shape";
import { openScriptedReceiver, type Script, type ScriptedReceiver } from "../harness/scripted-receiver";

const printed = readHaltlessDocument();
const MINUTE = 60_000;
const SECRET = "your-shared-secret";

const customer = createHaltlessCustomer(printed);
const { startWith, call, sendPrinted, createRule, configure, sendReading } = customer;
const { onlyAlert, onlyDelivery, untilDelivered } = customer;
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  await customer.stop();
  for (const close of closing.splice(0)) await close();
});

const openReceiver = (script?: Script): ScriptedReceiver => {
  const receiver = openScriptedReceiver(script);
  closing.push(receiver.close);
  return receiver;
};

describe("the document's requests", () => {
  test("create a channel, with the secret masked in the answer", async () => {
    await startWith(new FakeClock(), []);
    const { status, body, text } = await sendPrinted(printed.requests.createChannel);
    expect(status).toBe(201);
    expectSameShape(printed.samples.channel, body, { allowsMilliseconds: true });
    expect(body).toMatchObject({ name: "PagerDuty Integration", type: "webhook", is_active: true });
    expect(body["config"]).toMatchObject({
      url: "https://your-server.com/haltless-webhook",
      headers: { "X-Webhook-Secret": "••••cret" },
    });
    expect(text).not.toContain(SECRET);
    const read = await call("GET", `/notification-channels/${body["id"]}`);
    expect(read.text).not.toContain(SECRET);
    expect(read.body["config"]).toEqual(body["config"]);
  });

  test("a Slack channel as it is printed: created, masked, told", async () => {
    const dialled: unknown[] = [];
    const bodies: Fields[] = [];
    await startWith(new FakeClock(), [], (url, { tls, body, ...init }) => {
      const headers = new Headers(init.headers as Record<string, string>);
      dialled.push([url, headers.get("host"), tls?.serverName, init.method]);
      bodies.push(JSON.parse(new TextDecoder().decode(body as Uint8Array)) as Fields);
      return Promise.resolve(new Response("ok"));
    });
    const { status, body, text } = await call("POST", "/notification-channels", printed.samples.slackChannel);
    expect(status).toBe(201);
    expect(body).toMatchObject({ name: "Alerts Channel", type: "slack", is_active: true });
    expect(body["config"]).toEqual({ webhook_url: "https://hooks.slack.com/••••/..." });
    expect(text).not.toContain("services");
    await createRule();
    await sendReading(87.3);
    await untilDelivered(String(body["id"]), 1);
    expect(dialled).toEqual([
      ["https://93.184.215.14:443/services/T.../B.../...", "hooks.slack.com", "hooks.slack.com", "POST"],
    ]);
    expect(bodies[0]?.["text"]).toBe("Critical: Temperature high on CNC Mill #1");
  });

  test("run as they are printed, the webhook's host included", async () => {
    const clock = new FakeClock();
    const express = openExpressReceiver(printed.express);
    closing.push(express.close);
    const dialled: unknown[] = [];
    await startWith(clock, [], (url, { tls, ...init }) => {
      const headers = new Headers(init.headers as Record<string, string>);
      dialled.push([url, headers.get("host"), tls?.serverName, init.method]);
      return fetch(`${express.url}${new URL(url).pathname}`, init);
    });
    const channel = await sendPrinted(printed.requests.createChannel);
    const channelId = String(channel.body["id"]);
    const tested = await sendPrinted(printed.requests.test, { "{channel_id}": channelId });
    expect(tested.body["success"]).toBe(true);
    await sendPrinted(printed.requests.createPolicy, { WEBHOOK_CHANNEL_UUID: channelId });
    await createRule();
    await sendReading(87.3);
    // The test message is one of them.
    await untilDelivered(channelId, 2);
    await clock.advance(15 * MINUTE);
    await untilDelivered(channelId, 3);
    expect(express.answers).toEqual([200, 200, 200]);
    expect(express.printed).toHaveLength(2);
    const target = [
      "https://93.184.215.14:443/haltless-webhook",
      "your-server.com",
      "your-server.com",
      "POST",
    ];
    expect(dialled).toEqual([target, target, target]);
  });

  test("send a test, which both handlers take without mistaking it for an alert", async () => {
    const express = openExpressReceiver(printed.express);
    closing.push(express.close);
    await startWith(new FakeClock(), [express.listener]);
    const { channelId } = await configure(express.url);
    const { status, body } = await sendPrinted(printed.requests.test, { "{channel_id}": channelId });
    expect(status).toBe(200);
    expectSameShape(printed.samples.test, body);
    expect(body["success"]).toBe(true);
    expect(express.answers).toEqual([200]);
    expect(express.printed).toEqual([]);
  });

  test("tell that a test failed, with the reason", async () => {
    const receiver = openReceiver(() => 401);
    await startWith(new FakeClock(), [receiver.listener]);
    const { channelId } = await configure(receiver.url);
    const { status, body } = await sendPrinted(printed.requests.test, { "{channel_id}": channelId });
    expect(status).toBe(200);
    expect(body).toMatchObject({ success: false, error: expect.any(String) });
    expect(body["attempt"]).toMatchObject({ outcome: "auth_error", status_code: 401 });
    // A test is tried once; nothing of it waits for a retry.
    expect(receiver.requests).toHaveLength(1);
  });

  test("create a policy, which comes back as it was written", async () => {
    const receiver = openReceiver();
    await startWith(new FakeClock(), [receiver.listener]);
    const { channelId, policyId } = await configure(receiver.url);
    const { body } = await call("GET", `/escalation-policies/${policyId}`);
    expect(body).toMatchObject({
      ...(JSON.parse(printed.requests.createPolicy.body ?? "{}") as Fields),
      channel_id: channelId,
    });
    expect(body).not.toHaveProperty("steps");
  });

  test("refuse plain http to a public host", async () => {
    await startWith(new FakeClock(), []);
    const { status, body, text } = await sendPrinted(printed.requests.createChannel, {
      "https://your-server.com": "http://93.184.215.14",
    });
    expect(status).toBe(422);
    expect(body["field"]).toBe("config.url");
    expect(text).not.toContain(SECRET);
    const { body: list } = await call("GET", "/notification-channels");
    expect(list["data"]).toEqual([]);
  });
});

describe("the document's webhooks", () => {
  for (const dialect of [undefined, "haltless"] as const)
    test(`have every field of the samples (${dialect ?? "as printed, no dialect named"})`, async () => {
      const clock = new FakeClock();
      const receiver = openReceiver();
      await startWith(clock, [receiver.listener]);
      const { channelId, policyId, ruleId } = await configure(receiver.url, dialect);
      await sendReading(87.3);
      await untilDelivered(channelId, 1);
      await clock.advance(15 * MINUTE - 1);
      expect(receiver.requests).toHaveLength(1);
      await clock.advance(1);
      await untilDelivered(channelId, 2);

      const [triggered = {}, escalated = {}] = receiver.payloads();
      expectSameShape(printed.samples.triggered, triggered, { isExact: dialect === "haltless" });
      expectSameShape(printed.samples.escalated, escalated, { isExact: dialect === "haltless" });
      const alert = await onlyAlert();
      expect(triggered).toMatchObject({
        event: "alert.triggered",
        timestamp: "2026-01-01T00:00:00Z",
        alert: {
          id: alert["id"],
          machine_id: alert["machine_id"],
          machine_name: "CNC Mill #1",
          severity: "critical",
          message: "Temperature exceeded threshold",
          metric_name: "temperature",
          metric_value: 87.3,
          threshold_value: 85,
          rule_id: ruleId,
          created_at: "2026-01-01T00:00:00Z",
        },
      });
      expect(escalated).toMatchObject({
        event: "alert.escalated",
        timestamp: "2026-01-01T00:15:00Z",
        tenant_id: triggered["tenant_id"],
        alert: { id: alert["id"], created_at: "2026-01-01T00:00:00Z" },
        escalation: {
          policy_id: policyId,
          policy_name: "Critical , notify ops team in 15min",
          wait_minutes: 15,
        },
      });
      for (const { method, path, headers } of receiver.requests) {
        expect(method).toBe("POST");
        expect(path).toBe("/haltless-webhook");
        expect(headers["x-webhook-secret"]).toBe(SECRET);
        expect(headers["content-type"]).toBe("application/json");
        expect(headers["webhook-id"]).toBeString();
      }

      // One step: nobody is told a second time.
      await clock.advance(24 * 60 * MINUTE);
      expect(receiver.requests).toHaveLength(2);
      expect(await onlyDelivery(channelId, "alert.escalated")).toMatchObject({ status: "delivered" });
    });

  const handlers: [string, () => Promise<PrintedReceiver>, string, string | null][] = [
    ["Express", async () => openExpressReceiver(printed.express), "critical", null],
    ["Flask", () => openFlaskReceiver(printed.flask), "CRITICAL", findFlaskObstacle()],
    [
      "Flask (over a stand-in)",
      () => openFlaskReceiver(printed.flask, { usesStandIn: true }),
      "CRITICAL",
      findFlaskObstacle(),
    ],
  ];
  for (const [name, open, severity, obstacle] of handlers) {
    if (obstacle !== null) process.stdout.write(`The ${name} handler is skipped: ${obstacle}.\n`);
    test.skipIf(obstacle !== null)(`are understood by the ${name} handler as printed`, async () => {
      const clock = new FakeClock();
      const receiver = await open();
      closing.push(receiver.close);
      await startWith(clock, [receiver.listener]);
      const { channelId } = await configure(receiver.url);
      await sendReading(87.3);
      await untilDelivered(channelId, 1);
      await clock.advance(15 * MINUTE);
      await untilDelivered(channelId, 2);
      await receiver.answered(2);
      expect(receiver.answers).toEqual([200, 200]);
      expect(receiver.printed).toEqual([
        `[${severity}] CNC Mill #1: Temperature exceeded threshold`,
        "ESCALATION: CNC Mill #1 , Critical , notify ops team in 15min",
      ]);

      // With another secret the handler refuses, and the product says so.
      await call("PATCH", `/notification-channels/${channelId}`, {
        config: { headers: { "X-Webhook-Secret": "some-other-secret" } },
      });
      const { body } = await sendPrinted(printed.requests.test, { "{channel_id}": channelId });
      expect(body).toMatchObject({ success: false, attempt: { outcome: "auth_error", status_code: 401 } });
      expect(receiver.printed).toHaveLength(2);
    });
  }
});

describe("a signature beside the shared secret", () => {
  test("is sent when the channel has a signing secret: nothing changed, stale or signed otherwise is genuine", async () => {
    const clock = new FakeClock();
    const receiver = openReceiver();
    await startWith(clock, [receiver.listener]);
    const { channelId } = await configure(receiver.url, "haltless");
    const secret = "signing secret of the channel";
    await call("PATCH", `/notification-channels/${channelId}`, { config: { secret } });
    await sendReading(87.3);
    await untilDelivered(channelId, 1);
    const [request] = receiver.requests;
    if (request === undefined) throw new Error("nothing came");
    expect(request.headers["x-webhook-secret"]).toBe(SECRET);
    expectOnlyGenuine(request, { secret, now: clock.now() });
  });
});

describe("the document's promises", () => {
  test("three retries after 30 s, 2 min and 10 min, then failed, and the channel shows it", async () => {
    const clock = new FakeClock();
    const receiver = openReceiver(() => 500);
    await startWith(clock, [receiver.listener]);
    const { channelId } = await configure(receiver.url, "haltless");
    await sendReading(87.3);
    const delivery = (): Promise<Fields> => onlyDelivery(channelId, "alert.triggered");
    for (const [index, delaySeconds] of [30, 120, 600].entries()) {
      await receiver.arrived(index + 1);
      const waiting = await eventually(
        delivery,
        (row) => row["status"] === "pending" && row["attempt_count"] === index + 1,
      );
      expect(Date.parse(String(waiting["next_attempt_at"])) - clock.now()).toBe(delaySeconds * 1_000);
      await clock.advance(delaySeconds * 1_000 - 1);
      expect(receiver.requests).toHaveLength(index + 1);
      await clock.advance(1);
    }
    await receiver.arrived(4);
    const failed = await eventually(delivery, (row) => row["status"] === "failed");
    expect(failed).toMatchObject({ attempt_count: 4, outcome: "server_error", next_attempt_at: null });
    const { body: channel } = await call("GET", `/notification-channels/${channelId}`);
    expect(channel).toMatchObject({ health: "failing", is_active: true });
    const ids = new Set(receiver.requests.map(({ headers }) => headers["webhook-id"]));
    const bodies = new Set(receiver.requests.map(({ text }) => text));
    expect([ids.size, bodies.size]).toEqual([1, 1]);

    // The alert is acknowledged, so that no escalation is due: nothing of the failed one comes again.
    await call("POST", `/alerts/${(await onlyAlert())["id"]}/acknowledge`);
    await clock.advance(24 * 60 * MINUTE);
    expect(receiver.requests).toHaveLength(4);
  });

  test("an endpoint that is silent for 5 s has timed out", async () => {
    const clock = new FakeClock();
    const receiver = openReceiver(() => null);
    await startWith(clock, [receiver.listener]);
    const { channelId } = await configure(receiver.url, "haltless");
    await sendReading(87.3);
    await receiver.arrived(1);
    const delivery = (): Promise<Fields> => onlyDelivery(channelId, "alert.triggered");
    await clock.advance(4_900);
    expect(await delivery()).toMatchObject({ status: "sending" });
    await clock.advance(200);
    const timedOut = await eventually(delivery, (row) => row["status"] === "pending");
    expect(timedOut).toMatchObject({ attempt_count: 1, outcome: "timeout" });
    const { body } = await call("GET", `/deliveries/${timedOut["id"]}/attempts`);
    expect((body["data"] as Fields[])[0]).toMatchObject({ outcome: "timeout", status_code: null });
  });

  for (const verb of ["acknowledge", "resolve"])
    test(`${verb} stops the escalation`, async () => {
      const clock = new FakeClock();
      const receiver = openReceiver();
      await startWith(clock, [receiver.listener]);
      const { channelId } = await configure(receiver.url, "haltless");
      await sendReading(87.3);
      await untilDelivered(channelId, 1);
      const alert = await onlyAlert();
      expect(alert["next_escalation"]).toMatchObject({
        channel_id: channelId,
        due_at: "2026-01-01T00:15:00.000Z",
      });
      await clock.advance(15 * MINUTE - 1_000);
      const { status, body } = await call("POST", `/alerts/${alert["id"]}/${verb}`);
      expect(status).toBe(200);
      expect(body["next_escalation"]).toBeNull();
      await clock.advance(24 * 60 * MINUTE);
      expect(receiver.payloads().map(({ event }) => event)).toEqual(["alert.triggered"]);
    });

  test("an alert that has cleared by itself does not escalate", async () => {
    const clock = new FakeClock();
    const receiver = openReceiver();
    await startWith(clock, [receiver.listener]);
    const { channelId } = await configure(receiver.url, "haltless");
    await sendReading(87.3);
    await untilDelivered(channelId, 1);
    await clock.advance(MINUTE);
    await sendReading(84);
    expect(await onlyAlert()).toMatchObject({ status: "triggered" });
    await clock.advance(MINUTE);
    await sendReading(82.9);
    expect(await onlyAlert()).toMatchObject({ status: "resolved" });
    await clock.advance(24 * 60 * MINUTE);
    expect(receiver.payloads().map(({ event }) => event)).toEqual(["alert.triggered"]);
  });

  test("an alert of another severity does not escalate by this policy", async () => {
    const clock = new FakeClock();
    const receiver = openReceiver();
    await startWith(clock, [receiver.listener]);
    const { channelId, ruleId } = await configure(receiver.url, "haltless");
    await call("PATCH", `/alert-rules/${ruleId}`, { severity: "warning" });
    await sendReading(87.3);
    await untilDelivered(channelId, 1);
    await clock.advance(24 * 60 * MINUTE);
    expect(receiver.payloads().map(({ event }) => event)).toEqual(["alert.triggered"]);
  });
});
