// In: filters of deliveries. Out: the lines to read them from, each in the order of time on its own:
// one per channel and event, or fewer where something rarer is asked for. All texts are constants.
import type { Engine, SqlValue } from "../store/engine";
import type { DeliveryFilter } from "./filter";
import { OUTCOMES, type DeliveryStatus, type Outcome } from "./schema";

export type Direction = "newest" | "oldest";

/** Where a delivery stands in the order of lists. */
export interface Place {
  at: number;
  seq: number;
}

/** Part of the deliveries in order. Its texts give created_at, seq, and whether the row fits the filter. */
export interface Source {
  texts: Readonly<Record<Direction, string>>;
  /** Values from ?11 on. */
  own: readonly SqlValue[];
  /** Answered from an index alone: a tenth of the cost of looking at the rows. */
  isCovered: boolean;
}

export interface SearchScope {
  tenantId: string;
  /** All channels that the organization has or had. */
  channelIds: readonly string[];
}

const STATUS_FITS = "(?6 IS NULL OR outbox.status IN (SELECT value FROM json_each(?6)))";
const OUTCOME_FITS = "(?7 IS NULL OR outbox.outcome IN (SELECT value FROM json_each(?7)))";
const MACHINE_FITS = "(?8 IS NULL OR outbox.machine_id = ?8)";
const EVENT_FITS = "(?10 IS NULL OR outbox.event IN (SELECT value FROM json_each(?10)))";
const CHANNEL_FITS = "outbox.channel_id IN (SELECT value FROM json_each(?13))";
const ALL_FIT = `${STATUS_FITS} AND ${OUTCOME_FITS} AND ${MACHINE_FITS} AND ${EVENT_FITS}`;
const TROUBLED = "outbox.status IN ('failed', 'cancelled', 'held')";
const WAITING = "outbox.status IN ('pending', 'sending')";

const textsOf = (from: string, where: string, fits: string): Record<Direction, string> => {
  const textOf = (tie: string, order: string): string =>
    `SELECT outbox.created_at, outbox.seq, ${fits} FROM ${from} WHERE ${where} ` +
    `AND outbox.created_at BETWEEN ?1 AND ?2 AND (outbox.created_at <> ?3 OR outbox.seq ${tie} ?4) ` +
    `AND outbox.seq <= ?9 ORDER BY outbox.created_at ${order}, outbox.seq ${order} LIMIT ?5`;
  return { newest: textOf("<", "DESC"), oldest: textOf(">", "ASC") };
};

const BY_CHANNEL = "outbox INDEXED BY outbox_by_channel";
const BY_TROUBLE = "outbox INDEXED BY outbox_troubled";
const OF_CHANNEL = "outbox.channel_id = ?11 AND outbox.event = ?12";
const OF_TROUBLE = `outbox.channel_id = ?11 AND outbox.status = ?12 AND outbox.outcome IS ?13 AND ${TROUBLED}`;

/** Exported for the test that looks at the plan of each. */
export const TEXTS = {
  channel: textsOf(BY_CHANNEL, OF_CHANNEL, "1"),
  channelRows: textsOf(BY_CHANNEL, OF_CHANNEL, `${STATUS_FITS} AND ${OUTCOME_FITS} AND ${MACHINE_FITS}`),
  trouble: textsOf(BY_TROUBLE, OF_TROUBLE, "1"),
  troubleRows: textsOf(BY_TROUBLE, OF_TROUBLE, `${MACHINE_FITS} AND ${EVENT_FITS}`),
  // These three are few and sorted at each read: what does not fit is left out at once.
  waiting: textsOf(
    "outbox INDEXED BY outbox_due",
    `outbox.channel_id = ?11 AND ${WAITING} AND ${ALL_FIT}`,
    "1",
  ),
  subject: textsOf(
    "outbox INDEXED BY outbox_by_subject",
    `outbox.subject_id = ?11 AND outbox.tenant_id = ?12 AND ${CHANNEL_FITS} AND ${ALL_FIT}`,
    "1",
  ),
  // What is told about a machine is told about its alerts: an index of its own would cost each message
  // as much as writing the whole row does.
  machine: textsOf(
    "alerts INDEXED BY alerts_by_machine CROSS JOIN outbox INDEXED BY outbox_by_subject " +
      "ON outbox.subject_id = alerts.id",
    `alerts.machine_id = ?11 AND outbox.tenant_id = ?12 AND ${CHANNEL_FITS} AND ${ALL_FIT}`,
    "1",
  ),
} as const;

const EVENTS_OF_CHANNEL =
  "WITH RECURSIVE found (event) AS (SELECT MIN(event) FROM outbox WHERE channel_id = ?1 UNION ALL " +
  "SELECT (SELECT MIN(event) FROM outbox WHERE channel_id = ?1 AND event > found.event) FROM found " +
  "WHERE found.event IS NOT NULL) SELECT event FROM found WHERE event IS NOT NULL";

const OUTCOMES_OF_TROUBLE =
  "SELECT outcome FROM (SELECT value AS outcome FROM json_each(?3) UNION ALL SELECT NULL) AS word " +
  `WHERE EXISTS (SELECT 1 FROM ${BY_TROUBLE} WHERE channel_id = ?1 AND status = ?2 ` +
  `AND outbox.outcome IS word.outcome AND ${TROUBLED})`;

const countText = (from: string, where: string): string =>
  `SELECT COUNT(*) FROM (SELECT 1 FROM ${from} WHERE ${where} AND outbox.created_at BETWEEN ?1 AND ?2 LIMIT ?3)`;
const COUNT_CHANNEL = countText(BY_CHANNEL, "outbox.channel_id = ?4 AND outbox.event = ?5");
const COUNT_TROUBLE = countText(
  BY_TROUBLE,
  `outbox.channel_id = ?4 AND outbox.status = ?5 AND outbox.outcome IS ?6 AND ${TROUBLED}`,
);
const COUNT_WAITING =
  "SELECT COUNT(*) FROM (SELECT 1 FROM outbox INDEXED BY outbox_due WHERE channel_id = ?1 " +
  `AND ${WAITING} LIMIT ?2)`;
const COUNT_ALERTS =
  "SELECT COUNT(*) FROM (SELECT 1 FROM alerts INDEXED BY alerts_by_machine WHERE machine_id = ?1 LIMIT ?2)";

/** So many are read and sorted for every page at most; where there are more, lines in order are cheaper. */
const FEW = 2_000;

const ALL_OUTCOMES = JSON.stringify(OUTCOMES);
const TROUBLES: readonly DeliveryStatus[] = ["failed", "cancelled", "held"];

const countOf = async (engine: Engine, sql: string, params: readonly SqlValue[]): Promise<number> =>
  Number((await engine.query({ sql, params }))[0]?.[0]);

/** True when what it asks for is none of what was delivered, which is nearly everything. */
const isAboutTrouble = ({ statuses, outcomes }: DeliveryFilter): boolean =>
  statuses?.includes("delivered") === false || outcomes?.includes("delivered") === false;

/** How many rows the lines hold, as far as it matters: `most` and more are the same. */
const countAll = async (
  engine: Engine,
  sql: string,
  lines: readonly Source[],
  range: readonly [number, number],
  most: number,
): Promise<number> => {
  let count = 0;
  for (const { own } of lines) {
    if (count >= most) break;
    count += await countOf(engine, sql, [...range, most - count, ...own]);
  }
  return count;
};

const linesPerEvent = async (
  engine: Engine,
  channels: readonly string[],
  filter: DeliveryFilter,
): Promise<Source[]> => {
  const isCovered =
    filter.statuses === undefined && filter.outcomes === undefined && filter.machineId === undefined;
  const texts = isCovered ? TEXTS.channel : TEXTS.channelRows;
  const lines: Source[] = [];
  for (const channelId of channels) {
    const events =
      filter.events ??
      (await engine.query({ sql: EVENTS_OF_CHANNEL, params: [channelId] })).map(([event]) => String(event));
    for (const event of events) lines.push({ texts, own: [channelId, event], isCovered });
  }
  return lines;
};

const linesOfTrouble = async (
  engine: Engine,
  channels: readonly string[],
  filter: DeliveryFilter,
): Promise<Source[]> => {
  const isCovered = filter.events === undefined && filter.machineId === undefined;
  const texts = isCovered ? TEXTS.trouble : TEXTS.troubleRows;
  const lines: Source[] = [];
  for (const channelId of channels)
    for (const status of TROUBLES) {
      if (filter.statuses?.includes(status) === false) continue;
      const found = await engine.query({
        sql: OUTCOMES_OF_TROUBLE,
        params: [channelId, status, ALL_OUTCOMES],
      });
      for (const [outcome = null] of found)
        if (filter.outcomes === undefined || filter.outcomes.includes(outcome as Outcome))
          lines.push({ texts, own: [channelId, status, outcome], isCovered });
    }
  return lines;
};

/** Null when so many wait that they are found faster among everything else. */
const linesOfWaiting = async (
  engine: Engine,
  channels: readonly string[],
  { statuses }: DeliveryFilter,
): Promise<Source[] | null> => {
  if (statuses !== undefined && !statuses.includes("pending") && !statuses.includes("sending")) return [];
  const lines: Source[] = [];
  let left = FEW;
  for (const channelId of channels) {
    const count = await countOf(engine, COUNT_WAITING, [channelId, left]);
    if (count === left) return null;
    left -= count;
    if (count > 0) lines.push({ texts: TEXTS.waiting, own: [channelId], isCovered: false });
  }
  return lines;
};

/** In ms, both ends part of it. */
export const rangeOf = ({ from, to }: DeliveryFilter): [number, number] => [
  from ?? Number.MIN_SAFE_INTEGER,
  to === undefined ? Number.MAX_SAFE_INTEGER : to - 1,
];

/** Each delivery that fits is in exactly one of them. */
export const sourcesFor = async (
  engine: Engine,
  { tenantId, channelIds }: SearchScope,
  filter: DeliveryFilter,
): Promise<Source[]> => {
  const chosen = filter.channelIds;
  const channels = chosen === undefined ? channelIds : channelIds.filter((id) => chosen.includes(id));
  if (channels.length === 0) return [];
  const few = { own: [tenantId, JSON.stringify(channels)], isCovered: false };
  const { subjectId, machineId } = filter;
  if (subjectId !== undefined) return [{ texts: TEXTS.subject, ...few, own: [subjectId, ...few.own] }];
  if (machineId !== undefined && (await countOf(engine, COUNT_ALERTS, [machineId, FEW])) < FEW)
    return [{ texts: TEXTS.machine, ...few, own: [machineId, ...few.own] }];
  const waiting = isAboutTrouble(filter) ? await linesOfWaiting(engine, channels, filter) : null;
  const lines = await linesPerEvent(engine, channels, filter);
  if (waiting === null) return lines;
  const trouble = await linesOfTrouble(engine, channels, filter);
  const range = rangeOf(filter);
  const inTrouble = await countAll(engine, COUNT_TROUBLE, trouble, range, FEW);
  // Of much trouble only what the filter names may still be little.
  if (inTrouble === FEW && (await countAll(engine, COUNT_CHANNEL, lines, range, FEW)) < FEW) return lines;
  return [...trouble, ...waiting];
};
