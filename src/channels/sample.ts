// In: organization, project and the moment. Out: the message of a test: an alert with sample values,
// complete in every field, as Haltless' document shows it.
import { newId } from "../core/ids";
import type { Message } from "./channel";

/** `channel.test` with `test: true`; the IDs are fresh and belong to nothing. */
export const sampleMessage = (
  tenant: Pick<Message, "organization" | "project" | "baseUrl">,
  now: number,
): Message => ({
  event: "channel.test",
  at: now,
  ...tenant,
  test: true,
  alert: {
    id: newId(),
    number: 1,
    tenantId: tenant.organization.id,
    projectId: tenant.project.id,
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
  },
});
