// In: the digits of a timestamp and the unit they count. Out: whole milliseconds.

export const PRECISIONS = ["ns", "us", "ms", "s", "m", "h", "auto"] as const;
/** `auto`: guessed from the size, as InfluxDB 3 does. */
export type Precision = (typeof PRECISIONS)[number];

const SPELLINGS: Readonly<Record<string, Precision>> = {
  ns: "ns",
  n: "ns",
  nanosecond: "ns",
  us: "us",
  u: "us",
  µ: "us",
  μ: "us",
  microsecond: "us",
  ms: "ms",
  millisecond: "ms",
  s: "s",
  second: "s",
  m: "m",
  h: "h",
  auto: "auto",
};

/** All spellings of versions 1, 2 and 3; undefined for anything else. */
export const precisionOf = (text: string): Precision | undefined =>
  Object.hasOwn(SPELLINGS, text) ? SPELLINGS[text] : undefined;

/** Digits to leave out, then a factor. */
export const SCALES: Readonly<Record<Exclude<Precision, "auto">, { drop: number; factor: number }>> = {
  ns: { drop: 6, factor: 1 },
  us: { drop: 3, factor: 1 },
  ms: { drop: 0, factor: 1 },
  s: { drop: 0, factor: 1_000 },
  m: { drop: 0, factor: 60_000 },
  h: { drop: 0, factor: 3_600_000 },
};

/** `size`: the timestamp without its sign. */
export const guessPrecision = (size: number): Exclude<Precision, "auto"> =>
  size < 5e9 ? "s" : size < 5e12 ? "ms" : size < 5e15 ? "us" : "ns";
