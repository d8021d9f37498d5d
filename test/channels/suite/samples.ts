// In: nothing. Out: the messages that golden files hold, and what the suite knows of each channel type.
// A new type adds a file in `types/` and a line here.
import type { AlertSnapshot, IncidentSnapshot, ServiceSnapshot } from "../../../src/core/events";
import type { Message } from "../../../src/channels/channel";
import type { TypeSample } from "./type-sample";
import { emailSamples } from "./types/email";
import { discordSamples } from "./types/discord";
import { googleChatSamples } from "./types/google-chat";
import { matrixSamples } from "./types/matrix";
import { mattermostSamples } from "./types/mattermost";
import { mqttSamples } from "./types/mqtt";
import { slackSamples } from "./types/slack";
import { stackLightSamples } from "./types/stack-light";
import { teamsSamples } from "./types/teams";
import { telegramSamples } from "./types/telegram";
import { appriseSamples } from "./types/apprise";
import { gotifySamples } from "./types/gotify";
import { ntfySamples } from "./types/ntfy";
import { opsgenieSamples } from "./types/opsgenie";
import { pagerdutySamples } from "./types/pagerduty";
import { pushoverSamples } from "./types/pushover";
import { smsSamples } from "./types/sms";
import { webhookSamples } from "./types/webhook";

const AT = Date.UTC(2026, 3, 4, 10, 30, 5, 678);

const id = (last: number): string => `01960000-0000-7000-8000-${String(last).padStart(12, "0")}`;

const alert: AlertSnapshot = {
  id: id(1),
  number: 42,
  tenantId: id(2),
  projectId: id(3),
  ruleId: id(4),
  ruleNumber: 7,
  name: "Spindle too hot",
  status: "triggered",
  severity: "critical",
  message: "Temperature exceeded threshold",
  machineId: id(5),
  machineNumber: 12,
  machineName: "CNC Mill #1",
  machineType: "mill",
  machineStatus: "online",
  labels: { line: "A", "": 'naïve "quoted" \u2028 <b>' },
  metricName: "temperature",
  metricValue: 87.3,
  thresholdValue: 85,
  unit: "°C",
  decimals: 1,
  triggeredAt: AT - 2_000,
  acknowledgedAt: null,
  acknowledgedBy: null,
  resolvedAt: null,
  resolvedBy: null,
  resolveReason: null,
  fleeting: false,
  createdAt: AT,
};

const base = {
  at: AT,
  organization: { id: id(2), number: 1, name: "Plant 7", slug: "plant-7" },
  project: { id: id(3), number: 1, name: "Line A", slug: "line-a" },
  baseUrl: "https://andon.plant.test",
};

const acknowledged: AlertSnapshot = {
  ...alert,
  status: "acknowledged",
  acknowledgedAt: AT + 60_000,
  acknowledgedBy: "Kim",
};

/** StatusPulse's own sample, in our words. */
const OPENED_AT = Date.UTC(2024, 2, 15, 14, 22, 1);
const incident: IncidentSnapshot = {
  id: id(9),
  number: 8842,
  code: "INC-8842-ALPHA",
  tenantId: id(2),
  projectId: id(3),
  title: "checkout-api-prod is down",
  status: "investigating",
  severity: "critical",
  message: "https://api.yourcompany.com/v2/checkout answered 503",
  services: [{ id: id(10), name: "Checkout <b>API</b> & more", group: "api-gateway" }],
  monitor: { id: id(11), name: "checkout-api-prod", group: "api-gateway" },
  probe: {
    endpoint: "https://api.yourcompany.com/v2/checkout",
    responseCode: 503,
    latencyMs: 1_240,
    region: "us-east-1",
  },
  finalResponseCode: null,
  isAutoResolved: false,
  engineerNotes: "",
  source: { kind: "monitor", id: id(11) },
  openedAt: OPENED_AT,
  resolvedAt: null,
};

const service: ServiceSnapshot = {
  id: id(10),
  tenantId: id(2),
  projectId: id(3),
  name: "API Gateway",
  group: "api-gateway",
  status: "down",
  previousStatus: "operational",
  message: "API Gateway is unreachable",
  changedAt: AT,
};

const notice = (reason: string): Message["channel"] => ({ id: id(8), name: "PagerDuty Integration", reason });

export const MESSAGES: Record<string, Message> = {
  "alert.triggered": { ...base, event: "alert.triggered", alert },
  "alert.acknowledged": {
    ...base,
    event: "alert.acknowledged",
    at: AT + 60_000,
    alert: acknowledged,
    note: "On my way",
  },
  "alert.resolved": {
    ...base,
    event: "alert.resolved",
    at: AT + 120_000,
    alert: {
      ...acknowledged,
      status: "resolved",
      resolvedAt: AT + 120_000,
      resolveReason: "condition_cleared",
    },
  },
  "alert.escalated": {
    ...base,
    event: "alert.escalated",
    at: AT + 900_000,
    alert,
    escalation: { policyId: id(6), policyName: "Critical, 15 min", waitMinutes: 15, step: 0 },
  },
  "incident.opened": { ...base, event: "incident.opened", at: OPENED_AT, incident },
  "incident.updated": {
    ...base,
    event: "incident.updated",
    at: OPENED_AT + 600_000,
    incident: { ...incident, status: "identified", message: "A cache went stale. @channel <!here> *all*" },
  },
  "incident.resolved": {
    ...base,
    event: "incident.resolved",
    at: OPENED_AT + 2_623_000,
    incident: {
      ...incident,
      status: "resolved",
      message: "Recovered",
      finalResponseCode: 200,
      isAutoResolved: true,
      engineerNotes: "Cache flush restored connectivity",
      resolvedAt: OPENED_AT + 2_623_000,
    },
  },
  "service.status_changed": { ...base, event: "service.status_changed", service },
  "channel.test": { ...base, event: "channel.test", alert, test: true },
  "channel.paused": {
    ...base,
    event: "channel.paused",
    channel: notice("Four attempts failed."),
  },
  "channel.resumed": { ...base, event: "channel.resumed", channel: notice("Resumed by Kim.") },
  "channel.summary": {
    ...base,
    event: "channel.summary",
    summary: {
      from: AT - 7_200_000,
      until: AT - 3_600_000,
      count: 3,
      lines: [
        { at: AT - 7_200_000, event: "alert.triggered", text: "Critical: Spindle too hot on CNC Mill #1" },
        { at: AT - 5_400_000, event: "alert.resolved", text: "Resolved: Spindle too hot on CNC Mill #1" },
        { at: AT - 3_600_000, event: "incident.opened", text: "Critical: checkout-api-prod is down" },
      ],
    },
  },
};

/** One line per type; its file in `types/` says how the service shows a message, and its limits. */
export const SAMPLES: Record<string, TypeSample[]> = {
  webhook: webhookSamples,
  slack: slackSamples,
  email: emailSamples,
  mqtt: mqttSamples,
  stack_light: stackLightSamples,
  teams: teamsSamples,
  discord: discordSamples,
  telegram: telegramSamples,
  mattermost: mattermostSamples,
  google_chat: googleChatSamples,
  matrix: matrixSamples,
  pagerduty: pagerdutySamples,
  opsgenie: opsgenieSamples,
  sms: smsSamples,
  ntfy: ntfySamples,
  gotify: gotifySamples,
  pushover: pushoverSamples,
  apprise: appriseSamples,
};
