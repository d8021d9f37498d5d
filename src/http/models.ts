// In: nothing. Out: API models that every slice's lists share.
import { t, type Static, type TSchema } from "elysia";
import { DEFAULT_LIMIT, MAX_LIMIT } from "../core/paging";

export const pageFields = {
  limit: t.Optional(t.Integer({ minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT })),
  cursor: t.Optional(t.String({ description: "next_cursor of the answer before" })),
};

export const PageQuery = t.Object(pageFields, { additionalProperties: false });

/** The envelope of every list, newest first. */
export const pageOf = <T extends TSchema>(item: T) =>
  t.Object({ data: t.Array(item), next_cursor: t.Union([t.String(), t.Null()]) });

export const SeverityModel = t.Union([t.Literal("info"), t.Literal("warning"), t.Literal("critical")]);

/** A journal row: one line of a timeline, one message of the live stream. */
export const JournalEntryWire = t.Object({
  seq: t.Integer(),
  kind: t.String(),
  subject_id: t.String(),
  at: t.String(),
  actor: t.Object({ kind: t.String(), id: t.Union([t.String(), t.Null()]), name: t.String() }),
  data: t.Record(t.String(), t.Any()),
});
export type JournalEntryWire = Static<typeof JournalEntryWire>;
