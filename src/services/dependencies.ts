// In: services and what they need. Out: whether one of those has failed, and whether a change would make
// a circle. Pure.
import type { UntoldReason } from "../core/events";
import type { ServiceRecord } from "./book";

type Lookup = (id: string) => Pick<ServiceRecord, "dependsOn" | "status"> | undefined;

/** Everything that `ids` need, directly or through others, each once. */
const needsOf = function* (ids: readonly string[], lookup: Lookup): Generator<string> {
  const seen = new Set<string>();
  const waiting = [...ids];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    yield id;
    waiting.push(...(lookup(id)?.dependsOn ?? []));
  }
};

/** Whether `id` would in the end need itself. */
export const wouldCircle = (id: string, dependsOn: readonly string[], lookup: Lookup): boolean =>
  needsOf(dependsOn, lookup).some((need) => need === id);

/**
 * Why a failure of a service with these needs is no news: something that it needs is down, or is being
 * worked on. Null when it stands on its own.
 */
export const excuseOf = (dependsOn: readonly string[], lookup: Lookup): UntoldReason | null => {
  let excuse: UntoldReason | null = null;
  for (const id of needsOf(dependsOn, lookup)) {
    const status = lookup(id)?.status;
    if (status === "down") return "suppressed_by_dependency";
    if (status === "maintenance") excuse = "muted_by_maintenance";
  }
  return excuse;
};
