// In: alerts on the screen. Out: the last readings of their metrics, a few requests at a time, kept for
// half a minute. A line that can't be read is left out; the row says all that matters in words.
import type { Alert } from "../api/alerts";
import { readReadings, type Readings } from "../api/machines";
import { now } from "../controllers/clock";
import { Store } from "../controllers/store";
import type { SparkPoint } from "../elements/sparkline";
import { hasValue } from "../text/alert-words";

export interface Spark {
  points: readonly SparkPoint[];
  from: number;
  to: number;
  readAt: number;
}

const KEEP_MS = 30_000;
const AT_ONCE = 4;
const MINUTE_MS = 60_000;
const POINTS = 60;

export const sparks = new Store<ReadonlyMap<string, Spark>>(new Map());
const queue: Alert[] = [];
const asked = new Set<string>();
let running = 0;

/** From a while before the beginning until now or the end; at most six hours. */
const windowOf = (alert: Alert): { from: number; to: number } => {
  const to = alert.resolved_at === null ? now() : Date.parse(alert.resolved_at) + 5 * MINUTE_MS;
  const began = Date.parse(alert.triggered_at);
  return { from: Math.max(Math.min(began - 15 * MINUTE_MS, to - 30 * MINUTE_MS), to - 360 * MINUTE_MS), to };
};

/** The series with the alert's labels; else the first. */
export const seriesFor = (readings: Readings, labels: Record<string, string>): SparkPoint[] => {
  const wanted = JSON.stringify(Object.entries(labels).sort());
  const found =
    readings.series.find((each) => JSON.stringify(Object.entries(each.labels).sort()) === wanted) ??
    readings.series[0];
  return (found?.points ?? []).map((point) => ({ time: Date.parse(point.time), value: point.value }));
};

const next = (): void => {
  while (running < AT_ONCE) {
    const alert = queue.shift();
    if (alert === undefined) return;
    running += 1;
    const { from, to } = windowOf(alert);
    readReadings(alert.machine_id, { metric: alert.metric_name, from, to, maxPoints: POINTS })
      .then(
        (readings) => {
          const points = seriesFor(readings, alert.labels);
          sparks.update((known) => new Map(known).set(alert.id, { points, from, to, readAt: now() }));
        },
        () => {
          sparks.update((known) => new Map(known).set(alert.id, { points: [], from, to, readAt: now() }));
        },
      )
      .finally(() => {
        running -= 1;
        asked.delete(alert.id);
        next();
      });
  }
};

/** Asks for what is missing or old; cheap to call often. */
export const wantSparks = (alerts: readonly Alert[]): void => {
  for (const alert of alerts) {
    if (asked.has(alert.id) || !hasValue(alert)) continue;
    const known = sparks.value.get(alert.id);
    if (known !== undefined && (now() - known.readAt < KEEP_MS || alert.status === "resolved")) continue;
    asked.add(alert.id);
    queue.push(alert);
  }
  next();
};
