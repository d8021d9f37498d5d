// In: a message and a channel. Out: whether the channel wants it, and the reason when it does not.
// Pure; reasons are values, so that "why was nobody told?" has an answer.
import type { Channel } from "../channels/directory";
import type { Message } from "../channels/channel";
import type { ChannelFilters } from "../channels/schema";
import { isStandIn } from "../core/machine";
import { INCIDENT_SEVERITIES, type AlertSnapshot, type UntoldReason } from "../core/events";
import { SEVERITIES } from "../core/severity";

/** `passes`, or the first thing that keeps the message from the channel. */
export type RouteVerdict = "passes" | UntoldReason;

/** All that filters look at. */
type Subject = Pick<Message, "alert" | "incident" | "service">;

const ALERT_WORDS: ReadonlySet<string> = new Set(SEVERITIES);
const INCIDENT_WORDS: ReadonlySet<string> = new Set(INCIDENT_SEVERITIES);

const isGiven = (list: readonly unknown[] | undefined): boolean => list !== undefined && list.length > 0;

/** Words of incidents do not concern alerts, nor those of alerts incidents; what has no severity passes. */
const passesSeverities = (severities: readonly string[], { alert, incident }: Subject): boolean => {
  const severity = alert?.severity ?? incident?.severity;
  if (severity === undefined) return true;
  const words = severities.filter((word) => (alert === undefined ? INCIDENT_WORDS : ALERT_WORDS).has(word));
  return words.length === 0 || words.includes(severity);
};

/** Of an alert about a service or monitor it is a label. */
const groupsOf = ({ alert, incident, service }: Subject): readonly (string | null)[] => [
  ...(alert !== undefined && isStandIn(alert) ? [alert.labels["group"] ?? null] : []),
  ...(incident === undefined ? [] : [incident.monitor?.group ?? null]),
  ...(incident?.services.map(({ group }) => group) ?? []),
  ...(service === undefined ? [] : [service.group]),
];

/** An event that lacks a filtered attribute does not pass. */
const filterVerdict = (filters: ChannelFilters, message: Subject): RouteVerdict => {
  const { alert, incident, service } = message;
  if (filters.severities !== undefined && !passesSeverities(filters.severities, message))
    return "severity_filtered";
  if (isGiven(filters.groups))
    if (!groupsOf(message).some((group) => group !== null && filters.groups?.includes(group) === true))
      return "group_filtered";
  const projectId = alert?.projectId ?? incident?.projectId ?? service?.projectId;
  if (isGiven(filters.project_ids))
    if (projectId === undefined || filters.project_ids?.includes(projectId) !== true)
      return "project_filtered";
  if (isGiven(filters.machine_ids))
    if (alert === undefined || filters.machine_ids?.includes(alert.machineId) !== true)
      return "machine_filtered";
  if (filters.labels !== undefined)
    for (const [name, value] of Object.entries(filters.labels))
      if (alert?.labels[name] !== value) return "label_filtered";
  return "passes";
};

/** Whether an alert is within what a channel is for, whatever events it subscribes to. */
export const passesFilters = (filters: ChannelFilters, alert: AlertSnapshot): boolean =>
  filterVerdict(filters, { alert }) === "passes";

/** Subscription first, then filters. Escalations and tests are not asked. */
export const route = (channel: Channel, message: Message): RouteVerdict => {
  if (channel.health === "unverified") return "channel_unverified";
  if (!channel.isActive || channel.health === "disabled") return "channel_inactive";
  if (!channel.events.includes(message.event)) return "not_subscribed";
  return channel.filters === null ? "passes" : filterVerdict(channel.filters, message);
};
