// In: nothing. Out: the live objects behind core's Machine and Series, with what only intake needs.
import type { Machine, MetricInfo, Series, SeriesReadings } from "../core/machine";

export interface MetricRecord {
  readonly name: string;
  /** Shared by all series of the metric. */
  readonly info: MetricInfo;
  readonly createdAt: number;
}

/** Readings of the request at hand; in the order of arrival until it is sealed. */
export interface OpenBatch extends SeriesReadings {
  series: SeriesRecord;
  isRising: boolean;
  /** Some lie more than five minutes after the time of arrival. */
  isAhead: boolean;
}

export interface SeriesRecord extends Series {
  readonly machine: MachineRecord;
  /** `bad` when the newest thing that came was not a number. */
  quality: "good" | "bad";
  /** Device clock minus ours when it was last found more than five minutes ahead. */
  clockSkewMs: number | null;
  isRemoved: boolean;
  open: OpenBatch | null;
}

export interface MachineRecord extends Machine {
  updatedAt: number;
  readonly metrics: Map<string, MetricRecord>;
  readonly series: SeriesRecord[];
  /** By metric and labels. */
  readonly seriesByKey: Map<string, SeriesRecord>;
  isRemoved: boolean;
}

export type Labels = readonly (readonly [key: string, value: string])[];

/** Equal sets of labels give equal text, whatever their order. */
export const labelsText = (labels: Labels): string => {
  if (labels.length === 0) return "{}";
  const sorted = [...labels].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return JSON.stringify(Object.fromEntries(sorted));
};

export const seriesKey = (metric: string, labels: string): string => `${metric}\n${labels}`;

export const blankInfo = (): MetricInfo => ({
  displayName: null,
  unit: null,
  decimals: null,
  rangeLow: null,
  rangeHigh: null,
});
