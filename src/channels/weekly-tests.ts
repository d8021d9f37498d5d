// In: channels that want to be tested every week, and the time. Out: those whose week is over, tested
// once; what fails is journalled and told to the failure channel. The week is in the database: a
// restart repeats nothing, and a test that the program did not live to see is not sent again.
import type { Clock } from "../core/clock";
import { isAppError } from "../core/errors";
import type { Log } from "../core/log";
import type { Service } from "../lib/service";
import type { Engine } from "../store/engine";
import type { Channel, ChannelDirectory } from "./directory";
import { claimTestStatement } from "./repository";
import type { ChannelTests } from "./tests";

export interface WeeklyTests extends Service {
  /** Tests what is due, one after the other. */
  run(): Promise<void>;
}

export interface WeeklyTestParts {
  store: { engine: Engine };
  clock: Clock;
  log: Log;
  directory: Pick<ChannelDirectory, "all">;
  tests: Pick<ChannelTests, "send">;
  /** Journals the failure and tells the failure channel; durable when it resolves. */
  tellFailure: (channel: Channel, reason: string) => Promise<void>;
}

const WEEK_MS = 7 * 86_400_000;

/** A test of a time that is yet to come, by more than a week, was made by a clock that was wrong. */
const isDue = ({ weeklyTest, isActive, lastTestAt }: Channel, now: number): boolean =>
  weeklyTest && isActive && (lastTestAt === null || Math.abs(now - lastTestAt) >= WEEK_MS);

export const createWeeklyTests = (parts: WeeklyTestParts): WeeklyTests => {
  const { store, clock, log, directory, tests, tellFailure } = parts;
  let isStopped = false;

  const testOne = async (channel: Channel): Promise<void> => {
    const now = clock.now();
    const { lastTestAt: before } = channel;
    try {
      await store.engine.batch([claimTestStatement(channel.id, before, now)]);
    } catch (error) {
      // Somebody has just tested it, switched it off or deleted it.
      if (isAppError(error, "conflict")) return;
      throw error;
    }
    channel.lastTestAt = now;
    channel.lastTestSuccess = null;
    const { isSuccess, error } = await tests.send(channel);
    // A test that our own end has cut short says nothing about the channel.
    if (isSuccess || isStopped) return;
    await tellFailure(channel, `The weekly test was not delivered: ${error ?? "no reason is known."}`);
  };

  return {
    name: "weekly tests",
    start: async () => undefined,
    // Whoever runs it waits for the test that is under way.
    stop: async () => {
      isStopped = true;
    },
    run: async () => {
      for (const channel of directory.all()) {
        if (isStopped) return;
        if (!isDue(channel, clock.now())) continue;
        try {
          await testOne(channel);
        } catch (error) {
          log.error("a weekly test failed inside Andon", { error, channel_id: channel.id });
        }
      }
    },
  };
};
