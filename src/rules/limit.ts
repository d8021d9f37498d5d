// In: a threshold condition. Out: two pure questions about a value: is the limit broken, and is it
// far enough back to be clear again. Between the two (the deadband) nothing changes.
import type { Operator, ThresholdCondition } from "./condition";

/** Never both for one value; between them neither. Values are finite. */
export interface Limit {
  holds(value: number): boolean;
  clears(value: number): boolean;
  /** The bound that a value broke. */
  boundOf(value: number): number;
  /** For a message of our own, e.g. `below the limit of 40`. */
  words(bound: string): string;
}

/** Both words exist because "not above" and "below" differ at the limit itself. */
const WORDS: Record<Operator, (bound: string) => string> = {
  ">": (bound) => `above the limit of ${bound}`,
  ">=": (bound) => `at or above the limit of ${bound}`,
  "<": (bound) => `below the limit of ${bound}`,
  "<=": (bound) => `at or below the limit of ${bound}`,
  "=": (bound) => `equal to ${bound}`,
  "!=": (bound) => `not equal to ${bound}`,
  inside: (bound) => `inside the forbidden range, bound ${bound}`,
  outside: (bound) => `outside the allowed range, bound ${bound}`,
};

const oneSided = (condition: ThresholdCondition, threshold: number): Omit<Limit, "words"> => {
  const { operator, clear_threshold: clear, deadband } = condition;
  const boundOf = (): number => threshold;
  const upward = operator === ">" || operator === ">=";
  const holds: (value: number) => boolean = {
    ">": (value: number) => value > threshold,
    ">=": (value: number) => value >= threshold,
    "<": (value: number) => value < threshold,
    "<=": (value: number) => value <= threshold,
    "=": (value: number) => value === threshold,
    "!=": (value: number) => value !== threshold,
    inside: () => false,
    outside: () => false,
  }[operator];
  const clearAt = clear ?? (deadband === undefined ? undefined : threshold + (upward ? -deadband : deadband));
  // Strict on the far side; where the clear value is the limit itself, plain return is enough.
  const clears =
    clearAt === undefined || clearAt === threshold
      ? (value: number) => !holds(value)
      : upward
        ? (value: number) => value < clearAt
        : (value: number) => value > clearAt;
  return { holds, clears, boundOf };
};

const ranged = (condition: ThresholdCondition, low: number, high: number): Omit<Limit, "words"> => {
  const band = condition.deadband ?? 0;
  const inside = (value: number): boolean => value >= low && value <= high;
  const nearer = (value: number): number => (value - low < high - value ? low : high);
  if (condition.operator === "inside")
    return {
      holds: inside,
      clears: (value) => (band === 0 ? !inside(value) : value < low - band || value > high + band),
      boundOf: nearer,
    };
  return {
    holds: (value) => !inside(value),
    clears: (value) => (band === 0 ? inside(value) : value > low + band && value < high - band),
    boundOf: (value) => (value < low ? low : value > high ? high : nearer(value)),
  };
};

/** `condition` has been checked: threshold or range is there as its operator needs it. */
export const createLimit = (condition: ThresholdCondition): Limit => {
  const words = WORDS[condition.operator];
  if (condition.range !== undefined) {
    const [low, high] = condition.range;
    return { ...ranged(condition, low, high), words };
  }
  return { ...oneSided(condition, condition.threshold ?? 0), words };
};
