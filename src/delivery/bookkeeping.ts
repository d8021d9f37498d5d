// In: finished attempts. Out: what becomes of row and channel, handed to the settler in one change:
// the row's new state, the evidence, the channel's health and the notice about it.
import type { Channel, ChannelDirectory } from "../channels/directory";
import { isSending } from "./is-sending";
import type { Clock } from "../core/clock";
import type { AttemptResult } from "./attempt";
import { LONGEST_RETRY_AFTER_MS } from "../lib/retry-schedule";
import type { Statement } from "../store/engine";
import { decide, type Decision } from "./decide";
import type { ChannelHealthKeeper, HealthChange } from "./health";
import { quietStatement } from "./health-repository";
import type { OutboxRow } from "./outbox";
import { insertAttemptStatement } from "./attempt-rows";
import { settleStatement } from "./repository";
import { noteProof } from "./rotation-progress";
import type { Outcome } from "./schema";
import type { Settler } from "./settler";

export interface Finished {
  channel: Channel;
  row: OutboxRow;
  result: AttemptResult;
  /** Called at once when the channel stops: nothing more of it may start. */
  isStopped: () => void;
  /** Called when all is durable, with the time of the next try and the notices to send. */
  onDurable: (nextAttemptAt: number | null, notices: readonly OutboxRow[]) => void;
  /** Called when all is durable or storage refuses to write it; perhaps twice. */
  onFreed: () => void;
  /** Called when not even the row's new state can be written. */
  onRefused: () => void;
  /** Why the row is set aside if it was not delivered: Andon itself has failed over it too often. */
  quarantine: string | null;
}

export interface Bookkeeping {
  /** Changes `row` in memory at once. */
  settle(finished: Finished): void;
  /** Writes counts that wait; forced: those of the last second as well. */
  saveHealth(isForced: boolean): void;
  stop(): void;
}

type Stop = Exclude<Decision["effect"], "none" | "tell">;

const stops = (effect: Decision["effect"]): effect is Stop => effect !== "none" && effect !== "tell";

/** For people: what it was about, how often it was tried, and what came of it. */
const whyOf = ({ event, attempts }: OutboxRow, { reason }: Decision): string =>
  `A message (${event}) failed after ${attempts} ${attempts === 1 ? "attempt" : "attempts"}. ${reason ?? ""}`.trim();

const SAVE_HEALTH_MS = 1_000;

export const createBookkeeping = (parts: {
  clock: Clock;
  directory: ChannelDirectory;
  health: ChannelHealthKeeper;
  settler: Settler;
  random: () => number;
  checkClock?: () => void;
  onAttempt?: (channel: Channel, outcome: Outcome, totalMs: number) => void;
}): Bookkeeping => {
  const { clock, directory, health, settler, random } = parts;
  let cancelSave: (() => void) | null = null;

  const saveHealth = (isForced: boolean): void => {
    for (const channel of health.unsaved()) {
      const statements = health.changeOf(channel, isForced);
      if (statements.length > 0) settler.add({ statements });
      else saveHealthLater();
    }
  };

  const saveHealthLater = (): void => {
    cancelSave ??= clock.after(SAVE_HEALTH_MS, () => {
      cancelSave = null;
      saveHealth(false);
    });
  };

  /** What the attempt does to its channel. */
  const changeOf = (channel: Channel, decision: Decision, row: OutboxRow): HealthChange => {
    health.attempted(
      channel,
      decision.status === "delivered" ? null : (decision.reason ?? "The last attempt failed."),
      clock.now(),
    );
    const { effect } = decision;
    if (stops(effect)) return health.stopChannel(channel, effect, row.event, whyOf(row, decision));
    const statements = health.changeOf(channel);
    if (statements.length === 0) saveHealthLater();
    if (effect !== "tell") return { statements, notices: [] };
    const told = health.deliveryFailed(channel, row.event, whyOf(row, decision));
    return { statements: [...statements, ...told.statements], notices: told.notices };
  };

  /** A 429 that says how long: all of the channel waits, not only this row, for the limit is the channel's. */
  const hush = (channel: Channel, { judgement, retryAfterMs }: AttemptResult, now: number): Statement[] => {
    if (judgement.outcome !== "rate_limited" || retryAfterMs === null || retryAfterMs <= 0) return [];
    const until = now + Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS);
    if (channel.quietUntil !== null && channel.quietUntil >= until) return [];
    channel.quietUntil = until;
    return [quietStatement(channel.id, until)];
  };

  return {
    settle: ({ channel, row, result, isStopped, onDurable, onFreed, onRefused, quarantine }) => {
      const { judgement, exchange } = result;
      // A retry is planned by the clock: all that was planned before has to have moved with it.
      if (judgement.outcome !== "delivered") parts.checkClock?.();
      const now = clock.now();
      const present = directory.get(channel.id);
      const decision = decide({
        row,
        judgement,
        statusCode: exchange.statusCode,
        behaviour: channel.behaviour,
        channel: present === undefined ? "gone" : isSending(present) ? "sending" : "held",
        retryAfterMs: result.retryAfterMs,
        random: random(),
        now,
        quarantine,
      });
      const { status, tries, nextAttemptAt } = decision;
      row.attempts++;
      row.tries = tries;
      row.status = status;
      row.nextAttemptAt = nextAttemptAt;
      const change =
        present === undefined ? { statements: [], notices: [] } : changeOf(present, decision, row);
      if (stops(decision.effect)) isStopped();
      const settled = settleStatement({
        seq: row.seq,
        status,
        tries,
        attempts: row.attempts,
        nextAttemptAt,
        outcome: judgement.outcome,
        reason: decision.reason,
        deliveredAt: status === "delivered" ? now : null,
        finishedAt: status === "pending" || status === "held" ? null : now,
      });
      const done = (): void => onDurable(nextAttemptAt, change.notices);
      settler.add({
        statements: [
          settled,
          insertAttemptStatement(result.record),
          ...change.statements,
          ...(present === undefined ? [] : hush(present, result, now)),
          ...(present === undefined ? [] : noteProof(present, result.proof, now)),
        ],
        done,
        freed: onFreed,
        // Evidence that can't be stored must not have the message sent again and again.
        refused: () => settler.add({ statements: [settled], done, freed: onFreed, refused: onRefused }),
      });
      parts.onAttempt?.(channel, judgement.outcome, exchange.totalMs);
    },
    saveHealth,
    stop: () => {
      cancelSave?.();
      cancelSave = null;
    },
  };
};
