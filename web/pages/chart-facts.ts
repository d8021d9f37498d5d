// In: a rule's condition and an alert's journal. Out: the limits and markers that a chart draws in.
import type { Alert, Severity, TimelineEntry } from "../api/alerts";
import type { Condition, ThresholdCondition } from "../api/rules";
import type { ChartLimit, ChartMarker } from "../elements/chart";
import { text } from "../text/en";
import { formatValue } from "../text/format";

export interface LimitFormat {
  unit: string | null;
  decimals: number | null;
}

const clearOf = (condition: ThresholdCondition): number | undefined => {
  const { operator, threshold, clear_threshold: clear, deadband } = condition;
  if (clear !== undefined) return clear;
  if (deadband === undefined || threshold === undefined || deadband === 0) return undefined;
  if (operator === ">" || operator === ">=") return threshold - deadband;
  if (operator === "<" || operator === "<=") return threshold + deadband;
  return undefined;
};

/** Limit and clear value of a threshold rule; nothing for rules about silence. */
export const limitsOf = (condition: Condition, severity: Severity, format: LimitFormat): ChartLimit[] => {
  if (condition.type !== "threshold") return [];
  const show = (value: number): string => formatValue(value, format.unit, format.decimals);
  const limit = (value: number, abnormal?: "above" | "below"): ChartLimit => ({
    value,
    label: `${text.alert.limit} ${show(value)}`,
    kind: "limit",
    tone: severity,
    ...(abnormal === undefined ? {} : { abnormal }),
  });
  const limits: ChartLimit[] = [];
  const { operator, threshold, range } = condition;
  if (range !== undefined) {
    const isOutside = operator === "outside";
    limits.push(
      limit(range[1], isOutside ? "above" : undefined),
      limit(range[0], isOutside ? "below" : undefined),
    );
  } else if (threshold !== undefined)
    limits.push(
      limit(threshold, operator.startsWith(">") ? "above" : operator.startsWith("<") ? "below" : undefined),
    );
  const clear = clearOf(condition);
  if (clear !== undefined && clear !== threshold)
    limits.push({ value: clear, label: `${text.alert.clear} ${show(clear)}`, kind: "clear", tone: "plain" });
  return limits;
};

/** Without the rule (it may be gone) the alert still knows its limit. */
export const limitOfAlert = (alert: Alert): ChartLimit[] => [
  {
    value: alert.threshold_value,
    label: `${text.alert.limit} ${formatValue(alert.threshold_value, alert.unit, alert.decimals)}`,
    kind: "limit",
    tone: alert.severity,
    abnormal: alert.metric_value >= alert.threshold_value ? "above" : "below",
  },
];

export const markersOf = (alert: Alert, timeline: readonly TimelineEntry[]): ChartMarker[] => {
  const words = text.alert.markers;
  const markers: ChartMarker[] = [
    { time: Date.parse(alert.triggered_at), kind: "triggered", label: words.triggered, tone: alert.severity },
  ];
  for (const entry of timeline)
    if (entry.kind === "alert.escalated")
      markers.push({ time: Date.parse(entry.at), kind: "escalated", label: words.escalated, tone: "plain" });
  if (alert.acknowledged_at !== null)
    markers.push({
      time: Date.parse(alert.acknowledged_at),
      kind: "acknowledged",
      label: words.acknowledged,
      tone: "plain",
    });
  if (alert.resolved_at !== null)
    markers.push({
      time: Date.parse(alert.resolved_at),
      kind: "resolved",
      label: words.resolved,
      tone: "good",
    });
  return markers;
};
