// In: new samples of one series. Out: the statements' effect: a segment, joined with small ones before
// it, and the summaries of the hours that they touch. Runs inside the writer's transaction.
import type { Statement } from "bun:sqlite";
import type { Statements } from "./database";
import { cutRun, decodeRun, encodeRun, lowerBound, mergeAll, mergeRuns, type Run } from "./run";
import {
  addAll,
  addSummaries,
  decodeMinutes,
  encodeMinutes,
  AHEAD_LIMIT_MS,
  HOUR_MS,
  hourOf,
  MINUTE_MS,
  type Minutes,
  minuteOf,
  summarize,
  type Summary,
} from "./summary";

/** A segment that a reader must decode as a whole stays about this small. */
const SEGMENT_SAMPLES = 8_192;

type SegmentRow = [id: number, count: number];
type RunRow = [count: number, run: Uint8Array];
type SummaryRow = [
  min: number,
  max: number,
  sum: number | null,
  count: number,
  last: number,
  lastTime: number,
  minutes: Uint8Array | null,
];

/** Puts samples into their places; one per connection. */
export class Placer {
  readonly #newest: Statement;
  readonly #segment: Statement;
  readonly #dropSegment: Statement;
  readonly #addSegment: Statement;
  readonly #overlapping: Statement;
  readonly #summary: Statement;
  readonly #saveSummary: Statement;

  constructor(statements: Statements) {
    this.#newest = statements.prepare(
      "SELECT id, count FROM segments WHERE series = ? AND bucket = ? ORDER BY id DESC LIMIT 16",
    );
    this.#segment = statements.prepare(
      "SELECT count, run FROM segments WHERE series = ? AND bucket = ? AND id = ?",
    );
    this.#dropSegment = statements.prepare(
      "DELETE FROM segments WHERE series = ? AND bucket = ? AND id >= ?",
    );
    this.#addSegment = statements.prepare("INSERT INTO segments VALUES (?, ?, ?, ?, ?, ?, ?)");
    this.#overlapping = statements.prepare(
      "SELECT count, run FROM segments " +
        "WHERE series = ? AND bucket >= ? AND last >= ? AND first < ? ORDER BY bucket, id",
    );
    this.#summary = statements.prepare(
      "SELECT min, max, sum, count, last, last_time, minutes FROM summaries WHERE series = ? AND hour = ?",
    );
    this.#saveSummary = statements.prepare(
      "INSERT OR REPLACE INTO summaries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
  }

  /** `bucket`: the hour of the server's clock in which the newest of them was received. */
  place(series: number, run: Run, bucket: number): void {
    // Summaries first: a replaced sample is found among the segments before the new one is there.
    let from = 0;
    while (from < run.times.length) {
      const hour = hourOf(run.times[from] as number);
      const to = lowerBound(run.times, (hour + 1) * HOUR_MS);
      this.#summarizeHour(series, hour, cutRun(run, run.times[from] as number, (hour + 1) * HOUR_MS), bucket);
      from = to;
    }
    this.#addRun(series, run, bucket);
  }

  /** Joins small neighbours as in a binary counter: each sample is rewritten a few times only. */
  #addRun(series: number, run: Run, bucket: number): void {
    const newest = this.#newest.values(series, bucket) as SegmentRow[];
    let id = (newest[0]?.[0] ?? 0) + 1;
    let joined = run;
    for (const [segmentId, count] of newest) {
      if (count > 2 * joined.times.length || count + joined.times.length > SEGMENT_SAMPLES) break;
      const [row] = this.#segment.values(series, bucket, segmentId) as RunRow[];
      if (row === undefined) break;
      joined = mergeRuns(decodeRun(row[1], row[0]), joined);
      id = segmentId;
    }
    this.#dropSegment.run(series, bucket, id);
    for (let at = 0; at < joined.times.length; at += SEGMENT_SAMPLES, id++) {
      const part: Run = {
        times: joined.times.subarray(at, at + SEGMENT_SAMPLES),
        values: joined.values.subarray(at, at + SEGMENT_SAMPLES),
      };
      const { length } = part.times;
      this.#addSegment.run(
        series,
        bucket,
        id,
        part.times[0] as number,
        part.times[length - 1] as number,
        length,
        encodeRun(part),
      );
    }
  }

  #summarizeHour(series: number, hour: number, added: Run, bucket: number): void {
    const [row] = this.#summary.values(series, hour) as SummaryRow[];
    const minutes: Minutes = row?.[6] ? decodeMinutes(row[6], hour) : new Map();
    const known = row === undefined ? null : summaryOf(row);
    const isComplete = (known?.count ?? 0) === countOf(minutes);
    const surplus = this.#summarizeMinutes(series, minutes, added);
    const total = isComplete
      ? addAll(minutes.values())
      : // Minutes that outlived their tier are only in the hour: what is new is added to it.
        surplus.reduce<Summary | null>((sum, one) => (sum === null ? one : addSummaries(sum, one)), known);
    if (total === null) return;
    this.#saveSummary.run(
      series,
      hour,
      bucket,
      total.min,
      total.max,
      total.sum,
      total.count,
      total.last,
      total.lastTime,
      encodeMinutes(minutes, hour),
    );
  }

  /** Brings `minutes` up to date; returns the summaries of samples that were not there before. */
  #summarizeMinutes(series: number, minutes: Minutes, added: Run): Summary[] {
    const surplus: Summary[] = [];
    for (let start = 0; start < added.times.length;) {
      const minute = minuteOf(added.times[start] as number);
      const end = lowerBound(added.times, (minute + 1) * MINUTE_MS);
      const number = minute - hourOf(added.times[start] as number) * 60;
      const before = minutes.get(number);
      const fresh = summarize(added, start, end);
      if (before === undefined || (added.times[start] as number) > before.lastTime) {
        minutes.set(number, before === undefined ? fresh : addSummaries(before, fresh));
        surplus.push(fresh);
      } else {
        const news: Run = {
          times: added.times.subarray(start, end),
          values: added.values.subarray(start, end),
        };
        surplus.push(...this.#recount(series, minutes, minute, before, news));
      }
      start = end;
    }
    return surplus;
  }

  /** Late or replaced samples: the minute is counted anew from the stored ones, while they are all there. */
  #recount(series: number, minutes: Minutes, minute: number, before: Summary, news: Run): Summary[] {
    const number = minute - Math.floor(minute / 60) * 60;
    const stored = this.stored(series, minute * MINUTE_MS, (minute + 1) * MINUTE_MS);
    const isReplaced = (time: number): boolean => {
      const at = lowerBound(stored.times, time);
      return stored.times[at] === time;
    };
    const late = Array.from(news.times.keys()).filter((index) => !isReplaced(news.times[index] as number));
    const lateRun: Run = {
      times: Float64Array.from(late, (index) => news.times[index] as number),
      values: Float64Array.from(late, (index) => news.values[index] as number),
    };
    const lateSummary = late.length === 0 ? null : summarize(lateRun, 0, late.length);
    if (stored.times.length === before.count) {
      const all = mergeRuns(stored, news);
      minutes.set(number, summarize(all, 0, all.times.length));
    } else if (lateSummary !== null) minutes.set(number, addSummaries(before, lateSummary));
    return lateSummary === null ? [] : [lateSummary];
  }

  /** Stored samples of a series with from ≤ time < to. */
  stored(series: number, from: number, to: number): Run {
    const rows = this.#overlapping.values(series, earliestBucket(from), from, to) as RunRow[];
    return mergeAll(rows.map(([count, run]) => cutRun(decodeRun(run, count), from, to)));
  }
}

/** Nothing of this device time can have been received in an earlier hour. */
export const earliestBucket = (time: number): number => hourOf(time - AHEAD_LIMIT_MS);

const countOf = (minutes: Minutes): number => {
  let count = 0;
  for (const summary of minutes.values()) count += summary.count;
  return count;
};

const summaryOf = ([min, max, sum, count, last, lastTime]: SummaryRow): Summary => ({
  min,
  max,
  sum: sum ?? Number.NaN,
  count,
  last,
  lastTime,
});
