// In: samples of one series. Out: runs: sorted by device time, each time once, the last value wins.
// The form in which samples are merged, stored as one row, and read again.
import { ByteReader, ByteWriter, readColumn, readTimes, writeColumn, writeTimes } from "./number-column";

/** `times` strictly rising, in whole ms; both arrays have the same length. */
export interface Run {
  times: Float64Array;
  values: Float64Array;
}

export const EMPTY_RUN: Run = { times: new Float64Array(0), values: new Float64Array(0) };

/** One array of many; of a single one, itself. */
export const concatenate = (parts: readonly Float64Array[]): Float64Array => {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
};

const isStrictlyRising = (times: Float64Array): boolean => {
  for (let index = 1; index < times.length; index++)
    if ((times[index] as number) <= (times[index - 1] as number)) return false;
  return true;
};

/** Samples in the order of arrival. May return the given arrays. */
export const toRun = (times: Float64Array, values: Float64Array): Run => {
  if (isStrictlyRising(times)) return { times, values };
  const order = Array.from(times.keys()).sort((a, b) => (times[a] as number) - (times[b] as number) || a - b);
  const sortedTimes = new Float64Array(order.length);
  const sortedValues = new Float64Array(order.length);
  let count = 0;
  for (const index of order) {
    const time = times[index] as number;
    if (count > 0 && sortedTimes[count - 1] === time) count--;
    sortedTimes[count] = time;
    sortedValues[count++] = values[index] as number;
  }
  return { times: sortedTimes.slice(0, count), values: sortedValues.slice(0, count) };
};

/** Where both have a time, `newer` wins. */
export const mergeRuns = (older: Run, newer: Run): Run => {
  if (older.times.length === 0) return newer;
  if (newer.times.length === 0) return older;
  const length = older.times.length + newer.times.length;
  const times = new Float64Array(length);
  const values = new Float64Array(length);
  if ((older.times.at(-1) as number) < (newer.times[0] as number)) {
    times.set(older.times);
    times.set(newer.times, older.times.length);
    values.set(older.values);
    values.set(newer.values, older.times.length);
    return { times, values };
  }
  let a = 0;
  let b = 0;
  let count = 0;
  while (a < older.times.length || b < newer.times.length) {
    const left = a < older.times.length ? (older.times[a] as number) : Number.POSITIVE_INFINITY;
    const right = b < newer.times.length ? (newer.times[b] as number) : Number.POSITIVE_INFINITY;
    if (left < right) {
      times[count] = left;
      values[count++] = older.values[a++] as number;
    } else {
      if (left === right) a++;
      times[count] = right;
      values[count++] = newer.values[b++] as number;
    }
  }
  return { times: times.slice(0, count), values: values.slice(0, count) };
};

/** Oldest first. */
export const mergeAll = (runs: readonly Run[]): Run => {
  if (runs.length <= 1) return runs[0] ?? EMPTY_RUN;
  const middle = runs.length >> 1;
  return mergeRuns(mergeAll(runs.slice(0, middle)), mergeAll(runs.slice(middle)));
};

/** Index of the first time that is not before `time`. */
export const lowerBound = (times: Float64Array, time: number): number => {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) < time) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Samples with from ≤ time < to; shares the arrays. */
export const cutRun = (run: Run, from: number, to: number): Run => {
  const start = lowerBound(run.times, from);
  const end = lowerBound(run.times, to);
  if (start === 0 && end === run.times.length) return run;
  return { times: run.times.subarray(start, end), values: run.values.subarray(start, end) };
};

const writer = new ByteWriter();

export const encodeRun = ({ times, values }: Run): Uint8Array => {
  writer.reset();
  writeTimes(writer, times, times.length);
  writeColumn(writer, values, values.length);
  return writer.take();
};

export const decodeRun = (bytes: Uint8Array, count: number): Run => {
  const reader = new ByteReader(bytes);
  const times = readTimes(reader, count);
  return { times, values: readColumn(reader, count) };
};
