// In: a rule, and who could be told. Out: sentences about what would keep it from reaching anybody.
import type { Channel } from "../channels/directory";
import type { AlertSnapshot } from "../core/events";
import { standIn, type Machine, type MachineDirectory } from "../core/machine";
import type { TenantDirectory } from "../core/tenants";
import type { EscalationPolicy } from "../escalation/policies";
import type { Notifier } from "../notify/notifier";
import { metricNameOf } from "./breach-of";
import { compileRule, concernsMachine, concernsSeries, type CompiledRule } from "./compile";
import type { RuleRow } from "./repository";

export interface WarningParts {
  notifier: Notifier;
  machines: MachineDirectory;
  tenants: TenantDirectory;
  policies: { of(tenantId: string): readonly EscalationPolicy[] };
  services: { find(tenantId: string, id: string): Stander | undefined };
  monitors: { find(tenantId: string, id: string): { record: Stander } | undefined };
}

/** What of a service or monitor plays a part. */
interface Stander {
  id: string;
  tenantId: string;
  projectId: string;
  name: string;
  group: string | null;
}

const NO_MACHINE = "The selected machine does not exist (any more): the rule concerns nothing.";
const NO_SERVICE = "The selected service does not exist (any more): the rule concerns nothing.";
const NO_MONITOR = "The selected monitor does not exist (any more): the rule concerns nothing.";
const NOBODY_TOLD =
  "Nobody would be told: no active channel takes alerts like these, and no active escalation policy has this severity.";

interface Likeness {
  machine: Machine | undefined;
  projectId: string;
  labels: Record<string, string>;
}

/** An alert as the rule would make it; what is not known is left empty. */
const sampleAlert = (rule: CompiledRule, { machine, projectId, labels }: Likeness): AlertSnapshot => ({
  id: rule.row.id,
  number: 0,
  tenantId: rule.row.tenantId,
  projectId,
  ruleId: rule.row.id,
  ruleNumber: rule.row.number,
  name: rule.row.name,
  status: "triggered",
  severity: rule.row.severity,
  message: rule.row.name,
  machineId: machine?.id ?? "",
  // Only what stands in for a machine has none.
  machineNumber: machine?.number ?? (rule.kind === "status" ? 0 : 1),
  machineName: machine?.name ?? "",
  machineType: machine?.type ?? "",
  machineStatus: "online",
  labels,
  metricName: metricNameOf(rule),
  metricValue: 0,
  thresholdValue: 0,
  unit: "",
  decimals: null,
  triggeredAt: rule.row.createdAt,
  acknowledgedAt: null,
  acknowledgedBy: null,
  resolvedAt: null,
  resolvedBy: null,
  resolveReason: null,
  fleeting: false,
  createdAt: rule.row.createdAt,
});

/** A machine of the channel's filter that the rule concerns. */
const filteredMachine = (
  rule: CompiledRule,
  machineIds: readonly string[],
  machines: MachineDirectory,
): Machine | undefined =>
  machineIds
    .map((id) => machines.machine(id))
    .find((machine) => {
      if (machine === undefined) return false;
      const series = machines.seriesOf(machine.id);
      return rule.kind === "absence"
        ? concernsMachine(rule, machine, series)
        : rule.kind === "threshold" && series.some((one) => concernsSeries(rule, one));
    });

/** The service or monitor that a rule about a status names; undefined where it names none that there is. */
const standerOf = ({ row }: CompiledRule, { services, monitors }: WarningParts): Stander | undefined => {
  const { service_id: serviceId, monitor_id: monitorId } = row.selector;
  if (monitorId !== undefined) return monitors.find(row.tenantId, monitorId)?.record;
  return serviceId === undefined ? undefined : services.find(row.tenantId, serviceId);
};

/** Of services; a channel for machines takes none of them, unless it is one that the filter names. */
const likeliestStatus = (rule: CompiledRule, channel: Channel, parts: WarningParts): AlertSnapshot | null => {
  const { selector, tenantId } = rule.row;
  const { filters } = channel;
  const stander = standerOf(rule, parts) ?? parts.services.find(tenantId, filters?.machine_ids?.[0] ?? "");
  const isNamed = selector.service_id !== undefined || selector.monitor_id !== undefined;
  if (stander === undefined && isNamed) return null;
  const group = stander === undefined ? (selector.service_group ?? filters?.groups?.[0]) : stander.group;
  const projectId =
    stander?.projectId ??
    selector.project_id ??
    filters?.project_ids?.[0] ??
    parts.tenants.defaultProject(tenantId).id;
  const machine = stander === undefined ? undefined : standIn({ ...stander, type: "service" });
  return sampleAlert(rule, { machine, projectId, labels: group == null ? {} : { group } });
};

/**
 * The alert of the rule that the channel is the likeliest to take; null when there can be none. Labels
 * may come with the readings, so those that the channel wants are taken for granted.
 */
const likeliest = (rule: CompiledRule, channel: Channel, parts: WarningParts): AlertSnapshot | null => {
  if (rule.kind === "status") return likeliestStatus(rule, channel, parts);
  const { machines, tenants } = parts;
  const { selector, tenantId } = rule.row;
  const { filters } = channel;
  const machineIds = filters?.machine_ids ?? [];
  const named = selector.machine_id === undefined ? undefined : machines.machine(selector.machine_id);
  if (selector.machine_id !== undefined || machineIds.length > 0) {
    const machine = named ?? filteredMachine(rule, machineIds, machines);
    if (machine === undefined) return null;
    const labels = { ...filters?.labels, ...machine.labels, ...selector.labels };
    return sampleAlert(rule, { machine, projectId: machine.projectId, labels });
  }
  const projectId = selector.project_id ?? filters?.project_ids?.[0] ?? tenants.defaultProject(tenantId).id;
  return sampleAlert(rule, {
    machine: undefined,
    projectId,
    labels: { ...filters?.labels, ...selector.labels },
  });
};

/** Empty when an alert of the rule can reach somebody; says nothing of channels that fail. */
export const warningsOf = (row: RuleRow, parts: WarningParts): string[] => {
  const { notifier, machines, policies } = parts;
  const rule = compileRule(row);
  const warnings: string[] = [];
  const { machine_id: machineId, service_id: serviceId, monitor_id: monitorId } = row.selector;
  if (machineId !== undefined && machines.machine(machineId) === undefined) warnings.push(NO_MACHINE);
  if (serviceId !== undefined && parts.services.find(row.tenantId, serviceId) === undefined)
    warnings.push(NO_SERVICE);
  if (monitorId !== undefined && parts.monitors.find(row.tenantId, monitorId) === undefined)
    warnings.push(NO_MONITOR);
  const escalates = policies
    .of(row.tenantId)
    .some(
      (policy) =>
        policy.isActive &&
        policy.severity === row.severity &&
        policy.steps.some((step) => notifier.canEscalateTo(row.tenantId, step.channel_id)),
    );
  if (!escalates && !notifier.wouldTell(row.tenantId, (channel) => likeliest(rule, channel, parts)))
    warnings.push(NOBODY_TOLD);
  return warnings;
};
