// In: the times that senders give to what they say. Out: the latest of them for each thing, durable, by which what was
// held up on its way, or is tried again too late, is recognized. Only the sender's own times are compared.
import { isoMillis } from "../core/time";
import type { Engine, Statement } from "../store/engine";
import { identityOf } from "./reported";
import type { ReceiverRecord } from "./repository";
import { statusOf, type Report } from "./report";

/** By identity (`reported.ts`), in ms of the sender's clock. */
export type LatestTimes = Map<string, number>;

/** How long a late one may be, in ms: senders try no longer. */
const KEPT_MS = 24 * 3_600_000;
/** A clock that is further ahead, in ms, would silence whoever comes with the right time. */
const TRUSTED_AHEAD_MS = 300_000;

const FIND = `SELECT identity, at FROM webhook_receiver_times
  WHERE receiver_id = ? AND identity IN (SELECT value FROM json_each(?)) AND seen_at > ?`;
const SAVE = `INSERT INTO webhook_receiver_times (receiver_id, identity, at, seen_at) VALUES (?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET at = excluded.at, seen_at = excluded.seen_at`;
const PRUNE = "DELETE FROM webhook_receiver_times WHERE seen_at <= ?";

/** What nothing was heard of for a day. */
export const pruneTimesStatement = (now: number): Statement => ({ sql: PRUNE, params: [now - KEPT_MS] });

/** It has a time, and says something that an older word must not undo. */
export const isOrdered = (report: Report): boolean =>
  report.at !== null &&
  report.error === null &&
  (statusOf(report) !== null || (report.alert?.phase ?? null) !== null);

/** Null for a time that cannot be believed. */
export const believedTime = (at: number | null, now: number): number | null =>
  at === null || at > now + TRUSTED_AHEAD_MS ? null : at;

/** Reads nothing where no report has a time. */
export const findLatest = async (
  engine: Pick<Engine, "query">,
  receiver: Pick<ReceiverRecord, "id" | "serviceId">,
  { reports, now }: { reports: readonly Report[]; now: number },
): Promise<LatestTimes> => {
  const identities = reports.filter(isOrdered).map((report) => identityOf(receiver, report));
  if (identities.length === 0) return new Map();
  const params = [receiver.id, JSON.stringify(identities), now - KEPT_MS];
  const rows = await engine.query({ sql: FIND, params });
  return new Map(rows.map(([identity, at]) => [String(identity), Number(at)]));
};

/** Why it changes nothing; null where it is not late. */
export const lateness = (
  receiver: Pick<ReceiverRecord, "serviceId">,
  report: Report,
  latest: LatestTimes,
): string | null => {
  if (report.at === null || !isOrdered(report)) return null;
  const before = latest.get(identityOf(receiver, report));
  return before === undefined || report.at >= before
    ? null
    : `It comes too late: it is of ${isoMillis(report.at)}, and what is known of ${isoMillis(before)}.`;
};

/** From now on, what is older comes too late. Empty where the report has no time. */
export const noteTime = (
  receiver: Pick<ReceiverRecord, "id" | "serviceId">,
  report: Report,
  { latest, now }: { latest: LatestTimes; now: number },
): Statement[] => {
  if (report.at === null || !isOrdered(report)) return [];
  const identity = identityOf(receiver, report);
  latest.set(identity, report.at);
  return [{ sql: SAVE, params: [receiver.id, identity, report.at, now] }];
};
