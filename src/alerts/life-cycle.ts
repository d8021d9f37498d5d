// In: an alert's status and a verb. Out: the next status, or why the verb is not possible now.
// The table is the whole life cycle; its test walks the same table.
import { AppError } from "../core/errors";
import type { AlertStatus } from "../core/events";

/** What people do; what rules do is `resolve` too. */
export const ALERT_VERBS = ["acknowledge", "resolve"] as const;
export type AlertVerb = (typeof ALERT_VERBS)[number];

/** Where an alert stands. */
export interface LifeCyclePosition {
  status: AlertStatus;
  /** Somebody has acknowledged it, before or after it was resolved. */
  acknowledged: boolean;
}

interface Transition {
  from: AlertStatus;
  acknowledged: boolean;
  verb: AlertVerb;
  to: AlertStatus;
  /** A late acknowledgement of what is already over is recorded, but nobody is told. */
  silent: boolean;
}

/** All there are. */
export const TRANSITIONS: readonly Transition[] = [
  { from: "triggered", acknowledged: false, verb: "acknowledge", to: "acknowledged", silent: false },
  { from: "triggered", acknowledged: false, verb: "resolve", to: "resolved", silent: false },
  { from: "acknowledged", acknowledged: true, verb: "resolve", to: "resolved", silent: false },
  { from: "resolved", acknowledged: false, verb: "acknowledge", to: "resolved", silent: true },
];

/** Throws `conflict` (409) for what the table does not list. */
export const transitionOf = (position: LifeCyclePosition, verb: AlertVerb): Transition => {
  const found = TRANSITIONS.find(
    (row) => row.from === position.status && row.acknowledged === position.acknowledged && row.verb === verb,
  );
  if (found === undefined)
    throw new AppError(
      "conflict",
      verb === "acknowledge"
        ? "The alert has already been acknowledged."
        : "The alert has already been resolved.",
      { code: "illegal_transition", details: { status: position.status } },
    );
  return found;
};
