// In: subscribers. Out: their rows, and the statements that write them. Address and token are sealed here
// and nowhere else; whoever reads the file without the key learns neither.
import type { Vault } from "../../core/vault";
import type { Engine, SqlValue, Statement } from "../../store/engine";
import type { JournalRow } from "../../journal/repository";
import type { PlanNote, PublicUpdate } from "./news";
import type { statusPageSubscribers } from "./schema";

/** With address and token in clear. */
export type Subscriber = Readonly<typeof statusPageSubscribers.$inferSelect>;

const COLUMNS =
  "id, tenant_id, page_id, kind, target, token, token_hash, service_ids, language, origin, requested_at, " +
  "asked_at, confirmed_at, since_seq, created_at, updated_at";

const ALL = `SELECT ${COLUMNS} FROM status_page_subscribers ORDER BY id`;

const INSERT = `INSERT INTO status_page_subscribers (${COLUMNS})
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

const UPDATE =
  "UPDATE status_page_subscribers SET service_ids = ?, language = ?, requested_at = ?, asked_at = ?, " +
  "confirmed_at = ?, since_seq = ?, updated_at = ? WHERE id = ?";

const REMOVE = "DELETE FROM status_page_subscribers WHERE id = ?";

const POSITION = "SELECT seq, after_id FROM subscriber_fan_out WHERE id = 1";

const SAVE_POSITION = "UPDATE subscriber_fan_out SET seq = ?, after_id = ? WHERE id = 1";

// Rows of one commit share their time.
const PLANS = `SELECT
  (SELECT max(seq) FROM journal WHERE subject_id = ?1 AND kind = 'maintenance.scheduled' AND seq < ?2),
  (SELECT max(seq) FROM journal WHERE subject_id = ?1 AND kind = 'maintenance.cancelled' AND seq < ?2),
  EXISTS (SELECT 1 FROM journal WHERE subject_id = ?1 AND kind = 'maintenance.scheduled' AND seq > ?2 AND at = ?3),
  EXISTS (SELECT 1 FROM journal WHERE subject_id = ?1 AND kind = 'maintenance.cancelled' AND seq < ?2 AND at = ?3)`;

const PUBLIC_UPDATES =
  "SELECT status, message, at FROM incident_updates WHERE incident_id = ? AND is_public = 1 ORDER BY id";

/** Null where the key is lost: nobody can be reached by it any more. */
const rowOf = (row: SqlValue[], vault: Vault): Subscriber | null => {
  try {
    return {
      id: row[0] as string,
      tenantId: row[1] as string,
      pageId: row[2] as string,
      kind: row[3] as Subscriber["kind"],
      target: vault.open(row[4] as string),
      token: vault.open(row[5] as string),
      tokenHash: row[6] as string,
      serviceIds: row[7] === null ? null : (JSON.parse(row[7] as string) as string[]),
      language: row[8] as Subscriber["language"],
      origin: row[9] as Subscriber["origin"],
      requestedAt: row[10] as number,
      askedAt: row[11] as number | null,
      confirmedAt: row[12] as number | null,
      sinceSeq: row[13] as number | null,
      createdAt: row[14] as number,
      updatedAt: row[15] as number,
    };
  } catch {
    return null;
  }
};

const json = (value: readonly string[] | null): string | null =>
  value === null ? null : JSON.stringify(value);

export type PlanRow = JournalRow<"maintenance.scheduled" | "maintenance.cancelled">;

/** Up to where the journal has been told. `afterId`: of the event after `seq`, those up to this subscriber. */
export interface FanOutPosition {
  seq: number;
  afterId: string;
}

export const saveFanOutStatement = ({ seq, afterId }: FanOutPosition): Statement => ({
  sql: SAVE_POSITION,
  params: [seq, afterId],
});

export const updateSubscriberStatement = (row: Subscriber): Statement => ({
  sql: UPDATE,
  params: [
    json(row.serviceIds),
    row.language,
    row.requestedAt,
    row.askedAt,
    row.confirmedAt,
    row.sinceSeq,
    row.updatedAt,
    row.id,
  ],
  expect: 1,
});

export const removeSubscriberStatement = (id: string): Statement => ({
  sql: REMOVE,
  params: [id],
  expect: 1,
});

export const createSubscriberRepository = ({ engine, vault }: { engine: Engine; vault: Vault }) => ({
  /** Of all organizations, oldest first; `lost`: how many can't be read any more. */
  all: async (): Promise<{ subscribers: Subscriber[]; lost: number }> => {
    const rows = await engine.query({ sql: ALL });
    const subscribers = rows.flatMap((row) => rowOf(row, vault) ?? []);
    return { subscribers, lost: rows.length - subscribers.length };
  },

  insert: (row: Subscriber): Statement => ({
    sql: INSERT,
    params: [
      row.id,
      row.tenantId,
      row.pageId,
      row.kind,
      vault.seal(row.target),
      vault.seal(row.token),
      row.tokenHash,
      json(row.serviceIds),
      row.language,
      row.origin,
      row.requestedAt,
      row.askedAt,
      row.confirmedAt,
      row.sinceSeq,
      row.createdAt,
      row.updatedAt,
    ],
  }),

  /** Oldest first. */
  publicUpdates: async (incidentId: string): Promise<PublicUpdate[]> =>
    (await engine.query({ sql: PUBLIC_UPDATES, params: [incidentId] })).map(([status, message, at]) => ({
      status: status as PublicUpdate["status"],
      message: String(message),
      at: Number(at),
    })),

  /** Of a journal row that plans or cancels an occurrence of a window. */
  planNote: async ({ kind, seq, at, data }: PlanRow): Promise<PlanNote> => {
    const { windowId } = data.maintenance;
    const [row] = await engine.query({ sql: PLANS, params: [windowId, seq, at] });
    const [lastScheduled, lastCancelled] = [Number(row?.[0] ?? 0), Number(row?.[1] ?? 0)];
    const [isScheduledAnew, isMoved] = [row?.[2] === 1, row?.[3] === 1];
    return kind === "maintenance.scheduled"
      ? { isRepeated: lastScheduled > lastCancelled, isMoved }
      : { isRepeated: isScheduledAnew || lastCancelled > lastScheduled, isMoved: false };
  },

  position: async (): Promise<FanOutPosition> => {
    const [row] = await engine.query({ sql: POSITION });
    return { seq: Number(row?.[0] ?? 0), afterId: String(row?.[1] ?? "") };
  },
});

export type SubscriberRepository = ReturnType<typeof createSubscriberRepository>;
