// In: a monthly report. Out: the same as CSV, one line per service, numbers with a point.
import { csvLine } from "../../lib/csv";
import type { ReportWire } from "./wire";

const HEADER = [
  "month",
  "time_zone",
  "service_id",
  "name",
  "group",
  "uptime_percent",
  "downtime_seconds",
  "counted_seconds",
  "operational_seconds",
  "degraded_seconds",
  "down_seconds",
  "maintenance_seconds",
  "no_data_seconds",
  "degraded_weight",
  "target_percent",
  "allowed_seconds",
  "remaining_seconds",
  "is_met",
  "deleted_at",
];

export const reportCsv = ({ month, time_zone: timeZone, data }: ReportWire): string =>
  csvLine(HEADER) +
  data
    .map((row) =>
      csvLine([
        month,
        timeZone,
        row.service_id,
        row.name,
        row.group,
        row.uptime_percent,
        row.downtime_seconds,
        row.counted_seconds,
        row.seconds.operational,
        row.seconds.degraded,
        row.seconds.down,
        row.seconds.maintenance,
        row.seconds.no_data,
        row.weights.degraded,
        row.budget?.target_percent ?? null,
        row.budget?.allowed_seconds ?? null,
        row.budget?.remaining_seconds ?? null,
        row.budget?.is_met ?? null,
        row.deleted_at,
      ]),
    )
    .join("");
