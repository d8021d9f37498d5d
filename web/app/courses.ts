// In: monitors in sight. Out: how quickly each answered in the last 24 hours and how often, of jobs how long their
// last runs took, a few requests at a time, kept for a minute. What can't be read is left out; the row says all that
// matters in words.
import { listResults, readLatency, type Monitor, type MonitorResult } from "../api/monitors";
import { now } from "../controllers/clock";
import { Store } from "../controllers/store";
import type { SparkPoint } from "../elements/sparkline";

export interface Course {
  points: readonly SparkPoint[];
  /** From 0 to 1; null where nothing was seen. */
  uptime: number | null;
  from: number;
  to: number;
  readAt: number;
}

const KEEP_MS = 60_000;
const AT_ONCE = 4;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** So young, an hour would be a single point. */
const YOUNG_MS = 6 * HOUR_MS;

export const courses = new Store<ReadonlyMap<string, Course>>(new Map());
const queue: Monitor[] = [];
const asked = new Set<string>();
let running = 0;

/** Of a job's reports. */
const LAST_RUNS = 50;

/** How long the runs took that ended well, oldest first; only those that said when they began have a duration. */
export const durationsOf = (results: readonly MonitorResult[]): SparkPoint[] =>
  results
    .flatMap(({ at, outcome, latency_ms: value }) =>
      outcome === "up" && value !== null ? [{ time: Date.parse(at), value }] : [],
    )
    .toReversed();

const readRuns = async (monitor: Monitor): Promise<Course> => {
  const { data } = await listResults(monitor.id, { limit: LAST_RUNS });
  const points = durationsOf(data);
  return { points, uptime: null, from: points[0]?.time ?? 0, to: points.at(-1)?.time ?? 0, readAt: now() };
};

const readLooks = async (monitor: Monitor): Promise<Course> => {
  const to = now();
  const born = Date.parse(monitor.created_at);
  const isYoung = to - born < YOUNG_MS;
  const from = isYoung ? born : to - DAY_MS;
  const { data, uptime } = await readLatency(monitor.id, { from, resolution: isYoung ? "minute" : "hour" });
  const points = data.flatMap(({ at, latency_ms: value }) =>
    value === null ? [] : [{ time: Date.parse(at), value }],
  );
  return { points, uptime, from, to, readAt: now() };
};

const NOTHING: Omit<Course, "readAt"> = { points: [], uptime: null, from: 0, to: 0 };

const put = (id: string, course: Course): void => courses.update((known) => new Map(known).set(id, course));

const next = (): void => {
  while (running < AT_ONCE) {
    const monitor = queue.shift();
    if (monitor === undefined) return;
    running += 1;
    (monitor.type === "heartbeat" ? readRuns(monitor) : readLooks(monitor))
      .then(
        (course) => put(monitor.id, course),
        () => put(monitor.id, { ...NOTHING, readAt: now() }),
      )
      .finally(() => {
        running -= 1;
        asked.delete(monitor.id);
        next();
      });
  }
};

/** Asks for what is missing or old; cheap to call often. */
export const wantCourse = (monitor: Monitor): void => {
  if (asked.has(monitor.id)) return;
  const known = courses.value.get(monitor.id);
  if (known !== undefined && now() - known.readAt < KEEP_MS) return;
  asked.add(monitor.id);
  queue.push(monitor);
  next();
};
