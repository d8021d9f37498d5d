// In: nothing. Out: the closed map of everything that can happen. Adding an event is one line.
// A journal row holds one of these; channels and live clients are told from the same shapes.
import type { Severity } from "./severity";

/** In the order of an alert's life. */
export const ALERT_STATUSES = ["triggered", "acknowledged", "resolved"] as const;
export type AlertStatus = (typeof ALERT_STATUSES)[number];

/** Why an alert ended. */
export type ResolveReason =
  | "condition_cleared"
  | "resolved_by_person"
  | "rule_changed"
  | "rule_removed"
  | "machine_changed"
  | "machine_removed";

/** Everything a message about an alert may need, taken at the moment of the event. Times in ms. */
export interface AlertSnapshot {
  id: string;
  number: number;
  tenantId: string;
  projectId: string;
  ruleId: string;
  ruleNumber: number;
  name: string;
  status: AlertStatus;
  severity: Severity;
  message: string;
  machineId: string;
  machineNumber: number;
  machineName: string;
  machineType: string;
  machineStatus: "online" | "offline";
  labels: Record<string, string>;
  metricName: string;
  metricValue: number;
  thresholdValue: number;
  unit: string;
  decimals: number | null;
  /** Device time of the reading that crossed the limit. */
  triggeredAt: number;
  acknowledgedAt: number | null;
  acknowledgedBy: string | null;
  resolvedAt: number | null;
  resolvedBy: string | null;
  resolveReason: ResolveReason | null;
  /** Began and ended inside one request. */
  fleeting: boolean;
  /** Server time at which the alert was decided. */
  createdAt: number;
}

/** Which step of which policy went out; `step` counts from 1. */
export interface EscalationSnapshot {
  policyId: string;
  policyName: string;
  waitMinutes: number;
  step: number;
}

/** What happened to a channel; the reason is a sentence without secrets. */
export interface ChannelNotice {
  channelId: string;
  channelName: string;
  reason: string;
}

interface Named {
  id: string;
  name: string;
}

/** From each kind of event to what its journal row holds. Rows are never changed: neither are these. */
export interface EventMap {
  "alert.triggered": { alert: AlertSnapshot };
  "alert.acknowledged": { alert: AlertSnapshot; note: string | null };
  "alert.resolved": { alert: AlertSnapshot; note: string | null };
  "alert.escalated": { alert: AlertSnapshot; escalation: EscalationSnapshot };
  "alert.noted": { alertId: string; text: string };
  /** A rule changed while its alert was open: what changed in the alert. */
  "alert.updated": { alertId: string; changes: Record<string, unknown> };
  "alert.occurred_again": { alertId: string; occurrences: number };
  "escalation.cancelled": { alertId: string; policyId: string; reason: string };
  "channel.failing": ChannelNotice;
  "channel.recovered": ChannelNotice;
  "channel.paused": ChannelNotice;
  "channel.failed": ChannelNotice;
  "channel.disabled": ChannelNotice;
  "channel.resumed": ChannelNotice;
  "machine.registered": Named & { approval: "approved" | "pending" };
  "machine.online": Named;
  "machine.offline": Named;
  /** Audit: a configuration object was created, changed or deleted. Never holds a secret. */
  "config.created": Named & { object: string; state: Record<string, unknown> };
  "config.updated": Named & { object: string; changes: Record<string, unknown> };
  "config.deleted": Named & { object: string };
  "access.signed_in": Named;
  "access.signed_out": Named;
  "access.sign_in_failed": { account: string; address: string };
  "access.setup_completed": Named;
}

export type EventKind = keyof EventMap;

export type EventOf<K extends EventKind = EventKind> = {
  [Kind in K]: { kind: Kind; data: EventMap[Kind] };
}[K];

/** Events that a channel may subscribe to in this version, with the dotted names of the API. */
export const TELLABLE_EVENTS = [
  "alert.triggered",
  "alert.acknowledged",
  "alert.resolved",
  "alert.escalated",
  "incident.opened",
  "incident.updated",
  "incident.resolved",
  "service.status_changed",
  "channel.test",
  "channel.paused",
  "channel.failed",
  "channel.disabled",
  "channel.resumed",
] as const;
export type TellableEvent = (typeof TELLABLE_EVENTS)[number];
