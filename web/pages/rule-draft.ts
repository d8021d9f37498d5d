// In: a rule, or nothing. Out: the form's draft as typed, and from a draft the body to send or the
// fields that are still wrong. Pure: the form renders, this decides.
import type { Severity } from "../api/alerts";
import type {
  Condition,
  Operator,
  Rule,
  RuleBody,
  Selector,
  StatusCondition,
  ThresholdCondition,
} from "../api/rules";
import { text } from "../text/en";
import { labelLines, readLabels } from "./machine-words";
import { fittingKeys, readStatusCondition, statusSelectorFaults } from "./rule-status";

export type DurationUnit = "s" | "min" | "h";
export type Excursion = "atOnce" | "hold" | "wait";
export type SelectorKind = "all" | "machine" | "type" | "project" | "label" | "service" | "group" | "monitor";

export interface RuleDraft {
  name: string;
  severity: Severity;
  isActive: boolean;
  kind: Condition["type"];
  metric: string;
  operator: Operator;
  threshold: string;
  low: string;
  high: string;
  clear: string;
  deadband: string;
  after: string;
  afterUnit: DurationUnit;
  excursion: Excursion;
  delay: string;
  delayUnit: DurationUnit;
  selector: SelectorKind;
  machineId: string;
  machineType: string;
  projectId: string;
  labels: string;
  /** Of a rule about the status of services and monitors. */
  statuses: readonly string[];
  serviceId: string;
  serviceGroup: string;
  monitorId: string;
  message: string;
  /** What the form has no field for, kept as it is: further selector keys, a second delay. */
  rest: { selector: Selector; offDelaySeconds: number | null };
}

export const UNIT_SECONDS: Record<DurationUnit, number> = { s: 1, min: 60, h: 3600 };

export const emptyDraft = (): RuleDraft => ({
  name: "",
  severity: "warning",
  isActive: true,
  kind: "threshold",
  metric: "",
  operator: ">",
  threshold: "",
  low: "",
  high: "",
  clear: "",
  deadband: "",
  after: "5",
  afterUnit: "min",
  excursion: "atOnce",
  delay: "1",
  delayUnit: "min",
  selector: "all",
  machineId: "",
  machineType: "",
  projectId: "",
  labels: "",
  statuses: ["down"],
  serviceId: "",
  serviceGroup: "",
  monitorId: "",
  message: "",
  rest: { selector: {}, offDelaySeconds: null },
});

const duration = (seconds: number): { amount: string; unit: DurationUnit } => {
  const unit: DurationUnit = seconds % 3600 === 0 ? "h" : seconds % 60 === 0 ? "min" : "s";
  return { amount: String(seconds / UNIT_SECONDS[unit]), unit };
};

const show = (value: number | undefined): string => (value === undefined ? "" : String(value));

const selectorKind = (selector: Selector): SelectorKind => {
  if (selector.machine_id !== undefined) return "machine";
  if (selector.machine_type !== undefined) return "type";
  if (selector.service_id !== undefined) return "service";
  if (selector.monitor_id !== undefined) return "monitor";
  if (selector.service_group !== undefined) return "group";
  if (selector.project_id !== undefined) return "project";
  return selector.labels === undefined ? "all" : "label";
};

const SELECTOR_KEY = {
  machine: "machine_id",
  type: "machine_type",
  project: "project_id",
  label: "labels",
  service: "service_id",
  group: "service_group",
  monitor: "monitor_id",
} as const;

const restOf = (condition: Condition, selector: Selector): RuleDraft["rest"] => {
  const rest = { ...selector };
  const kind = selectorKind(selector);
  if (kind !== "all") delete rest[SELECTOR_KEY[kind]];
  const hasBoth =
    condition.type === "threshold" &&
    (condition.on_delay_seconds ?? 0) > 0 &&
    (condition.off_delay_seconds ?? 0) > 0;
  return { selector: rest, offDelaySeconds: hasBoth ? (condition.off_delay_seconds ?? null) : null };
};

const thresholdDraft = (condition: ThresholdCondition): Partial<RuleDraft> => {
  const hold = condition.off_delay_seconds ?? 0;
  const wait = condition.on_delay_seconds ?? 0;
  const delay = duration(wait > 0 ? wait : hold);
  return {
    metric: condition.metric,
    operator: condition.operator,
    threshold: show(condition.threshold),
    low: show(condition.range?.[0]),
    high: show(condition.range?.[1]),
    clear: show(condition.clear_threshold),
    deadband: show(condition.deadband),
    ...(wait > 0 || hold > 0
      ? { excursion: wait > 0 ? "wait" : "hold", delay: delay.amount, delayUnit: delay.unit }
      : {}),
  };
};

const statusDraft = (condition: StatusCondition): Partial<RuleDraft> => {
  const seconds = condition.for_seconds ?? 0;
  const { amount, unit } = duration(seconds);
  return {
    statuses: condition.in,
    ...(seconds > 0 ? { excursion: "wait", delay: amount, delayUnit: unit } : {}),
  };
};

export const draftOf = (rule: Rule): RuleDraft => {
  const { condition, selector } = rule;
  const after = "after_seconds" in condition ? duration(condition.after_seconds) : null;
  return {
    ...emptyDraft(),
    name: rule.name,
    severity: rule.severity,
    isActive: rule.is_active,
    kind: condition.type,
    ...(condition.type === "threshold" ? thresholdDraft(condition) : {}),
    ...(condition.type === "service_status" ? statusDraft(condition) : {}),
    ...(condition.type === "no_data" ? { metric: condition.metric } : {}),
    ...(after === null ? {} : { after: after.amount, afterUnit: after.unit }),
    selector: selectorKind(selector),
    machineId: selector.machine_id ?? "",
    machineType: selector.machine_type ?? "",
    projectId: selector.project_id ?? "",
    labels: labelLines(selector.labels ?? {}),
    serviceId: selector.service_id ?? "",
    serviceGroup: selector.service_group ?? "",
    monitorId: selector.monitor_id ?? "",
    message: rule.message ?? "",
    rest: restOf(condition, selector),
  };
};

export const isRanged = (operator: Operator): boolean => operator === "inside" || operator === "outside";
/** `=` and `!=` clear when they no longer hold: they take no clear value. */
export const takesClear = (operator: Operator): boolean =>
  operator !== "=" && operator !== "!=" && !isRanged(operator);

/** A comma is a decimal point on many keyboards. */
const toNumber = (typed: string): number =>
  typed.trim() === "" ? Number.NaN : Number(typed.trim().replace(",", "."));
const optional = (typed: string): number | undefined => (typed.trim() === "" ? undefined : toNumber(typed));

const readSelector = (draft: RuleDraft): Selector =>
  fittingKeys({ ...draft.rest.selector, ...chosenSelector(draft) }, draft.kind === "service_status");

const chosenSelector = (draft: RuleDraft): Selector => {
  switch (draft.selector) {
    case "machine":
      return { machine_id: draft.machineId };
    case "type":
      return { machine_type: draft.machineType.trim() };
    case "project":
      return { project_id: draft.projectId };
    case "label":
      return { labels: readLabels(draft.labels).labels };
    case "service":
      return { service_id: draft.serviceId };
    case "group":
      return { service_group: draft.serviceGroup.trim() };
    case "monitor":
      return { monitor_id: draft.monitorId };
    default:
      return {};
  }
};

const readCondition = (draft: RuleDraft): Condition => {
  const after = toNumber(draft.after) * UNIT_SECONDS[draft.afterUnit];
  if (draft.kind === "heartbeat") return { type: "heartbeat", after_seconds: after };
  if (draft.kind === "no_data") return { type: "no_data", metric: draft.metric.trim(), after_seconds: after };
  const delay = toNumber(draft.delay) * UNIT_SECONDS[draft.delayUnit];
  if (draft.kind === "service_status") return readStatusCondition(draft, delay);
  const clear = takesClear(draft.operator) ? optional(draft.clear) : undefined;
  const deadband =
    clear === undefined && draft.operator !== "=" && draft.operator !== "!="
      ? optional(draft.deadband)
      : undefined;
  return {
    type: "threshold",
    metric: draft.metric.trim(),
    operator: draft.operator,
    ...(isRanged(draft.operator)
      ? { range: [toNumber(draft.low), toNumber(draft.high)] as [number, number] }
      : { threshold: toNumber(draft.threshold) }),
    ...(clear === undefined ? {} : { clear_threshold: clear }),
    ...(deadband === undefined ? {} : { deadband }),
    ...(draft.excursion === "wait"
      ? {
          on_delay_seconds: delay,
          ...(draft.rest.offDelaySeconds === null ? {} : { off_delay_seconds: draft.rest.offDelaySeconds }),
        }
      : {}),
    ...(draft.excursion === "hold" ? { off_delay_seconds: delay } : {}),
  };
};

/** For the preview: whatever is there already, NaN for missing numbers. */
export const previewOf = (draft: RuleDraft): Pick<RuleBody, "severity" | "selector" | "condition"> => ({
  severity: draft.severity,
  selector: readSelector(draft),
  condition: readCondition(draft),
});

export type Faults = Partial<Record<keyof RuleDraft, string>>;

const conditionFaults = (draft: RuleDraft): Faults => {
  const faults: Faults = {};
  const words = text.rules;
  const need = (field: keyof RuleDraft): void => {
    if (Number.isNaN(toNumber(String(draft[field])))) faults[field] = words.numberNeeded;
  };
  if (draft.kind === "service_status") {
    if (draft.excursion === "wait") need("delay");
    return faults;
  }
  if (draft.kind !== "heartbeat" && draft.metric.trim() === "") faults.metric = words.needed;
  if (draft.kind !== "threshold") {
    need("after");
    return faults;
  }
  if (isRanged(draft.operator)) {
    need("low");
    need("high");
    if (toNumber(draft.low) >= toNumber(draft.high)) faults.high = words.rangeWrong;
  } else need("threshold");
  if (draft.clear.trim() !== "" && takesClear(draft.operator)) need("clear");
  if (draft.deadband.trim() !== "") need("deadband");
  if (draft.excursion !== "atOnce") need("delay");
  return faults;
};

/** The body when nothing is wrong; the server has the last word. */
export const readDraft = (draft: RuleDraft): { body: RuleBody; faults: Faults } => {
  const faults = conditionFaults(draft);
  if (draft.name.trim() === "") faults.name = text.rules.needed;
  if (draft.selector === "machine" && draft.machineId === "") faults.machineId = text.rules.needed;
  if (draft.selector === "type" && draft.machineType.trim() === "") faults.machineType = text.rules.needed;
  if (draft.selector === "project" && draft.projectId === "") faults.projectId = text.rules.needed;
  if (draft.selector === "label") {
    const { labels, wrong } = readLabels(draft.labels);
    if (wrong !== null) faults.labels = text.machines.labelsWrong(wrong);
    else if (Object.keys(labels).length === 0) faults.labels = text.rules.needed;
  }
  Object.assign(faults, statusSelectorFaults(draft));
  return {
    faults,
    body: {
      name: draft.name.trim(),
      severity: draft.severity,
      is_active: draft.isActive,
      selector: readSelector(draft),
      condition: readCondition(draft),
      message: draft.message.trim() === "" ? null : draft.message.trim(),
    },
  };
};

/** The server's field names, as the form knows them. */
export const FIELD_OF: Record<string, keyof RuleDraft> = {
  name: "name",
  "condition.metric": "metric",
  "condition.threshold": "threshold",
  "condition.range": "high",
  "condition.clear_threshold": "clear",
  "condition.deadband": "deadband",
  "condition.after_seconds": "after",
  "condition.on_delay_seconds": "delay",
  "condition.off_delay_seconds": "delay",
  "condition.for_seconds": "delay",
  "condition.in": "statuses",
  "selector.machine_id": "machineId",
  "selector.machine_type": "machineType",
  "selector.project_id": "projectId",
  "selector.labels": "labels",
  "selector.service_id": "serviceId",
  "selector.service_group": "serviceGroup",
  "selector.monitor_id": "monitorId",
  message: "message",
};
