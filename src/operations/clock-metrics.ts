// In: the watch over the clock. Out: the metric source of it.
import type { ClockWatch } from "./clock-watch";
import type { MetricSource } from "./metrics";

export const clockMetrics = (watch: Pick<ClockWatch, "jumps">): MetricSource => ({
  name: "andon_clock_jumps_total",
  help: "How often the wall clock was set by a second or more since the start.",
  labels: [],
  isCounter: true,
  read: () => [{ labels: {}, value: watch.jumps }],
});
