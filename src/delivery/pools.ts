// In: attempts that start, become slow and end. Out: whether another may start. Hanging endpoints,
// however many, cost the others nothing: slow attempts leave the pool that fast ones share.

/** Attempts that are younger than SLOW_AFTER_MS. */
const FAST_POOL = 64;
/** Of these, for channels whose last attempt was slow or failed; the rest is for the healthy. */
const SUSPECT_SHARE = 32;
/** Attempts that are older. */
const SLOW_POOL = 2_048;
/** Young attempts per address and port. */
const HOST_LIMIT = 16;

export const SLOW_AFTER_MS = 250;

/** A place in the pools, held by one attempt. */
export interface Place {
  readonly host: string;
  readonly isSuspect: boolean;
  pool: "fast" | "slow" | "none";
}

export class Pools {
  #fast = 0;
  #fastSuspects = 0;
  #slow = 0;
  readonly #byHost = new Map<string, number>();

  get inFlight(): number {
    return this.#fast + this.#slow;
  }

  hasRoom(isSuspect: boolean): boolean {
    return this.#fast < FAST_POOL && (!isSuspect || this.#fastSuspects < SUSPECT_SHARE);
  }

  hasRoomAt(host: string): boolean {
    return (this.#byHost.get(host) ?? 0) < HOST_LIMIT;
  }

  enter(host: string, isSuspect: boolean): Place {
    this.#fast++;
    if (isSuspect) this.#fastSuspects++;
    this.#byHost.set(host, (this.#byHost.get(host) ?? 0) + 1);
    return { host, isSuspect, pool: "fast" };
  }

  /** The attempt is old: it makes room for others. False when the slow pool is full. */
  slowDown(place: Place): boolean {
    if (place.pool !== "fast" || this.#slow >= SLOW_POOL) return false;
    this.#leaveFast(place);
    place.pool = "slow";
    this.#slow++;
    return true;
  }

  leave(place: Place): void {
    if (place.pool === "fast") this.#leaveFast(place);
    else if (place.pool === "slow") this.#slow--;
    place.pool = "none";
  }

  #leaveFast({ host, isSuspect }: Place): void {
    this.#fast--;
    if (isSuspect) this.#fastSuspects--;
    const left = (this.#byHost.get(host) ?? 1) - 1;
    if (left === 0) this.#byHost.delete(host);
    else this.#byHost.set(host, left);
  }
}
