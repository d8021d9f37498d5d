// In: a channel to which something happened that people must know. Out: the rows that tell of it: to its
// failure channel whatever that subscribes to, and to every other channel that has asked for such news.
import type { Message } from "../channels/channel";
import type { Channel, ChannelDirectory } from "../channels/directory";
import type { ChannelFilters } from "../channels/schema";
import type { Clock } from "../core/clock";
import type { Outbox, OutboxRow } from "./outbox";

export const NOTICE_EVENTS = [
  "channel.paused",
  "channel.failed",
  "channel.disabled",
  "channel.resumed",
  "channel.delivery_failed",
  "channel.test_failed",
] as const;
export type NoticeEvent = (typeof NOTICE_EVENTS)[number];

/** Who and where a channel belongs to, as a message needs it. */
export type DescribeTenant = (
  tenantId: string,
) => Pick<Message, "organization" | "project" | "baseUrl"> | undefined;

export interface NoticeParts {
  clock: Clock;
  directory: Pick<ChannelDirectory, "find" | "of">;
  outbox: Outbox;
  describe: DescribeTenant;
}

/** A notice that fails notifies nobody further: of a delivery with such an event none is made. */
export const isNotice = (event: string): boolean => (NOTICE_EVENTS as readonly string[]).includes(event);

/** Channels belong to no project, machine or group, and have no labels: who filters by these wants no such news. */
const letsThrough = ({ groups, project_ids, machine_ids, labels }: ChannelFilters): boolean =>
  [groups, project_ids, machine_ids, Object.keys(labels ?? {})].every(
    (wanted) => wanted === undefined || wanted.length === 0,
  );

const takes = ({ events, filters, health }: Channel, event: NoticeEvent): boolean =>
  health !== "disabled" && events.includes(event) && (filters === null || letsThrough(filters));

/** Empty where nobody wants to know. The caller commits the rows with what they tell of. */
export const planNotices = (
  { clock, directory, outbox, describe }: NoticeParts,
  channel: Channel,
  { event, reason }: { event: NoticeEvent; reason: string },
): OutboxRow[] => {
  const { id, name, tenantId, failureChannelId } = channel;
  // Nobody has made it, and nobody could do anything about it.
  if (channel.type.isInternal === true) return [];
  const targets = directory
    .of(tenantId)
    .filter(
      (other) => other.isActive && other.id !== id && (other.id === failureChannelId || takes(other, event)),
    );
  const tenant = targets.length === 0 ? undefined : describe(tenantId);
  if (tenant === undefined) return [];
  const at = clock.now();
  const message: Message = { event, at, ...tenant, channel: { id, name, reason } };
  return targets.flatMap((target) =>
    outbox.plan(target, message, { subjectId: id, machineId: null, urgency: 1, at }),
  );
};
