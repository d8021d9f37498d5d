// In: what rules know of services and monitors, and how far their journals have been read. Out: the rows, and the
// statements that write them.
import { and, asc, eq, gt, inArray, max } from "drizzle-orm";
import type { EventMap } from "../../core/events";
import { journal } from "../../journal/schema";
import type { Statement } from "../../store/engine";
import type { Store } from "../../store/store";
import type { Phase } from "../schema";
import { statusRulePositions, statusRuleStates } from "./schema";

/** A change of a subject's status, as the journal has it; `at` is server time in ms. */
export interface StatusTurn {
  seq: number;
  status: string;
  at: number;
}

const UPSERT_STATE = `INSERT INTO status_rule_states (rule_id, subject_id, phase, since, updated_at)
  VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
  SET phase = excluded.phase, since = excluded.since, updated_at = excluded.updated_at`;
const DELETE_STATE = "DELETE FROM status_rule_states WHERE rule_id = ? AND subject_id = ?";

/** Only what is not normal has a row. */
export const saveStatusStateStatement = (
  { ruleId, subjectId }: { ruleId: string; subjectId: string },
  { phase, since }: { phase: Phase; since: number | null },
  now: number,
): Statement =>
  phase === "normal"
    ? { sql: DELETE_STATE, params: [ruleId, subjectId] }
    : { sql: UPSERT_STATE, params: [ruleId, subjectId, phase, since, now] };

const SAVE_POSITION = `INSERT INTO status_rule_positions (subject_id, seq) VALUES (?, ?)
  ON CONFLICT DO UPDATE SET seq = excluded.seq`;
const DROP_POSITION = "DELETE FROM status_rule_positions WHERE subject_id = ?";

/** Null: nobody follows it any more. */
export const savePositionStatement = (subjectId: string, seq: number | null): Statement =>
  seq === null
    ? { sql: DROP_POSITION, params: [subjectId] }
    : { sql: SAVE_POSITION, params: [subjectId, seq] };

const KINDS = ["service.status_changed", "monitor.status_changed"] as const;

const statusOf = (data: unknown): string => {
  const { service, status } = data as Partial<
    EventMap["service.status_changed"] & EventMap["monitor.status_changed"]
  >;
  return service?.status ?? status ?? "";
};

export const createStatusRuleRepository = ({ db }: Pick<Store, "db">) => ({
  allStates: () => db.select().from(statusRuleStates),

  allPositions: () => db.select().from(statusRulePositions),

  /** Of one subject, with greater numbers, oldest first. */
  turnsAfter: async (subjectId: string, seq: number): Promise<StatusTurn[]> => {
    const rows = await db
      .select({ seq: journal.seq, at: journal.at, data: journal.data })
      .from(journal)
      .where(and(eq(journal.subjectId, subjectId), gt(journal.seq, seq), inArray(journal.kind, [...KINDS])))
      .orderBy(asc(journal.seq));
    return rows.map(({ data, ...row }) => ({ ...row, status: statusOf(data) }));
  },

  /** The number of its newest row, of whatever kind; 0 where there is none. */
  latestOf: async (subjectId: string): Promise<number> =>
    (
      await db
        .select({ seq: max(journal.seq) })
        .from(journal)
        .where(eq(journal.subjectId, subjectId))
    )[0]?.seq ?? 0,
});

export type StatusRuleRepository = ReturnType<typeof createStatusRuleRepository>;
