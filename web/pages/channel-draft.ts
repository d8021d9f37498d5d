// In: a channel as the API has it, or nothing. Out: what its form holds, what is wrong with that, and the
// body of the request. Pure.
import type { Channel, ChannelBody, ChannelFilters, ChannelType } from "../api/channels";
import type { Pair } from "../elements/pairs";
import { text } from "../text/en";
import { asText, configBody, findConfigFaults, type ConfigValues } from "./config-values";

const words = text.channelForm;
const HOUR_S = 3_600;
const MOST_PER_MINUTE = 6_000;

export interface ChannelDraft {
  name: string;
  kind: string;
  config: ConfigValues;
  isActive: boolean;
  /** Null: the usual ones. */
  events: readonly string[] | null;
  severities: readonly string[];
  groups: readonly string[];
  projectIds: readonly string[];
  machineIds: readonly string[];
  labels: readonly Pair[];
  failureChannelId: string;
  /** As typed; empty for the type's own. */
  rateLimit: string;
  staleAfterSeconds: number;
  isTestedWeekly: boolean;
}

/** By the names of the API, without `config.`. */
export type ChannelFaults = Record<string, string>;

export const draftOf = (channel: Channel | null, kind: string): ChannelDraft => ({
  name: channel?.name ?? "",
  kind: channel?.type ?? kind,
  config: { ...channel?.config },
  isActive: channel?.is_active ?? true,
  events: channel?.events ?? null,
  severities: channel?.filters?.severities ?? [],
  groups: channel?.filters?.groups ?? [],
  projectIds: channel?.filters?.project_ids ?? [],
  machineIds: channel?.filters?.machine_ids ?? [],
  labels: Object.entries(channel?.filters?.labels ?? {}),
  failureChannelId: channel?.failure_channel_id ?? "",
  rateLimit: asText(channel?.rate_limit_per_minute),
  staleAfterSeconds: channel?.stale_after_seconds ?? HOUR_S,
  isTestedWeekly: channel?.weekly_test ?? false,
});

/** What it would be told if nobody chose: the choice of a dialect may say so, else the type. */
export const usualEvents = (type: ChannelType, config: ConfigValues): readonly string[] => {
  for (const { name, options, default: usual } of type.fields) {
    const chosen = options.find(({ value }) => value === asText(config[name] ?? usual));
    if (chosen?.default_events != null) return chosen.default_events;
  }
  return type.default_events;
};

const filtersOf = (draft: ChannelDraft): ChannelFilters => {
  const labels = draft.labels.filter(([name]) => name.trim() !== "");
  return {
    ...(draft.severities.length === 0
      ? {}
      : { severities: [...draft.severities] as NonNullable<ChannelFilters["severities"]> }),
    ...(draft.groups.length === 0 ? {} : { groups: [...draft.groups] }),
    ...(draft.projectIds.length === 0 ? {} : { project_ids: [...draft.projectIds] }),
    ...(draft.machineIds.length === 0 ? {} : { machine_ids: [...draft.machineIds] }),
    ...(labels.length === 0
      ? {}
      : { labels: Object.fromEntries(labels.map(([name, value]) => [name.trim(), value.trim()])) }),
  };
};

/** Filters in use, for the heading above them. */
export const countFilters = (draft: ChannelDraft): number => Object.keys(filtersOf(draft)).length;

const rateOf = ({ rateLimit }: ChannelDraft): number | null =>
  rateLimit.trim() === "" ? null : Number(rateLimit.trim());

export const findChannelFaults = (draft: ChannelDraft, type: ChannelType): ChannelFaults => {
  const faults: ChannelFaults = {};
  if (draft.name.trim() === "") faults["name"] = text.rules.needed;
  Object.assign(faults, findConfigFaults(type.fields, draft.config));
  if (draft.events?.length === 0 && draft.isActive) faults["events"] = words.told.none;
  const rate = rateOf(draft);
  if (rate !== null && !(Number.isInteger(rate) && rate >= 1 && rate <= MOST_PER_MINUTE))
    faults["rate_limit_per_minute"] = words.conduct.rateWrong;
  return faults;
};

/** Null where the answer names no field, or one that is not in the form. */
export const faultOf = (field: string | null, message: string): ChannelFaults | null =>
  field === null ? null : { [field.replace(/^(?:config|filters)\.([^.[]+).*$/, "$1")]: message };

/** `before`: the channel that is changed, or null for a new one. */
export const bodyOf = (draft: ChannelDraft, type: ChannelType, before: Channel | null): ChannelBody => {
  const filters = filtersOf(draft);
  return {
    name: draft.name.trim(),
    type: draft.kind,
    config: configBody(type.fields, draft.config, before?.config ?? null),
    is_active: draft.isActive,
    events: draft.events === null ? null : [...draft.events],
    filters: Object.keys(filters).length === 0 ? null : filters,
    failure_channel_id: draft.failureChannelId === "" ? null : draft.failureChannelId,
    rate_limit_per_minute: rateOf(draft),
    ...(type.audience === "people" ? { stale_after_seconds: draft.staleAfterSeconds } : {}),
    weekly_test: draft.isTestedWeekly,
  };
};
