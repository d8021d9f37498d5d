// In: monitors and the clock. Out: each one looked at when it is due: never twice at once, spread out in time,
// slow endpoints without cost for the others. When each is due next is in the file as well.
import type { CancelTimer, Clock } from "../core/clock";
import type { Log } from "../core/log";
import { Pools, SLOW_AFTER_MS, type Place } from "../delivery/pools";
import { createDueQueue } from "../lib/due-queue";
import type { Service } from "../lib/service";
import type { Monitor, MonitorBook } from "./book";
import type { ProbeTarget } from "./schema";
import type { Sight } from "./sight";

export interface ProbeRunner extends Service {
  /** It is new, changed, switched on or off, or gone: looked at at once, or no more. */
  changed(monitor: Monitor): void;
  /** Probes that run now. */
  readonly inFlight: number;
  /** Resolves when no probe runs and none is due. */
  idle(): Promise<void>;
}

export interface ProbeRunnerParts {
  book: Pick<MonitorBook, "all">;
  clock: Clock;
  log: Log;
  /** Never rejects. */
  probe(monitor: Monitor, target: ProbeTarget): Promise<Sight>;
  /** Takes what was seen. */
  settle(monitor: Monitor, sight: Sight): Promise<void>;
  /** Gives up probes that run: at a stop. */
  abandon(): void;
  /** Equal for monitors of the same host. */
  hostOf(target: ProbeTarget): string;
  /** 0 ≤ random < 1. */
  random?: () => number;
}

/** Half of what is allowed to either side: at most a tenth of the interval in all. */
const JITTER = 0.05;
/** Whoever is later than that missed his turn while we were down or asleep: no burst, but spread out. */
const LATE_MS = 5_000;
/** Over so long, or over the interval where that is shorter. */
const SPREAD_MS = 60_000;

export const isProbed = ({ record, target, isGone }: Monitor): boolean =>
  !isGone && record.isActive && target !== null && target.type !== "heartbeat";

export const createProbeRunner = (parts: ProbeRunnerParts): ProbeRunner => {
  const { book, clock, log, probe, settle, hostOf, random = Math.random } = parts;
  const due = createDueQueue<Monitor>();
  const pools = new Pools();
  const running = new Set<Monitor>();
  /** Due, and waiting for room, in this order. */
  let ready: Monitor[] = [];
  /** They changed while they were looked at. */
  const changedMeanwhile = new Set<Monitor>();
  let state: "new" | "running" | "stopped" = "new";
  let cancelTimer: CancelTimer | null = null;
  let firesAt = Number.POSITIVE_INFINITY;
  const whenIdle: (() => void)[] = [];

  const intervalOf = ({ record }: Monitor): number => record.intervalSeconds * 1_000;

  const spread = (monitor: Monitor): number => random() * Math.min(intervalOf(monitor), SPREAD_MS);

  /** `inMs` from now; also as wall time, for a restart. */
  const plan = (monitor: Monitor, inMs: number): void => {
    due.set(monitor, clock.monotonic() + inMs);
    monitor.state = { ...monitor.state, nextDueAt: Math.round(clock.now() + inMs) };
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

  const tellIdle = (): void => {
    if (running.size > 0 || ready.length > 0) return;
    for (const resolve of whenIdle.splice(0)) resolve();
  };

  const look = async (monitor: Monitor, target: ProbeTarget): Promise<void> => {
    const startedAt = clock.monotonic();
    const place: Place = pools.enter(hostOf(target), false);
    running.add(monitor);
    const cancelSlow = clock.after(SLOW_AFTER_MS, () => {
      if (pools.slowDown(place)) pump();
    });
    try {
      const sight = await probe(monitor, target);
      // Planned before it is written down, so that the row says when it is due next.
      if (isProbed(monitor)) {
        const nextIn = intervalOf(monitor) * (1 - JITTER + 2 * JITTER * random());
        plan(monitor, Math.max(nextIn - (clock.monotonic() - startedAt), 0));
      }
      // What was seen of its former settings says nothing, and neither does what a stop cut off.
      if (state === "running" && !changedMeanwhile.has(monitor) && isProbed(monitor))
        await settle(monitor, sight);
    } catch (error) {
      log.error("what a monitor saw could not be written; it is looked at again when it is due", {
        monitor_id: monitor.record.id,
        error,
      });
    } finally {
      cancelSlow();
      pools.leave(place);
      running.delete(monitor);
      if (changedMeanwhile.delete(monitor)) takeUp(monitor, 0);
      pump();
    }
  };

  const begin = (monitor: Monitor): boolean => {
    const { target } = monitor;
    if (!isProbed(monitor) || target === null || target.type === "heartbeat") return true;
    if (!pools.hasRoomAt(hostOf(target))) return false;
    void look(monitor, target);
    return true;
  };

  const pump = (): void => {
    if (state !== "running") return tellIdle();
    const now = clock.monotonic();
    for (let dueAt = due.nextAt(); dueAt !== null && dueAt <= now; dueAt = due.nextAt()) {
      const monitor = due.take(now);
      if (monitor === undefined) break;
      if (now - dueAt > LATE_MS) plan(monitor, spread(monitor));
      else ready.push(monitor);
    }
    const waiting = ready;
    ready = [];
    for (const [index, monitor] of waiting.entries()) {
      if (!pools.hasRoom(false)) {
        ready.push(...waiting.slice(index));
        break;
      }
      if (!begin(monitor)) ready.push(monitor);
    }
    arm();
    tellIdle();
  };

  const takeUp = (monitor: Monitor, inMs: number): void => {
    due.delete(monitor);
    if (isProbed(monitor)) plan(monitor, inMs);
  };

  return {
    name: "monitors",
    changed: (monitor) => {
      if (running.has(monitor)) {
        changedMeanwhile.add(monitor);
        return;
      }
      ready = ready.filter((other) => other !== monitor);
      takeUp(monitor, 0);
      pump();
    },
    get inFlight() {
      return running.size;
    },
    idle: () =>
      running.size === 0 && ready.length === 0
        ? Promise.resolve()
        : new Promise((resolve) => whenIdle.push(resolve)),
    start: async () => {
      if (state !== "new") return;
      state = "running";
      const now = clock.now();
      for (const monitor of book.all()) {
        if (!isProbed(monitor)) continue;
        const { nextDueAt } = monitor.state;
        const left = (nextDueAt ?? now) - now;
        // Whoever was due while we were down, or has a time from another clock, waits for a turn of his own.
        const isSound = left > 0 && left <= intervalOf(monitor) * (1 + 2 * JITTER);
        due.set(monitor, clock.monotonic() + (isSound ? left : spread(monitor)));
      }
      pump();
    },
    stop: async () => {
      state = "stopped";
      cancelTimer?.();
      cancelTimer = null;
      ready = [];
      parts.abandon();
      while (running.size > 0) await new Promise<void>((resolve) => whenIdle.push(resolve));
    },
  };
};
