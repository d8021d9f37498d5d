// In: what a rule knows of a service or monitor, its status, and the passing of time. Out: what it knows then,
// and whether the alert begins or ends: the same steps as for readings (`../step.ts`). Pure.
import type { Limit } from "../limit";
import { passTime, stepReading, type Delays, type OnTurn, type StepState } from "../step";
import { valueOfStatus } from "./limit";

export interface StatusState extends StepState {
  /** The value of the status that was looked at last. */
  held: number;
}

/** At rest; `status` is the one that it has. */
export const restOf = (status: string | null): StatusState => ({
  phase: "normal",
  since: null,
  held: valueOfStatus(status ?? ""),
});

export const isBegun = ({ phase }: StatusState): boolean => phase === "active";

/** The status that holds since `at`. Doing it again changes nothing. Changes `state` in place. */
export const stepLevel = (
  state: StatusState,
  limit: Limit,
  delays: Delays,
  { status, at }: { status: string; at: number },
  onTurn: OnTurn,
): void => {
  const value = valueOfStatus(status);
  stepReading(state, limit, delays, { at, value, held: state.held }, onTurn);
  state.held = value;
};

/** Until `now` the status stayed what it is. Changes `state` in place. */
export const passStatusTime = (state: StatusState, delays: Delays, now: number, onTurn: OnTurn): void =>
  passTime(state, delays, now, state.held, onTurn);
