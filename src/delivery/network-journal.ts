// In: something that happened to this machine, not to one organization. Out: the journal rows of it: one
// for each organization that has channels, for theirs are the messages that wait.
import type { ChannelDirectory } from "../channels/directory";
import { SYSTEM } from "../core/actor";
import type { EventMap } from "../core/events";
import { journalStatement } from "../journal/append";
import type { Statement } from "../store/engine";

export const networkStatements = <Kind extends "network.lost" | "network.back" | "clock.jumped">(
  directory: Pick<ChannelDirectory, "all">,
  kind: Kind,
  data: EventMap[Kind],
  at: number,
): Statement[] => {
  const tenantIds = new Set<string>();
  for (const { tenantId } of directory.all()) tenantIds.add(tenantId);
  return [...tenantIds].map((tenantId) =>
    journalStatement({ tenantId, kind, data, subjectId: tenantId, actor: SYSTEM, at }),
  );
};
