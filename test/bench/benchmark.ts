// In: nothing. Out: what a benchmark is given and what it answers; small sums over measurements.
import type { ProductCommand } from "../harness/process";

export interface Figure {
  /** What was measured, e.g. "lines per second". */
  what: string;
  unit: string;
  value: number;
  /** The same measured on the bare program in this run; null where there is none. */
  floor: number | null;
  /** Value by floor for rates, null where a ratio says nothing. */
  ratio: number | null;
  /** In words, as the specification has it. */
  goal: string;
}

export interface Context {
  command: ProductCommand;
  /** Shorter, for a look in passing. */
  isQuick: boolean;
  /** Repetitions of which the median counts, where a benchmark repeats. */
  runs: number;
  /** A remark that belongs below the table. */
  note: (text: string) => void;
}

export interface Benchmark {
  /** As in the specification: B1, B2, … */
  readonly id: string;
  readonly title: string;
  /** Throws when something does not work; slowness is only shown. */
  readonly run: (context: Context) => Promise<Figure[]>;
}

/** Of an empty list: NaN. */
export const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
};

export const median = (values: readonly number[]): number => percentile(values, 0.5);

export const rate = (count: number, elapsedMs: number): number => count / (elapsedMs / 1_000);

export const rateFigure = (
  what: string,
  unit: string,
  value: number,
  floor: number,
  goal: string,
): Figure => ({ what, unit, value, floor, ratio: value / floor, goal });

/** Throws with the first refusal's text: a benchmark of refused requests would measure nothing. */
export const refuseRefusals = (
  where: string,
  output: { refused: number; firstRefusal: { status: number; body: string } | null },
): void => {
  if (output.refused === 0) return;
  const { status, body } = output.firstRefusal ?? { status: 0, body: "" };
  throw new Error(`${where}: ${output.refused} requests were refused, the first with ${status} ${body}`);
};
