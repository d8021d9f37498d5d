// In: a rule's row. Out: the rule as the engine runs it: limits as functions, delays in ms, and which
// machines and series it concerns.
import type { Machine, Series } from "../core/machine";
import type { AbsenceCondition, Selector } from "./condition";
import { createLimit, type Limit } from "./limit";
import type { RuleRow } from "./repository";
import { createStatusLimit } from "./status/limit";
import type { Delays } from "./step";

/** Delays in device ms. */
export interface CompiledThreshold {
  kind: "threshold";
  row: RuleRow;
  metric: string;
  limit: Limit;
  delays: Delays;
}

/** `afterMs` in server ms. */
export interface CompiledAbsence {
  kind: "absence";
  row: RuleRow;
  condition: AbsenceCondition;
  afterMs: number;
}

/** `limit` is one of values that stand for statuses (`status/limit.ts`); delays in server ms. */
export interface CompiledStatus {
  kind: "status";
  row: RuleRow;
  limit: Limit;
  delays: Delays;
}

export type CompiledRule = CompiledThreshold | CompiledAbsence | CompiledStatus;

const toMs = (seconds: number): number => Math.round(seconds * 1_000);

/** The row's condition has been checked (`wire.ts`). */
export const compileRule = (row: RuleRow): CompiledRule => {
  const { condition } = row;
  if (condition.type === "threshold")
    return {
      kind: "threshold",
      row,
      metric: condition.metric,
      limit: createLimit(condition),
      delays: {
        onMs: toMs(condition.on_delay_seconds ?? 0),
        offMs: toMs(condition.off_delay_seconds ?? 0),
      },
    };
  if (condition.type === "service_status")
    return {
      kind: "status",
      row,
      limit: createStatusLimit(condition),
      delays: { onMs: toMs(condition.for_seconds ?? 0), offMs: 0 },
    };
  return { kind: "absence", row, condition, afterMs: toMs(condition.after_seconds) };
};

type Labels = Record<string, string>;

const labelOf = (labels: Labels | null, name: string): string | undefined =>
  labels !== null && Object.hasOwn(labels, name) ? labels[name] : undefined;

const labelsMatch = (wanted: Labels, machine: Machine, labels: Labels | null): boolean => {
  for (const name in wanted)
    if ((labelOf(labels, name) ?? labelOf(machine.labels, name)) !== wanted[name]) return false;
  return true;
};

const machineFits = ({ row }: CompiledRule, machine: Machine): boolean => {
  const { selector }: { selector: Selector } = row;
  return (
    row.tenantId === machine.tenantId &&
    machine.approval === "approved" &&
    (selector.machine_id === undefined || selector.machine_id === machine.id) &&
    (selector.machine_type === undefined || selector.machine_type === machine.type) &&
    (selector.project_id === undefined || selector.project_id === machine.projectId)
  );
};

/** A series' own tags take part in the label match, before the machine's labels. */
const seriesFits = ({ row }: CompiledRule, series: Series): boolean =>
  row.selector.labels === undefined || labelsMatch(row.selector.labels, series.machine, series.labels);

/** By organization, metric, machine and labels; a machine that waits for approval concerns no rule. */
export const concernsSeries = (rule: CompiledThreshold, series: Series): boolean =>
  rule.metric === series.metric && machineFits(rule, series.machine) && seriesFits(rule, series);

/** The series whose readings break the silence; for a heartbeat, those that its label match names. */
export const seriesHeard = (rule: CompiledAbsence, series: readonly Series[]): Series[] => {
  const { condition } = rule;
  return series.filter(
    (one) => (condition.type === "heartbeat" || one.metric === condition.metric) && seriesFits(rule, one),
  );
};

/** Senders give labels to series, people to machines: either may be what an absence rule names. */
export const concernsMachine = (
  rule: CompiledAbsence,
  machine: Machine,
  series: readonly Series[],
): boolean => {
  const { labels } = rule.row.selector;
  if (!machineFits(rule, machine)) return false;
  return labels === undefined || labelsMatch(labels, machine, null) || seriesHeard(rule, series).length > 0;
};
