// In: a message. Out: Andon's own payload: every field of Haltless' payload with the same name and
// type, and more. Times in whole seconds with Z.
import {
  TELLABLE_EVENTS,
  type AlertSnapshot,
  type IncidentSnapshot,
  type ServiceSnapshot,
} from "../../../core/events";
import { isoSeconds } from "../../../core/time";
import type { Message } from "../../channel";
import type { Dialect } from "../dialect";
import { standInPage } from "./stand-in-page";

const secondsOrNull = (ms: number | null): string | null => (ms === null ? null : isoSeconds(ms));

const alertFields = (alert: AlertSnapshot): Record<string, unknown> => ({
  id: alert.id,
  number: alert.number,
  name: alert.name,
  status: alert.status,
  severity: alert.severity,
  message: alert.message,
  machine_id: alert.machineId,
  machine_number: alert.machineNumber,
  machine_name: alert.machineName,
  machine_type: alert.machineType,
  labels: alert.labels,
  metric_name: alert.metricName,
  metric_value: alert.metricValue,
  threshold_value: alert.thresholdValue,
  unit: alert.unit,
  rule_id: alert.ruleId,
  rule_number: alert.ruleNumber,
  triggered_at: isoSeconds(alert.triggeredAt),
  acknowledged_at: secondsOrNull(alert.acknowledgedAt),
  acknowledged_by: alert.acknowledgedBy,
  resolved_at: secondsOrNull(alert.resolvedAt),
  resolved_by: alert.resolvedBy,
  resolve_reason: alert.resolveReason,
  fleeting: alert.fleeting,
  created_at: isoSeconds(alert.createdAt),
});

const incidentFields = (incident: IncidentSnapshot): Record<string, unknown> => ({
  id: incident.id,
  code: incident.code,
  number: incident.number,
  title: incident.title,
  status: incident.status,
  severity: incident.severity,
  message: incident.message,
  services: incident.services.map(({ id, name, group }) => ({ id, name, group })),
  monitor: incident.monitor === null ? null : { id: incident.monitor.id, name: incident.monitor.name },
  endpoint: incident.probe?.endpoint ?? null,
  response_code: incident.finalResponseCode ?? incident.probe?.responseCode ?? null,
  latency_ms: incident.probe?.latencyMs ?? null,
  region: incident.probe?.region ?? null,
  auto_resolved: incident.isAutoResolved,
  engineer_notes: incident.engineerNotes,
  opened_at: isoSeconds(incident.openedAt),
  resolved_at: secondsOrNull(incident.resolvedAt),
});

const serviceFields = (service: ServiceSnapshot): Record<string, unknown> => ({
  id: service.id,
  name: service.name,
  group: service.group,
  status: service.status,
  previous_status: service.previousStatus,
  message: service.message,
  changed_at: isoSeconds(service.changedAt),
});

export const composeAndon = (message: Message): Record<string, unknown> => {
  const { alert, escalation, incident, service, channel, organization, project } = message;
  const payload: Record<string, unknown> = {
    event: message.event,
    timestamp: isoSeconds(message.at),
    tenant_id: organization.id,
  };
  if (alert !== undefined) payload["alert"] = alertFields(alert);
  if (escalation !== undefined)
    payload["escalation"] = {
      policy_id: escalation.policyId,
      policy_name: escalation.policyName,
      wait_minutes: escalation.waitMinutes,
      step: escalation.step,
    };
  if (incident !== undefined) payload["incident"] = incidentFields(incident);
  if (service !== undefined) payload["service"] = serviceFields(service);
  if (channel !== undefined)
    payload["channel"] = { id: channel.id, name: channel.name, reason: channel.reason };
  if (message.note !== undefined) payload["note"] = message.note;
  if (message.test === true) payload["test"] = true;
  payload["organization"] = { number: organization.number, name: organization.name, slug: organization.slug };
  payload["project"] = { id: project.id, number: project.number, name: project.name, slug: project.slug };
  payload["links"] = linksOf(message);
  return payload;
};

const linksOf = ({ alert, incident, service, channel, baseUrl }: Message): Record<string, string> => {
  if (incident !== undefined) return { incident: `${baseUrl}/incidents/${incident.code}` };
  if (service !== undefined) return { service: `${baseUrl}/services/${service.id}` };
  if (alert !== undefined)
    return {
      alert: `${baseUrl}/alerts/${alert.number}`,
      machine: standInPage(alert, baseUrl) ?? `${baseUrl}/machines/${alert.machineId}`,
    };
  return channel === undefined ? {} : { channel: `${baseUrl}/channels/${channel.id}` };
};

export const andon: Dialect = {
  name: "andon",
  label: "Andon",
  description: "Andon's own payload: all of Haltless' fields and more, for every event.",
  timeoutSeconds: 5,
  retry: "haltless",
  whenExhausted: "fail_delivery",
  handshake: false,
  methods: ["POST", "PUT", "PATCH"],
  signatures: [],
  defaultEvents: TELLABLE_EVENTS.filter((event) => !event.startsWith("channel.")),
  eventAliases: {},
  testEvent: "channel.test",
  compose: composeAndon,
};
