// In: samples of one series. Out: summaries per minute and per hour of device time: least, greatest,
// sum, count and last. An hour's minutes are kept together in one compact blob.
import { ByteReader, ByteWriter, readColumn, writeColumn } from "./number-column";
import type { Run } from "./run";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
/** No sample's device time lies further ahead of its receive time: intake clamps it. */
export const AHEAD_LIMIT_MS = 5 * MINUTE_MS;

export interface Summary {
  min: number;
  max: number;
  sum: number;
  count: number;
  last: number;
  /** Device time of `last`. */
  lastTime: number;
}

/** The minutes of one hour that have samples, by their number from 0 to 59. */
export type Minutes = Map<number, Summary>;

export const hourOf = (time: number): number => Math.floor(time / HOUR_MS);
export const minuteOf = (time: number): number => Math.floor(time / MINUTE_MS);

/** Of the samples from index `start` up to, not including, `end`; there is at least one. */
export const summarize = (run: Run, start: number, end: number): Summary => {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (let index = start; index < end; index++) {
    const value = run.values[index] as number;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  const last = end - 1;
  return {
    min,
    max,
    sum,
    count: end - start,
    last: run.values[last] as number,
    lastTime: run.times[last] as number,
  };
};

/** Of two sets without a common sample. */
export const addSummaries = (a: Summary, b: Summary): Summary => {
  const later = b.lastTime >= a.lastTime ? b : a;
  return {
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    sum: a.sum + b.sum,
    count: a.count + b.count,
    last: later.last,
    lastTime: later.lastTime,
  };
};

export const addAll = (summaries: Iterable<Summary>): Summary | null => {
  let total: Summary | null = null;
  for (const summary of summaries) total = total === null ? summary : addSummaries(total, summary);
  return total;
};

const writer = new ByteWriter();

export const encodeMinutes = (minutes: Minutes, hour: number): Uint8Array => {
  const numbers = [...minutes.keys()].sort((a, b) => a - b);
  const rows = numbers.map((number) => minutes.get(number) as Summary);
  const { length } = rows;
  writer.reset();
  writer.byte(length);
  for (const number of numbers) writer.byte(number);
  for (const column of ["min", "max", "last", "sum"] as const)
    writeColumn(
      writer,
      rows.map((row) => row[column]),
      length,
    );
  for (const row of rows) writer.unsigned(row.count);
  for (const row of rows) writer.unsigned(row.lastTime - hour * HOUR_MS);
  return writer.take();
};

/** The minutes of an hour as columns: a chart of a month reads 43,200 of them. */
export interface MinuteColumns {
  /** From 0 to 59, rising. */
  numbers: readonly number[];
  min: Float64Array;
  max: Float64Array;
  last: Float64Array;
  sum: Float64Array;
  counts: readonly number[];
  /** Device time of `last`, counted from the hour's start. */
  offsets: readonly number[];
}

export const decodeMinuteColumns = (bytes: Uint8Array): MinuteColumns => {
  const reader = new ByteReader(bytes);
  const length = reader.byte();
  const numbers: number[] = [];
  for (let row = 0; row < length; row++) numbers.push(reader.byte());
  const min = readColumn(reader, length);
  const max = readColumn(reader, length);
  const last = readColumn(reader, length);
  const sum = readColumn(reader, length);
  const counts: number[] = [];
  for (let row = 0; row < length; row++) counts.push(reader.unsigned());
  const offsets: number[] = [];
  for (let row = 0; row < length; row++) offsets.push(reader.unsigned());
  return { numbers, min, max, last, sum, counts, offsets };
};

export const decodeMinutes = (bytes: Uint8Array, hour: number): Minutes => {
  const { numbers, min, max, last, sum, counts, offsets } = decodeMinuteColumns(bytes);
  const minutes: Minutes = new Map();
  for (const [row, number] of numbers.entries())
    minutes.set(number, {
      min: min[row] as number,
      max: max[row] as number,
      sum: sum[row] as number,
      count: counts[row] as number,
      last: last[row] as number,
      lastTime: (offsets[row] as number) + hour * HOUR_MS,
    });
  return minutes;
};
