// In: the outcome of each attempt, and what it does to the channel. Out: the channel's health, kept
// in memory at once and written with the next group: a change is journalled and, where people must
// know, told to the failure channel.
import type { Channel, ChannelDirectory } from "../channels/directory";
import type { ChannelHealth } from "../channels/schema";
import { SYSTEM, type Actor } from "../core/actor";
import { journalStatement } from "../journal/append";
import type { Engine, Statement } from "../store/engine";
import { isNotice, planNotices, type NoticeEvent, type NoticeParts } from "./notices";
import type { OutboxRow } from "./outbox";
import { holdStatement } from "./waiting-rows";
import { hourStatement, loadHours, pruneHoursStatement, saveHealthStatement } from "./health-repository";

export interface HealthParts extends NoticeParts {
  engine: Engine;
  directory: NoticeParts["directory"] & Pick<ChannelDirectory, "get">;
}

/** Statements for the present group, and rows that the worker sends once they are durable. */
export interface HealthChange {
  statements: Statement[];
  notices: OutboxRow[];
}

type Effect = "pause" | "fail" | "disable";

interface Hour {
  delivered: number;
  failed: number;
}

interface Record24 {
  /** Beginning of the hour in ms, to counts. */
  hours: Map<number, Hour>;
  unsaved: Map<number, Hour>;
  savedAt: number;
  isDirty: boolean;
  /** The journal's last word is that the channel is failing. */
  isFailingTold: boolean;
  /** The last failure for good that was told; null: none. */
  told: { reason: string; at: number; isOver: boolean } | null;
}

const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;
/** Counters of a busy channel are written once a second; a change of health at once. */
const SAVE_EVERY_MS = 1_000;

const EFFECTS: Record<
  Effect,
  { health: ChannelHealth; event: "channel.paused" | "channel.failed" | "channel.disabled" }
> = {
  pause: { health: "paused", event: "channel.paused" },
  fail: { health: "failed", event: "channel.failed" },
  disable: { health: "disabled", event: "channel.disabled" },
};

export interface ChannelHealthKeeper {
  /** Reads the counts of the last day; once, at start. */
  load(): Promise<void>;
  /** Counts an attempt in memory. `failure`: the sentence about it; null: it was delivered. */
  attempted(channel: Channel, failure: string | null, at: number): void;
  /** What of this channel is worth writing; empty within a second of the last time, unless forced. */
  changeOf(channel: Channel, isForced?: boolean): Statement[];
  /** Stops the channel: waiting rows are held. `event` is that of the delivery that led here. */
  stopChannel(channel: Channel, effect: Effect, event: string, reason: string): HealthChange;
  /** Clears pause, failure and being disabled; the caller releases the rows in the same batch. */
  resumeChannel(channel: Channel, actor: Actor): HealthChange;
  /** The endpoint has answered a test with 200: switched on, whatever it was before. */
  verifyChannel(channel: Channel, actor: Actor): Statement[];
  /**
   * A message failed for good. Told once until something is delivered again, and the same not twice in an
   * hour: of several recipients one may fail each time.
   */
  deliveryFailed(channel: Channel, event: string, reason: string): HealthChange;
  /** Its weekly test was not delivered: changes nothing of its health. */
  testFailed(channel: Channel, reason: string): HealthChange;
  /** Channels with counts that are not written yet. */
  unsaved(): Channel[];
  /** Delivered share of the attempts of the last 24 hours, 0 to 1; null without any. */
  successRate(channelId: string): number | null;
}

export const createChannelHealth = (parts: HealthParts): ChannelHealthKeeper => {
  const { engine, clock, directory, outbox } = parts;
  const records = new Map<string, Record24>();

  const recordOf = (channelId: string): Record24 => {
    let record = records.get(channelId);
    if (record === undefined) {
      record = {
        hours: new Map(),
        unsaved: new Map(),
        savedAt: Number.NEGATIVE_INFINITY,
        isDirty: false,
        isFailingTold: directory.get(channelId)?.health === "failing",
        told: null,
      };
      records.set(channelId, record);
    }
    return record;
  };

  const hourOf = (hours: Map<number, Hour>, hour: number): Hour => {
    let counts = hours.get(hour);
    if (counts === undefined) hours.set(hour, (counts = { delivered: 0, failed: 0 }));
    return counts;
  };

  const note = (
    channel: Channel,
    kind: NoticeEvent | "channel.failing" | "channel.recovered" | "channel.verified",
    reason: string,
    actor: Actor,
  ): Statement =>
    journalStatement({
      tenantId: channel.tenantId,
      kind,
      subjectId: channel.id,
      actor,
      at: clock.now(),
      data: { channelId: channel.id, channelName: channel.name, reason },
    });

  const save = (channel: Channel): Statement[] => {
    const record = recordOf(channel.id);
    const statements = [saveHealthStatement(channel)];
    for (const [hour, counts] of record.unsaved) statements.push(hourStatement(channel.id, hour, counts));
    const first = clock.now() - 2 * DAY_HOURS * HOUR_MS;
    for (const hour of record.hours.keys()) if (hour < first) record.hours.delete(hour);
    if (record.unsaved.size > 0) statements.push(pruneHoursStatement(channel.id, first));
    record.unsaved.clear();
    record.isDirty = false;
    record.savedAt = clock.monotonic();
    return statements;
  };

  /** Of what stops nothing: journalled and told. */
  const tell = (channel: Channel, event: NoticeEvent, reason: string): HealthChange => {
    const notices = planNotices(parts, channel, { event, reason });
    return {
      statements: [note(channel, event, reason, SYSTEM), ...notices.map(outbox.insertStatement)],
      notices,
    };
  };

  return {
    load: async () => {
      for (const { channelId, hour, counts } of await loadHours(engine, clock.now() - DAY_HOURS * HOUR_MS))
        recordOf(channelId).hours.set(hour, counts);
    },

    attempted: (channel, failure, at) => {
      const isDelivered = failure === null;
      const record = recordOf(channel.id);
      const hour = at - (at % HOUR_MS);
      for (const counts of [hourOf(record.hours, hour), hourOf(record.unsaved, hour)])
        if (isDelivered) counts.delivered++;
        else counts.failed++;
      record.isDirty = true;
      if (isDelivered) {
        channel.consecutiveFailures = 0;
        channel.lastSuccessAt = at;
        if (record.told !== null) record.told.isOver = true;
        if (channel.health === "failing") {
          channel.health = "active";
          channel.healthReason = null;
        }
      } else {
        channel.consecutiveFailures++;
        channel.lastFailureAt = at;
        if (channel.health === "active") channel.health = "failing";
        if (channel.health === "failing") channel.healthReason = failure;
      }
    },

    changeOf: (channel, isForced = false) => {
      const record = recordOf(channel.id);
      if (!record.isDirty) return [];
      if (!isForced && clock.monotonic() - record.savedAt < SAVE_EVERY_MS) return [];
      const statements: Statement[] = [];
      const isFailing = channel.health === "failing";
      // A channel that flaps is told of once a second at most.
      if (isFailing !== record.isFailingTold && (isFailing || channel.health === "active")) {
        record.isFailingTold = isFailing;
        // Of an internal one nobody sees a journal.
        if (channel.type.isInternal !== true)
          statements.push(
            isFailing
              ? note(
                  channel,
                  "channel.failing",
                  `The last attempt failed. ${channel.healthReason ?? ""}`,
                  SYSTEM,
                )
              : note(channel, "channel.recovered", "The last attempt was delivered.", SYSTEM),
          );
      }
      statements.push(...save(channel));
      return statements;
    },

    stopChannel: (channel, effect, event, reason) => {
      const { health, event: kind } = EFFECTS[effect];
      channel.health = health;
      channel.healthReason = reason;
      recordOf(channel.id).isFailingTold = false;
      const notices = isNotice(event) ? [] : planNotices(parts, channel, { event: kind, reason });
      return {
        statements: [
          ...save(channel),
          holdStatement(channel.id, `The channel is ${health}.`),
          note(channel, kind, reason, SYSTEM),
          ...notices.map(outbox.insertStatement),
        ],
        notices,
      };
    },

    resumeChannel: (channel, actor) => {
      channel.health = "active";
      channel.healthReason = null;
      channel.consecutiveFailures = 0;
      recordOf(channel.id).isFailingTold = false;
      const reason = `Resumed by ${actor.name}.`;
      const notices = planNotices(parts, channel, { event: "channel.resumed", reason });
      return {
        statements: [
          ...save(channel),
          note(channel, "channel.resumed", reason, actor),
          ...notices.map(outbox.insertStatement),
        ],
        notices,
      };
    },

    verifyChannel: (channel, actor) => {
      channel.isActive = true;
      channel.health = "active";
      channel.healthReason = null;
      channel.consecutiveFailures = 0;
      recordOf(channel.id).isFailingTold = false;
      const reason = "The endpoint answered a test message with 200.";
      return [...save(channel), note(channel, "channel.verified", reason, actor)];
    },

    deliveryFailed: (channel, event, reason) => {
      const record = recordOf(channel.id);
      const at = clock.monotonic();
      const isNews =
        record.told === null ||
        (record.told.isOver && (record.told.reason !== reason || at - record.told.at >= HOUR_MS));
      if (!isNews || isNotice(event)) return { statements: [], notices: [] };
      record.told = { reason, at, isOver: false };
      return tell(channel, "channel.delivery_failed", reason);
    },

    testFailed: (channel, reason) => tell(channel, "channel.test_failed", reason),

    unsaved: () => {
      const channels: Channel[] = [];
      for (const [id, record] of records) {
        const channel = record.isDirty ? directory.get(id) : undefined;
        if (channel !== undefined) channels.push(channel);
      }
      return channels;
    },

    successRate: (channelId) => {
      const first = clock.now() - DAY_HOURS * HOUR_MS;
      let delivered = 0;
      let all = 0;
      for (const [hour, counts] of records.get(channelId)?.hours ?? [])
        if (hour >= first) {
          delivered += counts.delivered;
          all += counts.delivered + counts.failed;
        }
      return all === 0 ? null : delivered / all;
    },
  };
};
