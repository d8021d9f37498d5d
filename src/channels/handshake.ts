// In: a channel that becomes active only when its endpoint proves to be there. Out: one signed test
// event sent; exactly 200 switches the channel on, anything else leaves it off, with the attempt shown.
// StatusPulse "validates the route with a 200 OK handshake before enabling live traffic".
import type { Actor, Principal } from "../core/actor";
import { isAppError } from "../core/errors";
import type { AttemptView } from "../delivery/history";
import { HANDSHAKE_STATUS, type TestResult } from "../delivery/test-send";
import type { KeyedLock } from "../lib/keyed-lock";
import type { Channel, ChannelDirectory } from "./directory";
import type { ChannelTests } from "./tests";

/** Shown while a channel waits for its endpoint. */
export const UNVERIFIED = "The endpoint has not answered a test message with exactly 200 yet.";

/** Every message of it, where the type sends several. */
const isExactly200 = ({ attempts }: TestResult): boolean =>
  attempts.every(({ statusCode }) => statusCode === HANDSHAKE_STATUS);

export interface Handshake {
  /** Sends, and switches the channel on where the answer is 200. Never rejects for what the endpoint does. */
  perform(principal: Principal, channel: Channel): Promise<AttemptView>;
  /**
   * After a test that was sent without holding the channel: switches it on, unless it was deleted, given
   * other settings or verified meanwhile.
   */
  conclude(principal: Principal, tested: TestedChannel, result: TestResult): Promise<void>;
}

/** What a test was sent with: settings that change meanwhile are not proved by it. */
export interface TestedChannel {
  id: string;
  settings: string;
}

/** To be taken before the test is sent. */
export const asTested = ({ id, storedConfig }: Channel): TestedChannel => ({
  id,
  settings: JSON.stringify(storedConfig),
});

export const createHandshake = (parts: {
  lock: KeyedLock;
  directory: Pick<ChannelDirectory, "find">;
  tests: Pick<ChannelTests, "send">;
  activate: (channel: Channel, actor: Actor) => Promise<void>;
}): Handshake => {
  const { lock, directory, tests, activate } = parts;

  const conclude: Handshake["conclude"] = async (principal, tested, result) => {
    if (!result.isSuccess || !isExactly200(result)) return;
    await lock.run(tested.id, async () => {
      const present = directory.find(principal.tenantId, tested.id);
      if (present?.health !== "unverified" || asTested(present).settings !== tested.settings) return;
      await activate(present, principal.actor).catch((error: unknown) => {
        // Deleted at that moment.
        if (!isAppError(error, "conflict")) throw error;
      });
    });
  };

  return {
    perform: async (principal, channel) => {
      const tested = asTested(channel);
      const result = await tests.send(channel);
      await conclude(principal, tested, result);
      return result.attempt;
    },
    conclude,
  };
};
