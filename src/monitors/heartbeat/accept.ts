// In: what a job reports about itself. Out: its result, durable, and what follows from it. Reports of one job
// take effect in the order in which they came.
import type { Clock } from "../../core/clock";
import type { Monitor } from "../book";
import type { Reporter } from "../report";
import type { MonitorState, Outcome } from "../schema";

export interface Ping {
  /** `start` and `log` say nothing about how it went. */
  kind: "success" | "fail" | "start" | "log";
  exitCode: number | null;
  /** Tells runs of the same job apart that go on at once. */
  run: string | null;
  /** Its own words, shown to people; never in messages. */
  message: string | null;
  /** As it measured it itself; null: since its start. */
  durationMs: number | null;
  /** Who sent it. */
  source: string;
  body: Uint8Array | null;
}

export interface AcceptParts {
  reporter: Reporter;
  clock: Clock;
  /** Looks whether the clock was set: what is written down now must not be moved by that afterwards. */
  checkClock(): void;
  /** Its deadline is another one now. */
  onReport(monitor: Monitor): void;
}

const OUTCOME: Record<Ping["kind"], Outcome> = {
  success: "up",
  fail: "down",
  start: "start",
  log: "log",
};

/** The longest that a database of integers should hold: a year. */
const LONGEST_MS = 31_536_000_000;

const durationOf = (ping: Ping, { startedAt, startRun }: MonitorState, now: number): number | null => {
  if (ping.durationMs !== null) return Math.min(Math.max(Math.round(ping.durationMs), 0), LONGEST_MS);
  return startedAt !== null && startRun === ping.run ? Math.max(now - startedAt, 0) : null;
};

const changesOf = (ping: Ping, state: MonitorState, now: number): Partial<MonitorState> => {
  if (ping.kind === "log") return {};
  if (ping.kind === "start") return { startedAt: now, startRun: ping.run };
  const durationMs = durationOf(ping, state, now);
  return {
    lastPingAt: now,
    // Another run of it may still go on.
    ...(state.startRun === ping.run ? { startedAt: null, startRun: null } : {}),
    ...(durationMs === null ? {} : { lastDurationMs: durationMs }),
  };
};

const reasonOf = ({ kind, exitCode }: Ping): string | null => {
  if (kind !== "fail") return null;
  return exitCode === null ? "It reported a failure." : `It reported a failure (exit code ${exitCode}).`;
};

export type AcceptPing = (monitor: Monitor, ping: Ping) => Promise<void>;

/** Durable when it resolves; rejects as `Engine.batch`. One that is paused stays so: its report is kept. */
export const createAcceptPing =
  ({ reporter, clock, checkClock, onReport }: AcceptParts): AcceptPing =>
  async (monitor, ping) => {
    checkClock();
    const now = clock.now();
    const { state, record } = monitor;
    const outcome = OUTCOME[ping.kind];
    const reason = reasonOf(ping);
    const durationMs = ping.kind === "start" || ping.kind === "log" ? null : durationOf(ping, state, now);
    const isJudged = record.isActive && (outcome === "up" || outcome === "down");
    await reporter.report(monitor, {
      sight: isJudged
        ? { outcome, reason, failure: null, code: ping.exitCode, latencyMs: durationMs ?? 0 }
        : null,
      result: {
        at: now,
        outcome,
        reason: ping.message ?? reason,
        code: ping.exitCode,
        latencyMs: durationMs,
        source: ping.source,
      },
      also: record.isActive ? changesOf(ping, state, now) : {},
      body: ping.body,
      isAwaited: true,
    });
    onReport(monitor);
  };
