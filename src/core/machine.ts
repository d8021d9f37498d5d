// In: nothing. Out: what intake knows of machines and what rules read of them. One live object
// each: intake's registry owns and changes them, everybody else reads.

/** Anything that reports. Times in server ms. */
export interface Machine {
  readonly id: string;
  readonly tenantId: string;
  projectId: string;
  readonly number: number;
  /** Unique in the organization, case-sensitive: the name that senders use. */
  name: string;
  displayName: string | null;
  type: string;
  labels: Record<string, string>;
  /** `pending`: readings are kept, rules do not look at them. */
  approval: "approved" | "pending";
  status: "online" | "offline";
  offlineAfterSeconds: number | null;
  /** Server time of the last reading or heartbeat. */
  lastContactAt: number | null;
  lastHeartbeatAt: number | null;
  readonly createdAt: number;
}

/** How a metric of a machine is shown. */
export interface MetricInfo {
  displayName: string | null;
  unit: string | null;
  decimals: number | null;
  rangeLow: number | null;
  rangeHigh: number | null;
}

/** A machine, a metric and the remaining tags. */
export interface Series {
  /** Dense, from 1: usable as an array index. */
  readonly id: number;
  readonly machine: Machine;
  readonly metric: string;
  readonly labels: Record<string, string>;
  info: MetricInfo;
  lastValue: number | null;
  /** Device time of `lastValue`, in ms. */
  lastTime: number | null;
  /** Server time at which the newest reading came. */
  lastReceivedAt: number | null;
  /** Device time up to which rules have seen the series: older readings change no state. */
  evaluatedUntil: number | null;
  readonly createdAt: number;
}

/** Readings of one series in one request, sorted by device time; `count` of the arrays are used. */
export interface SeriesReadings {
  series: Series;
  times: number[];
  values: number[];
  count: number;
}

/** What people call it. */
export const machineTitle = (machine: Pick<Machine, "name" | "displayName">): string =>
  machine.displayName ?? machine.name;

/**
 * What stands in for a machine in an alert: a service, or what another system names. It has no number and sends
 * no signs of life.
 */
export const isStandIn = ({ machineNumber }: { machineNumber: number }): boolean => machineNumber === 0;

/** The machine that an alert names where there is none; its labels are empty. */
export const standIn = (
  facts: Pick<Machine, "id" | "tenantId" | "projectId" | "name" | "type">,
): Machine => ({
  ...facts,
  number: 0,
  displayName: null,
  labels: {},
  approval: "approved",
  status: "online",
  offlineAfterSeconds: null,
  lastContactAt: null,
  lastHeartbeatAt: null,
  createdAt: 0,
});

/** Intake's registry as the slices after it see it. */
export interface MachineDirectory {
  machine(id: string): Machine | undefined;
  machinesOf(tenantId: string): Iterable<Machine>;
  seriesOf(machineId: string): readonly Series[];
  series(id: number): Series | undefined;
  /** Grows whenever a machine or series is added, changed or removed: caches are kept by it. */
  version(): number;
}

/** The rules as intake sees them. */
export interface Evaluator {
  /**
   * Decides synchronously, before its first await, unless an earlier decision about the same machine
   * is still being written. Advances `evaluatedUntil`. Everything that follows from the readings is
   * durable when the promise resolves. Batches of one machine stand next to each other.
   */
  evaluate(batches: readonly SeriesReadings[], receivedAt: number): Promise<void>;
  /** A sign of life came without a reading: ends what its silence began. Durable when it resolves. */
  heard(machine: Machine, at: number): Promise<void>;
}
