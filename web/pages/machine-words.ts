// In: a machine or a metric. Out: how it is called on the screen.
import type { Machine, MetricInfo } from "../api/machines";
import { humanize } from "../text/format";

export const machineTitle = (machine: Pick<Machine, "name" | "display_name">): string =>
  machine.display_name ?? machine.name;

export const metricTitle = (metric: Pick<MetricInfo, "name" | "display_name">): string =>
  metric.display_name ?? humanize(metric.name);

/** `name=value` lines, as labels are typed. */
export const labelLines = (labels: Record<string, string>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join("\n");

/** The labels, or the first line that is none. */
export const readLabels = (lines: string): { labels: Record<string, string>; wrong: string | null } => {
  const labels: Record<string, string> = {};
  for (const line of lines.split("\n").map((each) => each.trim())) {
    if (line === "") continue;
    const at = line.indexOf("=");
    if (at < 1) return { labels, wrong: line };
    labels[line.slice(0, at).trim()] = line.slice(at + 1).trim();
  }
  return { labels, wrong: null };
};
