// In: an event about an alert. Out: one outbox row for each channel that wants it, added to the
// plan that also holds the state change. Routing happens here, in the deciding commit.
import type { Message } from "../channels/channel";
import type { Channel } from "../channels/directory";
import type { AlertSnapshot, EscalationSnapshot } from "../core/events";
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
}

/** Plans only: nothing is told before the plan is committed. Never throws. */
export interface Notifier {
  /** To every channel whose subscription and filters it passes. */
  planAlert(occurrence: AlertOccurrence, plan: Plan): void;
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
}

/** Critical messages overtake all others (0 before 1 before 2). */
const urgencyOf = (alert: AlertSnapshot): number => (alert.severity === "critical" ? 0 : 1);

/** Routes by the channels as they are at the moment of each call. */
export const createNotifier = ({ tenants, channels, outbox, baseUrl }: NotifierParts): Notifier => {
  const compose = (occurrence: AlertOccurrence, escalation?: EscalationSnapshot): Message | undefined => {
    const { alert } = occurrence;
    const organization = tenants.organization(alert.tenantId);
    if (organization === undefined) return undefined;
    const project =
      tenants.project(alert.tenantId, alert.projectId) ?? tenants.defaultProject(alert.tenantId);
    return {
      event: occurrence.event,
      at: occurrence.at,
      organization,
      project: { id: project.id, number: project.number, name: project.name, slug: project.slug },
      alert,
      ...(escalation === undefined ? {} : { escalation }),
      ...(occurrence.note ? { note: occurrence.note } : {}),
      baseUrl: baseUrl(),
    };
  };

  const findSwitchedOn = (tenantId: string, channelId: string): Channel | undefined => {
    const channel = channels.find(tenantId, channelId);
    return channel?.isActive === true ? channel : undefined;
  };

  const add = (channel: Channel, message: Message, occurrence: AlertOccurrence, plan: Plan): void => {
    const row = outbox.plan(channel, message, {
      subjectId: occurrence.alert.id,
      machineId: occurrence.alert.machineId,
      urgency: urgencyOf(occurrence.alert),
      at: occurrence.at,
    });
    plan.statements.push(outbox.insertStatement(row));
    plan.deliveries.push(row);
  };

  return {
    planAlert: (occurrence, plan) => {
      const candidates = channels.of(occurrence.alert.tenantId);
      if (candidates.length === 0) return;
      const message = compose(occurrence);
      if (message === undefined) return;
      for (const channel of candidates)
        if (route(channel, message) === "passes") add(channel, message, occurrence, plan);
    },
    planEscalation: (occurrence, escalation, channelId, plan) => {
      const channel = findSwitchedOn(occurrence.alert.tenantId, channelId);
      if (channel === undefined) return false;
      const message = compose(occurrence, escalation);
      if (message === undefined) return false;
      add(channel, message, occurrence, plan);
      return true;
    },
    canEscalateTo: (tenantId, channelId) => findSwitchedOn(tenantId, channelId) !== undefined,
    wouldTell: (tenantId, sampleFor) =>
      channels.of(tenantId).some((channel) => {
        const alert = sampleFor(channel);
        if (alert === null) return false;
        const message = compose({ event: "alert.triggered", alert, at: alert.createdAt });
        return message !== undefined && route(channel, message) === "passes";
      }),
  };
};
