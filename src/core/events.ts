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

/** In the order of an incident's life. */
export const INCIDENT_STATUSES = ["investigating", "identified", "monitoring", "resolved"] as const;
export type IncidentStatus = (typeof INCIDENT_STATUSES)[number];

/** In rising order. */
export const INCIDENT_SEVERITIES = ["minor", "major", "critical"] as const;
export type IncidentSeverity = (typeof INCIDENT_SEVERITIES)[number];

/** The four of Alert24's document, from best to worst but for maintenance, which is neither. */
export const SERVICE_STATUSES = ["operational", "degraded", "down", "maintenance"] as const;
export type ServiceStatus = (typeof SERVICE_STATUSES)[number];

/** What a monitor saw; `responseCode` is 0 where the endpoint could not be reached. */
export interface ProbeFacts {
  endpoint: string;
  responseCode: number;
  latencyMs: number;
  region: string;
}

/** Everything a message about an incident may need, taken at the moment of the event. Times in ms. */
export interface IncidentSnapshot {
  id: string;
  number: number;
  /** `INC-<number>-<WORD>`, as StatusPulse writes it. */
  code: string;
  tenantId: string;
  projectId: string;
  title: string;
  status: IncidentStatus;
  severity: IncidentSeverity;
  /** The text of the newest update. */
  message: string;
  services: { id: string; name: string; group: string | null }[];
  /** Present where a monitor opened it. */
  monitor: { id: string; name: string; group: string | null } | null;
  /** What the monitor saw when it opened the incident. */
  probe: ProbeFacts | null;
  /** What the monitor saw when the incident was resolved. */
  finalResponseCode: number | null;
  /** Ended by whatever had opened it, not by a person. */
  isAutoResolved: boolean;
  engineerNotes: string;
  /** Who opened it. Only a receiver, monitor or alert that opened an incident may resolve it. */
  source: { kind: "person" | "receiver" | "monitor" | "alert"; id: string | null };
  openedAt: number;
  resolvedAt: number | null;
}

/** Who or what says how a service stands. `maintenance`: a window; `person`: by hand. */
export const STATUS_SOURCE_KINDS = [
  "person",
  "receiver",
  "monitor",
  "machine",
  "alert",
  "incident",
  "maintenance",
] as const;
export type StatusSourceKind = (typeof STATUS_SOURCE_KINDS)[number];

export interface StatusSource {
  kind: StatusSourceKind;
  id: string;
  name: string;
}

/** A service just after its status changed. Times in ms. */
export interface ServiceSnapshot {
  id: string;
  tenantId: string;
  projectId: string;
  name: string;
  group: string | null;
  status: ServiceStatus;
  previousStatus: ServiceStatus;
  message: string;
  changedAt: number;
}

/** What planned work covers: IDs, groups of services and monitors, and projects with all that is in them. */
export interface MaintenanceTargets {
  serviceIds: string[];
  machineIds: string[];
  monitorIds: string[];
  groups: string[];
  projectIds: string[];
}

/** One occurrence of a maintenance window. Times in ms. */
export interface MaintenanceSnapshot {
  windowId: string;
  occurrenceId: string;
  tenantId: string;
  name: string;
  description: string;
  targets: MaintenanceTargets;
  /** As planned. */
  startsAt: number;
  endsAt: number;
}

/** Why a channel was not told of an event: the answer to "why did nobody tell me?". */
export const UNTOLD_REASONS = [
  "channel_inactive",
  "channel_unverified",
  "not_subscribed",
  "severity_filtered",
  "group_filtered",
  "project_filtered",
  "machine_filtered",
  "label_filtered",
  "muted_by_maintenance",
  "suppressed_by_dependency",
  "held_while_flapping",
] as const;
export type UntoldReason = (typeof UNTOLD_REASONS)[number];

/** From the ID of a channel to why it was not told; channels that were told are not in it. */
export type Untold = Readonly<Record<string, UntoldReason>>;

interface Named {
  id: string;
  name: string;
}

/** Of an incident. `silencedBy`: why nobody at all was told; absent where that was up to each channel. */
interface IncidentTold {
  incident: IncidentSnapshot;
  untold: Untold;
  silencedBy?: UntoldReason;
}

/** Whoever is told of a status page by mail or webhook: named by an ID, never by an address. */
interface PageSubscriber {
  pageId: string;
  subscriberId: string;
  via: "email" | "webhook";
}

/** From each kind of event to what its journal row holds. Rows are never changed: neither are these. */
export interface EventMap {
  "alert.triggered": { alert: AlertSnapshot; untold: Untold };
  "alert.acknowledged": { alert: AlertSnapshot; note: string | null; untold: Untold };
  "alert.resolved": { alert: AlertSnapshot; note: string | null; untold: Untold };
  /** It was triggered while it was muted, and is told now that it no longer is. */
  "alert.announced": { alert: AlertSnapshot; untold: Untold };
  "alert.escalated": { alert: AlertSnapshot; escalation: EscalationSnapshot };
  /** Its status was kept back, and is told now that the reason for that is over. */
  "service.announced": { service: ServiceSnapshot; untold: Untold };
  "incident.opened": IncidentTold;
  /** It was opened while it was kept back, and is told as opened now that the reason for that is over. */
  "incident.announced": { incident: IncidentSnapshot; untold: Untold };
  /** The same one again; channels are told incident.opened, since incident.resolved has closed it for them. */
  "incident.reopened": IncidentTold & { isPublic: boolean };
  /** `isPublic`: whether status pages show the text. */
  "incident.updated": IncidentTold & { isPublic: boolean };
  "incident.resolved": IncidentTold & { isPublic: boolean };
  /** Words, services or notes of an incident changed; nobody is told. */
  "incident.edited": { incidentId: string; changes: Record<string, unknown> };
  /** Another one goes on in this one. */
  "incident.absorbed": { incidentId: string; code: string; fromId: string; fromCode: string };
  /** `source`: whose word changed it, which need not be the word that is shown. */
  "service.status_changed": { service: ServiceSnapshot; source: StatusSource; untold: Untold };
  /** `pending`: not known any more, because it was paused or is about something else now. */
  "monitor.status_changed": Named & {
    status: "pending" | "up" | "down";
    previousStatus: "pending" | "up" | "down";
    reason: string | null;
  };
  "maintenance.scheduled": { maintenance: MaintenanceSnapshot };
  "maintenance.started": { maintenance: MaintenanceSnapshot };
  /** `isEarly`: a person ended it before its time. */
  "maintenance.ended": { maintenance: MaintenanceSnapshot; isEarly: boolean };
  /** It was planned and will not be. */
  "maintenance.cancelled": { maintenance: MaintenanceSnapshot };
  /** Somebody asked to be told of a status page, or an editor entered them. */
  "subscriber.added": PageSubscriber & { isConfirmed: boolean };
  "subscriber.confirmed": PageSubscriber;
  /** Which services they are told of. */
  "subscriber.changed": PageSubscriber;
  "subscriber.removed": PageSubscriber & { reason: "unsubscribed" | "removed" | "never_confirmed" };
  "alert.noted": { alertId: string; text: string };
  /** A rule changed while its alert was open: what changed in the alert. */
  "alert.updated": { alertId: string; changes: Record<string, unknown> };
  "alert.occurred_again": { alertId: string; occurrences: number };
  "escalation.cancelled": { alertId: string; policyId: string; reason: string };
  /** The step, counted from 1, was due before its wait was over: the one before had told nobody. */
  "escalation.moved_on": { alertId: string; policyId: string; step: number; reason: string };
  "channel.failing": ChannelNotice;
  "channel.recovered": ChannelNotice;
  "channel.paused": ChannelNotice;
  "channel.failed": ChannelNotice;
  "channel.disabled": ChannelNotice;
  "channel.resumed": ChannelNotice;
  /** A message of a channel failed for good: whoever it was for was not told. */
  "channel.delivery_failed": ChannelNotice;
  /** The weekly test of a channel was not delivered. */
  "channel.test_failed": ChannelNotice;
  /** Andon itself fails over this message: it was set aside, so that the others go on. */
  "delivery.quarantined": { deliveryId: string; channelId: string; reason: string };
  /** Nothing outside this machine could be reached any more, and could again. Not the endpoints' fault. */
  "network.lost": { reason: string };
  "network.back": { lostForMs: number };
  /** The wall clock was set while due times were measured by it: they were moved by as much. */
  "clock.jumped": { byMs: number };
  /** A finished delivery was sent again: as itself, or as the new one that is named. */
  "delivery.replayed": { deliveryId: string; channelId: string; newDeliveryId: string | null };
  /** Many were asked for at once; `filter` as in the API, `count` at that moment. */
  "deliveries.replayed": {
    replayId: string;
    filter: Record<string, unknown>;
    count: number;
    hasNewId: boolean;
  };
  /** How many it was stands in the replay itself. */
  "deliveries.replay_ended": { replayId: string; status: "done" | "cancelled" };
  /** The endpoint answered a test message with 200: the channel is switched on. */
  "channel.verified": ChannelNotice;
  "channel.secret_rotated": ChannelNotice;
  /** During a rotation: the endpoint took the new secret, or only the one before. */
  "channel.endpoint_switched": ChannelNotice;
  "channel.previous_secret_used": ChannelNotice;
  /** From now on only the new secret signs; the one before is forgotten. */
  "channel.rotation_ended": ChannelNotice;
  /** A receiver's address or secret was replaced; until when the one before is accepted as well, in ms. */
  "receiver.token_rotated": Named & { previousValidUntil: number | null };
  "receiver.secret_rotated": Named & { previousValidUntil: number | null };
  /** Andon was started with other settings about where messages may go. */
  "outbound.policy_changed": {
    mode: string;
    allow: readonly string[];
    previous: { mode: string; allow: readonly string[] } | null;
  };
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
  "channel.delivery_failed",
  "channel.test_failed",
  "channel.summary",
] as const;
export type TellableEvent = (typeof TELLABLE_EVENTS)[number];

/** Events that deliveries are listed under: the last when a channel was brought to show how things stand. */
export const DELIVERY_EVENTS = [...TELLABLE_EVENTS, "state.shown"] as const;
export type DeliveryEvent = (typeof DELIVERY_EVENTS)[number];
