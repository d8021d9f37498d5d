// In: the parts that have work to do from time to time. Out: the table of jobs, and who runs it.
import { pruneAttempts } from "../delivery/retention";
import { pruneSummaries } from "../monitors/retention";
import { createScheduler } from "../operations/scheduler";
import { pruneReceiverLog } from "../receivers/retention";
import type { Base } from "./base";
import type { Monitors } from "./monitors";
import type { Receivers } from "./receivers";
import type { StatusPages } from "./status-pages";
import type { Telling } from "./telling";

/** A replaced secret signs nothing once its time is up; within so long it is gone from the file too. */
const FORGET_SECRETS_MS = 30_000;
/** How late the end of something may be that nobody repeats any more. */
const EXPIRE_EVERY_MS = 10_000;
/** How late the weekly test of a channel may be. */
const WEEKLY_TESTS_EVERY_MS = 5 * 60_000;

export interface JobNeeds {
  channels: Telling;
  receivers: Receivers;
  monitors: Monitors;
  statusPages: StatusPages;
  /** False while the wall clock may be wrong by years: then nothing is deleted for its age. */
  isClockTrusted: () => boolean;
}

export const wireJobs = ({ config, clock, log, store }: Base, needs: JobNeeds) => {
  const { channels, receivers, monitors, statusPages, isClockTrusted } = needs;
  return createScheduler({
    clock,
    log,
    jobs: [
      {
        name: "prune delivery attempts",
        cron: "17 * * * *",
        run: async () => {
          if (!isClockTrusted()) return;
          await pruneAttempts({ store, clock }, { days: config.attemptRetentionDays });
        },
      },
      {
        name: "prune summaries of monitors",
        cron: "37 * * * *",
        run: async () => {
          if (!isClockTrusted()) return;
          const { engine } = store;
          await pruneSummaries(
            { engine, book: monitors.book, clock },
            { hourDays: config.hourRetentionDays },
          );
        },
      },
      {
        name: "prune what came to receivers",
        cron: "27 * * * *",
        run: async () => {
          if (!isClockTrusted()) return;
          await pruneReceiverLog({ engine: store.engine, clock });
        },
      },
      {
        name: "forget who did not confirm a subscription",
        cron: "47 * * * *",
        run: async () => {
          if (isClockTrusted()) await statusPages.forgetUnconfirmed();
        },
      },
      { name: "end what senders no longer repeat", everyMs: EXPIRE_EVERY_MS, run: receivers.expire },
      {
        name: "forget replaced secrets",
        everyMs: FORGET_SECRETS_MS,
        run: async () =>
          void (await Promise.all([channels.service.endRotations(), receivers.desk.forgetReplaced()])),
      },
      { name: "weekly channel tests", everyMs: WEEKLY_TESTS_EVERY_MS, run: () => channels.weeklyTests.run() },
    ],
  });
};
