// Topics of the MQTT channel: what people wrote can neither add a level nor become a wildcard (threat
// T25), and what is no topic is refused when it is saved.
import { describe, expect, test } from "bun:test";
import { isAppError } from "../../src/core/errors";
import { mqtt } from "../../src/channels/mqtt";
import type { Message } from "../../src/channels/channel";
import { ATTACKS, withTexts } from "./suite/hostile";
import { MESSAGES } from "./suite/samples";

const CONTEXT = { deliveryId: "delivery-1", now: 0, version: "1.0.0" };

const topicOf = (message: Message, topic: string): string => {
  const config = mqtt.parse({ url: "mqtt://broker.test", topic });
  return mqtt.request(mqtt.compose(message, config), config, CONTEXT).messages[0]?.topic ?? "";
};

test("words of people stay within their level", () => {
  const attacks = [
    ...ATTACKS,
    "a/b",
    "/",
    "#",
    "+",
    "$SYS/broker",
    "line/+/x/#",
    "\0",
    "\ufffe\uffff",
    "\ud83d",
    "   ",
    "",
    "🔥".repeat(300),
    "..",
  ];
  for (const [name, message] of Object.entries(MESSAGES))
    for (const attack of attacks) {
      const topic = topicOf(
        withTexts(message, () => attack),
        "{{machine}}/{{severity}}/{{event}}/{{project}}",
      );
      const levels = topic.split("/");
      expect([name, attack, levels.length, levels.includes("")]).toEqual([name, attack, 4, false]);
      // oxlint-disable-next-line no-control-regex
      expect([attack, /[+#\u0000-\u001f\u007f\ufffe\uffff]/.test(topic)]).toEqual([attack, false]);
      expect([attack, topic.isWellFormed(), topic.startsWith("$")]).toEqual([attack, true, false]);
      expect(Buffer.byteLength(topic)).toBeLessThan(1_000);
    }
});

test("what stands for what", () => {
  const template = "plant/{{project}}/{{ machine }}/{{severity}}/{{event}}";
  const cases: [string, string][] = [
    ["alert.triggered", "plant/line-a/CNC Mill _1/critical/alert.triggered"],
    ["incident.opened", "plant/line-a/checkout-api-prod/critical/incident.opened"],
    ["service.status_changed", "plant/line-a/API Gateway/none/service.status_changed"],
    ["channel.paused", "plant/line-a/PagerDuty Integration/none/channel.paused"],
  ];
  for (const [name, topic] of cases) expect(topicOf(MESSAGES[name]!, template)).toBe(topic);
});

describe("settings", () => {
  const fieldOf = (config: Record<string, unknown>): string | null => {
    try {
      mqtt.parse({ url: "mqtt://broker.test", ...config });
      return null;
    } catch (error) {
      return isAppError(error, "invalid") ? (error.context.field ?? "") : `no AppError: ${String(error)}`;
    }
  };

  test("each wrong one is refused with its field", () => {
    const cases: [Record<string, unknown>, string][] = [
      [{ url: undefined }, "config.url"],
      [{ url: "broker.test" }, "config.url"],
      [{ url: "http://broker.test" }, "config.url"],
      [{ url: "ws://broker.test" }, "config.url"],
      [{ url: "mqtt://user:pass@broker.test" }, "config.url"],
      [{ url: "mqtt://broker.test/path" }, "config.url"],
      [{ url: "mqtt://broker.test:0" }, "config.url"],
      [{ url: "mqtt://broker.test:70000" }, "config.url"],
      [{ url: "mqtt://a b" }, "config.url"],
      [{ topic: "a/#" }, "config.topic"],
      [{ topic: "a/+/b" }, "config.topic"],
      [{ topic: "$SYS/a" }, "config.topic"],
      [{ topic: "a/{{colour}}" }, "config.topic"],
      [{ topic: "a/{machine}" }, "config.topic"],
      [{ topic: "a\u0000" }, "config.topic"],
      [{ topic: "" }, "config.topic"],
      [{ topic: "x".repeat(501) }, "config.topic"],
      [{ state_topic: "a/{{machine}}" }, "config.state_topic"],
      [{ status_topic: "a/#" }, "config.status_topic"],
      [{ state_topic: "a/b", status_topic: "a/b" }, "config.state_topic"],
      [{ qos: 3 }, "config.qos"],
      [{ qos: "one" }, "config.qos"],
      [{ qos: 0.5 }, "config.qos"],
      [{ retain: "yes" }, "config.retain"],
      [{ payload: "xml" }, "config.payload"],
      [{ password: "alone" }, "config.user"],
      [{ client_id: "a\nb" }, "config.client_id"],
      [{ online_payload: "x".repeat(201) }, "config.online_payload"],
      [{ protocol_version: "3.1" }, "config.protocol_version"],
      [{ keep_alive_seconds: 1 }, "config.keep_alive_seconds"],
      [{ timeout_seconds: 61 }, "config.timeout_seconds"],
      [{ tls: {} }, "config.tls"],
      [{ tls: { verify: false }, url: "mqtts://broker.test" }, "config.tls.verify"],
    ];
    for (const [config, field] of cases) expect([config, fieldOf(config)]).toEqual([config, field]);
  });

  test("ports and names of the address", () => {
    const urlOf = (url: string): string => mqtt.parse({ url }).url;
    expect(urlOf("mqtt://broker.test")).toBe("mqtt://broker.test:1883");
    expect(urlOf("MQTTS://broker.test/")).toBe("mqtts://broker.test:8883");
    expect(urlOf("mqtt://[fd00::1]:1884")).toBe("mqtt://[fd00::1]:1884");
    expect(urlOf("mqtt://10.0.0.5")).toBe("mqtt://10.0.0.5:1883");
  });
});
