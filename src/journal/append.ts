// In: an event, who did it and when. Out: the statement that records it. Put it into the same batch
// as the state change: then neither exists without the other.
import type { Actor } from "../core/actor";
import type { EventKind, EventMap } from "../core/events";
import type { Statement } from "../store/engine";

export interface JournalEntry<K extends EventKind = EventKind> {
  tenantId: string;
  kind: K;
  data: EventMap[K];
  /** The alert, rule, channel, machine… that it happened to. */
  subjectId: string;
  actor: Actor;
  /** Server time in ms. */
  at: number;
}

const INSERT = "INSERT INTO journal (tenant_id, kind, subject_id, actor, at, data) VALUES (?, ?, ?, ?, ?, ?)";

export const journalStatement = <K extends EventKind>(entry: JournalEntry<K>): Statement => ({
  sql: INSERT,
  params: [
    entry.tenantId,
    entry.kind,
    entry.subjectId,
    JSON.stringify(entry.actor),
    entry.at,
    JSON.stringify(entry.data),
  ],
});
