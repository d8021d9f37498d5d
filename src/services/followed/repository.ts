// In: what was said about services because of machines and alerts. Out: its rows, and the statements that write them.
import type { StatusSourceKind } from "../../core/events";
import type { Statement } from "../../store/engine";
import type { Store } from "../../store/store";
import type { FollowedStatus } from "./feeds";
import { serviceFollowed } from "./schema";

/** Not taken back yet. */
export interface SaidWord {
  serviceId: string;
  sourceKind: StatusSourceKind;
  sourceId: string;
  sourceName: string;
  status: FollowedStatus;
}

const SAVE = `INSERT INTO service_followed (service_id, source_kind, source_id, source_name, status)
  VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET status = excluded.status, source_name = excluded.source_name`;

export const saveSaidStatement = (word: SaidWord): Statement => ({
  sql: SAVE,
  params: [word.serviceId, word.sourceKind, word.sourceId, word.sourceName, word.status],
});

const FORGET = "DELETE FROM service_followed WHERE service_id = ? AND source_kind = ? AND source_id = ?";

export const forgetSaidStatement = ({ serviceId, sourceKind, sourceId }: SaidWord): Statement => ({
  sql: FORGET,
  params: [serviceId, sourceKind, sourceId],
});

export const createFollowedRepository = ({ db }: Pick<Store, "db">) => ({
  all: (): Promise<SaidWord[]> => db.select().from(serviceFollowed),
});

export type FollowedRepository = ReturnType<typeof createFollowedRepository>;
