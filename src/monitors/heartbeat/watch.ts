// In: heartbeats, their reports and the clock. Out: those that did not report in time, told as failures. Silence
// counts from our own start at the earliest, and not while our network is gone: nobody could report then.
import type { CancelTimer, Clock } from "../../core/clock";
import { movedPast, type ClockJump } from "../../core/clock-jump";
import type { Log } from "../../core/log";
import { createDueQueue } from "../../lib/due-queue";
import type { Service } from "../../lib/service";
import type { Monitor, MonitorBook } from "../book";
import type { Recorder } from "../recorder";
import type { Reporter } from "../report";
import type { HeartbeatTarget } from "../schema";
import { expectationOf, type MomentsOf } from "./expectation";

export interface HeartbeatWatch extends Service {
  /** It is new, changed, or gone: its deadline is another one. */
  changed(monitor: Monitor): void;
  /** It reported. Where its deadline moves away, that is found out when the old one comes: it costs nothing. */
  reported(monitor: Monitor): void;
  /** Times that lie in the past move with the clock. */
  clockJumped(jump: ClockJump): void;
  /** Resolves when nothing that is overdue waits to be told. */
  idle(): Promise<void>;
}

export interface HeartbeatWatchParts {
  book: Pick<MonitorBook, "all">;
  reporter: Pick<Reporter, "report">;
  recorder: Pick<Recorder, "touch">;
  clock: Clock;
  log: Log;
  momentsOf: MomentsOf;
  /** Why nobody can reach us; null when somebody can, as far as is known. */
  networkProblem: () => string | null;
}

/** Asked again so often while the network is gone, or what is overdue could not be written. */
const LOOK_AGAIN_MS = 5_000;
/** Told at once, so that the writer has room for others. */
const MOST_AT_ONCE = 500;

const heartbeatOf = ({ record, target, isGone }: Monitor): HeartbeatTarget | null =>
  !isGone && record.isActive && target?.type === "heartbeat" ? target : null;

export const createHeartbeatWatch = (parts: HeartbeatWatchParts): HeartbeatWatch => {
  const { book, reporter, recorder, clock, log, momentsOf, networkProblem } = parts;
  const due = createDueQueue<Monitor>();
  const telling = new Set<Monitor>();
  /** Silence before this moment says nothing; by `monotonic`. */
  let reachableSince = Number.NEGATIVE_INFINITY;
  let wasLost = false;
  let state: "new" | "running" | "stopped" = "new";
  let cancelTimer: CancelTimer | null = null;
  let firesAt = Number.POSITIVE_INFINITY;
  const whenIdle: (() => void)[] = [];

  /** By `monotonic`; null: never. */
  const deadlineOf = (monitor: Monitor): number | null => {
    const target = heartbeatOf(monitor);
    if (target === null) return null;
    const { deadlineAt } = expectationOf(target, monitor.state, momentsOf);
    if (deadlineAt === null) return null;
    const left = clock.monotonic() + (deadlineAt - clock.now());
    return Math.max(left, reachableSince + target.graceSeconds * 1_000);
  };

  const arm = (): void => {
    const next = due.nextAt();
    if (state !== "running" || next === null || next >= firesAt) return;
    cancelTimer?.();
    firesAt = next;
    cancelTimer = clock.after(next - clock.monotonic(), () => {
      cancelTimer = null;
      firesAt = Number.POSITIVE_INFINITY;
      pump();
    });
  };

  const reasonOf = ({ state: { startedAt }, target }: Monitor): string => {
    if (target?.type !== "heartbeat") return "";
    return startedAt === null ? "No report came in time." : "It began and did not end in time.";
  };

  const tell = async (monitor: Monitor): Promise<void> => {
    telling.add(monitor);
    const reason = reasonOf(monitor);
    try {
      await reporter.report(monitor, {
        sight: { outcome: "down", reason, failure: null, code: 0, latencyMs: 0 },
        result: { at: clock.now(), outcome: "down", reason, code: null, latencyMs: null, source: null },
        also: { startedAt: null, startRun: null },
        isAwaited: true,
      });
      telling.delete(monitor);
      take(monitor);
    } catch (error) {
      telling.delete(monitor);
      log.error("a heartbeat that is overdue could not be told; it is tried again", {
        monitor_id: monitor.record.id,
        error,
      });
      due.set(monitor, clock.monotonic() + LOOK_AGAIN_MS);
    }
    pump();
  };

  const noteNetwork = (): boolean => {
    const isLost = networkProblem() !== null;
    // From now on somebody could report again: everybody gets his grace.
    if (wasLost && !isLost) reachableSince = clock.monotonic();
    wasLost = isLost;
    return isLost;
  };

  const pump = (): void => {
    if (state === "running") {
      const now = clock.monotonic();
      const isLost = (due.nextAt() ?? Number.POSITIVE_INFINITY) <= now && noteNetwork();
      while (telling.size < MOST_AT_ONCE) {
        const monitor = due.take(now);
        if (monitor === undefined) break;
        const deadline = deadlineOf(monitor);
        if (deadline === null) continue;
        if (deadline > now) due.set(monitor, deadline);
        else if (isLost) due.set(monitor, now + LOOK_AGAIN_MS);
        else void tell(monitor);
      }
      if (telling.size < MOST_AT_ONCE) arm();
    }
    if (telling.size === 0) for (const resolve of whenIdle.splice(0)) resolve();
  };

  const take = (monitor: Monitor): void => {
    if (state !== "running" || telling.has(monitor)) return;
    const deadline = deadlineOf(monitor);
    if (deadline === null) due.delete(monitor);
    else due.set(monitor, deadline);
    arm();
  };

  return {
    name: "heartbeats",
    changed: take,
    reported: (monitor) => {
      if (!due.has(monitor) || monitor.state.startedAt !== null) take(monitor);
    },
    clockJumped: (jump) => {
      for (const monitor of book.all()) {
        if (monitor.target?.type !== "heartbeat") continue;
        const { since, lastPingAt, startedAt } = monitor.state;
        monitor.state = {
          ...monitor.state,
          since: movedPast(since, jump),
          lastPingAt: lastPingAt === null ? null : movedPast(lastPingAt, jump),
          startedAt: startedAt === null ? null : movedPast(startedAt, jump),
        };
        recorder.touch(monitor);
        take(monitor);
      }
    },
    idle: () =>
      telling.size === 0 ? Promise.resolve() : new Promise((resolve) => void whenIdle.push(resolve)),
    start: async () => {
      if (state !== "new") return;
      state = "running";
      reachableSince = clock.monotonic();
      for (const monitor of book.all()) take(monitor);
    },
    stop: async () => {
      state = "stopped";
      cancelTimer?.();
      cancelTimer = null;
      while (telling.size > 0) await new Promise<void>((resolve) => void whenIdle.push(resolve));
    },
  };
};
