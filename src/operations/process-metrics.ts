// In: this process. Out: its memory, processor time and the delay of its event loop, as metric sources.
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Service } from "../lib/service";
import type { MetricSource } from "./metrics";

const LAG_RESOLUTION_MS = 20;

const single = (value: number) => [{ labels: {}, value }];

/** Measures only while it runs. */
export const createProcessMetrics = (): Service & { readonly sources: readonly MetricSource[] } => {
  const lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
  return {
    name: "process metrics",
    start: async () => void lag.enable(),
    stop: async () => void lag.disable(),
    sources: [
      {
        name: "andon_event_loop_lag_seconds",
        help: "The longest delay of the event loop since the last scrape.",
        labels: [],
        read: () => {
          const seconds = lag.max / 1e9;
          lag.reset();
          return single(Number.isFinite(seconds) ? seconds : 0);
        },
      },
      {
        name: "process_resident_memory_bytes",
        help: "Memory that the process holds.",
        labels: [],
        read: () => single(process.memoryUsage.rss()),
      },
      {
        name: "process_cpu_seconds_total",
        help: "Processor time that the process has used.",
        labels: [],
        isCounter: true,
        read: () => {
          const { user, system } = process.cpuUsage();
          return single((user + system) / 1e6);
        },
      },
      {
        name: "process_uptime_seconds",
        help: "Time since the process began.",
        labels: [],
        read: () => single(process.uptime()),
      },
    ],
  };
};
