// In: a message. Out: the payload of Haltless, field for field: a handler that was written for
// Haltless works unmodified. Notices about channels, which Haltless has not, come in Andon's shape.
import type { AlertSnapshot } from "../../../core/events";
import { isoSeconds } from "../../../core/time";
import type { Message } from "../../channel";
import type { Dialect } from "../dialect";
import { composeAndon } from "./andon";

/** The ten fields of an alert in Haltless' sample, in its order. */
export const haltlessAlert = (alert: AlertSnapshot): Record<string, unknown> => ({
  id: alert.id,
  machine_id: alert.machineId,
  machine_name: alert.machineName,
  severity: alert.severity,
  message: alert.message,
  metric_name: alert.metricName,
  metric_value: alert.metricValue,
  threshold_value: alert.thresholdValue,
  rule_id: alert.ruleId,
  created_at: isoSeconds(alert.createdAt),
});

const compose = (message: Message): Record<string, unknown> => {
  if (message.alert === undefined) return composeAndon(message);
  const payload: Record<string, unknown> = {
    event: message.event,
    timestamp: isoSeconds(message.at),
    tenant_id: message.organization.id,
    alert: haltlessAlert(message.alert),
  };
  if (message.escalation !== undefined)
    payload["escalation"] = {
      policy_id: message.escalation.policyId,
      policy_name: message.escalation.policyName,
      wait_minutes: message.escalation.waitMinutes,
    };
  if (message.test === true) payload["test"] = true;
  return payload;
};

export const haltless: Dialect = {
  name: "haltless",
  label: "Haltless",
  description: "The payload and subscription of Haltless: alerts that trigger and alerts that escalate.",
  timeoutSeconds: 5,
  retry: "haltless",
  whenExhausted: "fail_delivery",
  handshake: false,
  methods: ["POST", "PUT", "PATCH"],
  signatures: [],
  defaultEvents: ["alert.triggered", "alert.escalated"],
  eventAliases: {},
  testEvent: "channel.test",
  compose,
};
