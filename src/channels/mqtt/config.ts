// In: `config` of an MQTT channel as the client gave it. Out: broker, session and topics, checked, or an
// `invalid` error that names the field.
import { invalid } from "../../core/errors";
import { hostOf, hostUrl } from "../host";
import type { NativeConfig } from "../native";
import type { MqttQos, MqttRequest } from "../requests";
import { parseTls, type ClientTls } from "../tls";
import { booleanOf, choiceOf, numberOf, textOf } from "../values";
import { parseTopic, TOPIC_WORDS } from "./topic";

export interface MqttConfig extends NativeConfig {
  url: string;
  tls: ClientTls | null;
  session: MqttRequest["session"];
  topic: string;
  qos: MqttQos;
  retain: boolean;
  payload: "json" | "text";
  /** Retained; null: the state is not published. */
  stateTopic: string | null;
  timeoutMs: number;
}

export const DEFAULT_TOPIC = "andon/{{project}}/{{machine}}/{{event}}";
const LONGEST_PAYLOAD = 200;

const PORTS = { mqtt: 1_883, mqtts: 8_883 } as const;

/** Not `URL` alone: it knows no rules for the hosts of other schemes. */
const URL_PARTS = /^(mqtts?):\/\/(\[[0-9a-f:.]+\]|[^\s/:@?#[\]]+)(?::(\d{1,5}))?\/?$/i;

const urlOf = (value: unknown): { url: string; isSecure: boolean } => {
  const field = "config.url";
  const text = textOf(value, field, { longest: 300 });
  if (text === undefined) throw invalid(field, "url is missing: which broker shall be used?");
  const [, scheme = "", host, digits] = URL_PARTS.exec(text) ?? [];
  if (host === undefined)
    throw invalid(
      field,
      "url must be mqtt://host, mqtts://host, or one of these with :port; user and password have fields of their own.",
    );
  const isSecure = scheme.toLowerCase() === "mqtts";
  const port = digits === undefined ? PORTS[isSecure ? "mqtts" : "mqtt"] : Number(digits);
  if (port < 1 || port > 65_535) throw invalid(field, "url names a port that does not exist.");
  return { url: hostUrl(isSecure ? "mqtts" : "mqtt", hostOf(host, field), port), isSecure };
};

/** Free text of a few words. */
const wordsOf = (value: unknown, field: string, longest: number): string | undefined => {
  const text = textOf(value, field, { longest });
  if (text !== undefined && (/\p{Cc}/u.test(text) || !text.isWellFormed()))
    throw invalid(field, `${field.slice(field.lastIndexOf(".") + 1)} holds a character that can't be sent.`);
  return text;
};

const qosOf = (value: unknown): MqttQos => {
  // The form's choices are texts.
  const given = typeof value === "string" && /^[012]$/.test(value) ? Number(value) : value;
  return (numberOf(given, "config.qos", { least: 0, most: 2, isWhole: true }) ?? 1) as MqttQos;
};

/** Throws AppError `invalid`; the message never holds a secret. */
export const parseMqttConfig = (given: Record<string, unknown>): MqttConfig => {
  const { url, isSecure } = urlOf(given["url"]);
  const tls = parseTls(given["tls"]);
  if (tls !== null && !isSecure) throw invalid("config.tls", "tls needs an mqtts:// address.");
  const user = wordsOf(given["user"], "config.user", 500) ?? null;
  const password = textOf(given["password"], "config.password", { longest: 5_000 }) ?? null;
  if (password !== null && user === null) throw invalid("config.user", "A password needs a user.");
  const statusTopic = parseTopic(given["status_topic"], "config.status_topic");
  const stateTopic = parseTopic(given["state_topic"], "config.state_topic") ?? null;
  if (statusTopic !== undefined && statusTopic === stateTopic)
    throw invalid("config.state_topic", "state_topic and status_topic must differ.");
  const qos = qosOf(given["qos"]);
  const version = choiceOf(given["protocol_version"], "config.protocol_version", ["3.1.1", "5"] as const);
  const timeoutSeconds = numberOf(given["timeout_seconds"], "config.timeout_seconds", { least: 1, most: 60 });
  const online = wordsOf(given["online_payload"], "config.online_payload", LONGEST_PAYLOAD) ?? "online";
  const offline = wordsOf(given["offline_payload"], "config.offline_payload", LONGEST_PAYLOAD) ?? "offline";
  const isStatusRetained = booleanOf(given["status_retain"], "config.status_retain") ?? true;
  return {
    given,
    url,
    tls,
    session: {
      clientId: wordsOf(given["client_id"], "config.client_id", 128) ?? null,
      user,
      password,
      version: version === "5" ? 5 : 4,
      keepAliveSeconds:
        numberOf(given["keep_alive_seconds"], "config.keep_alive_seconds", {
          least: 5,
          most: 3_600,
          isWhole: true,
        }) ?? 60,
      status:
        statusTopic === undefined
          ? null
          : { topic: statusTopic, online, offline, qos: 1, retain: isStatusRetained },
    },
    topic: parseTopic(given["topic"], "config.topic", TOPIC_WORDS) ?? DEFAULT_TOPIC,
    qos,
    retain: booleanOf(given["retain"], "config.retain") ?? false,
    payload: choiceOf(given["payload"], "config.payload", ["json", "text"] as const) ?? "json",
    stateTopic,
    timeoutMs: (timeoutSeconds ?? 10) * 1_000,
  };
};
