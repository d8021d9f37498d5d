// In: channels that have something to start. Out: whose turn it is: urgent messages first, then one
// of each healthy channel in turn, then, and now and then before, those whose endpoint was slow or failed.
import type { Lane } from "./lane";

/** One of so many turns is for a suspect: channels with an endless backlog must not keep it out. */
const SUSPECT_TURN = 16;

export class Turns {
  /** Sets keep the order of insertion: first in, first out, and no channel twice. */
  readonly #urgent = new Set<Lane>();
  readonly #healthy = new Set<Lane>();
  readonly #suspect = new Set<Lane>();
  /** Turns that suspects have waited for theirs. */
  #waited = 0;

  /** Puts the channel at the end of its line; it keeps its place when it stands there already. */
  give(lane: Lane): void {
    const line = lane.isSuspect ? this.#suspect : lane.hasUrgent ? this.#urgent : this.#healthy;
    if (line.has(lane)) return;
    this.#remove(lane);
    line.add(lane);
  }

  /** Takes the next one; suspects only while there is room for them. */
  next(takesSuspects: boolean): Lane | undefined {
    const isTheirTurn = takesSuspects && this.#suspect.size > 0 && ++this.#waited >= SUSPECT_TURN;
    const lines = isTheirTurn ? [this.#suspect] : [this.#urgent, this.#healthy, this.#suspect];
    for (const line of lines) {
      if (line === this.#suspect && !takesSuspects) return undefined;
      const [lane] = line;
      if (lane === undefined) continue;
      if (line === this.#suspect) this.#waited = 0;
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
