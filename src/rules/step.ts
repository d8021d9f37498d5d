// In: what a rule knows of a series, and the next reading or the passing of time. Out: what it knows
// then, and whether the alert begins or ends. Pure: no clock, no store.
//
// A value holds until the next one (sample and hold), so a delay that runs out between two readings
// ends the same way whether the readings come live or in one late batch.
import type { Limit } from "./limit";
import type { Phase } from "./schema";

export interface StepState {
  phase: Phase;
  /** Device time at which the pending delay began; null when none is pending. */
  since: number | null;
}

export interface Delays {
  onMs: number;
  offMs: number;
}

export interface Turn {
  kind: "begins" | "ends";
  /** Device time. */
  at: number;
  value: number;
}

/** Called for each turn, in order; at most two for one reading. */
export type OnTurn = (turn: Turn) => void;

/** Whether the pending delay is over at device time `at`. */
const delayIsOver = (state: StepState, delays: Delays, at: number): boolean =>
  state.since !== null && at - state.since >= (state.phase === "pending_on" ? delays.onMs : delays.offMs);

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
  if (state.since === null || !delayIsOver(state, delays, at)) return;
  const over = state.since + (state.phase === "pending_on" ? delays.onMs : delays.offMs);
  if (state.phase === "pending_on") {
    enter(state, "active", null);
    onTurn({ kind: "begins", at: over, value: held });
  } else {
    enter(state, "normal", null);
    onTurn({ kind: "ends", at: over, value: held });
  }
};

/** A reading that is newer than all before it. Changes `state` in place. */
export const stepReading = (
  state: StepState,
  limit: Limit,
  delays: Delays,
  reading: { at: number; value: number; held: number },
  onTurn: OnTurn,
): void => {
  const { at, value, held } = reading;
  if (state.phase === "pending_on" && !limit.holds(value)) passTime(state, delays, at, held, onTurn);
  else if (state.phase === "pending_off" && !limit.clears(value)) passTime(state, delays, at, held, onTurn);

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
