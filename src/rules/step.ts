// In: what a rule knows of a series, and the next reading or the passing of time. Out: what it knows
// then, and whether the alert begins or ends. Pure: no clock, no store.
//
// A value holds until the next one (sample and hold), so a delay that runs out between two readings
// ends the same way whether the readings come live or in one late batch.
import type { Limit } from "./limit";
import type { Phase } from "./schema";

/** Of one rule and one series. */
export interface StepState {
  phase: Phase;
  /** Device time at which the pending delay began; null when none is pending. */
  since: number | null;
}

/** In ms of device time; 0 for none. */
export interface Delays {
  onMs: number;
  offMs: number;
}

/** An alert begins, or ends. */
export interface Turn {
  kind: "begins" | "ends";
  /** Device time. */
  at: number;
  value: number;
}

/** Called for each turn, in order; at most two for one reading. */
export type OnTurn = (turn: Turn) => void;

/** Device time at which the pending delay is over; never when none is pending. */
const delayEnd = ({ phase, since }: StepState, delays: Delays): number =>
  since === null ? Number.POSITIVE_INFINITY : since + (phase === "pending_on" ? delays.onMs : delays.offMs);

/** Whether the pending delay is over at device time `at`. */
export const delayIsOver = (state: StepState, delays: Delays, at: number): boolean =>
  delayEnd(state, delays) <= at;

const enter = (state: StepState, phase: Phase, since: number | null): void => {
  state.phase = phase;
  state.since = since;
};

/** A delay that has run out by `at` while the value stayed `held`. Changes `state` in place. */
export const passTime = (
  state: StepState,
  delays: Delays,
  at: number,
  held: number,
  onTurn: OnTurn,
): void => {
  const over = delayEnd(state, delays);
  if (over > at) return;
  if (state.phase === "pending_on") {
    enter(state, "active", null);
    onTurn({ kind: "begins", at: over, value: held });
  } else {
    enter(state, "normal", null);
    onTurn({ kind: "ends", at: over, value: held });
  }
};

/** The value that holds from `at` on, whatever was before it. Changes `state` in place. */
export const stepValue = (
  state: StepState,
  limit: Limit,
  delays: Delays,
  { at, value }: { at: number; value: number },
  onTurn: OnTurn,
): void => {
  switch (state.phase) {
    case "normal":
      if (!limit.holds(value)) return;
      if (delays.onMs > 0) enter(state, "pending_on", at);
      else {
        enter(state, "active", null);
        onTurn({ kind: "begins", at, value });
      }
      return;
    case "pending_on":
      if (!limit.holds(value)) enter(state, "normal", null);
      else if (delayIsOver(state, delays, at)) {
        enter(state, "active", null);
        onTurn({ kind: "begins", at, value });
      }
      return;
    case "active":
      if (!limit.clears(value)) return;
      if (delays.offMs > 0) enter(state, "pending_off", at);
      else {
        enter(state, "normal", null);
        onTurn({ kind: "ends", at, value });
      }
      return;
    case "pending_off":
      if (!limit.clears(value)) enter(state, "active", null);
      else if (delayIsOver(state, delays, at)) {
        enter(state, "normal", null);
        onTurn({ kind: "ends", at, value });
      }
  }
};

/**
 * A reading that is newer than all before it. Until then `held` held, and a delay that ran out under
 * it has run out. Changes `state` in place.
 */
export const stepReading = (
  state: StepState,
  limit: Limit,
  delays: Delays,
  reading: { at: number; value: number; held: number },
  onTurn: OnTurn,
): void => {
  const { at, value, held } = reading;
  const goesOn = state.phase === "pending_on" ? limit.holds(value) : limit.clears(value);
  // A reading at the very end of the delay completes it itself, if it agrees.
  if (!goesOn || delayEnd(state, delays) < at) passTime(state, delays, at, held, onTurn);
  stepValue(state, limit, delays, reading, onTurn);
};

/** False when `stepReading` would change nothing: the usual case. */
export const isMoved = (state: StepState, limit: Limit, value: number): boolean => {
  if (state.phase === "normal") return limit.holds(value);
  return state.phase !== "active" || limit.clears(value);
};
