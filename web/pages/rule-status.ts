// In: the part of a rule's draft that is about the status of services and monitors. Out: its condition, its faults,
// and what may be chosen. Pure.
import type { Selector, StatusCondition } from "../api/rules";
import { text } from "../text/en";
import type { Excursion, Faults, RuleDraft, SelectorKind } from "./rule-draft";

/** Which selectors belong to which kind of rule; `all` and `project` mean services here, machines there. */
export const STATUS_SELECTORS = ["all", "service", "group", "project", "monitor"] as const;
const MACHINE_SELECTORS: readonly SelectorKind[] = ["all", "machine", "type", "project", "label"];

const SERVICE_STATUSES = ["down", "degraded", "maintenance", "operational"] as const;
const MONITOR_STATUSES = ["down", "pending", "up"] as const;

export const statusesFor = (selector: SelectorKind): readonly string[] =>
  selector === "monitor" ? MONITOR_STATUSES : SERVICE_STATUSES;

/** The draft after a change, without what its kind cannot have. */
export const fitDraft = (draft: RuleDraft): RuleDraft => {
  const isStatus = draft.kind === "service_status";
  const selectors: readonly SelectorKind[] = isStatus ? STATUS_SELECTORS : MACHINE_SELECTORS;
  const selector = selectors.includes(draft.selector) ? draft.selector : "all";
  const known = statusesFor(selector);
  const kept = draft.statuses.filter((status) => known.includes(status));
  const excursion: Excursion = isStatus && draft.excursion === "hold" ? "atOnce" : draft.excursion;
  return { ...draft, selector, excursion, statuses: kept.length === 0 ? ["down"] : kept };
};

const KEYS_OF_STATUS = ["service_id", "service_group", "monitor_id", "project_id"] as const;
const KEYS_OF_MACHINES = ["machine_id", "machine_type", "labels", "project_id"] as const;

/** Only the keys that the kind may have. */
export const fittingKeys = (selector: Selector, isStatus: boolean): Selector => {
  const fitting: Selector = {};
  for (const key of isStatus ? KEYS_OF_STATUS : KEYS_OF_MACHINES)
    if (selector[key] !== undefined) Object.assign(fitting, { [key]: selector[key] });
  return fitting;
};

export const readStatusCondition = (draft: RuleDraft, delaySeconds: number): StatusCondition => ({
  type: "service_status",
  in: statusesFor(draft.selector).filter((status) => draft.statuses.includes(status)),
  ...(draft.excursion === "wait" ? { for_seconds: delaySeconds } : {}),
});

export const statusSelectorFaults = (draft: RuleDraft): Faults => {
  const { needed } = text.rules;
  if (draft.selector === "service" && draft.serviceId === "") return { serviceId: needed };
  if (draft.selector === "monitor" && draft.monitorId === "") return { monitorId: needed };
  if (draft.selector === "group" && draft.serviceGroup.trim() === "") return { serviceGroup: needed };
  return {};
};
