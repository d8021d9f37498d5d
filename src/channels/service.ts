// In: what people want of their channels. Out: channels checked, stored with their journal rows, and
// in step in memory; waiting messages held, released or cancelled in the same commit.
import type { Actor, Principal } from "../core/actor";
import type { Clock } from "../core/clock";
import { AppError, invalid, notFound } from "../core/errors";
import { newId } from "../core/ids";
import type { TenantDirectory } from "../core/tenants";
import type { Vault } from "../core/vault";
import { isSending } from "../delivery/is-sending";
import { quietStatement } from "../delivery/health-repository";
import { cancelStatements, holdStatement, releaseStatement } from "../delivery/repository";
import type { TestResult } from "../delivery/test-send";
import { journalStatement } from "../journal/append";
import { createKeyedLock } from "../lib/keyed-lock";
import { mergePatch, type Settings } from "../lib/merge-patch";
import type { Engine, Statement } from "../store/engine";
import type { Message } from "./channel";
import { channelOf, type Channel, type ChannelDirectory } from "./directory";
import { checkEvents, checkFilters } from "./filters";
import { channelTypes } from "./registry";
import {
  channelExistsStatement,
  insertChannelStatement,
  removeChannelStatements,
  updateChannelStatement,
  type ChannelRow,
} from "./repository";
import type { ChannelFilters } from "./schema";
import { createChannelTests } from "./tests";

export interface ChannelDraft {
  name: string;
  type: string;
  config: Record<string, unknown>;
  isActive: boolean;
  events: string[] | null;
  filters: ChannelFilters | null;
  failureChannelId: string | null;
  rateLimitPerMinute: number | null;
  staleAfterSeconds: number;
  weeklyTest: boolean;
}

/** What delivery does for channels. */
export interface ChannelDelivery {
  /** Null, or why the outbound policy would not dial this URL. */
  refusalOf(url: string): Promise<string | null>;
  /** One attempt of each message, up to the first that fails. */
  sendTest(channel: Channel, messages: readonly Message[]): Promise<TestResult>;
  resume(channel: Channel, actor: Actor): Promise<void>;
  wake(channelId: string): void;
}

export interface ChannelServiceParts {
  store: { engine: Engine; vault: Vault };
  clock: Clock;
  directory: ChannelDirectory;
  tenants: TenantDirectory;
  delivery: ChannelDelivery;
  baseUrl: () => string;
}

export interface ChannelService {
  find(tenantId: string, id: string): Channel;
  create(principal: Principal, draft: ChannelDraft): Promise<Channel>;
  /** `config` is merged by key: null removes, a value equal to its mask leaves the stored one. */
  update(principal: Principal, id: string, change: Partial<ChannelDraft>): Promise<Channel>;
  /** What waited for it is cancelled with the reason. */
  remove(principal: Principal, id: string): Promise<void>;
  resume(principal: Principal, id: string): Promise<Channel>;
  /** Real attempts with sample values. Six a minute per channel, else `rate_limited`. */
  test(principal: Principal, id: string): Promise<TestResult>;
}

const OBJECT = "notification_channel";

const rowOf = (channel: Channel): ChannelRow => ({
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
  createdAt: channel.createdAt,
  updatedAt: channel.updatedAt,
});

/** What the journal may hold of a channel: never a secret. */
const describe = (channel: Channel): Record<string, unknown> => ({
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

const changesBetween = (before: Channel, after: Channel): Record<string, unknown> => {
  const old = describe(before);
  const changes: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(describe(after)))
    if (JSON.stringify(old[key]) !== JSON.stringify(value)) changes[key] = value;
  // A secret may have changed without a trace in its mask.
  if (JSON.stringify(before.storedConfig) !== JSON.stringify(after.storedConfig))
    changes["config"] ??= describe(after)["config"];
  return changes;
};

export const createChannelService = (parts: ChannelServiceParts): ChannelService => {
  const { store, clock, directory, tenants, delivery } = parts;
  const tests = createChannelTests(parts);
  const lock = createKeyedLock();

  const find = (tenantId: string, id: string): Channel => {
    const channel = directory.find(tenantId, id);
    if (channel === undefined) throw notFound("notification channel");
    return channel;
  };

  /** Throws `invalid` for whatever the row holds that can't be used; gives the live object. */
  const checked = async (row: ChannelRow, mustCheckTargets: boolean): Promise<Channel> => {
    const type = channelTypes.get(row.type);
    if (type === undefined)
      throw invalid("type", `type must be one of: ${[...channelTypes.keys()].join(", ")}.`);
    const config = type.parse(row.config ?? {});
    checkEvents(row.events, type, config);
    checkFilters(row.filters, { hasProject: (id) => tenants.project(row.tenantId, id) !== undefined });
    for (const { field, url } of mustCheckTargets ? type.targets(config) : []) {
      const refusal = await delivery.refusalOf(url);
      if (refusal !== null) throw invalid(field, refusal);
    }
    return channelOf(row);
  };

  /** For the batch of the change; null and undefined name no channel. Throws `invalid`. */
  const checkFailureChannel = (
    tenantId: string,
    ownId: string,
    id: string | null | undefined,
  ): Statement[] => {
    if (id === null || id === undefined) return [];
    if (id === ownId) throw invalid("failure_channel_id", "A channel can't take notices about itself.");
    if (directory.find(tenantId, id) === undefined)
      throw invalid("failure_channel_id", "There is no notification channel with this ID.");
    return [channelExistsStatement(tenantId, id)];
  };

  const update = async (
    principal: Principal,
    id: string,
    change: Partial<ChannelDraft>,
  ): Promise<Channel> => {
    const live = find(principal.tenantId, id);
    if (change.type !== undefined && change.type !== live.kind)
      throw invalid("type", "The type of a channel can't be changed: create another channel.");
    const config =
      change.config === undefined
        ? live.storedConfig
        : mergePatch(live.storedConfig, change.config as Settings, live.type.mask(live.config));
    const { type: _type, config: _config, ...plain } = change;
    const row: ChannelRow = { ...rowOf(live), ...plain, config, updatedAt: clock.now() };
    const stillThere = checkFailureChannel(principal.tenantId, id, change.failureChannelId);
    const next = await checked(row, change.config !== undefined);
    const changes = changesBetween(live, next);
    const statements: Statement[] = [
      ...stillThere,
      updateChannelStatement(row, store.vault),
      journalStatement({
        tenantId: principal.tenantId,
        kind: "config.updated",
        subjectId: id,
        actor: principal.actor,
        at: row.updatedAt,
        data: { id, name: row.name, object: OBJECT, changes },
      }),
    ];
    // What an endpoint asked for does not bind another one.
    if (change.config !== undefined) statements.push(quietStatement(id, null));
    const isHealthy = live.health === "active" || live.health === "failing";
    if (live.isActive && !row.isActive) statements.push(holdStatement(id, "The channel is switched off."));
    if (!live.isActive && row.isActive && isHealthy) statements.push(releaseStatement(id, row.updatedAt));
    await store.engine.batch(statements);
    // Health may have moved meanwhile: delivery owns it.
    const { health, healthReason, consecutiveFailures, lastSuccessAt, lastFailureAt } = live;
    const { lastTestAt, lastTestSuccess } = live;
    const quietUntil = change.config === undefined ? live.quietUntil : null;
    const kept = { health, healthReason, consecutiveFailures, lastSuccessAt, lastFailureAt };
    Object.assign(live, next, kept, { lastTestAt, lastTestSuccess, quietUntil });
    delivery.wake(id);
    return live;
  };

  return {
    find,
    create: async (principal, draft) => {
      const now = clock.now();
      const row: ChannelRow = {
        ...draft,
        // Null says "not set", as in a change: many clients write every field of their model.
        config: mergePatch({}, draft.config, {}),
        id: newId(),
        tenantId: principal.tenantId,
        health: "active",
        healthReason: null,
        consecutiveFailures: 0,
        lastSuccessAt: null,
        lastFailureAt: null,
        lastTestAt: null,
        lastTestSuccess: null,
        quietUntil: null,
        createdAt: now,
        updatedAt: now,
      };
      const stillThere = checkFailureChannel(principal.tenantId, row.id, row.failureChannelId);
      const channel = await checked(row, true);
      await store.engine.batch([
        ...stillThere,
        insertChannelStatement(row, store.vault),
        journalStatement({
          tenantId: principal.tenantId,
          kind: "config.created",
          subjectId: row.id,
          actor: principal.actor,
          at: now,
          data: { id: row.id, name: row.name, object: OBJECT, state: describe(channel) },
        }),
      ]);
      return directory.put(channel);
    },
    update: (principal, id, change) => lock.run(id, () => update(principal, id, change)),
    remove: (principal, id) =>
      lock.run(id, async () => {
        const channel = find(principal.tenantId, id);
        const now = clock.now();
        await store.engine.batch([
          ...removeChannelStatements(principal.tenantId, id, now),
          ...cancelStatements(id, "The channel was deleted.", now),
          journalStatement({
            tenantId: principal.tenantId,
            kind: "config.deleted",
            subjectId: id,
            actor: principal.actor,
            at: now,
            data: { id, name: channel.name, object: OBJECT },
          }),
        ]);
        directory.remove(id);
        for (const sibling of directory.of(principal.tenantId))
          if (sibling.failureChannelId === id) sibling.failureChannelId = null;
        delivery.wake(id);
      }),
    resume: (principal, id) =>
      lock.run(id, async () => {
        const channel = find(principal.tenantId, id);
        if (!channel.isActive)
          throw new AppError("conflict", "The channel is switched off: set is_active to true.", {
            code: "channel_inactive",
          });
        if (!isSending(channel)) await delivery.resume(channel, principal.actor);
        return channel;
      }),
    test: async (principal, id) => tests.onDemand(find(principal.tenantId, id)),
  };
};
