// The test button over HTTP: every message of the type's test, the raw exchange without a secret, the
// first failure is the end, and no state of a channel keeps it from being tried.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { startApp, type TestApp } from "../harness/app";
import { openDeliveryBench, principal } from "../harness/delivery";
import { registerType } from "../harness/people-type";
import { openScriptedReceiver, type ScriptedReceiver } from "../harness/scripted-receiver";

const KIND = "test_button";
const PATH = "services-T000-B000-canarypath";

registerType(KIND);

let run: TestApp;
let receiver: ScriptedReceiver;

beforeAll(async () => {
  run = await startApp({ config: { outboundMode: "open" } });
});
afterAll(() => run.stop());
beforeEach(() => {
  receiver = openScriptedReceiver();
});
afterEach(() => receiver.close());

const create = async (body: Record<string, unknown> = {}): Promise<string> => {
  const answer = await run.api("POST", "/notification-channels", {
    name: "chat",
    type: KIND,
    config: { url: `${receiver.url}/${PATH}` },
    is_active: true,
    ...body,
  });
  expect(answer.status).toBe(201);
  return String(answer.body.id);
};

const press = (id: string, headers: Record<string, string> = {}) =>
  run.api("POST", `/notification-channels/${id}/test`, undefined, headers);

const tokenOf = async (role: string): Promise<Record<string, string>> => {
  const { body } = await run.api("POST", "/api-tokens", { name: `${role} ${Math.random()}`, role });
  return { authorization: `Bearer ${String(body.token)}` };
};

describe("a type for people", () => {
  test("one sample alert is triggered, acknowledged and resolved, each a delivery of its event", async () => {
    const id = await create();
    const { status, body } = await press(id);
    expect(status).toBe(200);
    expect(body.success).toBe(true);
    expect(body.error).toBeUndefined();
    const events = ["alert.triggered", "alert.acknowledged", "alert.resolved"];
    expect(receiver.payloads().map(({ event, test: isTest }) => [event, isTest])).toEqual(
      events.map((event) => [event, true]),
    );
    for (const { headline } of receiver.payloads()) expect(String(headline)).toStartWith("Test: ");
    expect(body.attempts.map(({ event }: { event: string }) => event)).toEqual(events);
    expect(body.attempt).toMatchObject({ outcome: "delivered", status_code: 200 });
    const deliveries = await run.api("GET", `/notification-channels/${id}/deliveries`);
    expect(
      deliveries.body.data.map(({ event, status, id, is_test }: Record<string, unknown>) => [
        event,
        status,
        id,
        is_test,
      ]),
    ).toEqual(
      events.map((event, index) => [event, "delivered", body.attempts[index].delivery_id, true]).toReversed(),
    );
    const channel = await run.api("GET", `/notification-channels/${id}`);
    expect(channel.body).toMatchObject({ last_test_success: true });
    expect(Date.parse(channel.body.last_test_at)).toBeGreaterThan(Date.now() - 60_000);
  });

  test("the first failure is the end; nothing more is sent, nothing is retried", async () => {
    const id = await create();
    receiver.answerWith((_request, index) => (index === 1 ? 500 : 200));
    const { status, body } = await press(id);
    expect([status, body.success]).toEqual([200, false]);
    expect(body.error).toContain("500");
    expect(body.attempts.map((one: Record<string, unknown>) => [one["event"], one["outcome"]])).toEqual([
      ["alert.triggered", "delivered"],
      ["alert.acknowledged", "server_error"],
    ]);
    expect(body.attempt.outcome).toBe("server_error");
    expect(receiver.requests).toHaveLength(2);
    const channel = await run.api("GET", `/notification-channels/${id}`);
    expect(channel.body).toMatchObject({ last_test_success: false, waiting_count: 0, health: "active" });
  });

  test("the raw exchange holds method, address, headers and bodies, and no secret", async () => {
    const id = await create();
    receiver.answerWith(
      ({ headers, path }) =>
        new Response(`${path} ${headers["x-auth-token"]}`, { status: 400, headers: { "X-Seen": path } }),
    );
    const { body } = await press(id);
    const [{ request, response }] = body.attempts;
    expect(request).toMatchObject({ method: "POST", url: `${receiver.url}/••••` });
    expect(request.headers["X-Auth-Token"]).toBe("••••1234");
    expect(JSON.parse(request.body)).toMatchObject({ event: "alert.triggered", test: true });
    expect(response).toMatchObject({ status: 400, body: "/•••• ••••" });
    expect(response.headers["x-seen"]).toBe("/••••");
    expect(JSON.stringify(body)).not.toContain("canary");
  });

  test("responders press it, editors see the exchange, viewers do neither", async () => {
    const id = await create();
    const responder = await press(id, await tokenOf("responder"));
    expect(responder.body.success).toBe(true);
    for (const attempt of responder.body.attempts)
      expect([attempt.request, attempt.response, attempt.response_body]).toEqual([null, null, null]);
    const editor = await press(id, await tokenOf("editor"));
    expect(editor.body.attempts[0].request.method).toBe("POST");
    expect((await press(id, await tokenOf("viewer"))).status).toBe(403);
  });
});

test("a webhook is sent its dialect's own test event, once", async () => {
  const id = await create({
    type: "webhook",
    config: { url: receiver.url, secret: "canary-secret-0123456789" },
  });
  const { body } = await press(id);
  expect(body.attempts).toHaveLength(1);
  expect(body.attempts[0]).toMatchObject({ event: "channel.test", outcome: "delivered" });
  expect(receiver.payloads()).toMatchObject([{ event: "channel.test", test: true }]);
  expect(JSON.stringify(body)).not.toContain("canary-secret");
  expect(body.attempts[0].request.headers["webhook-signature"]).toStartWith("••••");
});

test("paused, failed, disabled, not verified, switched off: each is tried all the same", async () => {
  const bench = await openDeliveryBench();
  try {
    const channel = await bench.channel({ url: receiver.url });
    for (const health of ["paused", "failed", "disabled", "unverified"] as const) {
      channel.health = health;
      const before = receiver.requests.length;
      expect((await bench.service.test(principal, channel.id)).isSuccess).toBe(true);
      expect(receiver.requests.length).toBe(before + 1);
    }
  } finally {
    await bench.close();
  }
  const off = await create({ is_active: false });
  expect((await press(off)).body.success).toBe(true);
  const { body } = await run.api("GET", `/notification-channels/${off}`);
  expect(body).toMatchObject({ is_active: false, waiting_count: 0, last_test_success: true });
});

test("an endpoint that can't be reached is a 200 that says so, without a response", async () => {
  const id = await create({ type: "webhook", config: { url: "http://127.0.0.1:1/" } });
  const { status, body } = await press(id);
  expect([status, body.success, body.attempts.length]).toEqual([200, false, 1]);
  expect(body.attempts[0]).toMatchObject({ outcome: "refused", response: null });
  expect(body.attempts[0].request.url).toBe("http://127.0.0.1:1/");
});
