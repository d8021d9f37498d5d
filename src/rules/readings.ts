// In: the readings of one machine in one request. Out: the turns of its rules, in the order of device
// time over all its series. The usual reading changes nothing and costs a comparison per rule.
import type { SeriesReadings } from "../core/machine";
import type { Binding, RuleBook } from "./book";
import type { Decision } from "./decision";
import { isMoved, stepReading } from "./step";

interface BoundReadings {
  batch: SeriesReadings;
  binding: Binding;
}

/** Newer than what rules have seen, or another value of the same device time: the last one wins. */
const isNews = (binding: Binding, until: number | null, at: number, value: number): boolean =>
  until === null || at > until || (at === until && at === binding.heldAt && value !== binding.held);

/** Whether some reading concerns a state that is not at rest. Changes nothing. */
const movesAnything = ({ batch, binding }: BoundReadings): boolean => {
  const { series, times, values, count } = batch;
  const { states } = binding;
  if (states.length === 0) return false;
  for (let index = 0; index < count; index++) {
    const value = values[index] as number;
    for (let s = 0; s < states.length; s++) {
      const state = states[s] as Binding["states"][number];
      if (
        isMoved(state, state.rule.limit, value) &&
        isNews(binding, series.evaluatedUntil, times[index] as number, value)
      )
        return true;
    }
  }
  return false;
};

const see = ({ series }: SeriesReadings, binding: Binding, at: number, value: number): void => {
  binding.held = value;
  binding.heldAt = at;
  series.evaluatedUntil = at;
};

/** Readings that change no state: only the last one is worth remembering. */
const passBy = ({ batch, binding }: BoundReadings, receivedAt: number): void => {
  const { series, times, values, count } = batch;
  if (count === 0) return;
  const at = times[count - 1] as number;
  const value = values[count - 1] as number;
  if (!isNews(binding, series.evaluatedUntil, at, value)) return;
  see(batch, binding, at, value);
  binding.receivedAt = receivedAt;
};

const apply = ({ batch, binding }: BoundReadings, index: number, decision: Decision): void => {
  const at = batch.times[index] as number;
  const value = batch.values[index] as number;
  if (!isNews(binding, batch.series.evaluatedUntil, at, value)) return;
  for (const state of binding.states) {
    if (!isMoved(state, state.rule.limit, value)) continue;
    decision.touch(state);
    stepReading(state, state.rule.limit, state.rule.delays, { at, value, held: binding.held }, (turn) =>
      decision.turn(state, turn),
    );
  }
  see(batch, binding, at, value);
};

/** Two series of a machine may share an alert: then it matters which of them came first. */
const applyInOrder = (moving: readonly BoundReadings[], decision: Decision): void => {
  const [only] = moving;
  if (only !== undefined && moving.length === 1) {
    for (let index = 0; index < only.batch.count; index++) apply(only, index, decision);
    return;
  }
  const readings = moving.flatMap((of) =>
    Array.from({ length: of.batch.count }, (_, index) => ({
      of,
      index,
      at: of.batch.times[index] as number,
    })),
  );
  for (const { of, index } of readings.sort((a, b) => a.at - b.at)) apply(of, index, decision);
};

/**
 * Synchronous. Calls `decisionOf` only when something changes; then also what was seen of the series
 * can be taken back with the decision. Values are finite, times of a batch rise.
 */
export const applyReadings = (
  book: RuleBook,
  batches: readonly SeriesReadings[],
  receivedAt: number,
  decisionOf: () => Decision,
): void => {
  let moving: BoundReadings[] | null = null;
  for (const batch of batches) {
    const bound = { batch, binding: book.bind(batch.series) };
    if (movesAnything(bound)) (moving ??= []).push(bound);
    else passBy(bound, receivedAt);
  }
  if (moving === null) return;
  const decision = decisionOf();
  for (const { batch, binding } of moving) {
    decision.touchSeries(batch.series, binding);
    binding.receivedAt = receivedAt;
  }
  applyInOrder(moving, decision);
};
