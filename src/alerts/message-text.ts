// In: a breach. Out: the sentence that people read. A rule's own `message` may use {{machine}},
// {{metric}}, {{value}}, {{unit}} and {{threshold}}; other braces stay as they are.
import { machineTitle, type MetricInfo } from "../core/machine";
import type { Breach } from "./breach";

const PLACES = 4;

/** With the metric's decimals; without, four places, or four digits of what is smaller than one. */
export const formatValue = (value: number, info: Pick<MetricInfo, "decimals">): string => {
  if (info.decimals !== null) return value.toFixed(info.decimals);
  if (Number.isInteger(value)) return String(value);
  return String(Number(Math.abs(value) < 1 ? value.toPrecision(PLACES) : value.toFixed(PLACES)));
};

const PLACEHOLDER = /\{\{\s*(machine|metric|value|unit|threshold)\s*\}\}/g;

/** The rule's own message with its placeholders filled; without one, the limit in words. */
export const composeAlertText = (breach: Breach): string => {
  const { rule, machine, metricName, info } = breach;
  if (rule.message === null || rule.message.trim() === "") return breach.limitText;
  const values: Record<string, string> = {
    machine: machineTitle(machine),
    metric: info.displayName ?? metricName,
    value: breach.valueText ?? formatValue(breach.value, info),
    unit: info.unit ?? "",
    threshold: breach.thresholdText ?? formatValue(breach.threshold, info),
  };
  return rule.message.replace(PLACEHOLDER, (_, name: string) => values[name] ?? "");
};
