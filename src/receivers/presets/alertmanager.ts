// In: what Prometheus' Alertmanager posts (version 4), alone or inside Grafana's payload. Out: each alert of the
// group for itself: the group's own status is "firing" as long as any of them is.
import type { Meaning } from "../schema";
import { createWords } from "../words";
import {
  itemsOrNothing,
  nothing,
  unlike,
  type Preset,
  type PresetContext,
  type PresetItem,
  type PresetReading,
} from "./preset";
import { at, firstText, isRecord, listAt, textAt, timeAt, wordAt } from "./walk";

/** By the label `severity`; without one, an alert that fires is a failure. */
const meaningOfSeverity = createWords({
  info: "ignore",
  information: "ignore",
  none: "ignore",
  warning: "degraded",
  warn: "degraded",
  minor: "degraded",
  low: "degraded",
  medium: "degraded",
  p3: "degraded",
  p4: "degraded",
});

const meaningOf = (status: string | null, severity: string | null): Meaning | null => {
  if (status === "resolved") return "operational";
  return status === "firing" ? (meaningOfSeverity(severity ?? "") ?? "down") : null;
};

/** Without a fingerprint, the labels are what an alert is. */
const keyOf = (alert: unknown): string => {
  const labels = at(alert, "labels");
  return (
    textAt(alert, "fingerprint") ??
    JSON.stringify(isRecord(labels) ? Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)) : [])
  );
};

export const alertItem = (alert: unknown, more: Partial<PresetItem> = {}): PresetItem => {
  const status = wordAt(alert, "status");
  const severity = wordAt(alert, "labels", "severity");
  const meaning = meaningOf(status, severity);
  return {
    scope: alert,
    raw: status === null || severity === null || status === "resolved" ? status : `${status} (${severity})`,
    ...(meaning === null ? {} : { meaning }),
    names: ["service", "service_name", "app", "job", "instance", "alertname"].map((label) =>
      textAt(alert, "labels", label),
    ),
    key: `alert ${keyOf(alert)}`,
    title: firstText(textAt(alert, "annotations", "summary"), textAt(alert, "labels", "alertname")),
    message: firstText(
      textAt(alert, "annotations", "description"),
      textAt(alert, "annotations", "message"),
      textAt(alert, "annotations", "summary"),
    ),
    url: textAt(alert, "generatorURL"),
    alertName: textAt(alert, "labels", "alertname"),
    severity,
    machine: firstText(
      textAt(alert, "labels", "machine"),
      textAt(alert, "labels", "host"),
      textAt(alert, "labels", "instance"),
    ),
    labels: labelsOf(alert),
    ...(status === "firing" ? { phase: "open" as const } : {}),
    ...more,
  };
};

/** As Prometheus allows it: texts. More than a person reads are left out. */
const MOST_LABELS = 64;

const labelsOf = (alert: unknown): Record<string, string> => {
  const labels = at(alert, "labels");
  if (!isRecord(labels)) return {};
  const texts = Object.entries(labels).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  return Object.fromEntries(texts.slice(0, MOST_LABELS));
};

/** Prometheus says until when; whoever does not means five minutes, as Alertmanager has it. */
const RESOLVE_TIMEOUT_MS = 300_000;

/** What Prometheus posts to an Alertmanager (its API, version 2): over and over while it fires. */
const readPosted = (alerts: readonly unknown[], now: number): PresetReading => {
  if (!alerts.every((alert) => isRecord(at(alert, "labels")))) return unlike("Prometheus");
  return itemsOrNothing(
    alerts.map((alert) => {
      const endsAt = timeAt(alert, "endsAt");
      const isOver = endsAt !== null && endsAt > 0 && endsAt <= now;
      const status = isOver ? "resolved" : "firing";
      const expiresAt = endsAt !== null && endsAt > now ? endsAt : now + RESOLVE_TIMEOUT_MS;
      return alertItem({ ...(alert as object), status }, isOver ? {} : { expiresAt });
    }),
    "The list holds no alert.",
  );
};

const read = (payload: unknown, { now }: PresetContext): PresetReading => {
  if (Array.isArray(payload)) return readPosted(listAt(payload), now);
  const alerts = listAt(payload, "alerts");
  if (!Array.isArray(at(payload, "alerts"))) return unlike("Alertmanager");
  if (alerts.length === 0) return nothing("The group holds no alert.");
  return itemsOrNothing(
    alerts.map((alert) => alertItem(alert)),
    "The group holds no alert.",
  );
};

export const alertmanager: Preset = {
  name: "alertmanager",
  label: "Prometheus Alertmanager",
  about:
    "Each alert of a group: firing by its severity (info changes nothing, warning is degraded, all others down), resolved.",
  setup: [
    "In alertmanager.yml add a receiver with webhook_configs: url is the receiver's URL, send_resolved stays true.",
    "Route to it what is about your services.",
  ],
  serviceFrom: "the label service, service_name, app, job or instance",
  signature: {
    header: "X-Webhook-Signature",
    scheme: "auto",
    hint: null,
  },
  words: { firing: "down" },
  examples: [
    {
      title: "Two alerts",
      payload: {
        version: "4",
        status: "firing",
        groupKey: '{}:{alertname="HighLatency"}',
        receiver: "andon",
        alerts: [
          {
            status: "firing",
            labels: { alertname: "HighLatency", service: "Shop", severity: "warning" },
            annotations: { summary: "Answers are slow", description: "p99 is above 2 s" },
            startsAt: "2026-01-05T10:00:00Z",
            endsAt: "0001-01-01T00:00:00Z",
            generatorURL: "https://prometheus.example.com/graph",
            fingerprint: "a1b2c3d4e5f60718",
          },
          {
            status: "resolved",
            labels: { alertname: "InstanceDown", service: "Mail", severity: "critical" },
            annotations: { summary: "Nobody answers" },
            startsAt: "2026-01-05T09:00:00Z",
            endsAt: "2026-01-05T10:00:00Z",
            fingerprint: "0817f6e5d4c3b2a1",
          },
        ],
      },
    },
  ],
  read,
};
