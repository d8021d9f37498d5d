// In: nothing. Out: what it means that the wall clock was set: everybody who measures time by it moves
// what he has by as much, so that delays go on as if nothing had happened.

export interface ClockJump {
  /** Ahead when positive, in ms. */
  readonly byMs: number;
  /** Wall time after it, in ms. */
  readonly now: number;
}

/**
 * Times up to this one lay in the past before the jump and lie in the past after it: they need not be
 * moved. Wall time in ms.
 */
export const stillPast = ({ byMs, now }: ClockJump): number => Math.min(now, now - byMs);

/** A moment of the past stays one. */
export const movedPast = (at: number, { byMs, now }: ClockJump): number => Math.min(at + byMs, now);
