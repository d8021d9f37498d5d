// In: packets that were appended. Out: one sorted run per series, handed to the placer in slices that
// end after a few milliseconds, so that appending goes on between them.
import { eachBatch, type LogEntry } from "./protocol";
import { concatenate, toRun, type Run } from "./run";

interface Parts {
  times: Float64Array[];
  values: Float64Array[];
}

/** One pass over a stretch of the log; series come in rising order. */
export class Drain {
  readonly upTo: number;
  /** Server time of the newest sample. */
  readonly receivedAt: number;
  readonly #parts = new Map<number, Parts>();
  readonly #order: number[];
  #next = 0;

  /** `after`: series up to this one are in their place already. `entries` is not empty. */
  constructor(entries: readonly LogEntry[], after: number) {
    this.upTo = entries.at(-1)?.id ?? 0;
    this.receivedAt = entries.reduce((latest, entry) => Math.max(latest, entry.receivedAt), 0);
    for (const { packet } of entries)
      eachBatch(packet, (series, times, values) => {
        if (series <= after) return;
        const parts = this.#parts.get(series);
        if (parts === undefined) this.#parts.set(series, { times: [times], values: [values] });
        else {
          parts.times.push(times);
          parts.values.push(values);
        }
      });
    this.#order = [...this.#parts.keys()].sort((a, b) => a - b);
  }

  get isDone(): boolean {
    return this.#next >= this.#order.length;
  }

  /** The next series and its samples; its memory is given up. */
  take(): { series: number; run: Run } | null {
    const series = this.#order[this.#next];
    if (series === undefined) return null;
    this.#next++;
    const parts = this.#parts.get(series) as Parts;
    this.#parts.delete(series);
    return { series, run: toRun(concatenate(parts.times), concatenate(parts.values)) };
  }
}
