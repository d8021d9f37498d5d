// In: incidents and filters. Out: their rows, and the statements that write them.
import { and, desc, eq, gt, gte, inArray, isNotNull, lt, lte, ne, or, sql, type SQL } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { IncidentSeverity, IncidentStatus } from "../core/events";
import type { PageRequest } from "../core/paging";
import type { Statement } from "../store/engine";
import { statementOf } from "../store/statement";
import type { Store } from "../store/store";
import { incidents, incidentServices, incidentUpdates } from "./schema";

export type IncidentRecord = Readonly<typeof incidents.$inferSelect>;
export type UpdateRow = Readonly<typeof incidentUpdates.$inferSelect>;

const UPDATE = `UPDATE incidents SET title = ?, status = ?, severity = ?, message = ?, services = ?,
  final_response_code = ?, is_auto_resolved = ?, engineer_notes = ?, post_mortem = ?, service_status = ?,
  is_told = ?, silenced_by = ?, merged_into = ?, reopened_count = ?, since_at = ?, resolved_at = ?,
  updated_at = ?, probe = ? WHERE id = ? AND status = ?`;

/** Everything that may change. Misses, and so rolls its batch back, when it no longer has the status `from`. */
export const updateIncidentStatement = (incident: IncidentRecord, from: IncidentStatus): Statement => ({
  sql: UPDATE,
  params: [
    incident.title,
    incident.status,
    incident.severity,
    incident.message,
    JSON.stringify(incident.services),
    incident.finalResponseCode,
    incident.isAutoResolved ? 1 : 0,
    incident.engineerNotes,
    incident.postMortem,
    incident.serviceStatus,
    incident.isTold ? 1 : 0,
    incident.silencedBy,
    incident.mergedInto,
    incident.reopenedCount,
    incident.sinceAt,
    incident.resolvedAt,
    incident.updatedAt,
    incident.probe === null ? null : JSON.stringify(incident.probe),
    incident.id,
    from,
  ],
  expect: 1,
});

const INSERT_UPDATE = `INSERT INTO incident_updates (id, incident_id, status, message, is_public, actor, at)
  VALUES (?, ?, ?, ?, ?, ?, ?)`;

export const insertUpdateStatement = (row: UpdateRow): Statement => ({
  sql: INSERT_UPDATE,
  params: [
    row.id,
    row.incidentId,
    row.status,
    row.message,
    row.isPublic ? 1 : 0,
    JSON.stringify(row.actor),
    row.at,
  ],
});

const ADD_SERVICE =
  "INSERT INTO incident_services (service_id, incident_id) VALUES (?, ?) ON CONFLICT DO NOTHING";
const DROP_SERVICE = "DELETE FROM incident_services WHERE service_id = ? AND incident_id = ?";

export const addServiceStatement = (incidentId: string, serviceId: string): Statement => ({
  sql: ADD_SERVICE,
  params: [serviceId, incidentId],
});

export const dropServiceStatement = (incidentId: string, serviceId: string): Statement => ({
  sql: DROP_SERVICE,
  params: [serviceId, incidentId],
});

/** Joined by AND; what is absent is not looked at. */
export interface IncidentFilter {
  status?: IncidentStatus[];
  severity?: IncidentSeverity[];
  serviceId?: string;
  /** What opened it, where that was no person. */
  sourceId?: string;
  /** Bounds of opened_at, in ms. */
  from?: number;
  to?: number;
}

/** What is not for the start is scoped to one organization. Lists are newest first. */
export const createIncidentRepository = ({ db }: Pick<Store, "db">) => ({
  openOfAllTenants: (): Promise<IncidentRecord[]> =>
    db.select().from(incidents).where(ne(incidents.status, "resolved")),

  /** Automatic ones that ended after `since`, or go on in one that is open: oldest first. */
  recentAutomatic: async (since: number): Promise<IncidentRecord[]> => {
    const target = alias(incidents, "target");
    const rows = await db
      .select({ incident: incidents })
      .from(incidents)
      .leftJoin(target, eq(target.id, incidents.mergedInto))
      .where(
        and(
          eq(incidents.status, "resolved"),
          isNotNull(incidents.sourceServiceId),
          or(gt(incidents.resolvedAt, since), ne(target.status, "resolved")),
        ),
      )
      .orderBy(incidents.resolvedAt);
    return rows.map(({ incident }) => incident);
  },

  highestNumbers: () =>
    db
      .select({ tenantId: incidents.tenantId, number: sql<number>`max(${incidents.number})` })
      .from(incidents)
      .groupBy(incidents.tenantId),

  find: async (tenantId: string, id: string): Promise<IncidentRecord | undefined> =>
    (
      await db
        .select()
        .from(incidents)
        .where(and(eq(incidents.tenantId, tenantId), eq(incidents.id, id)))
    )[0],

  findByNumber: async (tenantId: string, number: number): Promise<IncidentRecord | undefined> =>
    (
      await db
        .select()
        .from(incidents)
        .where(and(eq(incidents.tenantId, tenantId), eq(incidents.number, number)))
    )[0],

  list: (tenantId: string, filter: IncidentFilter, page: PageRequest): Promise<IncidentRecord[]> => {
    const conditions: SQL[] = [eq(incidents.tenantId, tenantId)];
    if (filter.status !== undefined) conditions.push(inArray(incidents.status, filter.status));
    if (filter.severity !== undefined) conditions.push(inArray(incidents.severity, filter.severity));
    if (filter.serviceId !== undefined)
      conditions.push(
        inArray(
          incidents.id,
          db
            .select({ id: incidentServices.incidentId })
            .from(incidentServices)
            .where(eq(incidentServices.serviceId, filter.serviceId)),
        ),
      );
    if (filter.sourceId !== undefined) conditions.push(eq(incidents.sourceId, filter.sourceId));
    if (filter.from !== undefined) conditions.push(gte(incidents.openedAt, filter.from));
    if (filter.to !== undefined) conditions.push(lte(incidents.openedAt, filter.to));
    if (page.after !== null) conditions.push(lt(incidents.number, Number(page.after)));
    // As for alerts: what is open is little, and found by its status.
    const isOpenOnly = filter.status !== undefined && !filter.status.includes("resolved");
    return db
      .select()
      .from(incidents)
      .where(and(...conditions))
      .orderBy(isOpenOnly ? sql`+${incidents.number} DESC` : desc(incidents.number))
      .limit(page.limit + 1);
  },

  updates: (incidentId: string, page: PageRequest): Promise<UpdateRow[]> =>
    db
      .select()
      .from(incidentUpdates)
      .where(
        and(
          eq(incidentUpdates.incidentId, incidentId),
          page.after === null ? undefined : lt(incidentUpdates.id, page.after),
        ),
      )
      .orderBy(desc(incidentUpdates.id))
      .limit(page.limit + 1),

  insert: (incident: IncidentRecord): Statement => statementOf(db.insert(incidents).values(incident), 1),
});

export type IncidentRepository = ReturnType<typeof createIncidentRepository>;
