// In: a channel's row as somebody wants it. Out: the live object of it, once everything in it can be used, or
// an `invalid` error that names the field.
import { invalid } from "../core/errors";
import type { TenantDirectory } from "../core/tenants";
import type { Statement } from "../store/engine";
import { channelOf, eventsOf, type Channel, type ChannelDirectory } from "./directory";
import { checkEvents, checkFilters } from "./filters";
import { channelTypes } from "./registry";
import { channelExistsStatement, type ChannelRow } from "./repository";

export interface CheckParts {
  directory: Pick<ChannelDirectory, "find">;
  tenants: Pick<TenantDirectory, "project">;
  /** Null, or why the outbound policy would not dial this URL. */
  refusalOf: (url: string) => Promise<string | null>;
}

/** What was accepted once stays: a new version may be stricter, and a channel can still be switched off. */
export interface Changed {
  config: boolean;
  events: boolean;
}

export interface ChannelChecks {
  /** Throws `invalid` for whatever the row holds that can't be used. */
  row(row: ChannelRow, changed: Changed): Promise<Channel>;
  /** For the batch of the change; null and undefined name no channel. Throws `invalid`. */
  failureChannel(tenantId: string, ownId: string, id: string | null | undefined): Statement[];
}

export const createChannelChecks = ({ directory, tenants, refusalOf }: CheckParts): ChannelChecks => ({
  row: async (row, changed) => {
    const type = channelTypes.get(row.type);
    if (type === undefined)
      throw invalid("type", `type must be one of: ${[...channelTypes.keys()].join(", ")}.`);
    const config = type.parse(row.config ?? {});
    checkEvents(row.events, type, config);
    if (changed.config || changed.events)
      type.check?.(config, { events: eventsOf(row.events, type, config), areNamed: row.events !== null });
    checkFilters(row.filters, { hasProject: (id) => tenants.project(row.tenantId, id) !== undefined });
    for (const { field, url } of changed.config ? type.targets(config) : []) {
      const refusal = await refusalOf(url);
      if (refusal !== null) throw invalid(field, refusal);
    }
    return channelOf(row);
  },

  failureChannel: (tenantId, ownId, id) => {
    if (id === null || id === undefined) return [];
    if (id === ownId) throw invalid("failure_channel_id", "A channel can't take notices about itself.");
    if (directory.find(tenantId, id) === undefined)
      throw invalid("failure_channel_id", "There is no notification channel with this ID.");
    return [channelExistsStatement(tenantId, id)];
  },
});
