// In: a rule about statuses as a person wrote it. Out: the same, once it makes sense; throws `invalid` with the
// field and what would be right.
import { invalid } from "../../core/errors";
import { SERVICE_STATUSES } from "../../core/events";
import type { Condition, Selector, StatusCondition } from "../condition";
import { MONITOR_STATUS_WORDS } from "./limit";

/** Each of them selects machines, or services and monitors: which, the condition says. */
const OF_MACHINES = ["machine_id", "machine_type", "labels"] as const;
const OF_STATUS = ["service_id", "service_group", "monitor_id"] as const;

const WITHOUT_MONITOR = ["service_id", "service_group", "project_id"] as const;

/** Whether its words exist is asked with the selector: `checkStatusRule`. */
export const readStatusCondition = (raw: { in?: string[]; for_seconds?: number }): StatusCondition => {
  const { in: statuses, for_seconds: forSeconds } = raw;
  if (statuses === undefined || statuses.length === 0)
    throw invalid("condition.in", "A condition of type service_status needs in: a list of statuses.");
  return {
    type: "service_status",
    in: statuses,
    ...(forSeconds === undefined ? {} : { for_seconds: forSeconds }),
  };
};

/** Of every rule: its selector must select what its condition is about. */
export const checkTogether = (condition: Condition, selector: Selector): void => {
  const isStatus = condition.type === "service_status";
  for (const key of isStatus ? OF_MACHINES : OF_STATUS)
    if (selector[key] !== undefined)
      throw invalid(
        `selector.${key}`,
        isStatus
          ? `${key} selects machines: a condition of type service_status takes service_id, service_group, project_id or monitor_id.`
          : `${key} belongs to a condition of type service_status.`,
      );
  if (!isStatus) return;
  if (selector.monitor_id !== undefined)
    for (const key of WITHOUT_MONITOR)
      if (selector[key] !== undefined)
        throw invalid(`selector.${key}`, `${key} selects services: give it or monitor_id, not both.`);
  const known: readonly string[] =
    selector.monitor_id === undefined ? SERVICE_STATUSES : MONITOR_STATUS_WORDS;
  condition.in.forEach((status, index) => {
    if (known.includes(status)) return;
    const whose = selector.monitor_id === undefined ? "A service" : "A monitor";
    throw invalid(`condition.in.${index}`, `${whose} is never "${status}": in takes ${known.join(", ")}.`);
  });
};
