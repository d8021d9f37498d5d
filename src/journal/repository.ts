// In: the journal table. Out: its rows in order of commits, of one organization, subject or of all.
import type { Actor } from "../core/actor";
import type { EventKind, EventMap } from "../core/events";
import type { Engine, SqlValue, Statement } from "../store/engine";

/** `data` is as it was at the time of the event; `at` is server time in ms. */
export type JournalRow<K extends EventKind = EventKind> = {
  [Kind in K]: {
    seq: number;
    tenantId: string;
    kind: Kind;
    subjectId: string;
    actor: Actor;
    at: number;
    data: EventMap[Kind];
  };
}[K];

const COLUMNS = "seq, tenant_id, kind, subject_id, actor, at, data";
const AFTER = `SELECT ${COLUMNS} FROM journal WHERE seq > ? ORDER BY seq LIMIT ?`;
const AFTER_OF_TENANT = `SELECT ${COLUMNS} FROM journal WHERE seq > ? AND tenant_id = ? ORDER BY seq LIMIT ?`;
const AFTER_OF_KINDS =
  `SELECT ${COLUMNS} FROM journal WHERE seq > ?1 AND seq <= ?2 ` +
  "AND kind IN (SELECT value FROM json_each(?3)) ORDER BY seq LIMIT ?4";
const OF_SUBJECT = `SELECT ${COLUMNS} FROM journal WHERE subject_id = ? AND tenant_id = ? ORDER BY seq`;
const ONE = `SELECT ${COLUMNS} FROM journal WHERE seq = ? AND tenant_id = ?`;
const NEWEST_OF_KINDS =
  `SELECT ${COLUMNS} FROM journal WHERE seq < ?1 AND seq >= ?1 - ?2 AND tenant_id = ?3 ` +
  "AND kind IN (SELECT value FROM json_each(?4)) ORDER BY seq DESC LIMIT ?5";
const LATEST = "SELECT seq FROM journal ORDER BY seq DESC LIMIT 1";
const POSITION = "SELECT seq FROM journal_positions WHERE reader = ?";
const SAVE_POSITION =
  "INSERT INTO journal_positions (reader, seq) VALUES (?, ?) ON CONFLICT (reader) DO UPDATE SET seq = excluded.seq";

const toRow = ([seq, tenantId, kind, subjectId, actor, at, data]: SqlValue[]): JournalRow =>
  ({
    seq,
    tenantId,
    kind,
    subjectId,
    actor: JSON.parse(actor as string) as Actor,
    at,
    data: JSON.parse(data as string) as EventMap[EventKind],
  }) as JournalRow;

export interface JournalRange {
  /** Rows of one organization; without it, of all. */
  tenantId?: string;
  /** Rows with a greater number. */
  after: number;
  limit: number;
}

export const readJournal = async (
  engine: Engine,
  { tenantId, after, limit }: JournalRange,
): Promise<JournalRow[]> => {
  const rows =
    tenantId === undefined
      ? await engine.query({ sql: AFTER, params: [after, limit] })
      : await engine.query({ sql: AFTER_OF_TENANT, params: [after, tenantId, limit] });
  return rows.map(toRow);
};

export interface KindRange<K extends EventKind> {
  kinds: readonly K[];
  /** Rows with a greater number. */
  after: number;
  /** And with this number at most: rare kinds would make a search of all that is new. */
  upTo: number;
  limit: number;
}

/** Of all organizations, in the order of commits. */
export const readKinds = async <K extends EventKind>(
  engine: Engine,
  { kinds, after, upTo, limit }: KindRange<K>,
): Promise<JournalRow<K>[]> =>
  (await engine.query({ sql: AFTER_OF_KINDS, params: [after, upTo, JSON.stringify(kinds), limit] })).map(
    (values) => toRow(values) as JournalRow<K>,
  );

export const readSubject = async (
  engine: Engine,
  tenantId: string,
  subjectId: string,
): Promise<JournalRow[]> =>
  (await engine.query({ sql: OF_SUBJECT, params: [subjectId, tenantId] })).map(toRow);

/** Another organization's number finds nothing. */
export const readOne = async (
  engine: Engine,
  tenantId: string,
  seq: number,
): Promise<JournalRow | undefined> =>
  (await engine.query({ sql: ONE, params: [seq, tenantId] })).map(toRow)[0];

export interface NewestRange {
  tenantId: string;
  kinds: readonly EventKind[];
  /** Rows with a smaller number. */
  before: number;
  /** How many numbers back are looked at: rare kinds would make a search of all. */
  reach: number;
  limit: number;
}

/** Newest first. */
export const readNewest = async (
  engine: Engine,
  { tenantId, kinds, before, reach, limit }: NewestRange,
): Promise<JournalRow[]> =>
  (
    await engine.query({
      sql: NEWEST_OF_KINDS,
      params: [before, reach, tenantId, JSON.stringify(kinds), limit],
    })
  ).map(toRow);

/** 0 while the journal is empty. */
export const readLatest = async (engine: Engine): Promise<number> =>
  Number((await engine.query({ sql: LATEST }))[0]?.[0] ?? 0);

/** Up to which number a reader has done its work; 0 for a new one. */
export const readPosition = async (engine: Engine, reader: string): Promise<number> =>
  Number((await engine.query({ sql: POSITION, params: [reader] }))[0]?.[0] ?? 0);

/** For the batch that holds the reader's work: then neither exists without the other. */
export const savePositionStatement = (reader: string, seq: number): Statement => ({
  sql: SAVE_POSITION,
  params: [reader, seq],
});
