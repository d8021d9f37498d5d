// In: a rule about a status, and the service or monitor that has it. Out: the breach as alerts take it: the status
// as a number, and a sentence.
import type { Breach } from "../../alerts/breach";
import type { CompiledStatus } from "../compile";
import { durationWords } from "../silence";
import type { Turn } from "../step";
import { STATUS_METRIC, valueOfStatus } from "./limit";
import { machineFor, type Subject } from "./subject";

const statusWords = (subject: Subject, value: number, forMs: number): string => {
  // The turn may be about an earlier status than the present one.
  const isPresent = valueOfStatus(subject.status) === value;
  const lasting = forMs === 0 ? "" : ` for ${durationWords(forMs / 1_000)}`;
  const why = isPresent && subject.message !== "" ? `: ${subject.message}` : "";
  return `${subject.name} is ${wordOf(subject, value)}${lasting}${why}`;
};

const WORDS = {
  service: ["operational", "degraded", "down", "in maintenance"],
  monitor: ["up", "pending", "down", "paused"],
} as const;

const wordOf = ({ kind }: Subject, value: number): string => WORDS[kind][value] ?? "";

/** `group` is its label, so that channels can filter by it. */
export const statusBreachOf = (
  rule: CompiledStatus,
  subject: Subject,
  { value, at }: Pick<Turn, "value" | "at">,
): Breach => {
  const { id, number, name, severity, message } = rule.row;
  const threshold = rule.limit.boundOf(value);
  return {
    rule: { id, number, name, severity, message },
    machine: machineFor(subject),
    labels: subject.group === null ? {} : { group: subject.group },
    metricName: STATUS_METRIC,
    info: { displayName: null, unit: null, decimals: null },
    value,
    threshold,
    valueText: wordOf(subject, value),
    thresholdText: rule.limit.words(""),
    limitText: statusWords(subject, value, rule.delays.onMs),
    triggeredAt: at,
  };
};
