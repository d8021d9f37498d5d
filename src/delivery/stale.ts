// In: a channel that can be reached again, and what waited for it too long. Out: of a channel for people
// one summary in place of all of it; of a channel that shows a state, only the newest; programs get
// every event. What ends and what stands for it are one commit.
import type { Message, OfflineSummary } from "../channels/channel";
import type { Channel } from "../channels/directory";
import type { Clock } from "../core/clock";
import { isAppError } from "../core/errors";
import type { Engine } from "../store/engine";
import type { DescribeTenant } from "./notices";
import type { Lane } from "./lane";
import type { Outbox, OutboxRow } from "./outbox";
import {
  cancelStaleStatement,
  cancelWaitingStatement,
  newestWaiting,
  readStale,
  undateStatement,
  type StaleMessages,
  type StaleRows,
} from "./stale-repository";

export interface StaleParts {
  engine: Engine;
  clock: Clock;
  outbox: Outbox;
  describe: DescribeTenant;
}

export interface Stale {
  /** Whether the row has waited too long to be sent by itself. */
  isStale(row: OutboxRow, channel: Channel): boolean;
  /**
   * Settles what is stale; gives the summary's rows, which are durable. Nothing of the lane may be read
   * or started meanwhile. Rejects when storage refuses; then all is as it was.
   */
  settle(lane: Lane, channel: Channel): Promise<OutboxRow[]>;
}

const MOST_LINES = 50;
/** Somebody else touched the rows in between: they are looked at again. */
const MOST_TRIES = 3;

/** Oldest first; whatever the lines leave out is in the count. */
const merged = (earlier: readonly OfflineSummary[], stale: StaleMessages): OfflineSummary => {
  const own: OfflineSummary[] =
    stale.messages === 0
      ? []
      : [{ from: stale.from, until: stale.until, count: stale.messages, lines: stale.lines }];
  const all = [...earlier, ...own];
  return {
    from: Math.min(...all.map(({ from }) => from)),
    until: Math.max(...all.map(({ until }) => until)),
    count: all.reduce((sum, { count }) => sum + count, 0),
    lines: all
      .flatMap(({ lines }) => lines)
      .toSorted((left, right) => left.at - right.at)
      .slice(0, MOST_LINES),
  };
};

const spanOf = (seconds: number): string => {
  if (seconds % 3_600 === 0) return `${seconds / 3_600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
};

export const createStale = ({ engine, clock, outbox, describe }: StaleParts): Stale => {
  const cutOf = (channel: Channel): number => clock.now() - channel.staleAfterSeconds * 1_000;

  const rowsOf = (lane: Lane, channel: Channel): StaleRows => ({
    channelId: channel.id,
    before: cutOf(channel),
    upToSeq: outbox.lastSeq(),
    exceptSeqs: lane.unqueuedSeqs(),
  });

  /** What can't be summarised goes out one by one rather than not at all. */
  const inFull = (lane: Lane): OutboxRow[] => {
    lane.cannotSummarize = true;
    return [];
  };

  const supersede = async (lane: Lane, channel: Channel): Promise<OutboxRow[]> => {
    const newest = await newestWaiting(engine, channel.id);
    if (newest === undefined) return [];
    const stale = { ...rowsOf(lane, channel), upToSeq: newest.seq - 1 };
    const reason = `A newer state took its place, and only the present one matters (delivery ${newest.id}).`;
    await engine.batch([
      cancelStaleStatement(stale, { reason, now: clock.now() }),
      // It is the present state, however old it is.
      undateStatement(newest.seq),
    ]);
    return [];
  };

  const summarize = async (lane: Lane, channel: Channel): Promise<OutboxRow[]> => {
    const tenant = describe(channel.tenantId);
    if (tenant === undefined) return inFull(lane);
    const stale = rowsOf(lane, channel);
    const found = await readStale(engine, stale, MOST_LINES);
    if (found.rows === 0) return [];
    const now = clock.now();
    // One that could not be told yet becomes part of the new one.
    const earlier = found.summaries.map(({ content }) => JSON.parse(content) as OfflineSummary);
    const summary = merged(earlier, found);
    const message: Message = { event: "channel.summary", at: now, ...tenant, summary };
    const planned = outbox.plan(channel, message, {
      subjectId: channel.id,
      machineId: null,
      urgency: 0,
      at: now,
    });
    if (planned.some(({ status }) => status === "failed")) return inFull(lane);
    // The channel was paused or switched off meanwhile: its rows are being held.
    if (planned.some(({ status }) => status === "held")) return [];
    // Due since then: it comes before everything that is fresh.
    const rows = planned.map((row) => ({ ...row, nextAttemptAt: Math.min(found.waitsSince, now) }));
    const reason = `Told in a summary, as it had waited longer than ${spanOf(channel.staleAfterSeconds)} (delivery ${rows[0]?.id}).`;
    await engine.batch([
      ...rows.map(outbox.insertStatement),
      cancelStaleStatement(stale, { reason, now, count: found.rows }),
      ...found.summaries.map(({ seq }) => cancelWaitingStatement(seq, reason, now)),
    ]);
    return rows;
  };

  return {
    isStale: (row, channel) =>
      row.waitsSince !== null && row.waitsSince !== undefined && row.waitsSince <= cutOf(channel),

    settle: async (lane, channel) => {
      if (channel.type.audience === "state") return supersede(lane, channel);
      for (let left = MOST_TRIES; ; left--) {
        try {
          return await summarize(lane, channel);
        } catch (error) {
          if (!isAppError(error, "conflict") || left === 1) throw error;
        }
      }
    },
  };
};
