// In: the wall clock, the steady one, and the time since the machine was started. Out: whether the wall
// clock was set, while the program runs and while it did not; whoever measures by it is told at once.
import { readFileSync } from "node:fs";
import { uptime } from "node:os";
import type { Clock } from "../core/clock";
import type { ClockJump } from "../core/clock-jump";
import type { Log } from "../core/log";
import type { Service } from "../lib/service";
import type { Engine } from "../store/engine";
import { lastActivity, readAnchor, saveAnchorStatement } from "./clock-repository";

export interface ClockWatch extends Service {
  /** The clock that is watched: before any of its timers runs, it is looked whether it was set. */
  readonly clock: Clock;
  /** Looks now; listeners are called before it returns. */
  check(): void;
  /** In the order of the calls. They must not throw. */
  onJump(listener: (jump: ClockJump) => void): void;
  /** How far it was set since the program ran last, and what that means for times that are stored; null: it was not. */
  recall(engine: Engine): Promise<ClockJump | null>;
  /** False for a day after a leap ahead, or a start after a month of silence: nothing is deleted for its age. */
  readonly isTrusted: boolean;
  /** What people should know; null: nothing. */
  readonly problem: string | null;
  /** Since the start. */
  readonly jumps: number;
}

export interface ClockWatchParts {
  clock: Clock;
  log: Log;
  /** Milliseconds since the machine was started, sleep included. */
  sinceBoot?: () => number;
  /** Null: not known. */
  bootId?: string | null;
}

/** Less than this comes from reading two clocks one after the other, and from a clock that is being slewed. */
const JUMP_MS = 1_000;
const LOOK_MS = 30_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A leap ahead of this and more may be a mistake that would delete everything. */
const SUSPICIOUS_LEAP_MS = DAY_MS;
const LONG_SILENCE_MS = 30 * DAY_MS;
/** Before this program was written: a machine without a battery that nobody has told the time. */
const FIRST_PLAUSIBLE = Date.UTC(2025, 0, 1);

const systemBootId = (): string | null => {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return null;
  }
};

const words = (ms: number): string => {
  const sign = ms < 0 ? "back" : "ahead";
  const seconds = Math.abs(ms) / 1_000;
  return seconds < 7_200 ? `${Math.round(seconds)} s ${sign}` : `${Math.round(seconds / 3_600)} h ${sign}`;
};

export const createClockWatch = (parts: ClockWatchParts): ClockWatch => {
  const { clock, log, sinceBoot = () => uptime() * 1_000, bootId = systemBootId() } = parts;
  const listeners: ((jump: ClockJump) => void)[] = [];
  let offset = clock.now() - clock.monotonic();
  let bootOffset = clock.now() - sinceBoot();
  let jumps = 0;
  let last: { byMs: number; at: number } | null = null;
  let distrustedUntil = Number.NEGATIVE_INFINITY;
  let engine: Engine | null = null;
  let cancel: (() => void) | null = null;

  const distrust = (): void => {
    distrustedUntil = clock.monotonic() + DAY_MS;
  };

  const save = (): void => {
    engine
      ?.batch([saveAnchorStatement({ bootId, offsetMs: bootOffset })], "process")
      .catch((error: unknown) => log.warn("the clock could not be noted down", { error }));
  };

  const note = (byMs: number): void => {
    jumps++;
    last = { byMs, at: clock.monotonic() };
    if (byMs >= SUSPICIOUS_LEAP_MS) distrust();
    log.warn("the wall clock was set: what waits is moved by as much", { by_ms: Math.round(byMs) });
  };

  const check = (): void => {
    const moved = clock.now() - clock.monotonic() - offset;
    if (Math.abs(moved) < JUMP_MS) {
      // A clock that is being slewed is followed.
      offset += moved;
      return;
    }
    // Once more: the process may have been stopped between the two readings.
    const present = clock.now() - clock.monotonic();
    if (Math.abs(present - offset) < JUMP_MS) return;
    offset = present;
    // The steady clock stands still while a machine sleeps; the time since its start does not.
    const presentBoot = clock.now() - sinceBoot();
    const byMs = Math.round(presentBoot - bootOffset);
    if (Math.abs(byMs) < JUMP_MS) return;
    bootOffset = presentBoot;
    note(byMs);
    const jump: ClockJump = { byMs, now: clock.now() };
    for (const listener of listeners) listener(jump);
    save();
  };

  const arm = (): void => {
    cancel = clock.after(LOOK_MS, () => {
      check();
      bootOffset = clock.now() - sinceBoot();
      arm();
    });
  };

  return {
    name: "clock",
    clock: {
      now: clock.now.bind(clock),
      monotonic: clock.monotonic.bind(clock),
      after: (delayMs, run) =>
        clock.after(delayMs, () => {
          check();
          run();
        }),
    },
    check,
    onJump: (listener) => void listeners.push(listener),

    recall: async (from) => {
      engine = from;
      const [anchor, active] = await Promise.all([readAnchor(from), lastActivity(from)]);
      const now = clock.now();
      let byMs = 0;
      if (anchor !== null && anchor.bootId !== null && anchor.bootId === bootId)
        byMs = Math.round(bootOffset - anchor.offsetMs);
      // After another start of the machine only this much is certain: time does not run backwards.
      else if (active !== null && active > now) byMs = now - active;
      if (active !== null && now - active > LONG_SILENCE_MS) distrust();
      save();
      if (Math.abs(byMs) < JUMP_MS) return null;
      note(byMs);
      return { byMs, now };
    },
    get isTrusted() {
      return clock.monotonic() >= distrustedUntil;
    },
    get problem() {
      if (clock.now() < FIRST_PLAUSIBLE) return "it says a time before this program was made; set it";
      return last !== null && clock.monotonic() - last.at < HOUR_MS
        ? `it was set ${words(last.byMs)}; what waited was moved by as much`
        : null;
    },
    get jumps() {
      return jumps;
    },
    start: async () => arm(),
    stop: async () => cancel?.(),
  };
};
