// In: what people want of their channels. Out: channels checked, stored with their journal rows, and
// in step in memory; waiting messages held, released or cancelled in the same commit. Nothing is sent
// while a channel's turn is held: handshakes and tests come after the commit.
import type { Actor, Principal } from "../core/actor";
import type { Clock } from "../core/clock";
import { AppError, invalid, notFound } from "../core/errors";
import { newId } from "../core/ids";
import type { TenantDirectory } from "../core/tenants";
import type { Vault } from "../core/vault";
import { isSending } from "../delivery/is-sending";
import { quietStatement } from "../delivery/health-repository";
import { cancelStatements, holdStatement, releaseStatement } from "../delivery/waiting-rows";
import type { AttemptView } from "../delivery/history";
import type { SigningPurpose } from "../delivery/signing";
import type { TestResult } from "../delivery/test-send";
import { journalStatement } from "../journal/append";
import { createKeyedLock } from "../lib/keyed-lock";
import { mergePatch, type Settings } from "../lib/merge-patch";
import type { Engine, Statement } from "../store/engine";
import type { Message } from "./channel";
import { changesBetween, describeChannel, rowOfChannel } from "./describe";
import { createChannelChecks } from "./check-channel";
import { channelOf, type Channel, type ChannelDirectory } from "./directory";
import { asTested, createHandshake, UNVERIFIED } from "./handshake";
import {
  insertChannelStatement,
  removeChannelStatements,
  setHealthStatement,
  updateChannelStatement,
  type ChannelRow,
} from "./repository";
import { createSecretRotator, type SecretRotator } from "./rotate-secret";
import type { ChannelFilters } from "./schema";
import type { ChannelTests } from "./tests";

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
  sendTest(channel: Channel, messages: readonly Message[], purpose: SigningPurpose): Promise<TestResult>;
  /** Of a weekly test: journals it and tells the failure channel. Durable when it resolves. */
  tellTestFailure(channel: Channel, reason: string): Promise<void>;
  resume(channel: Channel, actor: Actor): Promise<void>;
  /** Switches on a channel whose endpoint has answered with 200. */
  activate(channel: Channel, actor: Actor): Promise<void>;
  wake(channelId: string): void;
}

export interface ChannelServiceParts {
  store: { engine: Engine; vault: Vault };
  clock: Clock;
  directory: ChannelDirectory;
  tenants: TenantDirectory;
  delivery: ChannelDelivery;
  tests: ChannelTests;
}

export interface SavedChannel {
  channel: Channel;
  /** The handshake, where switching the channel on took one; the channel says how it ended. */
  attempt: AttemptView | null;
}

export interface ChannelService extends Pick<SecretRotator, "endRotations"> {
  find(tenantId: string, id: string): Channel;
  create(principal: Principal, draft: ChannelDraft): Promise<SavedChannel>;
  /**
   * `config` is merged by key: null removes, a value equal to its mask leaves the stored one. Another
   * secret is in force at once and ends a rotation; see `rotateSecret` for a change without a gap.
   */
  update(principal: Principal, id: string, change: Partial<ChannelDraft>): Promise<SavedChannel>;
  /** What waited for it is cancelled with the reason. */
  remove(principal: Principal, id: string): Promise<void>;
  resume(principal: Principal, id: string): Promise<Channel>;
  rotateSecret: SecretRotator["rotate"];
  /**
   * Real attempts with sample values. Six a minute per channel, else `rate_limited`. Switches on a
   * channel that waits for its handshake.
   */
  test(principal: Principal, id: string, purpose?: SigningPurpose): Promise<TestResult>;
}

const OBJECT = "notification_channel";

export const createChannelService = (parts: ChannelServiceParts): ChannelService => {
  const { store, clock, directory, tenants, delivery, tests } = parts;
  const lock = createKeyedLock();
  const handshake = createHandshake({ lock, directory, tests, activate: delivery.activate });

  const find = (tenantId: string, id: string): Channel => {
    const channel = directory.find(tenantId, id);
    if (channel === undefined) throw notFound("notification channel");
    return channel;
  };

  const checks = createChannelChecks({ directory, tenants, refusalOf: delivery.refusalOf });

  /** What delivery owns may have moved meanwhile: it stays as it is. */
  const replace = (live: Channel, next: Channel): void => {
    const { health, healthReason, consecutiveFailures, lastSuccessAt, lastFailureAt } = live;
    const { lastTestAt, lastTestSuccess, quietUntil } = live;
    const kept = { health, healthReason, consecutiveFailures, lastSuccessAt, lastFailureAt };
    Object.assign(live, next, kept, { lastTestAt, lastTestSuccess, quietUntil });
  };

  const rotator = createSecretRotator({ ...parts, lock, find, replace });

  const secretOf = ({ type, config }: Channel): string | null => type.rotation?.secretOf(config) ?? null;

  /** True when a handshake is left to do. */
  const update = async (
    principal: Principal,
    id: string,
    change: Partial<ChannelDraft>,
  ): Promise<{ channel: Channel; mustVerify: boolean }> => {
    const live = find(principal.tenantId, id);
    if (change.type !== undefined && change.type !== live.kind)
      throw invalid("type", "The type of a channel can't be changed: create another channel.");
    const config =
      change.config === undefined
        ? live.storedConfig
        : mergePatch(live.storedConfig, change.config as Settings, live.type.mask(live.config));
    const { type: _type, config: _config, ...plain } = change;
    const row: ChannelRow = { ...rowOfChannel(live), ...plain, config, updatedAt: clock.now() };
    const stillThere = checks.failureChannel(principal.tenantId, id, change.failureChannelId);
    const asWished = await checks.row(row, {
      config: change.config !== undefined,
      events: change.events !== undefined,
    });
    if (secretOf(asWished) !== secretOf(live)) row.rotation = null;
    const mustVerify = !live.isActive && row.isActive && asWished.behaviour.handshake;
    if (mustVerify) {
      tests.takeTurn(id);
      row.isActive = false;
    }
    const next = channelOf(row);
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
    // Without its handshake it has nothing to prove any more.
    const isExempt = live.health === "unverified" && row.isActive;
    const isHealthy = live.health === "active" || live.health === "failing" || isExempt;
    if (live.isActive && !row.isActive) statements.push(holdStatement(id, "The channel is switched off."));
    if (!live.isActive && row.isActive && isHealthy) statements.push(releaseStatement(id, row.updatedAt));
    const health = mustVerify
      ? ({ health: "unverified", healthReason: UNVERIFIED } as const)
      : isExempt
        ? ({ health: "active", healthReason: null } as const)
        : null;
    if (health !== null) statements.push(setHealthStatement(id, health.health, health.healthReason));
    await store.engine.batch(statements);
    replace(live, next);
    if (change.config !== undefined) live.quietUntil = null;
    if (health !== null) Object.assign(live, health);
    delivery.wake(id);
    return { channel: live, mustVerify };
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
        rotation: null,
        createdAt: now,
        updatedAt: now,
      };
      const stillThere = checks.failureChannel(principal.tenantId, row.id, row.failureChannelId);
      const mustVerify =
        (await checks.row(row, { config: true, events: true })).behaviour.handshake && row.isActive;
      if (mustVerify) {
        row.isActive = false;
        row.health = "unverified";
        row.healthReason = UNVERIFIED;
      }
      const channel = channelOf(row);
      await store.engine.batch([
        ...stillThere,
        insertChannelStatement(row, store.vault),
        journalStatement({
          tenantId: principal.tenantId,
          kind: "config.created",
          subjectId: row.id,
          actor: principal.actor,
          at: now,
          data: { id: row.id, name: row.name, object: OBJECT, state: describeChannel(channel) },
        }),
      ]);
      const live = directory.put(channel);
      delivery.wake(live.id);
      return { channel: live, attempt: mustVerify ? await handshake.perform(principal, live) : null };
    },
    update: async (principal, id, change) => {
      const { channel, mustVerify } = await lock.run(id, () => update(principal, id, change));
      return { channel, attempt: mustVerify ? await handshake.perform(principal, channel) : null };
    },
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
    rotateSecret: rotator.rotate,
    endRotations: rotator.endRotations,
    test: async (principal, id, purpose = "delivery") => {
      const channel = find(principal.tenantId, id);
      tests.takeTurn(id);
      const isHandshake = channel.health === "unverified";
      const tested = asTested(channel);
      const result = await tests.send(channel, purpose);
      if (isHandshake) await handshake.conclude(principal, tested, result);
      return result;
    },
  };
};
