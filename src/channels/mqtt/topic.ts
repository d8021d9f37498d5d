// In: a template of a topic, and the words of a message. Out: the topic. What people wrote can neither
// add a level nor become a wildcard (MQTT 3.1.1, 4.7).
import { invalid } from "../../core/errors";
import type { Message } from "../channel";
import { oneLine } from "../wording";
import { textOf } from "../values";

export const TOPIC_WORDS = ["machine", "severity", "event", "project"] as const;
export type TopicWord = (typeof TOPIC_WORDS)[number];
export type TopicWords = Readonly<Record<TopicWord, string>>;

const PLACEHOLDER = /\{\{\s*(\w+)\s*\}\}/g;

/** 65,535 bytes are allowed; brokers stop far below. UTF-16 units, of the template and of each word. */
const LONGEST_TEMPLATE = 500;
const LONGEST_WORD = 100;
/** Of a text that becomes such a word: more is not looked at. */
const LONGEST_TEXT = 1_000;

/** Separators, wildcards, what the standard forbids or brokers close the connection for. */
// oxlint-disable-next-line no-control-regex
const UNFIT = /[+#/$\u0000-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]/g;

/** One level of a topic, never empty. */
const levelOf = (text: string): string => {
  const level = oneLine(text.slice(0, LONGEST_TEXT))
    .replace(UNFIT, "_")
    .slice(0, LONGEST_WORD)
    .toWellFormed()
    .trim();
  return level === "" ? "_" : level;
};

/** Where there is no machine, the monitor, service or channel stands in. */
export const topicWordsOf = ({ event, alert, incident, service, channel, project }: Message): TopicWords => ({
  machine: levelOf(
    alert?.machineName ??
      incident?.monitor?.name ??
      incident?.services[0]?.name ??
      incident?.title ??
      service?.name ??
      channel?.name ??
      "andon",
  ),
  severity: alert?.severity ?? incident?.severity ?? "none",
  event,
  project: levelOf(project.slug),
});

/** A topic to publish to, without placeholders unless `words` allows them. Throws `invalid` on `field`. */
export const parseTopic = (
  value: unknown,
  field: string,
  words: readonly string[] = [],
): string | undefined => {
  const name = field.slice(field.lastIndexOf(".") + 1);
  const topic = textOf(value, field, { longest: LONGEST_TEMPLATE });
  if (topic === undefined) return undefined;
  for (const [whole, word = ""] of topic.matchAll(PLACEHOLDER))
    if (!words.includes(word))
      throw invalid(
        field,
        words.length === 0
          ? `${name} can't hold ${whole}: it is one fixed topic.`
          : `${whole} is unknown. Known: ${words.map((known) => `{{${known}}}`).join(", ")}.`,
      );
  const rest = topic.replace(PLACEHOLDER, "x");
  if (/[+#]/.test(rest)) throw invalid(field, `${name} can't hold + or #: these are for subscriptions.`);
  if (/[{}]/.test(rest)) throw invalid(field, `${name} holds a brace that belongs to no placeholder.`);
  if (/[\p{Cc}\u2028\u2029\ufffe\uffff]/u.test(rest) || !rest.isWellFormed())
    throw invalid(field, `${name} holds a character that topics can't have.`);
  // Such topics belong to the broker.
  if (rest.startsWith("$")) throw invalid(field, `${name} can't begin with $.`);
  return topic;
};

/** Fills what `parseTopic` accepted. */
export const fillTopic = (template: string, words: TopicWords): string =>
  template.replace(PLACEHOLDER, (_whole, word: TopicWord) => words[word]);
