// In: a message and a channel. Out: whether the channel wants it, and the reason when it does not.
// Pure; reasons are values, so that "why was nobody told?" has an answer.
import type { Channel } from "../channels/directory";
import type { Message } from "../channels/channel";
import type { ChannelFilters } from "../channels/schema";

/** `passes`, or the first thing that keeps the message from the channel. */
export type RouteVerdict =
  | "passes"
  | "channel_inactive"
  | "channel_unverified"
  | "not_subscribed"
  | "severity_filtered"
  | "group_filtered"
  | "project_filtered"
  | "machine_filtered"
  | "label_filtered";

const ALERT_SEVERITIES: ReadonlySet<string> = new Set(["info", "warning", "critical"]);

/** An event that lacks a filtered attribute does not pass. */
const filterVerdict = (filters: ChannelFilters, message: Message): RouteVerdict => {
  const alert = message.alert;
  // Words of incidents do not concern alerts: only words of the event's own kind filter it.
  const severities = filters.severities?.filter((word) => ALERT_SEVERITIES.has(word)) ?? [];
  if (severities.length > 0 && (alert === undefined || !severities.includes(alert.severity)))
    return "severity_filtered";
  if (filters.groups !== undefined && filters.groups.length > 0) return "group_filtered";
  if (filters.project_ids !== undefined && filters.project_ids.length > 0)
    if (alert === undefined || !filters.project_ids.includes(alert.projectId)) return "project_filtered";
  if (filters.machine_ids !== undefined && filters.machine_ids.length > 0)
    if (alert === undefined || !filters.machine_ids.includes(alert.machineId)) return "machine_filtered";
  if (filters.labels !== undefined)
    for (const [name, value] of Object.entries(filters.labels))
      if (alert?.labels[name] !== value) return "label_filtered";
  return "passes";
};

/** Subscription first, then filters. Escalations and tests are not asked. */
export const route = (channel: Channel, message: Message): RouteVerdict => {
  if (!channel.isActive || channel.health === "disabled") return "channel_inactive";
  if (channel.health === "unverified") return "channel_unverified";
  if (!channel.events.includes(message.event)) return "not_subscribed";
  return channel.filters === null ? "passes" : filterVerdict(channel.filters, message);
};
