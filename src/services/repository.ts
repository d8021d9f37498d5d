// In: services and what happened to them. Out: their rows, and the statements that write them.
import { and, asc, desc, eq, getTableColumns, gt, gte, isNull, lt, sql, type SQL } from "drizzle-orm";
import type { ServiceStatus, StatusSource } from "../core/events";
import type { PageRequest } from "../core/paging";
import type { Statement } from "../store/engine";
import { statementOf } from "../store/statement";
import type { Store } from "../store/store";
import type { ServiceRecord } from "./book";
import { nameKeyOf } from "./names";
import { serviceHistory, services, serviceSpans, serviceWords } from "./schema";
import type { StatusWord } from "./words";

export type ServiceRow = typeof services.$inferSelect;
export type WordRow = typeof serviceWords.$inferSelect;
export type HistoryRow = typeof serviceHistory.$inferSelect;
export type SpanRow = typeof serviceSpans.$inferSelect;

const UPDATE_STATUS = `UPDATE services SET status = ?, message = ?, told_status = ?, silenced_by = ?,
  changed_at = ? WHERE id = ? AND status = ? AND deleted_at IS NULL`;

/** Misses, and so rolls its batch back, when the service no longer has the status `from`. */
export const updateStatusStatement = (service: ServiceRecord, from: ServiceStatus): Statement => ({
  sql: UPDATE_STATUS,
  params: [
    service.status,
    service.message,
    service.toldStatus,
    service.silencedBy,
    service.changedAt,
    service.id,
    from,
  ],
  expect: 1,
});

const SAVE_WORD = `INSERT INTO service_words (service_id, source_kind, source_id, source_name, status, message, at)
  VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET source_name = excluded.source_name,
  status = excluded.status, message = excluded.message, at = excluded.at`;

export const saveWordStatement = (
  serviceId: string,
  { source, status, message, at }: StatusWord,
): Statement => ({
  sql: SAVE_WORD,
  params: [serviceId, source.kind, source.id, source.name, status, message, at],
});

const DROP_WORD = "DELETE FROM service_words WHERE service_id = ? AND source_kind = ? AND source_id = ?";

export const dropWordStatement = (serviceId: string, source: StatusSource): Statement => ({
  sql: DROP_WORD,
  params: [serviceId, source.kind, source.id],
  expect: 1,
});

const INSERT_HISTORY = `INSERT INTO service_history
  (tenant_id, service_id, status, previous_status, message, source_kind, source_id, source_name, at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** The shown status, after it changed at `changedAt`. */
const insertHistoryStatement = (
  service: ServiceRecord,
  previousStatus: ServiceStatus,
  source: StatusSource,
): Statement => ({
  sql: INSERT_HISTORY,
  params: [
    service.tenantId,
    service.id,
    service.status,
    previousStatus,
    service.message,
    source.kind,
    source.id,
    source.name,
    service.changedAt,
  ],
});

const OPEN_SPAN = "INSERT INTO service_spans (service_id, state, started_at) VALUES (?, ?, ?)";
/** By the row of history that was written just before. */
const OPEN_SPAN_BY_CHANGE = `INSERT INTO service_spans (service_id, state, started_at, history_id)
  VALUES (?, ?, ?, last_insert_rowid())`;
const CLOSE_SPAN = "UPDATE service_spans SET ended_at = ? WHERE service_id = ? AND ended_at IS NULL";

/** The first of a service. Rejects with a `conflict` while another one is open. */
export const openSpanStatement = (serviceId: string, state: ServiceStatus, at: number): Statement => ({
  sql: OPEN_SPAN,
  params: [serviceId, state, at],
});

export const closeSpanStatement = (serviceId: string, at: number): Statement => ({
  sql: CLOSE_SPAN,
  params: [at, serviceId],
  expect: 1,
});

/** All that a change of the shown status is in the past: its row of history, and the span that it begins. */
export const changeStatements = (
  service: ServiceRecord,
  previousStatus: ServiceStatus,
  source: StatusSource,
): Statement[] => [
  closeSpanStatement(service.id, service.changedAt),
  insertHistoryStatement(service, previousStatus, source),
  { sql: OPEN_SPAN_BY_CHANGE, params: [service.id, service.status, service.changedAt] },
];

/** For each service its last changes, oldest first. */
const LATEST_CHANGES = `SELECT service_id, at FROM (
    SELECT h.service_id, h.at, h.id, row_number() OVER (PARTITION BY h.service_id ORDER BY h.id DESC) AS age
    FROM service_history h JOIN services s ON s.id = h.service_id
    WHERE s.deleted_at IS NULL AND h.id > (SELECT coalesce(max(id), 0) FROM service_history) - 10000)
  WHERE age <= ? ORDER BY id`;

/** Times of one service never go back: where its spans are read from. */
const timeOfChange = (historyId: number): SQL =>
  sql`(SELECT ${serviceHistory.at} FROM ${serviceHistory} WHERE ${serviceHistory.id} = ${historyId})`;

const isLiving = isNull(services.deletedAt);

/** What is not for the start is scoped to one organization. Lists are newest first. */
export const createServiceRepository = ({ db, engine }: Pick<Store, "db" | "engine">) => ({
  all: (): Promise<ServiceRow[]> => db.select().from(services).where(isLiving),

  allWords: (): Promise<WordRow[]> => db.select().from(serviceWords).orderBy(serviceWords.at),

  /** Looks back over the last 10,000 changes of all services: older ones are no sign of flapping. */
  latestChanges: async (count: number): Promise<{ serviceId: string; at: number }[]> =>
    (await engine.query({ sql: LATEST_CHANGES, params: [count] })).map(([serviceId, at]) => ({
      serviceId: String(serviceId),
      at: Number(at),
    })),

  history: (
    tenantId: string,
    serviceId: string,
    filter: { from?: number; to?: number },
    page: PageRequest,
  ): Promise<HistoryRow[]> => {
    const conditions: SQL[] = [eq(serviceSpans.serviceId, serviceId), eq(serviceHistory.tenantId, tenantId)];
    if (filter.from !== undefined) conditions.push(gte(serviceSpans.startedAt, filter.from));
    if (filter.to !== undefined) conditions.push(lt(serviceSpans.startedAt, filter.to));
    if (page.after !== null) {
      const last = Number(page.after);
      conditions.push(
        lt(serviceSpans.historyId, last),
        sql`${serviceSpans.startedAt} <= ${timeOfChange(last)}`,
      );
    }
    return db
      .select(getTableColumns(serviceHistory))
      .from(serviceSpans)
      .innerJoin(serviceHistory, eq(serviceHistory.id, serviceSpans.historyId))
      .where(and(...conditions))
      .orderBy(desc(serviceSpans.startedAt), desc(serviceSpans.id))
      .limit(page.limit + 1);
  },

  /** When the first change after this one came, in ms; null when there is none. */
  changeAfter: async (serviceId: string, historyId: number): Promise<number | null> =>
    (
      await db
        .select({ at: serviceSpans.startedAt })
        .from(serviceSpans)
        .where(
          and(
            eq(serviceSpans.serviceId, serviceId),
            gt(serviceSpans.historyId, historyId),
            sql`${serviceSpans.startedAt} >= ${timeOfChange(historyId)}`,
          ),
        )
        .orderBy(asc(serviceSpans.startedAt), asc(serviceSpans.id))
        .limit(1)
    )[0]?.at ?? null,

  insert: (service: ServiceRecord): Statement => {
    const { words: _words, changes: _changes, ...row } = service;
    return statementOf(
      db.insert(services).values({ ...row, nameKey: nameKeyOf(row.name), deletedAt: null }),
      1,
    );
  },

  updateSettings: (service: ServiceRecord): Statement =>
    statementOf(
      db
        .update(services)
        .set({
          projectId: service.projectId,
          name: service.name,
          nameKey: nameKeyOf(service.name),
          group: service.group,
          description: service.description,
          order: service.order,
          owner: service.owner,
          dependsOn: service.dependsOn,
          statusFrom: service.statusFrom,
          slaTarget: service.slaTarget,
          degradedWeight: service.degradedWeight,
          updatedAt: service.updatedAt,
        })
        .where(and(eq(services.id, service.id), isLiving)),
      1,
    ),

  remove: (id: string, at: number): Statement =>
    statementOf(
      db
        .update(services)
        .set({ deletedAt: at, updatedAt: at })
        .where(and(eq(services.id, id), isLiving)),
      1,
    ),

  dropWords: (id: string): Statement =>
    statementOf(db.delete(serviceWords).where(eq(serviceWords.serviceId, id))),
});

export type ServiceRepository = ReturnType<typeof createServiceRepository>;
