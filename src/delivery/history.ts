// In: a delivery's ID, its subject or its place. Out: deliveries and attempts as people look at them;
// a body only where it is asked for by itself.
import type { DeliveryEvent } from "../core/events";
import type { Engine, SqlValue } from "../store/engine";
import type { AcceptedKey } from "../channels/schema";
import type { AttemptRecord, RefusedExchange } from "./attempt-rows";
import type { DeliveryStatus, Outcome } from "./schema";
import type { Place } from "./search";

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
  /** Of several recipients each has its own: see `haveOneRecipient`. */
  contentType: string;
}

/** What a channel tells of itself stands under its own name, too: summaries, and what it was brought to show. */
const OF_ITSELF: readonly string[] = ["channel.summary", "state.shown"] satisfies DeliveryEvent[];

/** It told of nothing that happened: its subject is the channel that was tested. */
export const isTest = ({
  subjectId,
  channelId,
  event,
}: Pick<DeliveryView, "subjectId" | "channelId" | "event">): boolean =>
  subjectId === channelId && !OF_ITSELF.includes(event);

/** An attempt as it was kept: what its request and answer held, secrets masked. */
export type AttemptView = Omit<AttemptRecord, "deliverySeq" | "channelId">;

const COLUMNS =
  "seq, id, tenant_id, channel_id, event, subject_id, machine_id, status, attempts, next_attempt_at, outcome, " +
  "reason, replay_of, created_at, delivered_at, finished_at, content_type";

const FIND = `SELECT ${COLUMNS} FROM outbox WHERE id = ? AND tenant_id = ?`;

const AT_PLACES = `SELECT ${COLUMNS} FROM outbox WHERE seq IN (SELECT value FROM json_each(?))`;

const ATTEMPTS =
  "SELECT number, outcome, status_code, error, address, queued_at, started_at, first_byte_ms, total_ms, " +
  "request_headers, response_headers, response_body, method, url, accepted_key, refused_exchange " +
  "FROM attempts WHERE delivery_seq = ? ORDER BY seq";

const OF_SUBJECT = `SELECT ${COLUMNS} FROM outbox WHERE subject_id = ? AND tenant_id = ? ORDER BY seq LIMIT ?`;

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
  contentType: row[16] as string,
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
  method: row[12] as string | null,
  url: row[13] as string | null,
  acceptedKey: row[14] as AcceptedKey | null,
  refused: typeof row[15] === "string" ? (JSON.parse(row[15]) as RefusedExchange) : null,
});

/** In the order of `places`; what is gone meanwhile is left out. */
export const readDeliveries = async (engine: Engine, places: readonly Place[]): Promise<DeliveryView[]> => {
  const rows = await engine.query({ sql: AT_PLACES, params: [JSON.stringify(places.map(({ seq }) => seq))] });
  const views = new Map(rows.map((row) => [row[0] as number, viewOf(row)]));
  return places.flatMap(({ seq }) => views.get(seq) ?? []);
};

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

/** Messages about one alert, incident or service, oldest first, `limit` at most. */
export const deliveriesOfSubject = async (
  engine: Engine,
  { tenantId, subjectId, limit = 500 }: { tenantId: string; subjectId: string; limit?: number },
): Promise<DeliveryView[]> =>
  (await engine.query({ sql: OF_SUBJECT, params: [subjectId, tenantId, limit] })).map(viewOf);

/** What a replay sends again, and what people look at as evidence. */
export const sourceOf = async (
  engine: Engine,
  seq: number,
): Promise<{ body: Uint8Array; contentType: string; urgency: number } | undefined> => {
  const [row] = await engine.query({ sql: SOURCE, params: [seq] });
  if (row === undefined) return undefined;
  return { body: row[0] as Uint8Array, contentType: row[1] as string, urgency: row[2] as number };
};
