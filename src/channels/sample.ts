// In: organization, project, the moment, and what the test button shall send. Out: the messages of a
// test: sample values, complete in every field, about things that belong to nothing.
import type { AlertSnapshot, IncidentSnapshot, ServiceSnapshot, TellableEvent } from "../core/events";
import { newId } from "../core/ids";
import type { Message } from "./channel";

type Tenant = Pick<Message, "organization" | "project" | "baseUrl">;

const TESTER = "Andon";
const MINUTE_MS = 60_000;

/** As Haltless' document shows an alert. */
const sampleAlert = ({ organization, project }: Tenant, now: number): AlertSnapshot => ({
  id: newId(),
  number: 1,
  tenantId: organization.id,
  projectId: project.id,
  ruleId: newId(),
  ruleNumber: 1,
  name: "Test message",
  status: "triggered",
  severity: "critical",
  message: "Temperature exceeded threshold",
  machineId: newId(),
  machineNumber: 1,
  machineName: "CNC Mill #1",
  machineType: "machine",
  machineStatus: "online",
  labels: {},
  metricName: "temperature",
  metricValue: 87.3,
  thresholdValue: 85,
  unit: "°C",
  decimals: 1,
  triggeredAt: now,
  acknowledgedAt: null,
  acknowledgedBy: null,
  resolvedAt: null,
  resolvedBy: null,
  resolveReason: null,
  fleeting: false,
  createdAt: now,
});

const alertAt = (alert: AlertSnapshot, event: TellableEvent, now: number): AlertSnapshot => {
  if (event !== "alert.acknowledged" && event !== "alert.resolved") return alert;
  const acknowledged: AlertSnapshot = {
    ...alert,
    status: "acknowledged",
    acknowledgedAt: now,
    acknowledgedBy: TESTER,
  };
  return event === "alert.acknowledged"
    ? acknowledged
    : { ...acknowledged, status: "resolved", resolvedAt: now, resolveReason: "condition_cleared" };
};

/** As StatusPulse's document shows an incident. */
const sampleIncident = ({ organization, project }: Tenant, now: number): IncidentSnapshot => ({
  id: newId(),
  number: 1,
  code: "INC-1-ALPHA",
  tenantId: organization.id,
  projectId: project.id,
  title: "checkout-api-prod is down",
  status: "investigating",
  severity: "critical",
  message: "https://api.example.com/v2/checkout answered 503",
  services: [{ id: newId(), name: "Checkout API", group: "api-gateway" }],
  monitor: { id: newId(), name: "checkout-api-prod", group: "api-gateway" },
  probe: {
    endpoint: "https://api.example.com/v2/checkout",
    responseCode: 503,
    latencyMs: 1_240,
    region: "local",
  },
  finalResponseCode: null,
  isAutoResolved: false,
  engineerNotes: "",
  source: { kind: "monitor", id: null },
  openedAt: now,
  resolvedAt: null,
});

/** What goes on began a while ago: a downtime of no length would look like a mistake. */
const incidentAt = (incident: IncidentSnapshot, event: TellableEvent, now: number): IncidentSnapshot =>
  event === "incident.updated"
    ? {
        ...incident,
        status: "identified",
        message: "The cause was found.",
        openedAt: now - 10 * MINUTE_MS,
      }
    : event === "incident.resolved"
      ? {
          ...incident,
          status: "resolved",
          message: "The endpoint answers again.",
          openedAt: now - 30 * MINUTE_MS,
          finalResponseCode: 200,
          isAutoResolved: true,
          resolvedAt: now,
        }
      : incident;

const sampleService = ({ organization, project }: Tenant, now: number): ServiceSnapshot => ({
  id: newId(),
  tenantId: organization.id,
  projectId: project.id,
  name: "Checkout API",
  group: "api-gateway",
  status: "down",
  previousStatus: "operational",
  message: "Test message",
  changedAt: now,
});

const isNotice = (event: TellableEvent): boolean =>
  event.startsWith("channel.") && event !== "channel.test" && event !== "channel.summary";

/**
 * One message per event, all about the same alert, incident, service or channel, each with
 * `test: true`. `channel.test` holds an alert. The IDs are fresh and belong to nothing.
 */
export const sampleMessages = (tenant: Tenant, events: readonly TellableEvent[], now: number): Message[] => {
  const alert = sampleAlert(tenant, now);
  const incident = sampleIncident(tenant, now);
  const service = sampleService(tenant, now);
  const channel = { id: newId(), name: "Sample channel", reason: "Four attempts failed." };
  const line = { at: now - 60 * MINUTE_MS, event: "alert.triggered", text: alert.message };
  const { organization, project, baseUrl } = tenant;
  const contentOf = (event: TellableEvent): Partial<Message> => {
    if (event.startsWith("incident.")) return { incident: incidentAt(incident, event, now) };
    if (event.startsWith("service.")) return { service };
    if (event === "channel.summary")
      return { summary: { from: line.at, until: now, count: 1, lines: [line] } };
    return isNotice(event) ? { channel } : { alert: alertAt(alert, event, now) };
  };
  return events.map((event) => ({
    event,
    at: now,
    organization,
    project,
    baseUrl,
    test: true,
    ...contentOf(event),
    ...(event === "alert.escalated"
      ? { escalation: { policyId: newId(), policyName: "Test policy", waitMinutes: 15, step: 1 } }
      : {}),
  }));
};
