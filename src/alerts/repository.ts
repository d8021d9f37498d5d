// In: alerts and filters. Out: their rows, and the statements that write them.
import { and, desc, eq, gte, inArray, lt, lte, ne, sql } from "drizzle-orm";
import type { SQL } from "drizzle-orm";
import type { AlertSnapshot, AlertStatus } from "../core/events";
import type { PageRequest } from "../core/paging";
import type { Severity } from "../core/severity";
import type { Statement } from "../store/engine";
import type { Store } from "../store/store";
import { alerts } from "./schema";

/** What is kept of an alert: the snapshot, but for the machine's present status, and counters. */
export type AlertRow = typeof alerts.$inferSelect;

const INSERT = `INSERT INTO alerts (id, tenant_id, project_id, number, rule_id, rule_number, machine_id,
  machine_number, machine_name, machine_type, labels, name, status, severity, message, metric_name,
  metric_value, threshold_value, unit, decimals, triggered_at, fleeting, occurrences, created_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** Rejects with a `conflict` when the rule and machine have an open alert. */
export const insertAlertStatement = (alert: AlertSnapshot, occurrences: number): Statement => ({
  sql: INSERT,
  params: [
    alert.id,
    alert.tenantId,
    alert.projectId,
    alert.number,
    alert.ruleId,
    alert.ruleNumber,
    alert.machineId,
    alert.machineNumber,
    alert.machineName,
    alert.machineType,
    JSON.stringify(alert.labels),
    alert.name,
    alert.status,
    alert.severity,
    alert.message,
    alert.metricName,
    alert.metricValue,
    alert.thresholdValue,
    alert.unit,
    alert.decimals,
    alert.triggeredAt,
    alert.fleeting ? 1 : 0,
    occurrences,
    alert.createdAt,
  ],
});

const UPDATE_STATUS = `UPDATE alerts SET status = ?, acknowledged_at = ?, acknowledged_by = ?, resolved_at = ?,
  resolved_by = ?, resolve_reason = ?, fleeting = ? WHERE id = ? AND tenant_id = ? AND status = ?`;

/** Misses, and so rolls its batch back, when the alert is no longer in the status `from`. */
export const updateStatusStatement = (alert: AlertSnapshot, from: AlertStatus): Statement => ({
  sql: UPDATE_STATUS,
  params: [
    alert.status,
    alert.acknowledgedAt,
    alert.acknowledgedBy,
    alert.resolvedAt,
    alert.resolvedBy,
    alert.resolveReason,
    alert.fleeting ? 1 : 0,
    alert.id,
    alert.tenantId,
    from,
  ],
  expect: 1,
});

const UPDATE_FACTS =
  "UPDATE alerts SET name = ?, severity = ?, message = ?, threshold_value = ? WHERE id = ? AND tenant_id = ?";

/** For what may change while an alert is open: its rule's words and limit. */
export const updateFactsStatement = (alert: AlertSnapshot): Statement => ({
  sql: UPDATE_FACTS,
  params: [alert.name, alert.severity, alert.message, alert.thresholdValue, alert.id, alert.tenantId],
  expect: 1,
});

const UPDATE_OCCURRENCES = "UPDATE alerts SET occurrences = ? WHERE id = ? AND tenant_id = ?";

/** The first breach counts as one. */
export const updateOccurrencesStatement = (
  { id, tenantId }: Pick<AlertSnapshot, "id" | "tenantId">,
  occurrences: number,
): Statement => ({ sql: UPDATE_OCCURRENCES, params: [occurrences, id, tenantId], expect: 1 });

/** Joined by AND; what is absent is not looked at. */
export interface AlertFilter {
  status?: AlertStatus[];
  severity?: Severity[];
  machineId?: string;
  ruleId?: string;
  /** Bounds of created_at, in ms. */
  from?: number;
  to?: number;
}

/** Everything but the two sweeps at start is scoped to one organization. Lists are newest first. */
export const createAlertRepository = ({ db }: Store) => ({
  openOfAllTenants: () => db.select().from(alerts).where(ne(alerts.status, "resolved")),

  highestNumbers: () =>
    db
      .select({ tenantId: alerts.tenantId, number: sql<number>`max(${alerts.number})` })
      .from(alerts)
      .groupBy(alerts.tenantId),

  find: async (tenantId: string, id: string): Promise<AlertRow | undefined> =>
    (
      await db
        .select()
        .from(alerts)
        .where(and(eq(alerts.tenantId, tenantId), eq(alerts.id, id)))
    )[0],

  findByNumber: async (tenantId: string, number: number): Promise<AlertRow | undefined> =>
    (
      await db
        .select()
        .from(alerts)
        .where(and(eq(alerts.tenantId, tenantId), eq(alerts.number, number)))
    )[0],

  list: (tenantId: string, filter: AlertFilter, page: PageRequest): Promise<AlertRow[]> => {
    const conditions: SQL[] = [eq(alerts.tenantId, tenantId)];
    if (filter.status !== undefined) conditions.push(inArray(alerts.status, filter.status));
    if (filter.severity !== undefined) conditions.push(inArray(alerts.severity, filter.severity));
    if (filter.machineId !== undefined) conditions.push(eq(alerts.machineId, filter.machineId));
    if (filter.ruleId !== undefined) conditions.push(eq(alerts.ruleId, filter.ruleId));
    if (filter.from !== undefined) conditions.push(gte(alerts.createdAt, filter.from));
    if (filter.to !== undefined) conditions.push(lte(alerts.createdAt, filter.to));
    if (page.after !== null) conditions.push(lt(alerts.number, Number(page.after)));
    // Open alerts are few among many that are over: found by their status and sorted, where walking by
    // number would pass all the others. The plus keeps the index of numbers out.
    const isOpenOnly = filter.status !== undefined && !filter.status.includes("resolved");
    return db
      .select()
      .from(alerts)
      .where(and(...conditions))
      .orderBy(isOpenOnly ? sql`+${alerts.number} DESC` : desc(alerts.number))
      .limit(page.limit + 1);
  },

  counts: (tenantId: string) =>
    db
      .select({ status: alerts.status, severity: alerts.severity, count: sql<number>`count(*)` })
      .from(alerts)
      .where(and(eq(alerts.tenantId, tenantId), inArray(alerts.status, ["triggered", "acknowledged"])))
      .groupBy(alerts.status, alerts.severity),
});

export type AlertRepository = ReturnType<typeof createAlertRepository>;
