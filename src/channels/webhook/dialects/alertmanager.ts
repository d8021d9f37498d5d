// In: a message. Out: version 4 of Alertmanager's webhook payload, with one alert in it: whatever reads
// Alertmanager reads Andon. Each event has a shape here; what happens to one thing is one alert.
import { isoSeconds } from "../../../core/time";
import { cutText } from "../../../lib/cut-text";
import { labelFingerprint } from "../../../lib/label-fingerprint";
import type { Message } from "../../channel";
import { wordingOf } from "../../wording";
import type { Dialect } from "../dialect";
import { andon, composeAndon } from "./andon";

/** Go's zero time: Alertmanager says so while an alert has not ended. */
const NOT_ENDED = "0001-01-01T00:00:00Z";

interface Facts {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startedAt: number;
  /** Null while it goes on. */
  endedAt: number | null;
}

/** Prometheus' rule for names of labels; other characters become underscores. */
const labelName = (name: string): string => name.replace(/[^a-zA-Z0-9_]/g, "_").replace(/^(?=[0-9])/, "_");

/** Longer ones are no names and values for grouping. */
const LONGEST_LABEL = 500;

/** In the order of names, as Go writes a map. A label without a value does not exist. */
const sorted = (labels: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(labels)
      .filter(([name, value]) => name !== "" && value !== "")
      .sort(([left], [right]) => (left < right ? -1 : 1)),
  );

const factsOf = (message: Message): Facts => {
  const { alert, incident, service, channel, escalation, note } = message;
  const common = { organization: message.organization.slug, project: message.project.slug };
  if (incident !== undefined)
    return {
      labels: {
        ...common,
        alertname: "Incident",
        incident: incident.code,
        severity: incident.severity,
        service: incident.services[0]?.name ?? "",
        monitor: incident.monitor?.name ?? "",
      },
      annotations: {
        status: incident.status,
        ...(incident.engineerNotes === "" ? {} : { engineer_notes: incident.engineerNotes }),
      },
      startedAt: incident.openedAt,
      endedAt: incident.resolvedAt,
    };
  if (service !== undefined)
    return {
      labels: { ...common, alertname: "ServiceStatus", service: service.name, group: service.group ?? "" },
      annotations: { status: service.status, previous_status: service.previousStatus },
      startedAt: service.changedAt,
      endedAt: service.status === "operational" ? service.changedAt : null,
    };
  if (alert !== undefined)
    return {
      labels: {
        ...Object.fromEntries(Object.entries(alert.labels).map(([name, value]) => [labelName(name), value])),
        ...common,
        alertname: alert.name,
        severity: alert.severity,
        instance: alert.machineName,
        machine_type: alert.machineType,
        metric: alert.metricName,
      },
      annotations: {
        value: String(alert.metricValue),
        threshold: String(alert.thresholdValue),
        status: alert.status,
        ...(alert.acknowledgedBy === null ? {} : { acknowledged_by: alert.acknowledgedBy }),
        ...(escalation === undefined ? {} : { escalation_policy: escalation.policyName }),
        ...(note === undefined || note === "" ? {} : { note }),
      },
      startedAt: alert.triggeredAt,
      endedAt: alert.resolvedAt,
    };
  return {
    labels: { ...common, alertname: "NotificationChannel", channel: channel?.name ?? "" },
    annotations: {},
    startedAt: message.at,
    endedAt: message.event === "channel.resumed" ? message.at : null,
  };
};

const cutLabels = (labels: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(labels).map(([name, value]) => [
      name.slice(0, LONGEST_LABEL),
      cutText(value, LONGEST_LABEL),
    ]),
  );

const compose = (message: Message): Record<string, unknown> => {
  const { labels, annotations, startedAt, endedAt } = factsOf(message);
  const { headline, body, url } = wordingOf(message);
  const own = sorted(cutLabels(labels));
  // Severity may change while it goes on: what closes an alert must have the identity of what opened it.
  const { severity: _severity, ...identity } = own;
  const told = sorted({ ...annotations, summary: headline, description: body });
  const status = endedAt === null ? "firing" : "resolved";
  return {
    receiver: "andon",
    status,
    alerts: [
      {
        status,
        labels: own,
        annotations: told,
        startsAt: isoSeconds(startedAt),
        endsAt: endedAt === null ? NOT_ENDED : isoSeconds(endedAt),
        generatorURL: url ?? message.baseUrl,
        fingerprint: labelFingerprint(identity),
      },
    ],
    // Grouped by nearly all labels: one alert's end must not close another one of the same name.
    groupLabels: identity,
    commonLabels: own,
    commonAnnotations: told,
    externalURL: message.baseUrl,
    version: "4",
    groupKey: `{}:{${Object.entries(identity)
      .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
      .join(", ")}}`,
    truncatedAlerts: 0,
    ...(message.test === true ? { test: true } : {}),
    // A notice about a channel is in Andon's shape, whatever else it is.
    ...(message.channel === undefined ? {} : composeAndon(message)),
  };
};

export const alertmanager: Dialect = {
  ...andon,
  name: "alertmanager",
  label: "Alertmanager",
  description: "Alertmanager's webhook payload, version 4, with one alert in each message.",
  compose,
};
