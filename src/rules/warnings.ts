// In: a rule, and who could be told. Out: sentences about what would keep it from reaching anybody.
import type { AlertSnapshot } from "../core/events";
import type { Machine, MachineDirectory } from "../core/machine";
import type { TenantDirectory } from "../core/tenants";
import type { Notifier } from "../notify/notifier";
import type { EscalationPolicy } from "../escalation/policies";
import type { RuleRow } from "./repository";

export interface WarningParts {
  notifier: Notifier;
  machines: MachineDirectory;
  tenants: TenantDirectory;
  policies: { of(tenantId: string): readonly EscalationPolicy[] };
}

const NOBODY_TOLD =
  "Nobody would be told: no active channel takes alerts like these, and no active escalation policy has this severity.";

/** An alert as the rule would make it, on a machine that it may concern. */
const sampleAlert = (row: RuleRow, machine: Machine | undefined, projectId: string): AlertSnapshot => ({
  id: row.id,
  number: 0,
  tenantId: row.tenantId,
  projectId: machine?.projectId ?? projectId,
  ruleId: row.id,
  ruleNumber: row.number,
  name: row.name,
  status: "triggered",
  severity: row.severity,
  message: row.name,
  machineId: machine?.id ?? row.selector.machine_id ?? "",
  machineNumber: machine?.number ?? 0,
  machineName: machine?.name ?? "",
  machineType: machine?.type ?? "",
  machineStatus: "online",
  labels: machine?.labels ?? row.selector.labels ?? {},
  metricName: row.condition.type === "heartbeat" ? "heartbeat" : row.condition.metric,
  metricValue: 0,
  thresholdValue: 0,
  unit: "",
  decimals: null,
  triggeredAt: row.createdAt,
  acknowledgedAt: null,
  acknowledgedBy: null,
  resolvedAt: null,
  resolvedBy: null,
  resolveReason: null,
  fleeting: false,
  createdAt: row.createdAt,
});

export const warningsOf = (
  row: RuleRow,
  { notifier, machines, tenants, policies }: WarningParts,
): string[] => {
  const warnings: string[] = [];
  const { selector } = row;
  const machine = selector.machine_id === undefined ? undefined : machines.machine(selector.machine_id);
  if (selector.machine_id !== undefined && machine === undefined)
    warnings.push("The selected machine does not exist (any more): the rule concerns nothing.");
  const projectId = selector.project_id ?? tenants.defaultProject(row.tenantId).id;
  const escalates = policies
    .of(row.tenantId)
    .some((policy) => policy.isActive && policy.severity === row.severity);
  if (!escalates && !notifier.wouldTell(sampleAlert(row, machine, projectId))) warnings.push(NOBODY_TOLD);
  return warnings;
};
