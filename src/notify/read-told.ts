// In: the ID of an alert, incident or service. Out: who was told of it and why others were not, read from
// journal and outbox: nothing is kept twice.
import type { ChannelDirectory } from "../channels/directory";
import type { TenantDirectory } from "../core/tenants";
import { deliveriesOfSubject } from "../delivery/history";
import type { JournalFeed } from "../journal/feed";
import type { Engine } from "../store/engine";
import { explainTelling, type ToldEvent } from "./told";

export interface ToldParts {
  store: { engine: Engine };
  journal: Pick<JournalFeed, "timelineOf">;
  directory: Pick<ChannelDirectory, "find" | "known">;
  tenants: TenantDirectory;
  policyName: (tenantId: string, policyId: string) => string | undefined;
}

/** Of the organization's own: of somebody else's ID, and of one that nobody has, there is nothing. */
export type ReadTold = (tenantId: string, subjectId: string) => Promise<ToldEvent[]>;

/** Far more than any alert has; an incident may live for weeks. */
const MOST_DELIVERIES = 5_000;

export const createToldReader =
  ({ store, journal, directory, tenants, policyName }: ToldParts): ReadTold =>
  async (tenantId, subjectId) => {
    const [rows, deliveries, channels] = await Promise.all([
      journal.timelineOf(tenantId, subjectId),
      deliveriesOfSubject(store.engine, { tenantId, subjectId, limit: MOST_DELIVERIES }),
      directory.known(tenantId),
    ]);
    return explainTelling({
      rows,
      deliveries,
      channels,
      findChannel: (id) => directory.find(tenantId, id),
      names: {
        project: (id) => tenants.project(tenantId, id)?.name,
        policy: (id) => policyName(tenantId, id),
      },
    });
  };
