// In: a channel and perhaps a new signing secret. Out: the new secret in force at once, and for a day
// the one before as well, so that the endpoint can be switched over without losing a message.
import { SYSTEM, type Principal } from "../core/actor";
import type { Clock } from "../core/clock";
import { AppError, invalid, isAppError } from "../core/errors";
import { isoMillis } from "../core/time";
import type { Vault } from "../core/vault";
import { journalStatement } from "../journal/append";
import { randomStandardSecret } from "../lib/hmac";
import type { KeyedLock } from "../lib/keyed-lock";
import type { Engine } from "../store/engine";
import { rowOfChannel } from "./describe";
import { channelOf, type Channel, type ChannelDirectory } from "./directory";
import { endRotationStatement, updateChannelStatement, type ChannelRow } from "./repository";

/** Both secrets are valid for so long. */
export const ROTATION_MS = 24 * 3_600_000;

export interface SecretRotator {
  /**
   * Gives the secret that signs from now on: the only time that it is shown. A second call while the
   * window is open keeps only the latest of the old secrets. Throws `invalid` on `secret`, and
   * `conflict` where the channel's type signs nothing.
   */
  rotate(principal: Principal, id: string, given: string | undefined): Promise<Rotated>;
  /** Forgets every secret whose time is up. Rejects where storage refuses: the next call goes on. */
  endRotations(): Promise<void>;
}

export interface Rotated {
  channel: Channel;
  secret: string;
}

export interface RotatorParts {
  store: { engine: Engine; vault: Vault };
  clock: Clock;
  lock: KeyedLock;
  directory: ChannelDirectory;
  find(tenantId: string, id: string): Channel;
  /** Brings the live object in step with its row. */
  replace(live: Channel, next: Channel): void;
}

export const createSecretRotator = (parts: RotatorParts): SecretRotator => {
  const { store, clock, lock, directory, find, replace } = parts;

  /** The field is called `secret` here, whatever the settings call it. */
  const checkedRow = (row: ChannelRow): Channel => {
    const next = channelOf(row);
    try {
      next.type.parse(row.config ?? {});
    } catch (error) {
      if (isAppError(error, "invalid")) throw invalid("secret", error.message);
      throw error;
    }
    return next;
  };

  const rotate = async (principal: Principal, id: string, given: string | undefined): Promise<Rotated> => {
    const live = find(principal.tenantId, id);
    const { rotation } = live.type;
    if (rotation === undefined)
      throw new AppError("conflict", "This channel signs nothing: it has no secret to rotate.", {
        code: "no_signing_secret",
      });
    const previous = rotation.secretOf(live.config);
    if (given !== undefined && given === previous)
      throw invalid("secret", "This is the present secret: choose another, or none and one is made.");
    const secret = given ?? randomStandardSecret();
    const now = clock.now();
    const validUntil = now + ROTATION_MS;
    const row: ChannelRow = {
      ...rowOfChannel(live),
      config: { ...live.storedConfig, [rotation.field]: secret },
      rotation:
        previous === null
          ? null
          : {
              previousSecret: previous,
              rotatedAt: now,
              validUntil,
              endpointSwitchedAt: null,
              lastAcceptedKey: null,
            },
      updatedAt: now,
    };
    const next = checkedRow(row);
    const until = previous === null ? "" : ` The secret before is valid until ${isoMillis(validUntil)}.`;
    await store.engine.batch([
      updateChannelStatement(row, store.vault),
      journalStatement({
        tenantId: principal.tenantId,
        kind: "channel.secret_rotated",
        subjectId: id,
        actor: principal.actor,
        at: now,
        data: {
          channelId: id,
          channelName: live.name,
          reason: `The signing secret was replaced by ${principal.actor.name}.${until}`,
        },
      }),
    ]);
    replace(live, next);
    return { channel: live, secret };
  };

  const end = async (channel: Channel): Promise<void> => {
    const { rotation } = channel;
    if (rotation === null || clock.now() < rotation.validUntil) return;
    await store.engine.batch([
      endRotationStatement(channel.id, rotation.rotatedAt),
      journalStatement({
        tenantId: channel.tenantId,
        kind: "channel.rotation_ended",
        subjectId: channel.id,
        actor: SYSTEM,
        at: clock.now(),
        data: {
          channelId: channel.id,
          channelName: channel.name,
          reason: "The secret that was replaced is forgotten: only the new one signs.",
        },
      }),
    ]);
    replace(channel, channelOf({ ...rowOfChannel(channel), rotation: null }));
  };

  return {
    rotate: (principal, id, given) => lock.run(id, () => rotate(principal, id, given)),
    endRotations: async () => {
      for (const { id, rotation } of directory.all()) {
        if (rotation === null || clock.now() < rotation.validUntil) continue;
        await lock.run(id, async () => {
          const channel = directory.get(id);
          if (channel !== undefined) await end(channel);
        });
      }
    },
  };
};
