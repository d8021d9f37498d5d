// In: maintenance windows and their occurrences. Out: their rows, and the statements that write them.
import { and, asc, desc, eq, gt, inArray, isNull, lt, or } from "drizzle-orm";
import type { Statement } from "../../store/engine";
import { statementOf } from "../../store/statement";
import type { Store } from "../../store/store";
import { maintenanceOccurrences, maintenanceWindows } from "./schema";

export type WindowRow = Readonly<typeof maintenanceWindows.$inferSelect>;
/** An occurrence with what a calendar says of its window. */
export interface CalendarRow {
  occurrence: Occurrence;
  windowName: string;
  cron: string | null;
}
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

  /** Those that have a part in [from, to), of deleted windows too, in the order of their beginnings. */
  calendar: (
    tenantId: string,
    { from, to, limit }: { from: number; to: number; limit: number },
  ): Promise<CalendarRow[]> =>
    db
      .select({
        occurrence: maintenanceOccurrences,
        windowName: maintenanceWindows.name,
        cron: maintenanceWindows.cron,
      })
      .from(maintenanceOccurrences)
      .innerJoin(maintenanceWindows, eq(maintenanceWindows.id, maintenanceOccurrences.windowId))
      .where(
        and(
          eq(maintenanceOccurrences.tenantId, tenantId),
          lt(maintenanceOccurrences.startsAt, to),
          gt(maintenanceOccurrences.endsAt, from),
        ),
      )
      .orderBy(asc(maintenanceOccurrences.startsAt), asc(maintenanceOccurrences.id))
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
