// In: a rule's parts. Out: the plain sentence that it makes, and its condition in a few words.
import type { Condition, Operator, Selector, StatusCondition } from "../api/rules";
import type { Severity } from "../api/alerts";
import { text } from "./en";
import { formatNumber, formatSeconds, formatValue, humanize } from "./format";

export interface RuleWordsContext {
  machineName?: string | undefined;
  projectName?: string | undefined;
  serviceName?: string | undefined;
  monitorName?: string | undefined;
  metricTitle?: string | undefined;
  unit?: string | null | undefined;
}

const words = text.rules.sentence;

/** Missing parts of a half-filled form are shown as dots. */
const value = (number: number | undefined, unit: string | null | undefined): string =>
  number === undefined || Number.isNaN(number) ? words.missing : formatValue(number, unit ?? null, null);

const serviceWords = (selector: Selector, context: RuleWordsContext): string => {
  if (selector.monitor_id !== undefined) return context.monitorName ?? words.missing;
  const parts: string[] = [];
  if (selector.service_id !== undefined) parts.push(words.service(context.serviceName ?? words.missing));
  if (selector.service_group !== undefined) parts.push(words.group(selector.service_group || words.missing));
  if (selector.project_id !== undefined) parts.push(words.servicesOf(context.projectName ?? words.missing));
  return parts.length === 0 ? words.anyService : parts.join(", ");
};

export const whereWords = (
  { selector, condition }: { selector: Selector; condition: Condition },
  context: RuleWordsContext = {},
): string => {
  if (condition.type === "service_status") return serviceWords(selector, context);
  const parts: string[] = [];
  if (selector.machine_id !== undefined) parts.push(words.machine(context.machineName ?? words.missing));
  if (selector.machine_type !== undefined) parts.push(words.type(selector.machine_type || words.missing));
  if (selector.project_id !== undefined) parts.push(words.project(context.projectName ?? words.missing));
  if (selector.labels !== undefined)
    parts.push(
      words.labels(
        Object.entries(selector.labels)
          .map(([name, label]) => `${name}=${label}`)
          .join(", ") || words.missing,
      ),
    );
  return parts.length === 0 ? words.all : parts.join(", ");
};

const lastingWords = (seconds: number | undefined): string =>
  seconds ? words.lasting(formatSeconds(seconds)) : "";

/** `above 85 °C`, `outside 380–480`. */
export const limitWords = (
  condition: { operator: Operator; threshold?: number; range?: [number, number] },
  unit?: string | null,
): string => {
  const operator = text.rules.operators[condition.operator].replace(" a range", "");
  if (condition.operator === "inside" || condition.operator === "outside") {
    const [low, high] = condition.range ?? [Number.NaN, Number.NaN];
    return `${operator} ${Number.isNaN(low) ? words.missing : formatNumber(low)}–${value(high, unit)}`;
  }
  return `${operator} ${value(condition.threshold, unit)}`;
};

/** `down or degraded`. */
const statusWords = (condition: StatusCondition): string =>
  words.either(condition.in.map((status) => text.rules.statusNames[status] ?? status)) || words.missing;

/** For lists: `Temperature above 85 °C for 1 min`. */
export const conditionWords = (condition: Condition, context: RuleWordsContext = {}): string => {
  if (condition.type === "heartbeat") return text.now.noHeartbeat(formatSeconds(condition.after_seconds));
  if (condition.type === "service_status")
    return `${statusWords(condition)}${lastingWords(condition.for_seconds).replace(/ without.*$/, "")}`;
  const metric = context.metricTitle ?? humanize(condition.metric);
  if (condition.type === "no_data") return text.now.noData(metric, formatSeconds(condition.after_seconds));
  const delay = lastingWords(condition.on_delay_seconds).replace(/ without.*$/, "");
  return `${metric} ${limitWords(condition, context.unit)}${delay}`;
};

const endWords = (condition: Condition, unit: string | null | undefined): string => {
  if (condition.type === "service_status") return words.endsStatus;
  if (condition.type !== "threshold") return words.endsSilent;
  const held = condition.off_delay_seconds ? words.held(formatSeconds(condition.off_delay_seconds)) : "";
  const { operator, clear_threshold: clear, deadband, threshold } = condition;
  const isUpward = operator === ">" || operator === ">=";
  const isDownward = operator === "<" || operator === "<=";
  const distance = deadband ?? 0;
  const target =
    clear ??
    (threshold !== undefined && distance > 0 && (isUpward || isDownward)
      ? threshold + (isUpward ? -distance : distance)
      : undefined);
  if (target !== undefined && (isUpward || isDownward))
    return words.endsClear(isUpward ? words.below : words.above, value(target, unit)) + held;
  if (distance > 0 && condition.range !== undefined) return words.endsDeadband(value(distance, unit)) + held;
  return words.endsBack + held;
};

/** The whole rule in plain language, for the form's preview. */
export const ruleSentence = (
  rule: { severity: Severity; selector: Selector; condition: Condition },
  context: RuleWordsContext,
): { when: string; then: string; ends: string } => {
  const { condition } = rule;
  const where = whereWords(rule, context);
  const metric =
    condition.type === "heartbeat" || condition.type === "service_status"
      ? ""
      : (context.metricTitle ?? (condition.metric === "" ? words.missing : humanize(condition.metric)));
  let what: string;
  if (condition.type === "heartbeat") what = words.silent(where, formatSeconds(condition.after_seconds));
  else if (condition.type === "no_data")
    what = words.noData(metric, where, formatSeconds(condition.after_seconds));
  else if (condition.type === "service_status")
    what = `${words.stands(where, statusWords(condition))}${lastingWords(condition.for_seconds)}`;
  else {
    const lasting = lastingWords(condition.on_delay_seconds);
    what = `${words.of(metric, where)} ${text.rules.sentenceIs} ${limitWords(condition, context.unit)}${lasting}`;
  }
  return {
    when: `${words.start}${what},`,
    then:
      rule.severity === "info" ? words.alertInfo : words.alert(text.severity[rule.severity].toLowerCase()),
    ends: `${words.ends}${endWords(condition, context.unit)}.`,
  };
};
