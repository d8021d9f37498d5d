// In: an absence rule, a machine and what was heard of it. Out: since when it is silent, and the words
// for it. Silence is measured by the server's clock, never by the device's.
import type { Machine, Series } from "../core/machine";
import type { CompiledAbsence } from "./compile";
import type { AbsenceCondition } from "./condition";

/**
 * The later of the last contact, the rule's and the machine's creation and our own start; null when
 * the rule does not apply: a machine that never sent the metric, unless the rule names the machine.
 */
export const silentSince = (
  rule: CompiledAbsence,
  machine: Machine,
  series: readonly Series[],
  startedAt: number,
): number | null => {
  const { condition, row } = rule;
  let contact = condition.type === "heartbeat" ? (machine.lastContactAt ?? 0) : 0;
  if (condition.type === "no_data") {
    const ofMetric = series.filter((one) => one.metric === condition.metric);
    if (ofMetric.length === 0 && row.selector.machine_id === undefined) return null;
    for (const one of ofMetric) contact = Math.max(contact, one.lastReceivedAt ?? 0);
  }
  return Math.max(contact, row.createdAt, machine.createdAt, startedAt);
};

const UNITS: readonly (readonly [string, number])[] = [
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/** `5 minutes`, `90 seconds`: the largest unit that divides it evenly. */
export const durationWords = (seconds: number): string => {
  for (const [word, size] of UNITS)
    if (seconds >= size && seconds % size === 0) {
      const count = seconds / size;
      return `${count} ${word}${count === 1 ? "" : "s"}`;
    }
  return `${seconds} seconds`;
};

export const silenceText = (condition: AbsenceCondition, seconds: number): string => {
  const limit = durationWords(condition.after_seconds);
  return condition.type === "heartbeat"
    ? `Device has not sent a heartbeat in ${limit} (silent for ${seconds} s)`
    : `No data for ${condition.metric} in ${limit} (silent for ${seconds} s)`;
};
