// In: machines, metrics and series. Out: their rows, and the statements that write them. Reads are raw:
// a hundred thousand series are loaded at the start.
import type { Machine, MetricInfo, Series } from "../core/machine";
import type { Engine, SqlValue, Statement } from "../store/engine";
import type { MachineRecord, MetricRecord, SeriesRecord } from "./records";

const INSERT_MACHINE = `INSERT INTO machines (id, tenant_id, project_id, number, name, display_name, type, labels,
  approval, status, offline_after_seconds, last_contact_at, last_heartbeat_at, created_at, updated_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

export const insertMachineStatement = (machine: MachineRecord): Statement => ({
  sql: INSERT_MACHINE,
  params: [
    machine.id,
    machine.tenantId,
    machine.projectId,
    machine.number,
    machine.name,
    machine.displayName,
    machine.type,
    JSON.stringify(machine.labels),
    machine.approval,
    machine.status,
    machine.offlineAfterSeconds,
    machine.lastContactAt,
    machine.lastHeartbeatAt,
    machine.createdAt,
    machine.updatedAt,
  ],
});

/** What a person may change. */
export type MachineSettings = Pick<
  Machine,
  "projectId" | "name" | "displayName" | "type" | "labels" | "approval" | "offlineAfterSeconds"
>;

const UPDATE_MACHINE = `UPDATE machines SET project_id = ?, name = ?, display_name = ?, type = ?, labels = ?,
  approval = ?, offline_after_seconds = ?, updated_at = ? WHERE tenant_id = ? AND id = ?`;

export const updateMachineStatement = (
  machine: Pick<Machine, "tenantId" | "id">,
  settings: MachineSettings,
  updatedAt: number,
): Statement => ({
  sql: UPDATE_MACHINE,
  params: [
    settings.projectId,
    settings.name,
    settings.displayName,
    settings.type,
    JSON.stringify(settings.labels),
    settings.approval,
    settings.offlineAfterSeconds,
    updatedAt,
    machine.tenantId,
    machine.id,
  ],
  expect: 1,
});

/** Metrics, series and what rules remember go with it. */
export const deleteMachineStatement = (tenantId: string, id: string): Statement => ({
  sql: "DELETE FROM machines WHERE tenant_id = ? AND id = ?",
  params: [tenantId, id],
  expect: 1,
});

const SAVE_CONTACT =
  "UPDATE machines SET status = ?, last_contact_at = ?, last_heartbeat_at = ? WHERE id = ?";

/** Status and last sign of life. Does nothing once the machine is deleted. */
export const saveContactStatement = (machine: Machine): Statement => ({
  sql: SAVE_CONTACT,
  params: [machine.status, machine.lastContactAt, machine.lastHeartbeatAt, machine.id],
});

export const insertMetricStatement = (machineId: string, { name, createdAt }: MetricRecord): Statement => ({
  sql: "INSERT INTO metrics (machine_id, name, created_at) VALUES (?, ?, ?)",
  params: [machineId, name, createdAt],
});

const UPDATE_METRIC = `UPDATE metrics SET display_name = ?, unit = ?, decimals = ?, range_low = ?, range_high = ?
  WHERE machine_id = ? AND name = ?`;

export const updateMetricStatement = (machineId: string, metric: string, info: MetricInfo): Statement => ({
  sql: UPDATE_METRIC,
  params: [info.displayName, info.unit, info.decimals, info.rangeLow, info.rangeHigh, machineId, metric],
  expect: 1,
});

const INSERT_SERIES = `INSERT INTO series (id, tenant_id, machine_id, metric, labels, quality, created_at)
  VALUES (?, ?, ?, ?, ?, ?, ?)`;

export const insertSeriesStatement = (series: SeriesRecord): Statement => ({
  sql: INSERT_SERIES,
  params: [
    series.id,
    series.machine.tenantId,
    series.machine.id,
    series.metric,
    JSON.stringify(series.labels),
    series.quality,
    series.createdAt,
  ],
});

const SAVE_SERIES =
  "UPDATE series SET last_value = ?, last_time = ?, last_received_at = ?, evaluated_until = ? WHERE id = ?";

/** Last value and how far rules have seen the series. Does nothing once the series is gone. */
export const saveSeriesStatement = (series: Series): Statement => ({
  sql: SAVE_SERIES,
  params: [series.lastValue, series.lastTime, series.lastReceivedAt, series.evaluatedUntil, series.id],
});

const SAVE_RECORD = `UPDATE series SET last_value = ?, last_time = ?, last_received_at = ?, evaluated_until = ?,
  quality = ?, clock_skew_ms = ? WHERE id = ?`;

/** As `saveSeriesStatement`, with quality and clock skew. */
export const saveSeriesRecordStatement = (series: SeriesRecord): Statement => ({
  sql: SAVE_RECORD,
  params: [
    series.lastValue,
    series.lastTime,
    series.lastReceivedAt,
    series.evaluatedUntil,
    series.quality,
    series.clockSkewMs,
    series.id,
  ],
});

export interface MachineRow {
  machine: Omit<MachineRecord, "metrics" | "series" | "seriesByKey" | "isRemoved">;
}

export interface MetricRow {
  machineId: string;
  metric: MetricRecord;
}

export interface SeriesRow {
  machineId: string;
  series: Omit<SeriesRecord, "machine" | "info" | "isRemoved" | "open">;
}

const text = (value: SqlValue | undefined): string => String(value);
const textOrNull = (value: SqlValue | undefined): string | null =>
  value === null || value === undefined ? null : String(value);
const numberOrNull = (value: SqlValue | undefined): number | null =>
  value === null || value === undefined ? null : Number(value);
const labelsOf = (value: SqlValue | undefined): Record<string, string> =>
  JSON.parse(String(value)) as Record<string, string>;

export const createIntakeRepository = (engine: Engine) => ({
  /** Oldest first. */
  machines: async (): Promise<MachineRow[]> => {
    const rows = await engine.query({
      sql: `SELECT id, tenant_id, project_id, number, name, display_name, type, labels, approval, status,
        offline_after_seconds, last_contact_at, last_heartbeat_at, created_at, updated_at FROM machines ORDER BY id`,
    });
    return rows.map((row) => ({
      machine: {
        id: text(row[0]),
        tenantId: text(row[1]),
        projectId: text(row[2]),
        number: Number(row[3]),
        name: text(row[4]),
        displayName: textOrNull(row[5]),
        type: text(row[6]),
        labels: labelsOf(row[7]),
        approval: row[8] === "pending" ? "pending" : "approved",
        status: row[9] === "online" ? "online" : "offline",
        offlineAfterSeconds: numberOrNull(row[10]),
        lastContactAt: numberOrNull(row[11]),
        lastHeartbeatAt: numberOrNull(row[12]),
        createdAt: Number(row[13]),
        updatedAt: Number(row[14]),
      },
    }));
  },

  metrics: async (): Promise<MetricRow[]> => {
    const rows = await engine.query({
      sql: `SELECT machine_id, name, display_name, unit, decimals, range_low, range_high, created_at
        FROM metrics ORDER BY machine_id, created_at, name`,
    });
    return rows.map((row) => ({
      machineId: text(row[0]),
      metric: {
        name: text(row[1]),
        info: {
          displayName: textOrNull(row[2]),
          unit: textOrNull(row[3]),
          decimals: numberOrNull(row[4]),
          rangeLow: numberOrNull(row[5]),
          rangeHigh: numberOrNull(row[6]),
        },
        createdAt: Number(row[7]),
      },
    }));
  },

  series: async (): Promise<SeriesRow[]> => {
    const rows = await engine.query({
      sql: `SELECT id, machine_id, metric, labels, last_value, last_time, last_received_at, evaluated_until,
        quality, clock_skew_ms, created_at FROM series ORDER BY id`,
    });
    return rows.map((row) => ({
      machineId: text(row[1]),
      series: {
        id: Number(row[0]),
        metric: text(row[2]),
        labels: labelsOf(row[3]),
        lastValue: numberOrNull(row[4]),
        lastTime: numberOrNull(row[5]),
        lastReceivedAt: numberOrNull(row[6]),
        evaluatedUntil: numberOrNull(row[7]),
        quality: row[8] === "bad" ? "bad" : "good",
        clockSkewMs: numberOrNull(row[9]),
        createdAt: Number(row[10]),
      },
    }));
  },
});

export type IntakeRepository = ReturnType<typeof createIntakeRepository>;
