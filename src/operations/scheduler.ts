// In: one table of jobs, each with a cron pattern or an interval. Out: their runs, one at a time per
// job; a failure is logged and the next run comes as planned.
import { Cron } from "croner";
import type { CancelTimer, Clock } from "../core/clock";
import type { Log } from "../core/log";
import type { Service } from "../lib/service";

/** `cron`: five fields, in UTC. `everyMs`: counted from the end of the run before. */
export type JobTiming = { cron: string } | { everyMs: number };

export type Job = JobTiming & {
  readonly name: string;
  readonly run: () => Promise<void> | void;
};

export interface Scheduler extends Service {
  /** Runs the job now, unless it is running already; resolves when it has ended. */
  runNow(name: string): Promise<void>;
  /** Per job, when it last ended well, in ms; null before that. */
  lastSuccess(): ReadonlyMap<string, number | null>;
}

interface Entry {
  job: Job;
  running: Promise<void> | null;
  lastSuccessAt: number | null;
  cancel: CancelTimer | null;
}

/** Null when the pattern never fires again. */
const delayUntilNext = (job: Job, now: number): number | null => {
  if ("everyMs" in job) return job.everyMs;
  const next = new Cron(job.cron, { timezone: "UTC", paused: true }).nextRun(new Date(now));
  return next === null ? null : Math.max(next.getTime() - now, 0);
};

/** Throws when two jobs share a name or a pattern is wrong. */
export const createScheduler = (options: { jobs: readonly Job[]; clock: Clock; log: Log }): Scheduler => {
  const { clock, log } = options;
  const entries = new Map<string, Entry>();
  for (const job of options.jobs) {
    if (entries.has(job.name)) throw new Error(`two jobs are called ${job.name}`);
    delayUntilNext(job, clock.now());
    entries.set(job.name, { job, running: null, lastSuccessAt: null, cancel: null });
  }
  let isStarted = false;

  const perform = async (entry: Entry): Promise<void> => {
    const startedAt = clock.monotonic();
    try {
      await entry.job.run();
      entry.lastSuccessAt = clock.now();
      log.debug("job done", { job: entry.job.name, took_ms: Math.round(clock.monotonic() - startedAt) });
    } catch (error) {
      log.error("job failed", { job: entry.job.name, error });
    }
  };

  const runOnce = (entry: Entry): Promise<void> =>
    (entry.running ??= perform(entry).finally(() => (entry.running = null)));

  const plan = (entry: Entry): void => {
    const delay = isStarted ? delayUntilNext(entry.job, clock.now()) : null;
    if (delay === null) return;
    entry.cancel = clock.after(delay, () => {
      entry.cancel = null;
      void runOnce(entry).then(() => plan(entry));
    });
  };

  return {
    name: "scheduler",
    start: async () => {
      if (isStarted) return;
      isStarted = true;
      for (const entry of entries.values()) plan(entry);
    },
    stop: async () => {
      isStarted = false;
      for (const entry of entries.values()) entry.cancel?.();
      await Promise.all([...entries.values()].map((entry) => entry.running));
    },
    runNow: async (name) => {
      const entry = entries.get(name);
      if (entry === undefined) throw new Error(`no job is called ${name}`);
      await runOnce(entry);
    },
    lastSuccess: () => new Map([...entries.values()].map((entry) => [entry.job.name, entry.lastSuccessAt])),
  };
};
