// In: the alerts table at start, then every committed change. Out: all open alerts in memory, by ID
// and by rule and machine, and the next running number of each organization.
import type { AlertSnapshot } from "../core/events";
import { isStandIn, type MachineDirectory } from "../core/machine";
import type { AlertRepository, AlertRow } from "./repository";

/** The live object of an alert that is not resolved; replaced piecewise after each commit. */
export interface OpenAlert {
  alert: AlertSnapshot;
  occurrences: number;
}

/** As durable as the table: whoever changes it does so after the commit (`giveBack` aside). */
export interface AlertBook {
  /** Reads what is open; once, at start, after the machines. */
  load(): Promise<void>;
  /** The next running number of an organization; taken until it is given back. */
  takeNumber(tenantId: string): number;
  /** For an alert that was not committed. Stays unused when a later number was taken meanwhile. */
  giveBack(tenantId: string, number: number): void;
  find(alertId: string): OpenAlert | undefined;
  ofRuleAndMachine(ruleId: string, machineId: string): OpenAlert | undefined;
  open(): Iterable<OpenAlert>;
  size(): number;
  put(open: OpenAlert): void;
  remove(alert: AlertSnapshot): void;
}

const pairKey = (ruleId: string, machineId: string): string => `${ruleId}${machineId}`;

/** The table does not keep the machine's status: a snapshot has the present one. */
export const snapshotOf = (row: AlertRow, machines: MachineDirectory): AlertSnapshot => {
  const { occurrences: _, ...facts } = row;
  return { ...facts, machineStatus: presentStatus(row, machines) };
};

/** False for what another system has decided: a webhook receiver stands in for the rule, which has no number. */
export const hasRule = ({ ruleNumber }: Pick<AlertSnapshot, "ruleNumber">): boolean => ruleNumber !== 0;

/** Of the alert's machine; one that is gone is offline, what stands in for one is not. */
export const presentStatus = (
  alert: Pick<AlertSnapshot, "machineId" | "machineNumber">,
  machines: Pick<MachineDirectory, "machine">,
): AlertSnapshot["machineStatus"] =>
  machines.machine(alert.machineId)?.status ?? (isStandIn(alert) ? "online" : "offline");

/** Empty until `load`. */
export const createAlertBook = (repository: AlertRepository, machines: MachineDirectory): AlertBook => {
  const byId = new Map<string, OpenAlert>();
  const byPair = new Map<string, OpenAlert>();
  const numbers = new Map<string, number>();

  const put = (open: OpenAlert): void => {
    byId.set(open.alert.id, open);
    byPair.set(pairKey(open.alert.ruleId, open.alert.machineId), open);
  };

  return {
    load: async () => {
      for (const row of await repository.highestNumbers()) numbers.set(row.tenantId, row.number);
      for (const row of await repository.openOfAllTenants())
        put({ alert: snapshotOf(row, machines), occurrences: row.occurrences });
    },
    takeNumber: (tenantId) => {
      const number = (numbers.get(tenantId) ?? 0) + 1;
      numbers.set(tenantId, number);
      return number;
    },
    giveBack: (tenantId, number) => {
      if (numbers.get(tenantId) === number) numbers.set(tenantId, number - 1);
    },
    find: (alertId) => byId.get(alertId),
    ofRuleAndMachine: (ruleId, machineId) => byPair.get(pairKey(ruleId, machineId)),
    open: () => byId.values(),
    size: () => byId.size,
    put,
    remove: (alert) => {
      byId.delete(alert.id);
      byPair.delete(pairKey(alert.ruleId, alert.machineId));
    },
  };
};
