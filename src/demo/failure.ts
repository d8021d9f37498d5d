// In: a second of the story's round. Out: the temperature of an oven that fails and comes back, and
// when which part of the story begins. The shape is that of a recorded shutdown of a real machine.

/** One telling of the story; then it begins again. */
export const ROUND_SECONDS = 180;

/**
 * Seconds into a round. Between `heats` and `recovers` the oven is above its limit again, but not
 * yet above the clear value: the alert stays open.
 */
export const CHAPTER = {
  cools: 12,
  fallsBelowLimit: 33,
  heats: 69,
  recovers: 84,
  compressorFallsSilent: 105,
  compressorReturns: 150,
} as const;

export const OVEN_LIMIT = 40;
export const OVEN_CLEAR = 50;

/** Second of the round and °C; straight lines between the points. */
const SHUTDOWN: readonly (readonly [second: number, degrees: number])[] = [
  [0, 88],
  [CHAPTER.cools, 87],
  [22, 47.5],
  [28, 46],
  [30, 43.2],
  [31, 41.9],
  [32, 41.3],
  [CHAPTER.fallsBelowLimit, 37.8],
  [36, 32.5],
  [48, 18.6],
  [60, 6.4],
  [68, 2.1],
  [CHAPTER.heats, 12.1],
  [70, 32],
  [71, 41.3],
  [82, 42.5],
  [83, 43.9],
  [CHAPTER.recovers, 52],
  [85, 60.5],
  [86, 72.4],
  [87, 81.6],
  [88, 87.7],
  [100, 91],
  [130, 88],
  [ROUND_SECONDS, 88],
];

/** 0 to 179; the seconds before the story's start belong to a quiet stretch before it. */
export const secondOfRound = (second: number): number =>
  ((second % ROUND_SECONDS) + ROUND_SECONDS) % ROUND_SECONDS;

/** °C without any noise. */
export const ovenTemperature = (second: number): number => {
  if (second < 0) return 88;
  const at = secondOfRound(second);
  const next = SHUTDOWN.findIndex(([time]) => time >= at);
  const [toTime, toDegrees] = SHUTDOWN[next] ?? [ROUND_SECONDS, 88];
  const [fromTime, fromDegrees] = SHUTDOWN[next - 1] ?? [0, 88];
  if (toTime === fromTime) return toDegrees;
  return fromDegrees + ((toDegrees - fromDegrees) * (at - fromTime)) / (toTime - fromTime);
};

/** True while the oven's heater has no power. */
export const isOvenOff = (second: number): boolean =>
  second >= 0 && secondOfRound(second) >= CHAPTER.cools && secondOfRound(second) < CHAPTER.heats;

/** True while nothing at all comes from the compressor. */
export const isCompressorSilent = (second: number): boolean =>
  second >= 0 &&
  secondOfRound(second) >= CHAPTER.compressorFallsSilent &&
  secondOfRound(second) < CHAPTER.compressorReturns;
