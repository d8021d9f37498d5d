// In: monitors and who looks at them. Out: metric sources about how they stand at the moment.
import type { MetricSource } from "../operations/metrics";
import type { MonitorBook } from "./book";
import type { ProbeRunner } from "./runner";
import { MONITOR_STATUSES } from "./schema";

export const monitorMetrics = (
  book: Pick<MonitorBook, "all">,
  runner: Pick<ProbeRunner, "inFlight">,
): MetricSource[] => [
  {
    name: "andon_monitors",
    help: "Monitors and heartbeats by how they stand: pending, up, down, paused.",
    labels: ["status"],
    read: () => {
      const counts = new Map<string, number>([...MONITOR_STATUSES, "paused"].map((status) => [status, 0]));
      for (const { record, state } of book.all()) {
        const status = record.isActive ? state.status : "paused";
        counts.set(status, (counts.get(status) ?? 0) + 1);
      }
      return Array.from(counts, ([status, value]) => ({ labels: { status }, value }));
    },
  },
  {
    name: "andon_probes_in_flight",
    help: "Looks of monitors that run at the moment.",
    labels: [],
    read: () => [{ labels: {}, value: runner.inFlight }],
  },
];
