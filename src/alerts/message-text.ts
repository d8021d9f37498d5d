// In: a breach. Out: the sentence that people read. A rule's own `message` may use {{machine}},
// {{metric}}, {{value}}, {{unit}} and {{threshold}}; other braces stay as they are.
import { machineTitle, type MetricInfo } from "../core/machine";
import type { Breach } from "./breach";

/** With the metric's decimals; without, up to four significant places behind the point. */
export const formatValue = (value: number, info: Pick<MetricInfo, "decimals"> | null): string => {
  if (info?.decimals !== null && info?.decimals !== undefined) return value.toFixed(info.decimals);
  return Number.isInteger(value) ? String(value) : String(Number(value.toFixed(4)));
};

const PLACEHOLDER = /\{\{\s*(machine|metric|value|unit|threshold)\s*\}\}/g;

export const composeAlertText = (breach: Breach): string => {
  const unit = breach.info?.unit ?? (breach.metricName === "heartbeat" ? "s" : "");
  const metric = breach.info?.displayName ?? breach.metricName;
  if (breach.rule.message === null || breach.rule.message === "") return breach.limitText;
  const values: Record<string, string> = {
    machine: machineTitle(breach.machine),
    metric,
    value: formatValue(breach.value, breach.info),
    unit,
    threshold: formatValue(breach.threshold, breach.info),
  };
  return breach.rule.message.replace(PLACEHOLDER, (_, name: string) => values[name] ?? "");
};
