// In: when a service changed, and now. Out: whether it flaps: so that its last incident is opened again instead
// of another one, and whether it does so badly enough that single changes are no longer told. Pure.
import { KEPT_CHANGES } from "./book";

/** Within which changes count, in ms (rulings.md). */
export const FLAPPING_SPAN_MS = 10 * 60_000;
/** So many changes within it, and the service flaps (rulings.md). */
const FLAPPING_CHANGES = 5;
/** So long without a change, in ms, and how it stands is told after all. */
const QUIET_MS = 60_000;

const areWithin = (changes: readonly number[], count: number, now: number): boolean => {
  const first = changes.at(-count);
  return first !== undefined && now - first <= FLAPPING_SPAN_MS;
};

/** `changes`: oldest first, the present one included, in ms. */
export const isFlapping = (changes: readonly number[], now: number): boolean =>
  areWithin(changes, FLAPPING_CHANGES, now);

/** Every single change would be told to everybody: only how it ends is. */
export const isNuisance = (changes: readonly number[], now: number): boolean =>
  areWithin(changes, KEPT_CHANGES, now) && now - (changes.at(-1) ?? 0) < QUIET_MS;
