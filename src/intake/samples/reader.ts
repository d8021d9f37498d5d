// In: a question about one series. Out: its points, from the finest tier that is still complete and
// not too long, thinned to what a chart can show without losing a peak. Reads on its own connection.
import { Database, type Statement } from "bun:sqlite";
import { invalid } from "../../core/errors";
import { earliestBucket } from "./place";
import type { Progress } from "./writer";
import { cutRun, decodeRun, mergeAll, mergeRuns, type Run } from "./run";
import { decodeMinuteColumns, HOUR_MS, hourOf, MINUTE_MS } from "./summary";
import { Folder, pointsOfRun, type Point } from "./points";

export const RESOLUTIONS = ["raw", "1m", "1h"] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

export interface SamplesQuery {
  seriesId: number;
  /** Device time in ms, both ends included. */
  from: number;
  to: number;
  resolution: Resolution | "auto";
  maxPoints: number;
}

export interface SamplesAnswer {
  /** The tier that was read; its points may have been thinned. */
  resolution: Resolution;
  points: Point[];
}

/** Samples of a series that are committed but not yet sorted, as of what the reader's snapshot holds. */
export type UnsortedOf = (seriesId: number, progress: Progress) => Run;

/** A finer tier is read while it holds at most this many entries per point that is shown. */
const ENTRIES_PER_POINT = 64;
/** Keeps one answer within some tens of milliseconds of the serving thread. */
const MAX_ENTRIES = 100_000;
/** Of a question for every single sample. */
const MAX_RAW_SAMPLES = 500_000;

type HourRow = [
  hour: number,
  min: number,
  max: number,
  sum: number | null,
  count: number,
  last: number,
  lastTime: number,
];
type MinutesRow = [...HourRow, minutes: Uint8Array | null];

/** Asked for a tier that can only be told right after sorting. */
export class UnsortedOverlap extends Error {}

export class SamplesReader {
  readonly #database: Database;
  readonly #progress: Statement;
  readonly #hours: Statement;
  readonly #minutes: Statement;
  readonly #rawCount: Statement;
  readonly #raw: Statement;
  readonly #unsortedOf: UnsortedOf;

  constructor(path: string, unsortedOf: UnsortedOf) {
    this.#database = new Database(path, { readonly: true });
    this.#database.run("PRAGMA busy_timeout=0");
    this.#unsortedOf = unsortedOf;
    const hour = "hour, min, max, sum, count, last, last_time";
    const hours = "FROM summaries WHERE series = ? AND hour >= ? AND hour <= ? ORDER BY hour";
    const runs = "FROM segments WHERE series = ? AND bucket >= ? AND last >= ? AND first < ?";
    this.#progress = this.#database.prepare("SELECT drained, draining, cursor FROM progress");
    this.#hours = this.#database.prepare(`SELECT ${hour} ${hours}`);
    this.#minutes = this.#database.prepare(`SELECT ${hour}, minutes ${hours}`);
    this.#rawCount = this.#database.prepare(`SELECT coalesce(sum(count), 0) ${runs}`);
    this.#raw = this.#database.prepare(`SELECT count, run ${runs} ORDER BY bucket, id`);
  }

  /**
   * One snapshot. Throws UnsortedOverlap when unsorted samples replace or precede sorted ones and the
   * tier asked for is a summary: sort, then ask again with `isSorted`.
   */
  read(query: SamplesQuery, isSorted: boolean): SamplesAnswer {
    this.#database.run("BEGIN");
    try {
      return this.#read(query, isSorted);
    } finally {
      this.#database.run("COMMIT");
    }
  }

  close(): void {
    for (const statement of [this.#progress, this.#hours, this.#minutes, this.#rawCount, this.#raw])
      statement.finalize();
    this.#database.close();
  }

  #read(query: SamplesQuery, isSorted: boolean): SamplesAnswer {
    const { seriesId, from, to, resolution } = query;
    const progress = this.#progress.get() as Progress;
    const unsorted = cutRun(this.#unsortedOf(seriesId, progress), from, to + 1);
    if (resolution === "raw") return { resolution, points: this.#rawPoints(query, unsorted) };

    const hours = this.#hours.values(seriesId, hourOf(from), hourOf(to)) as HourRow[];
    const limit = Math.min(query.maxPoints * ENTRIES_PER_POINT, MAX_ENTRIES);
    if (resolution === "auto") {
      const raw = this.#completeRaw(query, hours, limit - unsorted.times.length);
      if (raw !== null)
        return { resolution: "raw", points: pointsOfRun(mergeRuns(raw, unsorted), query.maxPoints) };
    }
    const known = hours.at(-1)?.[6] ?? Number.NEGATIVE_INFINITY;
    if (!isSorted && unsorted.times.length > 0 && (unsorted.times[0] as number) <= known)
      throw new UnsortedOverlap();

    const minutes = hours.reduce((sum, row) => sum + Math.min(row[4], 60), 0);
    const isByMinute = resolution === "1m" || (resolution === "auto" && minutes <= limit);
    const unitMs = isByMinute ? MINUTE_MS : HOUR_MS;
    const firstHour = hours[0]?.[0];
    const folder = new Folder({
      entries: (isByMinute ? minutes : hours.length) + unsorted.times.length,
      first:
        firstHour === undefined
          ? (unsorted.times[0] ?? 0)
          : Math.max(firstHour * HOUR_MS, floorTo(from, unitMs)),
      last: unsorted.times.at(-1) ?? Math.min(known, to),
      maxPoints: query.maxPoints,
      unitMs,
    });
    if (isByMinute) this.#foldMinutes(query, folder);
    else for (const row of hours) foldHour(row, folder);
    // Unsorted samples follow the sorted ones, or are alone.
    folder.addRun(unsorted);
    return { resolution: isByMinute ? "1m" : "1h", points: folder.take() };
  }

  /** Null when there are too many, or some have outlived their tier. */
  #completeRaw({ seriesId, from, to }: SamplesQuery, hours: readonly HourRow[], limit: number): Run | null {
    const counted = hours.reduce((sum, row) => sum + row[4], 0);
    if (counted > limit) return null;
    const run = this.#run(seriesId, hourOf(from) * HOUR_MS, (hourOf(to) + 1) * HOUR_MS);
    return run.times.length === counted ? cutRun(run, from, to + 1) : null;
  }

  #rawPoints(query: SamplesQuery, unsorted: Run): Point[] {
    const { seriesId, from, to } = query;
    const [[count] = [0]] = this.#rawCount.values(seriesId, earliestBucket(from), from, to + 1) as number[][];
    if ((count ?? 0) > MAX_RAW_SAMPLES)
      throw invalid(
        "from",
        `The range holds more than ${MAX_RAW_SAMPLES} readings: ask for a shorter one, or for 1m.`,
      );
    return pointsOfRun(mergeRuns(this.#run(seriesId, from, to + 1), unsorted), query.maxPoints);
  }

  #run(seriesId: number, from: number, to: number): Run {
    const rows = this.#raw.values(seriesId, earliestBucket(from), from, to) as [number, Uint8Array][];
    return mergeAll(rows.map(([count, run]) => cutRun(decodeRun(run, count), from, to)));
  }

  #foldMinutes({ seriesId, from, to }: SamplesQuery, folder: Folder): void {
    const first = floorTo(from, MINUTE_MS);
    const rows = this.#minutes.values(seriesId, hourOf(from), hourOf(to)) as MinutesRow[];
    for (const row of rows) {
      const [hour, , , , count] = row;
      const columns = row[7] === null ? null : decodeMinuteColumns(row[7]);
      // Minutes that outlived their tier are only in the hour.
      if (columns === null || sumOf(columns.counts) !== count) {
        foldHour(row, folder);
        continue;
      }
      const { numbers, min, max, sum, counts, last } = columns;
      for (let index = 0; index < numbers.length; index++) {
        const start = hour * HOUR_MS + (numbers[index] as number) * MINUTE_MS;
        if (start < first || start > to) continue;
        folder.add(
          start,
          min[index] as number,
          max[index] as number,
          sum[index] as number,
          counts[index] as number,
          last[index] as number,
        );
      }
    }
  }
}

const floorTo = (time: number, unitMs: number): number => Math.floor(time / unitMs) * unitMs;

const sumOf = (counts: readonly number[]): number => {
  let sum = 0;
  for (const count of counts) sum += count;
  return sum;
};

const foldHour = ([hour, min, max, sum, count, last]: HourRow | MinutesRow, folder: Folder): void =>
  folder.add(hour * HOUR_MS, min, max, sum ?? Number.NaN, count, last);
