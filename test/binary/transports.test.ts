// Channels that are not one HTTP request per event, inside the executable: a mail relay with STARTTLS and
// login, a broker, a signal tower. Each is told of an alert that begins, is acknowledged and ends.
import { afterEach, expect, test } from "bun:test";
import { createServer, type AddressInfo } from "node:net";
import { eventually } from "../harness/eventually";
import { certificateFor, openMailRelay, type MailRelay } from "../harness/mail-relay";
import { openMqttBroker, type MqttBroker } from "../harness/mqtt-broker";
import { openStackLight, type StackLight } from "../harness/stack-light";
import { placeExecutable, type Executable } from "./executable";

const TOKEN = "bootstrap-token-of-the-tests-0123456789abcdef";
const RELAY_PASSWORD = "canary-relay-password-0001";
const BROKER_PASSWORD = "canary-broker-password-0002";

let executable: Executable | undefined;
const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  await executable?.remove();
  executable = undefined;
  for (const stop of stops.splice(0)) await stop();
});

const openPeers = async (): Promise<{
  relay: MailRelay;
  broker: MqttBroker;
  light: StackLight;
  ca: string;
}> => {
  const { cert, key } = await certificateFor("localhost");
  const relay = await openMailRelay({
    cert,
    key,
    authOptional: false,
    onAuth: ({ password }, _session, done) =>
      password === RELAY_PASSWORD ? done(null, { user: "andon" }) : done(new Error("wrong")),
  });
  const broker = await openMqttBroker({
    certificate: { cert, key },
    authenticate: (_client, _user, password, done) => done(null, password?.toString() === BROKER_PASSWORD),
  });
  const light = openStackLight();
  stops.push(relay.stop, broker.stop, light.stop);
  return { relay, broker, light, ca: cert };
};

test("mail, MQTT and a stack light are told of one alert's life, and tested; no password leaves", async () => {
  executable = placeExecutable();
  const { relay, broker, light, ca } = await openPeers();
  let proxied = 0;
  const canary = createServer((socket) => {
    proxied++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => canary.listen(0, "127.0.0.1", () => resolve()));
  stops.push(() => new Promise((resolve) => canary.close(() => resolve())));
  const proxy = `127.0.0.1:${(canary.address() as AddressInfo).port}`;
  const running = await executable.serve({
    env: {
      ANDON_BOOTSTRAP_TOKEN: TOKEN,
      ANDON_OUTBOUND_ALLOW: `127.0.0.1:${relay.port},127.0.0.1:${broker.port},${light.listener}`,
      ANDON_LOG_LEVEL: "debug",
      // T5: whatever a library may look at.
      HTTP_PROXY: `http://${proxy}`,
      HTTPS_PROXY: `http://${proxy}`,
      ALL_PROXY: `socks5://${proxy}`,
      MQTTJS_SOCKS_PROXY: `socks5h://${proxy}`,
    },
  });
  const shown: string[] = [];
  const call = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const response = await fetch(`${running.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    shown.push(text);
    expect([method, path, response.status < 300, text]).toEqual([method, path, true, text]);
    return JSON.parse(text) as Record<string, unknown>;
  };
  const configs: Record<string, Record<string, unknown>> = {
    email: {
      host: "127.0.0.1",
      port: relay.port,
      security: "starttls",
      tls: { ca },
      user: "andon",
      password: RELAY_PASSWORD,
      from: "andon@plant.test",
      to: ["kim@plant.test"],
    },
    mqtt: {
      url: `mqtts://127.0.0.1:${broker.port}`,
      tls: { ca },
      user: "andon",
      password: BROKER_PASSWORD,
      state_topic: "andon/state",
      status_topic: "andon/status",
      payload: "text",
      qos: 2,
    },
    stack_light: { url: light.url },
  };
  const ids: string[] = [];
  for (const [type, config] of Object.entries(configs))
    ids.push(String((await call("POST", "/notification-channels", { name: type, type, config }))["id"]));
  await call("POST", "/alert-rules", {
    name: "Too hot",
    severity: "critical",
    condition: {
      type: "threshold",
      metric: "temperature",
      operator: ">",
      threshold: 85,
      clear_threshold: 80,
    },
  });
  const untilState = (wanted: string) =>
    eventually(
      () => Promise.resolve(broker.retained.get("andon/state")),
      (state) => state === wanted,
    );

  await call("POST", "/readings", { machine: "Press 7", metric: "temperature", value: 91.4 });
  await light.until("alert=200001");
  await relay.waitFor(1);
  await broker.waitFor(({ topic }) => topic.endsWith("/Press 7/alert.triggered"));
  await untilState("critical");
  await call("POST", "/alerts/1/acknowledge");
  await light.until("alert=100000");
  await relay.waitFor(2);
  await call("POST", "/readings", { machine: "Press 7", metric: "temperature", value: 70 });
  await light.until("alert=001000");
  const mails = await relay.waitFor(3);
  await broker.waitFor(({ topic }) => topic.endsWith("/Press 7/alert.resolved"));
  await untilState("ok");
  expect(mails.map(({ mail }) => mail.subject)).toEqual([
    "Critical: Too hot on Press 7",
    "Acknowledged: Too hot on Press 7",
    "Resolved: Too hot on Press 7",
  ]);
  expect(mails.every(({ isEncrypted, user }) => isEncrypted && user === "andon")).toBe(true);
  expect(mails[2]?.mail.inReplyTo).toBe(mails[0]?.mail.messageId ?? "");

  for (const id of ids) {
    const result = await call("POST", `/notification-channels/${id}/test`);
    expect([result["success"], result["error"]]).toEqual([true, undefined]);
    await call("GET", `/notification-channels/${id}/deliveries`);
  }
  await light.until("alert=001000");
  running.signal("SIGTERM");
  expect(await running.exited).toBe(0);
  expect(broker.retained.get("andon/status")).toBe("offline");
  expect(proxied).toBe(0);
  const everything = [...shown, ...running.lines()].join("\n");
  for (const secret of [RELAY_PASSWORD, BROKER_PASSWORD]) {
    expect(everything).not.toContain(secret);
    expect(everything).not.toContain(Buffer.from(secret).toString("base64"));
  }
});
