// In: a channel whose endpoint has just answered a test with 200. Out: the channel switched on, and what
// was held for it from an earlier time on its way, in one commit.
import type { Channel } from "../channels/directory";
import type { Actor } from "../core/actor";
import type { Clock } from "../core/clock";
import type { Engine } from "../store/engine";
import type { ChannelHealthKeeper } from "./health";
import { releaseStatement } from "./repository";
import type { DeliveryWorker } from "./worker";

export interface ActivateParts {
  store: { engine: Engine };
  clock: Clock;
  health: Pick<ChannelHealthKeeper, "verifyChannel">;
  worker: Pick<DeliveryWorker, "wake">;
}

const SWITCH_ON =
  "UPDATE channels SET is_active = 1, updated_at = ? WHERE id = ? AND tenant_id = ? AND deleted_at IS NULL";

/** Durable when it resolves. Rejects as `Engine.batch`, with `conflict` when the channel was deleted. */
export const activate = async (
  { store, clock, health, worker }: ActivateParts,
  channel: Channel,
  actor: Actor,
): Promise<void> => {
  const { isActive, health: word, healthReason, consecutiveFailures } = channel;
  const now = clock.now();
  const statements = health.verifyChannel(channel, actor);
  try {
    await store.engine.batch([
      { sql: SWITCH_ON, params: [now, channel.id, channel.tenantId], expect: 1 },
      ...statements,
      releaseStatement(channel.id, now),
    ]);
  } catch (error) {
    Object.assign(channel, { isActive, health: word, healthReason, consecutiveFailures });
    throw error;
  }
  channel.updatedAt = now;
  worker.wake(channel.id);
};
