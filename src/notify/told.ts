// In: the journal, the deliveries and the channels of one alert, incident or service. Out: for each thing
// that happened to it, who was told and how that went, and for every other channel why it was not.
import type { Channel, KnownChannel } from "../channels/directory";
import type { TellableEvent, Untold, UntoldReason } from "../core/events";
import type { DeliveryView } from "../delivery/history";
import type { JournalRow } from "../journal/feed";
import { explainTold, type ToldVerdict } from "./why-told";
import { explainUntold, type EventFacts, type Names } from "./why-untold";

/**
 * `not_created_yet`: the channel came later. `unknown`: nothing was written down, because the event is
 * older than the keeping of reasons.
 */
export type Verdict = ToldVerdict | UntoldReason | "not_created_yet" | "unknown";

export interface ToldChannel {
  id: string;
  name: string;
  kind: string;
  isDeleted: boolean;
  verdict: Verdict;
  explanation: string;
  /** One per recipient, and those made of them by replays; empty where it was not told. */
  deliveries: DeliveryView[];
}

export interface ToldEvent {
  /** Of the journal row. */
  seq: number;
  event: TellableEvent;
  at: number;
  /** Why nobody was told at all; null where somebody was. */
  explanation: string | null;
  channels: ToldChannel[];
}

export interface ToldInput {
  /** Of one subject, oldest first. */
  rows: readonly JournalRow[];
  /** Of the same subject, in the order of decisions. */
  deliveries: readonly DeliveryView[];
  /** All that the organization has or had. */
  channels: readonly KnownChannel[];
  findChannel: (id: string) => Channel | undefined;
  names: Names & { policy: (policyId: string) => string | undefined };
}

/** A journal row that tells of an event for channels. */
interface Told {
  row: JournalRow;
  facts: EventFacts;
  /** Undefined in rows from before reasons were kept. */
  untold: Untold | undefined;
  /** Nobody is told of it, whatever channels want. */
  silence: string | null;
  /** Only the channels that it was sent to matter: an escalation names its own. */
  isAddressed: boolean;
}

/** As the journal says when a step of a policy found its channel deleted or switched off. */
const CHANNEL_GONE = "channel_not_available";
const LATE =
  "Nobody was told: the alert was over already. A late acknowledgement is recorded, and that is all.";

const toldOf = (row: JournalRow, names: ToldInput["names"]): Told[] => {
  const { at } = row;
  const plain = { row, silence: null, isAddressed: false };
  switch (row.kind) {
    case "alert.acknowledged": {
      const { alert, untold } = row.data;
      const silence = alert.status === "resolved" ? LATE : null;
      return [{ ...plain, facts: { event: row.kind, at, alert }, untold, silence }];
    }
    case "alert.triggered":
    case "alert.resolved":
      return [{ ...plain, facts: { event: row.kind, at, alert: row.data.alert }, untold: row.data.untold }];
    case "alert.announced":
      // Told as triggered, when it is no longer muted.
      return [
        { ...plain, facts: { event: "alert.triggered", at, alert: row.data.alert }, untold: row.data.untold },
      ];
    case "alert.escalated":
      return [
        { ...plain, facts: { event: row.kind, at, alert: row.data.alert }, untold: {}, isAddressed: true },
      ];
    case "escalation.cancelled": {
      if (row.data.reason !== CHANNEL_GONE) return [];
      const policy = names.policy(row.data.policyId);
      const silence =
        `Nobody was told by the escalation policy ${policy === undefined ? "of that time" : `“${policy}”`}: ` +
        "the channel of its step was deleted or switched off.";
      return [{ ...plain, facts: { event: "alert.escalated", at }, untold: {}, silence }];
    }
    case "incident.opened":
    case "incident.reopened":
    case "incident.announced":
      // One that begins anew is told as opened, to whoever was told that it was over.
      return [
        {
          ...plain,
          facts: { event: "incident.opened", at, incident: row.data.incident },
          untold: row.data.untold,
        },
      ];
    case "incident.updated":
    case "incident.resolved":
      return [
        { ...plain, facts: { event: row.kind, at, incident: row.data.incident }, untold: row.data.untold },
      ];
    case "service.status_changed":
    case "service.announced":
      return [
        {
          ...plain,
          facts: { event: "service.status_changed", at, service: row.data.service },
          untold: row.data.untold,
        },
      ];
    default:
      return [];
  }
};

/**
 * Which deliveries belong to which of them. Both carry the moment of the decision. Where several of a
 * kind share it (two escalations at once), they are shared out in the order in which they were decided.
 */
const shareOut = (told: readonly Told[], deliveries: readonly DeliveryView[]): Map<Told, DeliveryView[]> => {
  const shares = new Map(told.map((one) => [one, [] as DeliveryView[]]));
  const eventOf = new Map<string, Told>();
  for (const delivery of deliveries) {
    const origin = delivery.replayOf === null ? undefined : eventOf.get(delivery.replayOf);
    const candidates = told.filter(
      ({ facts, silence }) =>
        silence === null && facts.event === delivery.event && facts.at === delivery.createdAt,
    );
    // To the same channel twice at once: one each.
    const free = candidates.find(
      (one) => one.isAddressed && shares.get(one)?.length === 0 && candidates.length > 1,
    );
    const event = origin ?? free ?? candidates[0];
    if (event === undefined) continue;
    eventOf.set(delivery.id, event);
    shares.get(event)?.push(delivery);
  }
  return shares;
};

const untoldChannel = (
  { facts, untold }: Told,
  known: KnownChannel,
  { findChannel, names }: ToldInput,
): { verdict: Verdict; explanation: string } => {
  const reason = untold?.[known.id];
  if (reason !== undefined)
    return { verdict: reason, explanation: explainUntold(reason, facts, findChannel(known.id), names) };
  // Reasons were kept, and it is not among them: it was being created in that very moment.
  if (known.createdAt >= facts.at || untold !== undefined)
    return { verdict: "not_created_yet", explanation: "Did not exist yet." };
  return {
    verdict: "unknown",
    explanation: "Was not told. Why is not known: this happened before reasons were kept.",
  };
};

const whyNobody = (told: Told, channels: readonly ToldChannel[]): string | null => {
  if (told.silence !== null) return told.silence;
  if (channels.some(({ deliveries }) => deliveries.length > 0)) return null;
  if (channels.every(({ verdict }) => verdict === "not_created_yet"))
    return "Nobody was told: there was no channel.";
  return channels.some(({ verdict }) => verdict === "unknown")
    ? "Nobody was told."
    : "Nobody was told: no channel takes it.";
};

/** Oldest first. Pure. */
export const explainTelling = (input: ToldInput): ToldEvent[] => {
  const { rows, deliveries, channels, names } = input;
  const told = rows.flatMap((row) => toldOf(row, names));
  const shares = shareOut(told, deliveries);
  return told.map((one) => {
    const own = shares.get(one) ?? [];
    const perChannel = Map.groupBy(own, ({ channelId }) => channelId);
    const shown = channels.flatMap((known): ToldChannel[] => {
      const { id, name, kind, deletedAt } = known;
      const sent = perChannel.get(id) ?? [];
      const plain = { id, name, kind, isDeleted: deletedAt !== null, deliveries: sent };
      if (sent.length > 0) return [{ ...plain, ...explainTold(sent) }];
      const wasGone = deletedAt !== null && deletedAt <= one.facts.at;
      if (one.silence !== null || one.isAddressed || wasGone) return [];
      return [{ ...plain, ...untoldChannel(one, known, input) }];
    });
    return {
      seq: one.row.seq,
      event: one.facts.event,
      at: one.facts.at,
      explanation: whyNobody(one, shown),
      channels: shown,
    };
  });
};
