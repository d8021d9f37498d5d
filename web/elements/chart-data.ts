// In: the points of some series. Out: aligned columns for uPlot, with a break where data is missing:
// silence is never drawn as a line.
import uPlot from "uplot";

export interface ChartPoint {
  /** Milliseconds since 1970. */
  time: number;
  value: number;
  min?: number;
  max?: number;
}

export interface ChartSeries {
  label: string;
  points: readonly ChartPoint[];
}

/** Three times the usual distance is a gap; below a minute and a half nothing is. */
const GAP_FACTOR = 3;
const SHORTEST_GAP_MS = 90_000;

const usualStep = (points: readonly ChartPoint[]): number => {
  const steps: number[] = [];
  for (let index = 1; index < points.length; index += 1)
    steps.push((points[index]?.time ?? 0) - (points[index - 1]?.time ?? 0));
  steps.sort((left, right) => left - right);
  return steps[Math.floor(steps.length / 2)] ?? 0;
};

export const withGaps = (points: readonly ChartPoint[]): (ChartPoint | { time: number; value: null })[] => {
  const limit = Math.max(usualStep(points) * GAP_FACTOR, SHORTEST_GAP_MS);
  const out: (ChartPoint | { time: number; value: null })[] = [];
  let before: ChartPoint | undefined;
  for (const point of points) {
    if (before !== undefined && point.time - before.time > limit)
      out.push({ time: before.time + 1, value: null });
    out.push(point);
    before = point;
  }
  return out;
};

/** Per series one column, or with `hasBands` three: value, lowest, highest. */
export const alignSeries = (
  series: readonly ChartSeries[],
): { data: uPlot.AlignedData; hasBands: boolean } => {
  const hasBands = series.some((each) => each.points.some((point) => point.min !== undefined));
  const tables = series.map((each) => {
    const points = withGaps(each.points);
    const times = points.map((point) => point.time);
    const values = points.map((point) => point.value);
    if (!hasBands) return [times, values];
    const low = points.map((point) => (point.value === null ? null : (point.min ?? point.value)));
    const high = points.map((point) => (point.value === null ? null : (point.max ?? point.value)));
    return [times, values, low, high];
  });
  const [first] = tables;
  if (tables.length === 1 && first !== undefined) return { data: first as uPlot.AlignedData, hasBands };
  return { data: uPlot.join(tables as uPlot.AlignedData[]), hasBands };
};
