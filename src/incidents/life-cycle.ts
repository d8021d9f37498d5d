// In: an incident's status and the one that an update gives it. Out: what that is: an update, its end, or
// its beginning anew. The table is the whole life cycle; its test walks the same table.
import { AppError } from "../core/errors";
import { INCIDENT_STATUSES, type IncidentStatus } from "../core/events";

/** `update`: it goes on. `resolve`: it ends. `reopen`: it was over and is not. */
export type IncidentStep = "update" | "resolve" | "reopen";

interface Transition {
  from: IncidentStatus;
  to: IncidentStatus;
  step: IncidentStep;
}

/**
 * All there are. While it is open, any open status may follow any other: a cause that turns out to be
 * another one leads back to investigating. What is resolved only begins anew.
 */
export const TRANSITIONS: readonly Transition[] = [
  { from: "investigating", to: "investigating", step: "update" },
  { from: "investigating", to: "identified", step: "update" },
  { from: "investigating", to: "monitoring", step: "update" },
  { from: "investigating", to: "resolved", step: "resolve" },
  { from: "identified", to: "investigating", step: "update" },
  { from: "identified", to: "identified", step: "update" },
  { from: "identified", to: "monitoring", step: "update" },
  { from: "identified", to: "resolved", step: "resolve" },
  { from: "monitoring", to: "investigating", step: "update" },
  { from: "monitoring", to: "identified", step: "update" },
  { from: "monitoring", to: "monitoring", step: "update" },
  { from: "monitoring", to: "resolved", step: "resolve" },
  { from: "resolved", to: "investigating", step: "reopen" },
  { from: "resolved", to: "identified", step: "reopen" },
  { from: "resolved", to: "monitoring", step: "reopen" },
];

/** Throws `conflict` (409) for what the table does not list. */
export const stepOf = (from: IncidentStatus, to: IncidentStatus): IncidentStep => {
  const found = TRANSITIONS.find((row) => row.from === from && row.to === to);
  if (found === undefined)
    throw new AppError("conflict", "The incident has already been resolved.", {
      code: "illegal_transition",
      details: { status: from },
    });
  return found.step;
};

export const isOpen = (status: IncidentStatus): boolean => status !== "resolved";

export const OPEN_STATUSES = INCIDENT_STATUSES.filter(isOpen);
