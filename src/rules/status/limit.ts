// In: a condition on statuses. Out: the same as a limit of values, so that delays and turns are those of
// every other rule. Pure.
import { SERVICE_STATUSES } from "../../core/events";
import type { StatusCondition } from "../condition";
import type { Limit } from "../limit";

/** What alerts about a status call their metric. */
export const STATUS_METRIC = "status";

/** Of monitors, in the order of `SERVICE_STATUSES`: works, not known, fails, not looked at. */
const MONITOR_WORDS = ["up", "pending", "down", "paused"] as const;

/** What a rule about a monitor may wait for. One that is paused says nothing. */
export const MONITOR_STATUS_WORDS: readonly string[] = ["down", "up", "pending"];

/** 0 to 3, of services and monitors alike: alerts carry a number. */
export const valueOfStatus = (status: string): number =>
  Math.max(
    0,
    SERVICE_STATUSES.findIndex((word, index) => word === status || MONITOR_WORDS[index] === status),
  );

/** `condition` has been checked: its list is not empty. */
export const createStatusLimit = (condition: StatusCondition): Limit => {
  const wanted = condition.in.map(valueOfStatus);
  const lowest = Math.min(...wanted);
  return {
    holds: (value) => wanted.includes(value),
    clears: (value) => !wanted.includes(value),
    boundOf: () => lowest,
    words: () => condition.in.join(" or "),
  };
};
