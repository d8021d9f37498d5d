// In: monitors in sight. Out: how quickly each answered in the last 24 hours and how often, a few requests at a
// time, kept for a minute. What can't be read is left out; the row says all that matters in words.
import { readLatency, type Monitor } from "../api/monitors";
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

const put = (id: string, course: Course): void => courses.update((known) => new Map(known).set(id, course));

const next = (): void => {
  while (running < AT_ONCE) {
    const monitor = queue.shift();
    if (monitor === undefined) return;
    running += 1;
    const to = now();
    const born = Date.parse(monitor.created_at);
    const isYoung = to - born < YOUNG_MS;
    const from = isYoung ? born : to - DAY_MS;
    readLatency(monitor.id, { from, resolution: isYoung ? "minute" : "hour" })
      .then(
        ({ data, uptime }) => {
          const points = data.flatMap(({ at, latency_ms: value }) =>
            value === null ? [] : [{ time: Date.parse(at), value }],
          );
          put(monitor.id, { points, uptime, from, to, readAt: now() });
        },
        () => put(monitor.id, { points: [], uptime: null, from, to, readAt: now() }),
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
