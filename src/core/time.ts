// In: milliseconds since the epoch. Out: the two spellings of time that leave the program.

/** API: ISO 8601 UTC with milliseconds. */
export const isoMillis = (ms: number): string => new Date(ms).toISOString();

/** Dialect payloads: ISO 8601 UTC in whole seconds, as all seed samples have it. */
export const isoSeconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** As `isoMillis`, where there may be no time. */
export const isoMillisOrNull = (ms: number | null): string | null => (ms === null ? null : isoMillis(ms));
