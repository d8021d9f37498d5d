// In: sorted samples or summaries. Out: at most as many points as asked for; where several fall into
// one, it keeps their least and greatest value, so that no peak is lost.
import type { Run } from "./run";
import { addSummaries, summarize, type Summary } from "./summary";

/** A single reading has only time and value; one that stands for several has the rest as well. */
export interface Point {
  /** Device time in ms; of several, the start of their span. */
  time: number;
  /** The mean of several. */
  value: number;
  min?: number;
  max?: number;
  count?: number;
}

export interface Span {
  /** In ms. */
  start: number;
  summary: Summary;
}

interface Range {
  from: number;
  to: number;
  maxPoints: number;
}

/** Finite even where the sum of huge values is not. */
const meanOf = ({ sum, count, last }: Summary): number => {
  const mean = sum / count;
  return Number.isFinite(mean) ? mean : last;
};

const pointOf = ({ start, summary }: Span): Point => ({
  time: start,
  value: meanOf(summary),
  min: summary.min,
  max: summary.max,
  count: summary.count,
});

/** Of equal spans that fit `maxPoints` into the stretch that holds data; a multiple of `unitMs`. */
const widthOf = (first: number, last: number, maxPoints: number, unitMs: number): number =>
  Math.max(unitMs, Math.ceil((last - first + 1) / Math.max(1, maxPoints - 1) / unitMs) * unitMs);

export const pointsOfRun = (run: Run, { maxPoints }: Range): Point[] => {
  const { times, values } = run;
  const points: Point[] = [];
  if (times.length <= maxPoints) {
    for (let index = 0; index < times.length; index++)
      points.push({ time: times[index] as number, value: values[index] as number });
    return points;
  }
  const width = widthOf(times[0] as number, times[times.length - 1] as number, maxPoints, 1);
  for (let start = 0; start < times.length;) {
    const begin = Math.floor((times[start] as number) / width) * width;
    let end = start + 1;
    while (end < times.length && (times[end] as number) < begin + width) end++;
    points.push(pointOf({ start: begin, summary: summarize(run, start, end) }));
    start = end;
  }
  return points;
};

/** `spans` in rising order. */
export const pointsOfSpans = (spans: readonly Span[], unitMs: number, { maxPoints }: Range): Point[] => {
  if (spans.length <= maxPoints) return spans.map(pointOf);
  const first = spans[0] as Span;
  const last = spans[spans.length - 1] as Span;
  const width = widthOf(first.start, last.start, maxPoints, unitMs);
  const joined: Span[] = [];
  for (const { start, summary } of spans) {
    const begin = Math.floor(start / width) * width;
    const open = joined.at(-1);
    if (open !== undefined && open.start === begin) open.summary = addSummaries(open.summary, summary);
    else joined.push({ start: begin, summary });
  }
  return joined.map(pointOf);
};
