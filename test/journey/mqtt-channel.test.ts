// MQTT through the whole program: events, a retained state, a last will, and a broker that vanishes.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { startApp, type TestApp } from "../harness/app";
import { startProcess } from "../harness/app-process";
import { FakeClock } from "../harness/clock";
import { eventually } from "../harness/eventually";
import { openMqttBroker, type MqttBroker } from "../harness/mqtt-broker";

const PASSWORD = "canary-broker-password-0001";

let clock: FakeClock;
let app: TestApp;
let broker: MqttBroker;

beforeEach(async () => {
  clock = new FakeClock();
  broker = await openMqttBroker({
    authenticate: (_client, user, password, done) =>
      done(null, user === "andon" && password?.toString() === PASSWORD),
  });
  app = await startApp({ clock, config: { outboundAllow: [`127.0.0.1:${broker.port}`] } });
});
afterEach(async () => {
  await app.stop();
  await broker.stop();
});

const CONFIG = {
  user: "andon",
  password: PASSWORD,
  topic: "plant/{{project}}/{{machine}}/{{event}}",
  state_topic: "plant/state",
  status_topic: "plant/status",
};

const createChannel = async (config: Record<string, unknown> = {}, more = {}): Promise<string> => {
  const created = await app.api("POST", "/notification-channels", {
    name: "Broker",
    type: "mqtt",
    config: { url: `mqtt://127.0.0.1:${broker.port}`, ...CONFIG, ...config },
    ...more,
  });
  expect([created.status, created.body.detail]).toEqual([201, undefined]);
  return created.body.id as string;
};

const createRule = (severity: string, metric: string) =>
  app.api("POST", "/alert-rules", {
    name: `${metric} high`,
    severity,
    condition: { type: "threshold", metric, operator: ">", threshold: 85, clear_threshold: 80 },
  });

const measure = (metric: string, value: number, machine = "Press #7/a") =>
  app.api("POST", "/readings", { machine, metric, value });

const untilRetained = async (topic: string, wanted: string): Promise<void> => {
  await eventually(
    async () => {
      await clock.advance(20);
      return broker.retained.get(topic);
    },
    (payload) => payload?.includes(wanted) === true,
  );
};

const untilDelivered = (id: string, count: number) =>
  eventually(
    async () => (await app.api("GET", `/notification-channels/${id}/deliveries`)).body.data,
    (rows: { event: string; status: string }[]) =>
      rows.filter(({ event, status }) => event !== "state.shown" && status === "delivered").length === count,
  );

test("every event, in the andon payload, over one connection; the state is retained", async () => {
  const id = await createChannel();
  await untilRetained("plant/status", "online");
  await untilRetained("plant/state", '"severity":"ok"');
  await createRule("critical", "temperature");
  await createRule("warning", "pressure");
  await measure("pressure", 91);
  await untilRetained("plant/state", '"severity":"warning","acknowledged":false,"open_alerts":1');
  await measure("temperature", 91);
  await untilRetained("plant/state", '"severity":"critical","acknowledged":false,"open_alerts":2');
  await app.api("POST", "/alerts/2/acknowledge");
  await untilRetained("plant/state", '"severity":"critical","acknowledged":true,"open_alerts":2');
  await measure("temperature", 20);
  await untilRetained("plant/state", '"severity":"warning"');
  await measure("pressure", 20);
  await untilRetained("plant/state", '"severity":"ok","acknowledged":false,"open_alerts":0');
  await untilDelivered(id, 5);
  const events = broker.taken.filter(({ topic }) => topic.startsWith("plant/default/"));
  expect(events.map(({ topic }) => topic)).toEqual([
    "plant/default/Press _7_a/alert.triggered",
    "plant/default/Press _7_a/alert.triggered",
    "plant/default/Press _7_a/alert.acknowledged",
    "plant/default/Press _7_a/alert.resolved",
    "plant/default/Press _7_a/alert.resolved",
  ]);
  expect(JSON.parse(events[0]?.payload ?? "")).toMatchObject({
    event: "alert.triggered",
    alert: { machine_name: "Press #7/a", metric_name: "pressure", metric_value: 91 },
  });
  expect(events.every(({ qos, retain }) => qos === 1 && !retain)).toBe(true);
  expect(broker.clients.length).toBe(1);
});

test("a broker that vanishes: nothing is delivered until it acknowledges; then all of it, and the state", async () => {
  const id = await createChannel();
  await createRule("critical", "temperature");
  await untilRetained("plant/state", "ok");
  await broker.vanish();
  await measure("temperature", 91);
  await eventually(
    async () => (await app.api("GET", `/notification-channels/${id}/deliveries`)).body.data,
    (rows) => rows.find(({ event }: { event: string }) => event === "alert.triggered")?.attempt_count === 1,
  );
  const { body } = await app.api("GET", `/notification-channels/${id}`);
  expect(body.health).toBe("failing");
  await broker.comeBack();
  await eventually(
    async () => {
      await clock.advance(1_000);
      return broker.retained.get("plant/state");
    },
    (payload) => payload?.includes("critical") === true,
  );
  expect(broker.retained.get("plant/status")).toBe("online");
  await eventually(
    async () => {
      await clock.advance(1_000);
      return broker.taken.map(({ topic }) => topic);
    },
    (topics) => topics.includes("plant/default/Press _7_a/alert.triggered"),
  );
  await untilDelivered(id, 1);
});

test("goodbye on deletion, on being switched off and at the end; a test leaves no state behind", async () => {
  const first = await createChannel();
  await untilRetained("plant/status", "online");
  const result = await app.api("POST", `/notification-channels/${first}/test`);
  expect([result.body.success, result.body.attempts.length]).toEqual([true, 3]);
  expect(result.body.attempt.response_body).toContain("PUBACK 0");
  await clock.advance(100);
  expect(broker.retained.get("plant/state")).toContain('"ok"');
  await app.api("PATCH", `/notification-channels/${first}`, { is_active: false });
  await untilRetained("plant/status", "offline");
  await app.api("PATCH", `/notification-channels/${first}`, { is_active: true });
  await untilRetained("plant/status", "online");
  await app.api("DELETE", `/notification-channels/${first}`);
  await untilRetained("plant/status", "offline");
  await createChannel();
  await untilRetained("plant/status", "online");
  await app.stop();
  expect(broker.retained.get("plant/status")).toBe("offline");
  while (broker.connected > 0) await Bun.sleep(1);
});

test("without state and status, one connection is kept all the same: through tests, changes of alerts and a loss", async () => {
  const id = await createChannel({ state_topic: null, status_topic: null });
  await createRule("critical", "temperature");
  await measure("temperature", 91);
  await untilDelivered(id, 1);
  expect((await app.api("POST", `/notification-channels/${id}/test`)).body.success).toBe(true);
  await measure("temperature", 20);
  await clock.advance(1_000);
  await eventually(
    async () => (await app.api("GET", `/notification-channels/${id}/deliveries`)).body.data[0],
    ({ event, status }) => event === "alert.resolved" && status === "delivered",
  );
  expect([broker.clients.length, broker.connected]).toEqual([1, 1]);
  await broker.vanish();
  await broker.comeBack();
  await eventually(
    async () => {
      await clock.advance(1_000);
      return broker.clients.length;
    },
    (count) => count === 2,
  );
  await clock.advance(60_000);
  expect([broker.clients.length, broker.connected]).toEqual([2, 1]);
  await app.api("PATCH", `/notification-channels/${id}`, { config: { client_id: "another" } });
  await eventually(
    () => Promise.resolve(broker.connected),
    (count) => count === 0,
  );
});

test("a wrong password is told, tried again, and nowhere to be read", async () => {
  const wrong = "wrong-canary-password-0002";
  const id = await createChannel({ password: wrong });
  const result = await app.api("POST", `/notification-channels/${id}/test`);
  expect(result.body.success).toBe(false);
  expect(result.body.attempt).toMatchObject({ outcome: "auth_error" });
  const shown = [result.body, (await app.api("GET", "/notification-channels")).body];
  shown.push((await app.api("GET", `/notification-channels/${id}/deliveries`)).body);
  shown.push(await app.store.engine.query({ sql: "SELECT data FROM journal" }));
  shown.push(
    await app.store.engine.query({ sql: "SELECT request_headers, response_body, error FROM attempts" }),
  );
  expect(JSON.stringify(shown)).not.toContain(wrong);
  await app.api("PATCH", `/notification-channels/${id}`, { config: { password: PASSWORD } });
  await untilRetained("plant/status", "online");
});

test("a program that is killed leaves its last will, and is online again after its start", async () => {
  const program = await startProcess({ env: { ANDON_OUTBOUND_ALLOW: `127.0.0.1:${broker.port}` } });
  try {
    const response = await fetch(`${program.url}/api/v1/notification-channels`, {
      method: "POST",
      headers: { authorization: `Bearer ${program.token}`, "content-type": "application/json" },
      body: JSON.stringify({
        name: "Broker",
        type: "mqtt",
        config: { url: `mqtt://127.0.0.1:${broker.port}`, ...CONFIG },
      }),
    });
    expect(response.status).toBe(201);
    await untilRetained("plant/status", "online");
    await program.kill();
    await untilRetained("plant/status", "offline");
    await program.restart();
    await untilRetained("plant/status", "online");
    expect(await program.terminate()).toBe(0);
    expect(broker.retained.get("plant/status")).toBe("offline");
  } finally {
    await program.remove();
  }
});
