// In: sorted samples or summaries. Out: at most as many points as asked for; where several fall into
// one, it keeps their least and greatest value, so that no peak is lost.
import type { Run } from "./run";

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

export interface Thinning {
  /** How many entries come at most, and the times of the first and the last. */
  entries: number;
  first: number;
  last: number;
  maxPoints: number;
  /** The span of one entry, in ms. */
  unitMs: number;
}

/** Of equal spans that fit `maxPoints` into the stretch that holds data; a multiple of the unit. */
const widthOf = ({ entries, first, last, maxPoints, unitMs }: Thinning): number =>
  entries <= maxPoints
    ? unitMs
    : Math.max(unitMs, Math.ceil((last - first + 1) / Math.max(1, maxPoints - 1) / unitMs) * unitMs);

/** Takes entries in rising order and joins those of one span as they come, without an object for each. */
export class Folder {
  readonly #width: number;
  readonly #points: Point[] = [];
  #start = Number.NaN;
  #min = 0;
  #max = 0;
  #sum = 0;
  #count = 0;
  #last = 0;

  constructor(thinning: Thinning) {
    this.#width = widthOf(thinning);
  }

  add(time: number, min: number, max: number, sum: number, count: number, last: number): void {
    const start = Math.floor(time / this.#width) * this.#width;
    if (start !== this.#start) {
      this.#close();
      this.#start = start;
      this.#min = min;
      this.#max = max;
      this.#sum = sum;
      this.#count = count;
    } else {
      if (min < this.#min) this.#min = min;
      if (max > this.#max) this.#max = max;
      this.#sum += sum;
      this.#count += count;
    }
    this.#last = last;
  }

  addRun({ times, values }: Run): void {
    for (let index = 0; index < times.length; index++) {
      const value = values[index] as number;
      this.add(times[index] as number, value, value, value, 1, value);
    }
  }

  take(): Point[] {
    this.#close();
    return this.#points;
  }

  #close(): void {
    if (this.#count === 0) return;
    const mean = this.#sum / this.#count;
    this.#points.push({
      time: this.#start,
      // Finite even where the sum of huge values is not.
      value: Number.isFinite(mean) ? mean : this.#last,
      min: this.#min,
      max: this.#max,
      count: this.#count,
    });
    this.#count = 0;
  }
}

export const pointsOfRun = (run: Run, maxPoints: number): Point[] => {
  const { times, values } = run;
  const { length } = times;
  if (length <= maxPoints) {
    const points: Point[] = [];
    for (let index = 0; index < length; index++)
      points.push({ time: times[index] as number, value: values[index] as number });
    return points;
  }
  const folder = new Folder({
    entries: length,
    first: times[0] as number,
    last: times[length - 1] as number,
    maxPoints,
    unitMs: 1,
  });
  folder.addRun(run);
  return folder.take();
};
