// In: nothing. Out: MQTT as the suite has to know it: what the standard says of topics (3.1.1, 4.7) and
// of reason codes (5, 2.4).
import type { MqttRequest } from "../../../../src/channels/requests";
import type { TypeSample } from "../type-sample";

const PASSWORD = "canary-broker-password-0001";

const breaches = (_body: string, request: unknown): string[] => {
  const { messages } = request as MqttRequest;
  const found: string[] = [];
  for (const { topic, payload } of messages) {
    // oxlint-disable-next-line no-control-regex
    if (/[+#\u0000-\u001f\u007f]/.test(topic)) found.push(`a topic that can't be published to: ${topic}`);
    if (topic.split("/").length !== 4 || topic.split("/").includes("")) found.push(`levels: ${topic}`);
    if (topic.startsWith("$")) found.push(`the broker's own topic: ${topic}`);
    if (Buffer.byteLength(topic) > 1_024) found.push(`topic of ${Buffer.byteLength(topic)} bytes`);
    if (Buffer.byteLength(payload) > 128_000) found.push(`payload of ${Buffer.byteLength(payload)} bytes`);
    if (!topic.isWellFormed() || !payload.isWellFormed()) found.push("half a character");
  }
  return found;
};

/** Reason code, outcome, and whether it is tried again. */
const ANSWERS: TypeSample["answers"] = [
  [0, "delivered", false],
  [16, "delivered", false],
  [128, "server_error", true],
  [132, "client_error", false],
  [133, "client_error", false],
  [134, "auth_error", true],
  [135, "auth_error", true],
  [136, "server_error", true],
  [137, "server_error", true],
  [139, "server_error", true],
  [144, "client_error", false],
  [149, "client_error", false],
  [151, "rate_limited", true],
  [155, "client_error", false],
  [255, "server_error", true],
];

const common = { transport: "mqtt", audience: "program", answers: ANSWERS, breaches } as const;

export const mqttSamples: TypeSample[] = [
  {
    ...common,
    variant: "mqtt/json",
    config: {
      url: "mqtts://broker.plant.test",
      user: "andon",
      password: PASSWORD,
      client_id: "andon-line-a",
      topic: "plant/{{project}}/{{machine}}/{{event}}",
      qos: 2,
      retain: true,
      state_topic: "plant/andon/line/state",
      status_topic: "plant/andon/line/status",
      protocol_version: "5",
      keep_alive_seconds: 30,
      timeout_seconds: 5,
    },
    canaries: [PASSWORD],
  },
  {
    ...common,
    variant: "mqtt/text",
    config: {
      url: "mqtt://10.1.2.3:1884",
      payload: "text",
      topic: "a/{{severity}}/{{ machine }}/x",
      qos: "0",
    },
    canaries: [],
  },
];
