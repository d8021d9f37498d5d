// In: what the slices count, and sources that are asked at each scrape. Out: the text of /metrics.
// Labels are closed sets of words: never a URL, a name that a person gave, or a secret.
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { VERSION } from "../core/version";

export interface MetricSample {
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** A figure that is read when somebody asks. A read that fails leaves the figure out. */
export interface MetricSource {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** Grows only; default: false. */
  readonly isCounter?: boolean;
  readonly read: () => Promise<readonly MetricSample[]> | readonly MetricSample[];
}

export interface Metrics {
  /** Readings of one request. */
  received(accepted: number, rejected: number): void;
  /** A request to a webhook receiver ended: `processed`, `ignored`, `failed`, `auth_failed`. */
  incoming(result: string): void;
  /** A rule changed the state of an alert: `triggered`, `acknowledged`, `resolved`, `escalated`. */
  alertChanged(change: string): void;
  /** One try of one message has ended. */
  attempted(channelType: string, outcome: string, totalMs: number): void;
  observe(sources: readonly MetricSource[]): void;
  /** In Prometheus' text format. */
  render(): Promise<string>;
  readonly contentType: string;
}

/** From a LAN receiver's 2 ms to the longest time-out. */
const ATTEMPT_BUCKETS_SECONDS = [0.002, 0.01, 0.05, 0.25, 1, 5, 10, 30, 60];

export const createMetrics = (): Metrics => {
  const registry = new Registry();
  const registers = [registry];
  const readings = new Counter({
    name: "andon_readings_total",
    help: "Readings that came in, by result.",
    labelNames: ["result"],
    registers,
  });
  const requests = new Counter({
    name: "andon_ingest_requests_total",
    help: "Requests that brought readings.",
    registers,
  });
  const incoming = new Counter({
    name: "andon_receiver_requests_total",
    help: "Requests to webhook receivers, by result.",
    labelNames: ["result"],
    registers,
  });
  const alerts = new Counter({
    name: "andon_alert_changes_total",
    help: "Changes of alerts, by what happened.",
    labelNames: ["change"],
    registers,
  });
  const attempts = new Counter({
    name: "andon_delivery_attempts_total",
    help: "Tries to deliver a message, by channel type and outcome.",
    labelNames: ["channel_type", "outcome"],
    registers,
  });
  const durations = new Histogram({
    name: "andon_delivery_attempt_seconds",
    help: "How long a try took, by channel type.",
    labelNames: ["channel_type"],
    buckets: ATTEMPT_BUCKETS_SECONDS,
    registers,
  });
  new Gauge({
    name: "andon_build_info",
    help: "Always 1; the version is in the label.",
    labelNames: ["version"],
    registers,
  }).set({ version: VERSION }, 1);
  readings.inc({ result: "accepted" }, 0);
  readings.inc({ result: "rejected" }, 0);

  const observe = ({ name, help, labels, isCounter = false, read }: MetricSource): void => {
    const settings = { name, help, labelNames: [...labels], registers };
    /** A read that fails leaves the figure out: a scrape must not fail because one part is mute. */
    const readAll = async (): Promise<readonly MetricSample[]> => {
      try {
        return await read();
      } catch {
        return [];
      }
    };
    if (isCounter) {
      const counter: Counter = new Counter({
        ...settings,
        collect: async () => {
          const samples = await readAll();
          counter.reset();
          for (const { labels: at, value } of samples) counter.inc(at, value);
        },
      });
      return;
    }
    const gauge: Gauge = new Gauge({
      ...settings,
      collect: async () => {
        const samples = await readAll();
        gauge.reset();
        for (const { labels: at, value } of samples) gauge.set(at, value);
      },
    });
  };

  return {
    received: (accepted, rejected) => {
      requests.inc();
      if (accepted > 0) readings.inc({ result: "accepted" }, accepted);
      if (rejected > 0) readings.inc({ result: "rejected" }, rejected);
    },
    incoming: (result) => incoming.inc({ result }),
    alertChanged: (change) => alerts.inc({ change }),
    attempted: (channelType, outcome, totalMs) => {
      attempts.inc({ channel_type: channelType, outcome });
      durations.observe({ channel_type: channelType }, totalMs / 1000);
    },
    observe: (sources) => {
      for (const source of sources) observe(source);
    },
    render: () => registry.metrics(),
    contentType: registry.contentType,
  };
};
