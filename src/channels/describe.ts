// In: a live channel. Out: its row, and what the journal may say about it and about a change of it.
import type { Channel } from "./directory";
import type { ChannelRow } from "./repository";

/** The row of a live channel. */
export const rowOfChannel = (channel: Channel): ChannelRow => ({
  id: channel.id,
  tenantId: channel.tenantId,
  name: channel.name,
  type: channel.kind,
  config: channel.storedConfig,
  isActive: channel.isActive,
  events: channel.ownEvents === null ? null : [...channel.ownEvents],
  filters: channel.filters,
  failureChannelId: channel.failureChannelId,
  health: channel.health,
  healthReason: channel.healthReason,
  consecutiveFailures: channel.consecutiveFailures,
  lastSuccessAt: channel.lastSuccessAt,
  lastFailureAt: channel.lastFailureAt,
  rateLimitPerMinute: channel.rateLimitPerMinute,
  staleAfterSeconds: channel.staleAfterSeconds,
  weeklyTest: channel.weeklyTest,
  lastTestAt: channel.lastTestAt,
  lastTestSuccess: channel.lastTestSuccess,
  quietUntil: channel.quietUntil,
  rotation: channel.rotation,
  createdAt: channel.createdAt,
  updatedAt: channel.updatedAt,
});

/** What the journal may hold of a channel: never a secret. */
export const describeChannel = (channel: Channel): Record<string, unknown> => ({
  name: channel.name,
  type: channel.kind,
  config: channel.type.mask(channel.config),
  is_active: channel.isActive,
  events: channel.ownEvents,
  filters: channel.filters,
  failure_channel_id: channel.failureChannelId,
  rate_limit_per_minute: channel.rateLimitPerMinute,
  stale_after_seconds: channel.staleAfterSeconds,
  weekly_test: channel.weeklyTest,
});

/** By the names of the API; empty where nothing changed. */
export const changesBetween = (before: Channel, after: Channel): Record<string, unknown> => {
  const old = describeChannel(before);
  const changes: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(describeChannel(after)))
    if (JSON.stringify(old[key]) !== JSON.stringify(value)) changes[key] = value;
  // A secret may have changed without a trace in its mask.
  if (JSON.stringify(before.storedConfig) !== JSON.stringify(after.storedConfig))
    changes["config"] ??= describeChannel(after)["config"];
  return changes;
};
