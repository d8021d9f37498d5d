// In: how a monitor stands and what was seen now. Out: how it stands then, and whether that begins or ends a
// failure. Pure.
import type { MonitorRecord, MonitorState } from "./schema";
import type { Sight } from "./sight";

/** `fails`: from now on it is down. `recovers`: it is up, after it was down or not known. */
export type Change = "fails" | "recovers" | null;

export interface Step {
  change: Change;
  failures: number;
  successes: number;
}

/** What is not known changes nothing, and interrupts no row of failures or successes. */
export const stepOf = (
  { status, failures, successes }: Pick<MonitorState, "status" | "failures" | "successes">,
  { failureThreshold, successThreshold }: Pick<MonitorRecord, "failureThreshold" | "successThreshold">,
  outcome: Sight["outcome"],
): Step => {
  switch (outcome) {
    case "unknown":
      return { change: null, failures, successes };
    case "down": {
      const inRow = failures + 1;
      const fails = status !== "down" && inRow >= failureThreshold;
      return { change: fails ? "fails" : null, failures: inRow, successes: 0 };
    }
    case "up": {
      const inRow = successes + 1;
      const recovers = status === "pending" || (status === "down" && inRow >= successThreshold);
      return { change: recovers ? "recovers" : null, failures: 0, successes: inRow };
    }
  }
};
