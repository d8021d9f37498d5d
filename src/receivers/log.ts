// In: requests that had the right token. Out: their rows in the log, and the statements that write them. Rows
// are newest first; nothing of a signature or of a secret is in them.
import type { ServiceStatus } from "../core/events";
import type { PageRequest } from "../core/paging";
import { cutBytes } from "../lib/cut-text";
import type { Engine, SqlValue, Statement } from "../store/engine";
import type { Outcome } from "./decide";
import { DELIVERY_RESULTS, type DeliveryResult } from "./schema";

/** One request. Times in server ms. */
export interface Delivery {
  id: string;
  receiverId: string;
  isVerified: boolean;
  receivedAt: number;
  sourceIp: string;
  result: DeliveryResult;
  error: string | null;
  rawStatus: string | null;
  mappedStatus: ServiceStatus | null;
  previousStatus: ServiceStatus | null;
  newStatus: ServiceStatus | null;
  serviceId: string | null;
  serviceName: string | null;
  message: string | null;
  incidentId: string | null;
  /** The window of work that was announced. */
  windowId: string | null;
  alertId: string | null;
  /** Where one request spoke of several things. */
  items: readonly Outcome[] | null;
  /** Those that say what kind of request it was. */
  headers: Readonly<Record<string, string>>;
  /** At most `KEPT_PAYLOAD_BYTES` of it; null once it is pruned. */
  payload: string | null;
  /** Of the body as it came. */
  payloadBytes: number;
  /** By which a repetition is recognized. */
  dedupKey: string | null;
  duplicateOf: string | null;
  reprocessOf: string | null;
}

export const KEPT_PAYLOAD_BYTES = 64 * 1024;
/** What a row takes beside its payload, roughly. */
export const ROW_BYTES = 512;

export const keptPayload = (text: string): string =>
  // No character takes more than three bytes for each of its units.
  text.length * 3 <= KEPT_PAYLOAD_BYTES ? text : cutBytes(text, KEPT_PAYLOAD_BYTES);

const decoder = new TextDecoder();

/** The same of bytes that nobody reads; a character that is cut in two by the limit is replaced. */
export const keptPart = (body: Uint8Array): string =>
  // A few bytes more, of which three may be a mark that is no text: so it shows that it was cut.
  keptPayload(decoder.decode(body.subarray(0, KEPT_PAYLOAD_BYTES + 8)));

/** Only a part of the payload was kept. */
export const isCut = ({ payload, payloadBytes }: Pick<Delivery, "payload" | "payloadBytes">): boolean =>
  payload !== null && payload.endsWith("…") && Buffer.byteLength(payload) < payloadBytes;

const COLUMNS =
  "id, receiver_id, is_verified, received_at, source_ip, result, error, raw_status, mapped_status, " +
  "previous_status, new_status, service_id, service_name, message, incident_id, window_id, alert_id, items, headers, payload, " +
  "payload_bytes, dedup_key, duplicate_of, reprocess_of";

const INSERT = `INSERT INTO webhook_receiver_log (${COLUMNS}, kept_bytes)
  VALUES (${new Array(25).fill("?").join(", ")})`;

const ADD_SIZE = `INSERT INTO webhook_receiver_log_size (receiver_id, bytes) VALUES (?, ?)
  ON CONFLICT DO UPDATE SET bytes = bytes + excluded.bytes`;

/** What counts against the size of the log. */
const keptBytesOf = (delivery: Delivery, items: string | null): number => {
  const { payload, payloadBytes, message, error } = delivery;
  const payloadKept = payload === null ? 0 : Math.min(payloadBytes, KEPT_PAYLOAD_BYTES);
  return ROW_BYTES + payloadKept + (message?.length ?? 0) + (error?.length ?? 0) + (items?.length ?? 0);
};

const insertStatement = (delivery: Delivery, items: string | null, keptBytes: number): Statement => ({
  sql: INSERT,
  params: [
    delivery.id,
    delivery.receiverId,
    delivery.isVerified ? 1 : 0,
    delivery.receivedAt,
    delivery.sourceIp,
    delivery.result,
    delivery.error,
    delivery.rawStatus,
    delivery.mappedStatus,
    delivery.previousStatus,
    delivery.newStatus,
    delivery.serviceId,
    delivery.serviceName,
    delivery.message,
    delivery.incidentId,
    delivery.windowId,
    delivery.alertId,
    items,
    JSON.stringify(delivery.headers),
    delivery.payload,
    delivery.payloadBytes,
    delivery.dedupKey,
    delivery.duplicateOf,
    delivery.reprocessOf,
    keptBytes,
  ],
});

/** Of one receiver. */
export const logStatements = (deliveries: readonly Delivery[]): Statement[] => {
  const [first] = deliveries;
  if (first === undefined) return [];
  let bytes = 0;
  const statements = deliveries.map((delivery) => {
    const items = delivery.items === null ? null : JSON.stringify(delivery.items);
    const keptBytes = keptBytesOf(delivery, items);
    bytes += keptBytes;
    return insertStatement(delivery, items, keptBytes);
  });
  return [...statements, { sql: ADD_SIZE, params: [first.receiverId, bytes] }];
};

const textOrNull = (value: SqlValue | undefined): string | null =>
  value === null || value === undefined ? null : String(value);

const statusOrNull = (value: SqlValue | undefined): ServiceStatus | null =>
  textOrNull(value) as ServiceStatus | null;

const deliveryOf = (row: readonly SqlValue[]): Delivery => ({
  id: String(row[0]),
  receiverId: String(row[1]),
  isVerified: row[2] === 1,
  receivedAt: Number(row[3]),
  sourceIp: String(row[4]),
  result: DELIVERY_RESULTS.find((result) => result === row[5]) ?? "failed",
  error: textOrNull(row[6]),
  rawStatus: textOrNull(row[7]),
  mappedStatus: statusOrNull(row[8]),
  previousStatus: statusOrNull(row[9]),
  newStatus: statusOrNull(row[10]),
  serviceId: textOrNull(row[11]),
  serviceName: textOrNull(row[12]),
  message: textOrNull(row[13]),
  incidentId: textOrNull(row[14]),
  windowId: textOrNull(row[15]),
  alertId: textOrNull(row[16]),
  items: row[17] === null ? null : (JSON.parse(String(row[17])) as Outcome[]),
  headers: JSON.parse(String(row[18])) as Record<string, string>,
  payload: textOrNull(row[19]),
  payloadBytes: Number(row[20]),
  dedupKey: textOrNull(row[21]),
  duplicateOf: textOrNull(row[22]),
  reprocessOf: textOrNull(row[23]),
});

export interface DeliveryFilter {
  results?: readonly DeliveryResult[];
  from?: number;
  to?: number;
}

const listSql = (isVerified: 0 | 1): string => `SELECT ${COLUMNS} FROM webhook_receiver_log
  WHERE receiver_id = ? AND is_verified = ${isVerified} AND id < ? AND received_at >= ? AND received_at < ?
  AND (? IS NULL OR result IN (SELECT value FROM json_each(?))) ORDER BY id DESC LIMIT ?`;

/** Each half has its own index, so that a storm of forgeries does not stand before what was right. */
const LISTS = [listSql(1), listSql(0)];

const FIND = [1, 0].map(
  (isVerified) =>
    `SELECT ${COLUMNS} FROM webhook_receiver_log WHERE receiver_id = ? AND is_verified = ${isVerified} AND id = ?`,
);

/** Per receiver of the list; the indexes hold each half by ID. */
const latestSql = (isVerified: 0 | 1): string => `SELECT l.receiver_id, l.id, l.received_at, l.result, l.error
  FROM json_each(?) r JOIN webhook_receiver_log l ON l.receiver_id = r.value AND l.is_verified = ${isVerified}
    AND l.id = (SELECT max(id) FROM webhook_receiver_log WHERE receiver_id = r.value AND is_verified = ${isVerified})`;

const LATEST = [latestSql(1), latestSql(0)];

const FIND_REPEATED = `SELECT ${COLUMNS} FROM webhook_receiver_log
  WHERE receiver_id = ? AND dedup_key = ? AND received_at > ? ORDER BY seq DESC LIMIT 1`;

const UNMENDED = `SELECT ${COLUMNS} FROM webhook_receiver_log l
  WHERE receiver_id = ?1 AND is_verified = 1 AND received_at >= ?2 AND received_at < ?3 AND reprocess_of IS NULL
  AND duplicate_of IS NULL AND result IN (SELECT value FROM json_each(?4))
  AND NOT EXISTS (SELECT 1 FROM webhook_receiver_log m WHERE m.receiver_id = ?1 AND m.reprocess_of = l.id
    AND m.result IN ('processed', 'ignored')) ORDER BY id LIMIT ?5`;

/** Greater than every ID. */
const NEWEST = "~";

/** The end of a receiver's log, for lists. */
export type LatestDelivery = Pick<Delivery, "id" | "receivedAt" | "result" | "error">;

export const createDeliveryLog = (engine: Pick<Engine, "query">) => ({
  list: async (receiverId: string, filter: DeliveryFilter, page: PageRequest): Promise<Delivery[]> => {
    const results = filter.results === undefined ? null : JSON.stringify(filter.results);
    const params = [
      receiverId,
      page.after ?? NEWEST,
      filter.from ?? 0,
      filter.to ?? Number.MAX_SAFE_INTEGER,
      results,
      results,
      page.limit + 1,
    ];
    const halves = await Promise.all(LISTS.map((sql) => engine.query({ sql, params })));
    return halves
      .flat()
      .map(deliveryOf)
      .toSorted((a, b) => (a.id < b.id ? 1 : -1))
      .slice(0, page.limit + 1);
  },

  find: async (receiverId: string, id: string): Promise<Delivery | null> => {
    for (const sql of FIND) {
      const [row] = await engine.query({ sql, params: [receiverId, id] });
      if (row !== undefined) return deliveryOf(row);
    }
    return null;
  },

  /** By receiver; those to which nothing has come are left out. */
  latest: async (receiverIds: readonly string[]): Promise<Map<string, LatestDelivery>> => {
    const found = new Map<string, LatestDelivery>();
    const params = [JSON.stringify(receiverIds)];
    const halves = await Promise.all(LATEST.map((sql) => engine.query({ sql, params })));
    for (const row of halves.flat()) {
      const receiverId = String(row[0]);
      const id = String(row[1]);
      if (id < (found.get(receiverId)?.id ?? "")) continue;
      const result = DELIVERY_RESULTS.find((one) => one === row[3]) ?? "failed";
      found.set(receiverId, { id, receivedAt: Number(row[2]), result, error: textOrNull(row[4]) });
    }
    return found;
  },

  /** Genuine ones of the filter that no later attempt has mended, oldest first. */
  unmended: async (receiverId: string, filter: DeliveryFilter, most: number): Promise<Delivery[]> => {
    const results = JSON.stringify(filter.results ?? ["failed"]);
    const params = [receiverId, filter.from ?? 0, filter.to ?? Number.MAX_SAFE_INTEGER, results, most];
    return (await engine.query({ sql: UNMENDED, params })).map(deliveryOf);
  },

  /** The one after `since` (ms) that had this key and came to its end. */
  findRepeated: async (receiverId: string, dedupKey: string, since: number): Promise<Delivery | null> => {
    const [row] = await engine.query({ sql: FIND_REPEATED, params: [receiverId, dedupKey, since] });
    return row === undefined ? null : deliveryOf(row);
  },
});

export type DeliveryLog = ReturnType<typeof createDeliveryLog>;
