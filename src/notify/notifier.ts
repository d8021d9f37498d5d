// In: an event about an alert, incident or service. Out: outbox rows for each channel that wants it, added to the
// plan that also holds the state change. Routing happens here, in the deciding commit.
import type { Message } from "../channels/channel";
import type { Channel } from "../channels/directory";
import type {
  AlertSnapshot,
  EscalationSnapshot,
  IncidentSnapshot,
  ServiceSnapshot,
  TellableEvent,
  Untold,
  UntoldReason,
} from "../core/events";
import type { TenantDirectory } from "../core/tenants";
import type { Outbox } from "../delivery/outbox";
import type { Plan } from "./plan";
import { route } from "./route";

/** Events that are told of an alert. */
export type AlertEvent = "alert.triggered" | "alert.acknowledged" | "alert.resolved" | "alert.escalated";

export interface AlertOccurrence {
  event: AlertEvent;
  alert: AlertSnapshot;
  /** When it happened, in ms. */
  at: number;
  note?: string | null;
  /** Why whoever wants it is not told all the same; left out, the notifier asks whether it is muted. */
  silencedBy?: UntoldReason | null;
}

export interface IncidentOccurrence {
  event: "incident.opened" | "incident.updated" | "incident.resolved";
  incident: IncidentSnapshot;
  /** When it happened, in ms. */
  at: number;
  /** Why whoever wants it is not told all the same. */
  silencedBy?: UntoldReason;
}

export interface ServiceOccurrence {
  event: "service.status_changed";
  service: ServiceSnapshot;
  /** When it happened, in ms. */
  at: number;
  /** Why whoever wants it is not told all the same. */
  silencedBy?: UntoldReason;
}

/**
 * Plans only: nothing is told before the plan is committed. Never throws. What was not told to whom,
 * and why, is given back for the event's journal row.
 */
export interface Notifier {
  /** To every channel whose subscription and filters it passes. */
  planAlert(occurrence: AlertOccurrence, plan: Plan): Untold;
  planIncident(occurrence: IncidentOccurrence, plan: Plan): Untold;
  planService(occurrence: ServiceOccurrence, plan: Plan): Untold;
  /** To one channel whatever it subscribes to. False, and nothing planned, when `canEscalateTo` is. */
  planEscalation(
    occurrence: AlertOccurrence,
    escalation: EscalationSnapshot,
    channelId: string,
    plan: Plan,
  ): boolean;
  /** The channel exists and is switched on: an escalation would go out by it. */
  canEscalateTo(tenantId: string, channelId: string): boolean;
  /**
   * Whether any channel of the organization would be told of a triggered alert. `sampleFor` makes the
   * alert that this channel is the likeliest to take, or null when there can be none.
   */
  wouldTell(tenantId: string, sampleFor: (channel: Channel) => AlertSnapshot | null): boolean;
}

export interface NotifierParts {
  tenants: TenantDirectory;
  channels: {
    of(tenantId: string): readonly Channel[];
    find(tenantId: string, id: string): Channel | undefined;
  };
  outbox: Outbox;
  /** Where people reach the UI, without a slash at the end. */
  baseUrl: () => string;
  /** Why nobody is told of an alert now: planned work on its machine. */
  silenceOf?: (occurrence: AlertOccurrence) => UntoldReason | null;
}

/** Critical messages overtake all others (0 before 1 before 2). */
const urgencyOf = (severity: string): number => (severity === "critical" ? 0 : 1);

/** What a message is about, as its outbox row needs it. */
interface Subject {
  tenantId: string;
  projectId: string;
  subjectId: string;
  machineId: string | null;
  urgency: number;
}

const subjectOfAlert = (alert: AlertSnapshot): Subject => ({
  tenantId: alert.tenantId,
  projectId: alert.projectId,
  subjectId: alert.id,
  machineId: alert.machineId,
  urgency: urgencyOf(alert.severity),
});

const NOBODY: Untold = {};

/** Routes by the channels as they are at the moment of each call. */
export const createNotifier = (parts: NotifierParts): Notifier => {
  const { tenants, channels, outbox, baseUrl, silenceOf = () => null } = parts;
  type Facts = Pick<Message, "alert" | "escalation" | "incident" | "service" | "note">;

  const compose = (
    { tenantId, projectId }: Subject,
    { event, at }: { event: TellableEvent; at: number },
    facts: Facts,
  ): Message | undefined => {
    const organization = tenants.organization(tenantId);
    if (organization === undefined) return undefined;
    const project = tenants.project(tenantId, projectId) ?? tenants.defaultProject(tenantId);
    return {
      event,
      at,
      organization,
      project: { id: project.id, number: project.number, name: project.name, slug: project.slug },
      ...facts,
      baseUrl: baseUrl(),
    };
  };

  const composeAlert = (occurrence: AlertOccurrence, escalation?: EscalationSnapshot): Message | undefined =>
    compose(subjectOfAlert(occurrence.alert), occurrence, {
      alert: occurrence.alert,
      ...(escalation === undefined ? {} : { escalation }),
      ...(occurrence.note ? { note: occurrence.note } : {}),
    });

  const findSwitchedOn = (tenantId: string, channelId: string): Channel | undefined => {
    const channel = channels.find(tenantId, channelId);
    return channel?.isActive === true ? channel : undefined;
  };

  const add = (channel: Channel, message: Message, subject: Subject, plan: Plan): void => {
    const { subjectId, machineId, urgency } = subject;
    for (const row of outbox.plan(channel, message, { subjectId, machineId, urgency, at: message.at })) {
      plan.statements.push(outbox.insertStatement(row));
      plan.deliveries.push(row);
    }
  };

  /** To whoever wants it; `compose` runs only when there is anybody. */
  const tell = (
    subject: Subject,
    composeOnce: () => Message | undefined,
    plan: Plan,
    silencedBy: UntoldReason | null = null,
  ): Untold => {
    const candidates = channels.of(subject.tenantId);
    if (candidates.length === 0) return NOBODY;
    const message = composeOnce();
    if (message === undefined) return NOBODY;
    const untold: Record<string, UntoldReason> = {};
    for (const channel of candidates) {
      const verdict = route(channel, message);
      if (verdict !== "passes") untold[channel.id] = verdict;
      else if (silencedBy !== null) untold[channel.id] = silencedBy;
      else add(channel, message, subject, plan);
    }
    return untold;
  };

  return {
    planAlert: (occurrence, plan) =>
      tell(
        subjectOfAlert(occurrence.alert),
        () => composeAlert(occurrence),
        plan,
        occurrence.silencedBy === undefined ? silenceOf(occurrence) : occurrence.silencedBy,
      ),
    planIncident: (occurrence, plan) => {
      const { incident } = occurrence;
      const { tenantId, projectId, id, severity } = incident;
      const urgency = urgencyOf(severity);
      const subject = { tenantId, projectId, subjectId: id, machineId: null, urgency };
      return tell(subject, () => compose(subject, occurrence, { incident }), plan, occurrence.silencedBy);
    },
    planService: (occurrence, plan) => {
      const { service } = occurrence;
      const { tenantId, projectId, id } = service;
      const subject = { tenantId, projectId, subjectId: id, machineId: null, urgency: 1 };
      return tell(subject, () => compose(subject, occurrence, { service }), plan, occurrence.silencedBy);
    },
    planEscalation: (occurrence, escalation, channelId, plan) => {
      const channel = findSwitchedOn(occurrence.alert.tenantId, channelId);
      if (channel === undefined) return false;
      const message = composeAlert(occurrence, escalation);
      if (message === undefined) return false;
      add(channel, message, subjectOfAlert(occurrence.alert), plan);
      return true;
    },
    canEscalateTo: (tenantId, channelId) => findSwitchedOn(tenantId, channelId) !== undefined,
    wouldTell: (tenantId, sampleFor) =>
      channels.of(tenantId).some((channel) => {
        const alert = sampleFor(channel);
        if (alert === null) return false;
        const message = composeAlert({ event: "alert.triggered", alert, at: alert.createdAt });
        return message !== undefined && route(channel, message) === "passes";
      }),
  };
};
