// In: a message. Out: the payload of Roboticks: whole numbers as IDs, the device, its project and
// organization, and links for people. What Roboticks has not comes in Andon's shape.
import type { AlertSnapshot, AlertStatus } from "../../../core/events";
import { isoSeconds } from "../../../core/time";
import type { Message } from "../../channel";
import type { Dialect } from "../dialect";
import { composeForeign } from "./foreign";
import { standInPage } from "./stand-in-page";

const STATUS_WORDS: Record<AlertStatus, string> = {
  triggered: "active",
  acknowledged: "acknowledged",
  resolved: "resolved",
};

const composeAlert = (message: Message, alert: AlertSnapshot): Record<string, unknown> => {
  const { organization, project, escalation, baseUrl } = message;
  return {
    event_type: message.event,
    timestamp: isoSeconds(message.at),
    alert: {
      id: alert.number,
      name: alert.name,
      severity: alert.severity,
      status: STATUS_WORDS[alert.status],
      message: alert.message,
      rule_id: alert.ruleNumber,
      triggered_at: isoSeconds(alert.triggeredAt),
    },
    device: {
      id: alert.machineNumber,
      name: alert.machineName,
      type: alert.machineType,
      status: alert.machineStatus,
    },
    project: { id: project.number, name: project.name, slug: project.slug },
    organization: { id: organization.number, name: organization.name, slug: organization.slug },
    links: {
      alert: `${baseUrl}/alerts/${alert.number}`,
      device: standInPage(alert, baseUrl) ?? `${baseUrl}/devices/${alert.machineNumber}`,
    },
    ...(escalation === undefined
      ? {}
      : {
          escalation: {
            policy_name: escalation.policyName,
            wait_minutes: escalation.waitMinutes,
            step: escalation.step,
          },
        }),
    ...(message.test === true ? { test: true } : {}),
  };
};

export const roboticks: Dialect = {
  name: "roboticks",
  label: "Roboticks",
  description:
    "Alerts of devices as Roboticks sends them. Marked as failed when the retries of a message are used up.",
  timeoutSeconds: 30,
  retry: "roboticks",
  whenExhausted: "fail_channel",
  handshake: false,
  methods: ["POST", "PUT", "PATCH"],
  signatures: [{ header: "X-Roboticks-Signature", format: "sha256=hex" }],
  defaultEvents: ["alert.triggered", "alert.resolved", "alert.acknowledged"],
  eventAliases: {},
  testEvent: "alert.triggered",
  compose: (message) =>
    message.alert === undefined
      ? composeForeign(message, message.event)
      : composeAlert(message, message.alert),
};
