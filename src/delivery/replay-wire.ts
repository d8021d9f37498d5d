// In: requests to send many deliveries again, and how far they have come. Out: their API models.
import { t, type Static, type TSchema } from "elysia";
import { invalid } from "../core/errors";
import { DELIVERY_EVENTS } from "../core/events";
import { readTime, readWords } from "../core/query";
import { isoMillis, isoMillisOrNull } from "../core/time";
import { PageQuery } from "../http/models";
import { FINISHED, isEmptyFilter, type DeliveryFilter } from "./filter";
import { REPLAY_STATUSES, type Replay, type ReplayStatus } from "./replays";
import { OUTCOMES } from "./schema";

const nullable = <T extends TSchema>(model: T) => t.Union([model, t.Null()]);
const MOST_WORDS = 500;

/** One word or a list of them. */
const words = (description: string) =>
  t.Optional(
    t.Union([t.String({ maxLength: 100 }), t.Array(t.String({ maxLength: 100 }), { maxItems: MOST_WORDS })], {
      description: `${description}; one, or a list`,
    }),
  );

const Filter = t.Object(
  {
    channel_id: words("IDs of channels"),
    event: words(DELIVERY_EVENTS.join(", ")),
    status: words(FINISHED.join(", ")),
    outcome: words(OUTCOMES.join(", ")),
    subject_id: t.Optional(t.String({ maxLength: 100 })),
    machine_id: t.Optional(t.String({ maxLength: 100 })),
    from: t.Optional(t.String({ description: "created_at from, ISO 8601" })),
    to: t.Optional(t.String({ description: "created_at before, ISO 8601" })),
  },
  { additionalProperties: false },
);
type Filter = Static<typeof Filter>;

export const ReplayCreate = t.Object(
  {
    filter: t.Optional(Filter),
    all: t.Optional(t.Boolean({ description: "Must be true where the filter names nothing." })),
    dry_run: t.Optional(t.Boolean({ description: "Only counts: answers 200." })),
    new_id: t.Optional(
      t.Boolean({ description: "New deliveries with IDs of their own, for handlers that drop known IDs." }),
    ),
  },
  { additionalProperties: false },
);

export const ReplayCount = t.Object({
  count: t.Integer(),
  skipped: t.Integer({ description: "Left out, because their channel was deleted." }),
});

export const ReplayWire = t.Object({
  id: t.String(),
  filter: t.Record(t.String(), t.Any()),
  new_id: t.Boolean(),
  status: t.Unsafe<ReplayStatus>(t.Union(REPLAY_STATUSES.map((status) => t.Literal(status)))),
  count: t.Integer({ description: "How many there were when it was asked for." }),
  done: t.Integer({ description: "Waiting to be sent again, or sent again already." }),
  skipped: t.Integer({ description: "Left out, because their channel was deleted." }),
  requested_by: t.String(),
  created_at: t.String(),
  finished_at: nullable(t.String()),
});
export type ReplayWire = Static<typeof ReplayWire>;

export const ReplaysQuery = PageQuery;

const listOf = (value: string | readonly string[] | undefined): readonly string[] | undefined =>
  value === undefined || typeof value !== "string" ? value : [value];

const wordsOf = <Word extends string>(
  field: string,
  value: string | readonly string[] | undefined,
  known: readonly Word[],
): readonly Word[] | undefined => {
  const list = listOf(value);
  if (list === undefined) return undefined;
  if (list.length === 0) throw invalid(`filter.${field}`, `${field} must name something, or be left out.`);
  return readWords(`filter.${field}`, list.join(","), known);
};

/** Throws `invalid` for what names nothing without saying so, and for words that are not known. */
export const readReplay = (
  body: Static<typeof ReplayCreate>,
): { filter: DeliveryFilter; written: Filter; hasNewId: boolean } => {
  const written = body.filter ?? {};
  const channelIds = listOf(written.channel_id);
  if (channelIds?.length === 0)
    throw invalid("filter.channel_id", "channel_id must name something, or be left out.");
  const filter: DeliveryFilter = {
    channelIds,
    events: wordsOf("event", written.event, DELIVERY_EVENTS),
    statuses: wordsOf("status", written.status, FINISHED),
    outcomes: wordsOf("outcome", written.outcome, OUTCOMES),
    subjectId: written.subject_id,
    machineId: written.machine_id,
    from: readTime("filter.from", written.from),
    to: readTime("filter.to", written.to),
  };
  if (isEmptyFilter(filter) && body.all !== true)
    throw invalid("filter", "The filter names nothing: say what shall be sent again, or all: true.");
  if (!isEmptyFilter(filter) && body.all === true)
    throw invalid("all", "all can't stand beside a filter: leave one of them out.");
  return { filter, written, hasNewId: body.new_id === true };
};

/** The filter as it can be sent again. */
const presentFilter = (filter: DeliveryFilter): Record<string, unknown> => ({
  ...(filter.channelIds === undefined ? {} : { channel_id: filter.channelIds }),
  ...(filter.events === undefined ? {} : { event: filter.events }),
  ...(filter.statuses === undefined ? {} : { status: filter.statuses }),
  ...(filter.outcomes === undefined ? {} : { outcome: filter.outcomes }),
  ...(filter.subjectId === undefined ? {} : { subject_id: filter.subjectId }),
  ...(filter.machineId === undefined ? {} : { machine_id: filter.machineId }),
  ...(filter.from === undefined ? {} : { from: isoMillis(filter.from) }),
  ...(filter.to === undefined ? {} : { to: isoMillis(filter.to) }),
});

export const presentReplay = (replay: Replay): ReplayWire => ({
  id: replay.id,
  filter: presentFilter(replay.filter),
  new_id: replay.hasNewId,
  status: replay.status,
  count: replay.total,
  done: replay.done,
  skipped: replay.skipped,
  requested_by: replay.requestedBy.name,
  created_at: isoMillis(replay.createdAt),
  finished_at: isoMillisOrNull(replay.finishedAt),
});
