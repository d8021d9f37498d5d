// In: a rule's row. Out: the rule as the engine runs it: limits as functions, delays in ms, and which
// machines and series it concerns.
import type { Machine, Series } from "../core/machine";
import type { AbsenceCondition, Selector } from "./condition";
import { createLimit, type Limit } from "./limit";
import type { RuleRow } from "./repository";
import type { Delays } from "./step";

interface CompiledBase {
  row: RuleRow;
  /** Server time from which it may hold silence against a machine. */
  activeSince: number;
}

export interface CompiledThreshold extends CompiledBase {
  kind: "threshold";
  metric: string;
  limit: Limit;
  delays: Delays;
}

export interface CompiledAbsence extends CompiledBase {
  kind: "absence";
  condition: AbsenceCondition;
  afterMs: number;
}

export type CompiledRule = CompiledThreshold | CompiledAbsence;

const SECOND_MS = 1_000;

export const compileRule = (row: RuleRow): CompiledRule => {
  const { condition } = row;
  if (condition.type === "threshold")
    return {
      kind: "threshold",
      row,
      activeSince: row.updatedAt,
      metric: condition.metric,
      limit: createLimit(condition),
      delays: {
        onMs: (condition.on_delay_seconds ?? 0) * SECOND_MS,
        offMs: (condition.off_delay_seconds ?? 0) * SECOND_MS,
      },
    };
  return {
    kind: "absence",
    row,
    activeSince: row.updatedAt,
    condition,
    afterMs: condition.after_seconds * SECOND_MS,
  };
};

const labelsMatch = (
  wanted: Record<string, string> | undefined,
  machine: Machine,
  labels: Record<string, string> | null,
): boolean => {
  if (wanted === undefined) return true;
  for (const [name, value] of Object.entries(wanted))
    if ((labels?.[name] ?? machine.labels[name]) !== value) return false;
  return true;
};

const machineFits = (selector: Selector, machine: Machine): boolean =>
  machine.approval === "approved" &&
  (selector.machine_id === undefined || selector.machine_id === machine.id) &&
  (selector.machine_type === undefined || selector.machine_type === machine.type) &&
  (selector.project_id === undefined || selector.project_id === machine.projectId);

export const concernsMachine = (rule: CompiledRule, machine: Machine): boolean =>
  rule.row.tenantId === machine.tenantId &&
  machineFits(rule.row.selector, machine) &&
  labelsMatch(rule.row.selector.labels, machine, null);

/** A series' own tags take part in the label match, before the machine's labels. */
export const concernsSeries = (rule: CompiledThreshold, series: Series): boolean =>
  rule.metric === series.metric &&
  rule.row.tenantId === series.machine.tenantId &&
  machineFits(rule.row.selector, series.machine) &&
  labelsMatch(rule.row.selector.labels, series.machine, series.labels);
