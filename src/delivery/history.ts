// In: filters of a list. Out: deliveries and attempts as people look at them, newest first, without
// bodies. Paged by running number, so that 100,000 rows cost no more than a page.
import type { Engine, SqlValue, Statement } from "../store/engine";
import type { PageRequest } from "../core/paging";
import { invalid } from "../core/errors";
import type { DeliveryStatus, Outcome } from "./schema";

export interface DeliveryView {
  seq: number;
  id: string;
  tenantId: string;
  channelId: string;
  event: string;
  subjectId: string;
  machineId: string | null;
  status: DeliveryStatus;
  attempts: number;
  nextAttemptAt: number | null;
  outcome: Outcome | null;
  reason: string | null;
  replayOf: string | null;
  createdAt: number;
  deliveredAt: number | null;
  finishedAt: number | null;
}

export interface AttemptView {
  number: number;
  outcome: Outcome;
  statusCode: number | null;
  error: string | null;
  address: string | null;
  queuedAt: number;
  startedAt: number;
  firstByteMs: number | null;
  totalMs: number;
  requestHeaders: Record<string, string>;
  responseHeaders: Record<string, string> | null;
  responseBody: string | null;
}

export interface DeliveryFilter {
  channelId?: string | undefined;
  subjectId?: string | undefined;
  machineId?: string | undefined;
  event?: string | undefined;
  statuses?: readonly DeliveryStatus[] | undefined;
  outcomes?: readonly Outcome[] | undefined;
  /** Of `created_at`, in ms; the end is not part of it. */
  from?: number | undefined;
  to?: number | undefined;
}

const COLUMNS =
  "seq, id, tenant_id, channel_id, event, subject_id, machine_id, status, attempts, next_attempt_at, outcome, " +
  "reason, replay_of, created_at, delivered_at, finished_at";

const FIND = `SELECT ${COLUMNS} FROM outbox WHERE id = ? AND tenant_id = ?`;

const ATTEMPTS =
  "SELECT number, outcome, status_code, error, address, queued_at, started_at, first_byte_ms, total_ms, " +
  "request_headers, response_headers, response_body FROM attempts WHERE delivery_seq = ? ORDER BY seq";

const OF_SUBJECT = `SELECT ${COLUMNS} FROM outbox WHERE subject_id = ? AND tenant_id = ? ORDER BY seq LIMIT 500`;

const SOURCE = "SELECT body, content_type, urgency FROM outbox WHERE seq = ?";

const viewOf = (row: SqlValue[]): DeliveryView => ({
  seq: row[0] as number,
  id: row[1] as string,
  tenantId: row[2] as string,
  channelId: row[3] as string,
  event: row[4] as string,
  subjectId: row[5] as string,
  machineId: row[6] as string | null,
  status: row[7] as DeliveryStatus,
  attempts: row[8] as number,
  nextAttemptAt: row[9] as number | null,
  outcome: row[10] as Outcome | null,
  reason: row[11] as string | null,
  replayOf: row[12] as string | null,
  createdAt: row[13] as number,
  deliveredAt: row[14] as number | null,
  finishedAt: row[15] as number | null,
});

const headersOf = (text: SqlValue | undefined): Record<string, string> | null =>
  typeof text === "string" ? (JSON.parse(text) as Record<string, string>) : null;

const attemptOf = (row: SqlValue[]): AttemptView => ({
  number: row[0] as number,
  outcome: row[1] as Outcome,
  statusCode: row[2] as number | null,
  error: row[3] as string | null,
  address: row[4] as string | null,
  queuedAt: row[5] as number,
  startedAt: row[6] as number,
  firstByteMs: row[7] as number | null,
  totalMs: row[8] as number,
  requestHeaders: headersOf(row[9]) ?? {},
  responseHeaders: headersOf(row[10]),
  responseBody: row[11] as string | null,
});

const marks = (count: number): string => new Array(count).fill("?").join(", ");

/** The text depends only on which filters are given, never on their values. */
const listStatement = (tenantId: string, filter: DeliveryFilter, page: PageRequest): Statement => {
  const conditions: string[] = [];
  const params: SqlValue[] = [];
  const add = (condition: string, ...values: SqlValue[]): void => {
    conditions.push(condition);
    params.push(...values);
  };
  if (filter.channelId !== undefined) add("channel_id = ?", filter.channelId);
  if (filter.subjectId !== undefined) add("subject_id = ?", filter.subjectId);
  add("tenant_id = ?", tenantId);
  if (filter.machineId !== undefined) add("machine_id = ?", filter.machineId);
  if (filter.event !== undefined) add("event = ?", filter.event);
  if (filter.statuses !== undefined) add(`status IN (${marks(filter.statuses.length)})`, ...filter.statuses);
  if (filter.outcomes !== undefined) add(`outcome IN (${marks(filter.outcomes.length)})`, ...filter.outcomes);
  // Repeats the condition of the index outbox_troubled, which then finds the few among the many.
  const isTroubled =
    filter.outcomes?.includes("delivered") === false ||
    filter.statuses?.every((status) => status === "failed") === true;
  if (isTroubled && filter.channelId === undefined) add("outcome <> 'delivered'");
  if (filter.from !== undefined) add("created_at >= ?", filter.from);
  if (filter.to !== undefined) add("created_at < ?", filter.to);
  if (page.after !== null) add("seq < ?", seqOf(page.after));
  params.push(page.limit + 1);
  return {
    sql: `SELECT ${COLUMNS} FROM outbox WHERE ${conditions.join(" AND ")} ORDER BY seq DESC LIMIT ?`,
    params,
  };
};

const seqOf = (cursor: string): number => {
  if (!/^\d{1,15}$/.test(cursor))
    throw invalid("cursor", "cursor must be a next_cursor of an earlier answer.");
  return Number(cursor);
};

/** Up to limit + 1 rows: the extra one tells that there is a next page. */
export const listDeliveries = async (
  engine: Engine,
  tenantId: string,
  filter: DeliveryFilter,
  page: PageRequest,
): Promise<DeliveryView[]> => (await engine.query(listStatement(tenantId, filter, page))).map(viewOf);

export const findDelivery = async (
  engine: Engine,
  tenantId: string,
  id: string,
): Promise<DeliveryView | undefined> => {
  const [row] = await engine.query({ sql: FIND, params: [id, tenantId] });
  return row === undefined ? undefined : viewOf(row);
};

/** Oldest first. */
export const attemptsOf = async (engine: Engine, deliverySeq: number): Promise<AttemptView[]> =>
  (await engine.query({ sql: ATTEMPTS, params: [deliverySeq] })).map(attemptOf);

/** Messages about one alert, oldest first, 500 at most. */
export const deliveriesOfSubject = async (
  engine: Engine,
  tenantId: string,
  subjectId: string,
): Promise<DeliveryView[]> =>
  (await engine.query({ sql: OF_SUBJECT, params: [subjectId, tenantId] })).map(viewOf);

/** What a replay sends again. */
export const sourceOf = async (
  engine: Engine,
  seq: number,
): Promise<{ body: Uint8Array; contentType: string; urgency: number } | undefined> => {
  const [row] = await engine.query({ sql: SOURCE, params: [seq] });
  if (row === undefined) return undefined;
  return { body: row[0] as Uint8Array, contentType: row[1] as string, urgency: row[2] as number };
};
