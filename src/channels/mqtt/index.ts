// In: a broker and topics. Out: the MQTT channel type: each event published over one kept connection,
// and, where wanted, a retained topic that always holds how things stand.
import { cutBytes } from "../../lib/cut-text";
import { shortenTexts } from "../../lib/shorten-texts";
import type { ComposedBody, Message, OpenAlerts } from "../channel";
import { jsonBody, nativeType } from "../native";
import type { MqttMessage, MqttRequest } from "../requests";
import { isStateRow } from "../state-row";
import { composeAndon } from "../webhook/dialects/andon";
import { DEFAULT_DIALECT } from "../webhook/dialects";
import { wordingOf } from "../wording";
import { parseMqttConfig, type MqttConfig } from "./config";
import { MQTT_FIELDS } from "./fields";
import { judgeMqtt } from "./judge";
import { fillTopic, topicWordsOf, type TopicWords } from "./topic";

/** What `compose` stores: the topic is made of the settings at the moment of sending. */
interface Stored {
  words: TopicWords;
  payload: string;
}

const decoder = new TextDecoder();

const textOf = (message: Message): string => {
  const { headline, body } = wordingOf(message);
  return body === "" ? headline : `${headline}. ${body.replaceAll("\n", " ")}`;
};

/** Bytes, where the smallest of the well-known brokers end (AWS IoT Core: 128 KB). */
const LARGEST = 128_000;
/** Better cut than not told. */
const CUTS = [1_000, 100] as const;

/** The last cut is taken however large it is: a broker says so, and names the topic. */
const jsonOf = (message: Message): string => {
  const whole = composeAndon(message);
  let json = JSON.stringify(whole);
  for (const cut of CUTS) {
    if (Buffer.byteLength(json, "utf8") <= LARGEST) break;
    json = JSON.stringify(shortenTexts(whole, cut));
  }
  return json;
};

const compose = (message: Message, { payload }: MqttConfig): ComposedBody => {
  const stored: Stored = {
    words: topicWordsOf(message),
    payload: payload === "json" ? jsonOf(message) : cutBytes(textOf(message), LARGEST),
  };
  return jsonBody(stored);
};

const requestWith = ({ url, tls, session }: MqttConfig, messages: readonly MqttMessage[]): MqttRequest => ({
  transport: "mqtt",
  url,
  ...(tls === null ? {} : { tls }),
  session,
  messages,
});

const stateOf = ({ payload }: MqttConfig, { worst, isAcknowledged, count }: OpenAlerts): string =>
  payload === "json"
    ? JSON.stringify({ severity: worst ?? "ok", acknowledged: isAcknowledged, open_alerts: count })
    : (worst ?? "ok");

/** Without a state topic, the connection alone: the status topic is to say that we are there. */
const show = (config: MqttConfig, open: OpenAlerts): MqttRequest | null => {
  const { stateTopic, session } = config;
  if (stateTopic === null && session.status === null) return null;
  return requestWith(
    config,
    stateTopic === null ? [] : [{ topic: stateTopic, payload: stateOf(config, open), qos: 1, retain: true }],
  );
};

export const mqtt = nativeType<MqttConfig, MqttRequest>({
  kind: "mqtt",
  label: "MQTT",
  description: "Publishes each event to a broker, and how things stand as a retained topic.",
  fields: MQTT_FIELDS,
  audience: "program",
  defaultEvents: DEFAULT_DIALECT.defaultEvents,
  parse: parseMqttConfig,
  behaviour: ({ timeoutMs }) => ({ timeoutMs }),
  compose,
  request: ({ body }, config, { state }) => {
    const stored = JSON.parse(decoder.decode(body)) as unknown;
    if (isStateRow(stored)) {
      const shown = state === undefined ? null : show(config, state());
      return shown ?? requestWith(config, []);
    }
    const { words, payload } = stored as Stored;
    return requestWith(config, [
      { topic: fillTopic(config.topic, words), payload, qos: config.qos, retain: config.retain },
    ]);
  },
  show: (config, { open }) => show(config, open),
  judge: judgeMqtt,
  targets: ({ url }) => [{ field: "config.url", url }],
  secrets: ({ session }) => (session.password === null ? [] : [session.password]),
});
