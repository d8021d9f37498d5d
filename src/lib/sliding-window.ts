// In: when things happened, and how many may happen in any stretch of a given length. Out: how long the
// next one has to wait. Domain-free; memory is one number per thing that may happen.

export class SlidingWindow {
  readonly limit: number;
  readonly #lengthMs: number;
  /** The last `limit` times, a ring: `#next` is the oldest of them. */
  readonly #times: Float64Array;
  #next = 0;

  /** At most `limit` things in any `lengthMs`. */
  constructor(limit: number, lengthMs: number) {
    this.limit = limit;
    this.#lengthMs = lengthMs;
    this.#times = new Float64Array(limit).fill(Number.NEGATIVE_INFINITY);
  }

  /** 0 when the next one may happen now; else milliseconds until it may. */
  waitMs(now: number): number {
    return Math.max((this.#times[this.#next] ?? 0) + this.#lengthMs - now, 0);
  }

  /** One happened; times must not fall. */
  note(at: number): void {
    this.#times[this.#next] = at;
    this.#next = (this.#next + 1) % this.limit;
  }

  /** The same history under another limit. */
  withLimit(limit: number): SlidingWindow {
    const window = new SlidingWindow(limit, this.#lengthMs);
    for (let index = 0; index < this.limit; index++) {
      const at = this.#times[(this.#next + index) % this.limit] ?? 0;
      if (at !== Number.NEGATIVE_INFINITY) window.note(at);
    }
    return window;
  }
}
