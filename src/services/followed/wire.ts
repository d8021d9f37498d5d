// In: what a service's status follows, as the API has it. Out: its model, with every check that the shape alone
// can't make.
import { t, type Static } from "elysia";
import { invalid } from "../../core/errors";
import type { StatusFeed } from "./feeds";

const Word = t.Union([t.Literal("degraded"), t.Literal("down")]);
const WordOrNull = t.Union([Word, t.Null()]);

const Feed = t.Object(
  {
    type: t.Union([t.Literal("machine"), t.Literal("alerts")]),
    machine_id: t.Optional(t.String({ minLength: 1 })),
    status: t.Optional(Word),
    machine_type: t.Optional(t.String({ minLength: 1, maxLength: 100 })),
    project_id: t.Optional(t.String({ minLength: 1 })),
    rule_id: t.Optional(t.String({ minLength: 1 })),
    labels: t.Optional(t.Record(t.String(), t.String({ maxLength: 500 }))),
    statuses: t.Optional(
      t.Object(
        {
          critical: t.Optional(WordOrNull),
          warning: t.Optional(WordOrNull),
          info: t.Optional(WordOrNull),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

/** As it was written. */
export const StatusFromField = t.Array(Feed, {
  maxItems: 50,
  description:
    "What its status follows beside people, receivers and monitors. machine: machine_id; while it is offline the " +
    "service is down, or degraded with status. alerts: open alerts by machine_id, machine_type, project_id, rule_id " +
    "and labels; the worst of them counts, critical as down and warning as degraded, or as statuses says.",
});

const KEYS: Record<Static<typeof Feed>["type"], readonly string[]> = {
  machine: ["type", "machine_id", "status"],
  alerts: ["type", "machine_id", "machine_type", "project_id", "rule_id", "labels", "statuses"],
};

/** Throws `invalid` with the field. */
export const readStatusFrom = (feeds: Static<typeof StatusFromField>): StatusFeed[] =>
  feeds.map((feed, index) => {
    for (const key of Object.keys(feed))
      if (!KEYS[feed.type].includes(key))
        throw invalid(
          `status_from.${index}.${key}`,
          `${key} does not belong to a source of type ${feed.type}.`,
        );
    if (feed.type === "machine" && feed.machine_id === undefined)
      throw invalid(`status_from.${index}.machine_id`, "A source of type machine needs machine_id.");
    return feed as StatusFeed;
  });
