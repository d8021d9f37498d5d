// In: a channel that somebody resumes, or whose endpoint has just proved to be there. Out: the channel
// sending again, and what was held for it on its way, in one commit and in the order of decisions.
import type { Channel } from "../channels/directory";
import type { Actor } from "../core/actor";
import type { Clock } from "../core/clock";
import type { Engine, Statement } from "../store/engine";
import type { ChannelHealthKeeper, HealthChange } from "./health";
import type { Lane } from "./lane";
import type { Lanes } from "./lanes";
import type { OutboxRow } from "./outbox";
import { releaseStatement } from "./waiting-rows";
import type { Settler } from "./settler";

export interface ReopenParts {
  engine: Engine;
  clock: Clock;
  health: Pick<ChannelHealthKeeper, "resumeChannel" | "verifyChannel">;
  settler: Settler;
  lanes: Lanes;
  committed: (rows: readonly OutboxRow[]) => void;
  wake: (channelId: string) => void;
  readAgain: (lane: Lane) => void;
}

export interface Reopening {
  /** Clears pause, failure and being disabled. Durable when it resolves; rejects as `Engine.batch`. */
  resume(channel: Channel, actor: Actor): Promise<void>;
  /** Switches it on as well; rejects with `conflict` when the channel was deleted. */
  activate(channel: Channel, actor: Actor): Promise<void>;
  /** Of a channel that sends: what was held while the change that let it was being committed. */
  letGo(lane: Lane): void;
}

const SWITCH_ON =
  "UPDATE channels SET is_active = 1, updated_at = ? WHERE id = ? AND tenant_id = ? AND deleted_at IS NULL";

export const createReopening = (parts: ReopenParts): Reopening => {
  const { engine, clock, health, settler, lanes, committed, wake, readAgain } = parts;

  const reopen = async (
    channel: Channel,
    first: readonly Statement[],
    change: () => HealthChange,
  ): Promise<void> => {
    // What is about to be held must not come to be held after its release.
    settler.retryNow();
    await settler.flush();
    const { isActive, health: word, healthReason, consecutiveFailures } = channel;
    const lane = lanes.of(channel.id);
    // From here on what fails is tried again. New messages wait in the file: those that were held come first.
    lane.isReopening = true;
    const { statements, notices } = change();
    try {
      await engine.batch([...first, ...statements, releaseStatement(channel.id, clock.now())]);
    } catch (error) {
      Object.assign(channel, { isActive, health: word, healthReason, consecutiveFailures });
      throw error;
    } finally {
      lane.isReopening = false;
    }
    committed(notices);
    wake(channel.id);
  };

  return {
    letGo: (lane) => {
      lane.mayHold = false;
      const statements = [releaseStatement(lane.channelId, clock.now())];
      settler.add({ statements, done: () => readAgain(lane) });
    },
    resume: (channel, actor) => reopen(channel, [], () => health.resumeChannel(channel, actor)),
    activate: async (channel, actor) => {
      const now = clock.now();
      const switchOn: Statement = { sql: SWITCH_ON, params: [now, channel.id, channel.tenantId], expect: 1 };
      await reopen(channel, [switchOn], () => ({
        statements: health.verifyChannel(channel, actor),
        notices: [],
      }));
      channel.updatedAt = now;
    },
  };
};
