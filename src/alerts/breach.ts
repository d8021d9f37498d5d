// In: nothing. Out: what a rule found, handed to the planner of alerts.
import type { Machine, MetricInfo } from "../core/machine";
import type { Severity } from "../core/severity";

/** What a rule found; times in ms. */
export interface Breach {
  rule: { id: string; number: number; name: string; severity: Severity; message: string | null };
  machine: Machine;
  labels: Record<string, string>;
  /** `heartbeat` for a machine that is silent. */
  metricName: string;
  /** How value and threshold are shown: of an absence, in seconds. */
  info: Pick<MetricInfo, "displayName" | "unit" | "decimals">;
  value: number;
  threshold: number;
  /** How they are written in a message, where numbers say little. */
  valueText?: string;
  thresholdText?: string;
  /** The limit in words, for a message of our own: "is above the limit of 85 °C". */
  limitText: string;
  /** The message as another system wrote it; left out, it is composed. */
  text?: string;
  /** Device time of the reading; of an absence, server time. */
  triggeredAt: number;
}
