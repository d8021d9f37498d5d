// In: maintenance windows and their occurrences. Out: their rows, and the statements that write them.
import { and, desc, eq, gt, inArray, isNull, or } from "drizzle-orm";
import type { Statement } from "../../store/engine";
import { statementOf } from "../../store/statement";
import type { Store } from "../../store/store";
import { maintenanceOccurrences, maintenanceWindows } from "./schema";

export type WindowRow = Readonly<typeof maintenanceWindows.$inferSelect>;
export type Occurrence = Readonly<typeof maintenanceOccurrences.$inferSelect>;

const INSERT_OCCURRENCE = `INSERT INTO maintenance_occurrences
  (id, tenant_id, window_id, starts_at, ends_at, status, targets, service_ids) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;

/** Rejects with a `conflict` when the window has one at this time already. */
export const insertOccurrenceStatement = (row: Occurrence): Statement => ({
  sql: INSERT_OCCURRENCE,
  params: [
    row.id,
    row.tenantId,
    row.windowId,
    row.startsAt,
    row.endsAt,
    row.status,
    JSON.stringify(row.targets),
    JSON.stringify(row.serviceIds),
  ],
});

const UPDATE_OCCURRENCE = `UPDATE maintenance_occurrences SET ends_at = ?, status = ?, targets = ?, service_ids = ?,
  started_at = ?, ended_at = ? WHERE id = ? AND status = ?`;

/** Misses, and so rolls its batch back, when it no longer has the status `from`: each step happens once. */
export const updateOccurrenceStatement = (row: Occurrence, from: Occurrence["status"]): Statement => ({
  sql: UPDATE_OCCURRENCE,
  params: [
    row.endsAt,
    row.status,
    JSON.stringify(row.targets),
    JSON.stringify(row.serviceIds),
    row.startedAt,
    row.endedAt,
    row.id,
    from,
  ],
  expect: 1,
});

const DROP_SCHEDULED = "DELETE FROM maintenance_occurrences WHERE window_id = ? AND status = 'scheduled'";

/** Others are planned in their place by the caller. */
export const dropScheduledStatement = (windowId: string): Statement => ({
  sql: DROP_SCHEDULED,
  params: [windowId],
});

const isLiving = isNull(maintenanceWindows.deletedAt);

export const createMaintenanceRepository = ({ db }: Pick<Store, "db">) => ({
  /** Those of all organizations that were not deleted. */
  allWindows: (): Promise<WindowRow[]> => db.select().from(maintenanceWindows).where(isLiving),

  /** What is to come, what is under way, and what ended after `since`. */
  recentOccurrences: (since: number): Promise<Occurrence[]> =>
    db
      .select()
      .from(maintenanceOccurrences)
      .where(
        or(
          inArray(maintenanceOccurrences.status, ["scheduled", "active"]),
          gt(maintenanceOccurrences.endedAt, since),
        ),
      ),

  /** Newest first. */
  occurrencesOf: (windowId: string, limit: number): Promise<Occurrence[]> =>
    db
      .select()
      .from(maintenanceOccurrences)
      .where(eq(maintenanceOccurrences.windowId, windowId))
      .orderBy(desc(maintenanceOccurrences.startsAt))
      .limit(limit),

  insertWindow: (row: WindowRow): Statement => statementOf(db.insert(maintenanceWindows).values(row), 1),

  updateWindow: (row: WindowRow): Statement => {
    const { id, tenantId: _tenant, ...rest } = row;
    return statementOf(
      db
        .update(maintenanceWindows)
        .set(rest)
        .where(and(eq(maintenanceWindows.id, id), isLiving)),
      1,
    );
  },
});

export type MaintenanceRepository = ReturnType<typeof createMaintenanceRepository>;
