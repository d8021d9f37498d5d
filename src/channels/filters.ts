// In: events and filters as a client wrote them. Out: the same, once every name in them is known.
import { invalid } from "../core/errors";
import type { AnyChannelType } from "./channel";
import { eventsOfName } from "./directory";
import type { ChannelFilters } from "./schema";

/** Returned as sent. Throws `invalid` on `events`, naming what is not known. */
export const checkEvents = (
  events: readonly string[] | null,
  type: AnyChannelType,
  config: unknown,
): string[] | null => {
  if (events === null) return null;
  for (const name of events)
    if (eventsOfName(name, type, config).length === 0)
      throw invalid("events", `${JSON.stringify(name)} is not an event that this channel knows.`);
  return [...events];
};

export interface FilterScope {
  hasProject: (id: string) => boolean;
}

/** Throws `invalid` on `filters.…`. Machines may come later; projects must exist. */
export const checkFilters = (
  filters: ChannelFilters | null,
  { hasProject }: FilterScope,
): ChannelFilters | null => {
  for (const id of filters?.project_ids ?? [])
    if (!hasProject(id)) throw invalid("filters.project_ids", "There is no project with this ID.");
  return filters;
};
