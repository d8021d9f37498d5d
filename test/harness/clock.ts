// In: a test that moves time by hand. Out: a Clock whose timers fire only inside `advance`.
// Between two timers everything pending settles: promises, and whatever was named with `waitFor`.
import type { CancelTimer, Clock } from "../../src/core/clock";

interface Timer {
  at: number;
  order: number;
  run: () => void;
}

/** Rounds of the event loop that a chain of promises may take before the next timer fires. */
const SETTLE_ROUNDS = 4;

export class FakeClock implements Clock {
  #wall: number;
  #elapsed = 0;
  #order = 0;
  readonly #timers = new Set<Timer>();
  readonly #idle = new Set<() => Promise<void>>();

  /** Starts at 2026-01-01T00:00:00Z unless told otherwise. */
  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#wall = startMs;
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  after(delayMs: number, run: () => void): CancelTimer {
    const timer = { at: this.#elapsed + Math.max(delayMs, 0), order: this.#order++, run };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Timers that have neither fired nor been cancelled. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Milliseconds until the next timer, or null when there is none. */
  get nextIn(): number | null {
    const next = this.#next();
    return next === undefined ? null : next.at - this.#elapsed;
  }

  /** Names something that `settle` waits for, e.g. `() => store.idle()`. Returns the removal. */
  waitFor(idle: () => Promise<void>): () => void {
    this.#idle.add(idle);
    return () => void this.#idle.delete(idle);
  }

  /** Moves both clocks; fires every timer that comes due, in order, those set on the way included. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    await this.settle();
    for (let next = this.#next(); next !== undefined && next.at <= end; next = this.#next()) {
      this.#timers.delete(next);
      this.#move(next.at);
      next.run();
      await this.settle();
    }
    this.#move(end);
  }

  /** Sets the wall clock alone, as a person or NTP does; no timer fires. */
  setWall(ms: number): void {
    this.#wall = ms;
  }

  /** Lets promises run until all that was named with `waitFor` is idle. */
  async settle(): Promise<void> {
    for (let round = 0; round < SETTLE_ROUNDS; round++) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      for (const idle of this.#idle) await idle();
    }
  }

  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers)
      if (next === undefined || timer.at < next.at || (timer.at === next.at && timer.order < next.order))
        next = timer;
    return next;
  }

  #move(to: number): void {
    // Never back: a timer set in the past fires at the present moment.
    if (to <= this.#elapsed) return;
    this.#wall += to - this.#elapsed;
    this.#elapsed = to;
  }
}
