// In: channels that have something to start. Out: whose turn it is: urgent messages first, then one
// of each healthy channel in turn, then those whose endpoint was slow or failed.
import type { Lane } from "./lane";

export class Turns {
  /** Sets keep the order of insertion: first in, first out, and no channel twice. */
  readonly #urgent = new Set<Lane>();
  readonly #healthy = new Set<Lane>();
  readonly #suspect = new Set<Lane>();

  /** Puts the channel at the end of its line; it keeps its place when it stands there already. */
  give(lane: Lane): void {
    const line = lane.isSuspect ? this.#suspect : lane.hasUrgent ? this.#urgent : this.#healthy;
    if (line.has(lane)) return;
    this.#remove(lane);
    line.add(lane);
  }

  /** Takes the next one; suspects only while there is room for them. */
  next(takesSuspects: boolean): Lane | undefined {
    for (const line of [this.#urgent, this.#healthy, this.#suspect]) {
      if (line === this.#suspect && !takesSuspects) return undefined;
      const [lane] = line;
      if (lane === undefined) continue;
      line.delete(lane);
      return lane;
    }
    return undefined;
  }

  #remove(lane: Lane): void {
    this.#urgent.delete(lane);
    this.#healthy.delete(lane);
    this.#suspect.delete(lane);
  }
}
