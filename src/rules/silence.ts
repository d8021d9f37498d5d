// In: an absence rule, a machine and what was heard of it. Out: since when it is silent, and the words
// for it. Silence is measured by the server's clock, never by the device's.
import type { Machine, Series } from "../core/machine";
import { seriesHeard, type CompiledAbsence } from "./compile";
import type { AbsenceCondition } from "./condition";

/**
 * The later of the last contact, the rule's and the machine's creation and `notBefore` (since when we
 * listen), in server ms; null when the rule does not apply: a machine that never sent the metric, unless
 * the rule names the machine. A creation later than `now` was noted down before the clock was set back,
 * and does not count.
 */
export const silentSince = (
  rule: CompiledAbsence,
  machine: Machine,
  series: readonly Series[],
  { notBefore, now }: { notBefore: number; now: number },
): number | null => {
  const created = (at: number): number => (at > now ? 0 : at);
  const { condition, row } = rule;
  let contact = condition.type === "heartbeat" ? (machine.lastContactAt ?? 0) : 0;
  if (condition.type === "no_data") {
    const heard = seriesHeard(rule, series);
    if (heard.length === 0 && row.selector.machine_id === undefined) return null;
    for (const one of heard) contact = Math.max(contact, one.lastReceivedAt ?? created(one.createdAt));
  }
  return Math.max(contact, created(row.createdAt), created(machine.createdAt), notBefore);
};

const UNITS: readonly (readonly [string, number])[] = [
  ["day", 86_400],
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

/** `metric`: the metric's display name, or else its name. */
export const silenceText = (condition: AbsenceCondition, metric: string, seconds: number): string => {
  const limit = durationWords(condition.after_seconds);
  return condition.type === "heartbeat"
    ? `Device has not sent a heartbeat in ${limit} (silent for ${seconds} s)`
    : `No data for ${metric} in ${limit} (silent for ${seconds} s)`;
};
