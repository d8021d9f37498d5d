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
  /** The moment of the pattern that was taken last. */
  lastSlot: number | null;
  cancel: CancelTimer | null;
}

/** Timers run on the steady clock: looking again so often keeps cron jobs with a wall clock that jumps. */
const LOOK_AGAIN_MS = 60_000;
const DAY_MS = 86_400_000;

/** When the pattern fires next, in ms; null when it never does again. Throws when it is no pattern. */
const nextDue = (cron: string, now: number): number | null =>
  new Cron(cron, { timezone: "UTC", paused: true }).nextRun(new Date(now))?.getTime() ?? null;

/** Throws when two jobs share a name or a pattern is wrong. */
export const createScheduler = (options: { jobs: readonly Job[]; clock: Clock; log: Log }): Scheduler => {
  const { clock, log } = options;
  const entries = new Map<string, Entry>();
  for (const job of options.jobs) {
    if (entries.has(job.name)) throw new Error(`two jobs are called ${job.name}`);
    if ("cron" in job) nextDue(job.cron, clock.now());
    entries.set(job.name, { job, running: null, lastSuccessAt: null, lastSlot: null, cancel: null });
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

  const runAndPlan = (entry: Entry): void => {
    entry.cancel = null;
    void runOnce(entry).then(() => plan(entry));
  };

  const waitUntil = (entry: Entry, dueAt: number): void => {
    const left = Math.min(dueAt - clock.now(), LOOK_AGAIN_MS);
    entry.cancel = clock.after(left, () => {
      // Worked out anew: the clock may have been set back by years.
      if (clock.now() < dueAt) return plan(entry);
      entry.lastSlot = dueAt;
      runAndPlan(entry);
    });
  };

  const plan = (entry: Entry): void => {
    if (!isStarted) return;
    const { job } = entry;
    if ("everyMs" in job) {
      entry.cancel = clock.after(job.everyMs, () => runAndPlan(entry));
      return;
    }
    const now = clock.now();
    // A clock that was set back a little does not repeat what was done; one that was wrong by days does.
    const { lastSlot } = entry;
    const isRecent = lastSlot !== null && lastSlot > now && lastSlot - now < DAY_MS;
    const dueAt = nextDue(job.cron, isRecent ? lastSlot : now);
    if (dueAt !== null) waitUntil(entry, dueAt);
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
