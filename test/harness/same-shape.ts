// In: a printed sample and what the product sent. Out: a failure for each field of the sample that is
// missing, has another JSON type, or is an ID or a time in another spelling.
import { expect } from "bun:test";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const WHOLE_SECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
/** Answers of the API may be more exact than the sample. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$/;

const typeOf = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "array" : typeof value;

export interface ShapeOptions {
  /** Accept milliseconds where the sample has whole seconds. */
  allowsMilliseconds?: boolean;
  /** Refuse fields that the sample has not. */
  isExact?: boolean;
}

const faultsOf = (sample: unknown, actual: unknown, path: string, options: ShapeOptions): string[] => {
  if (typeOf(sample) !== typeOf(actual))
    return [`${path} is ${typeOf(actual)} instead of ${typeOf(sample)}: ${JSON.stringify(actual)}`];
  if (typeof sample === "string") {
    const text = String(actual);
    if (/(?:^|-)uuid$/.test(sample) && !UUID.test(text)) return [`${path} is no UUIDv7: ${text}`];
    const time = options.allowsMilliseconds === true ? TIME : WHOLE_SECONDS;
    if (WHOLE_SECONDS.test(sample) && !time.test(text)) return [`${path} is no such time: ${text}`];
    return [];
  }
  if (typeOf(sample) !== "object") return [];
  const fields = actual as Record<string, unknown>;
  const faults = Object.entries(sample as Record<string, unknown>).flatMap(([name, value]) =>
    name in fields
      ? faultsOf(value, fields[name], `${path}.${name}`, options)
      : [`${path}.${name} is missing`],
  );
  if (options.isExact === true)
    for (const name of Object.keys(fields))
      if (!(name in (sample as Record<string, unknown>))) faults.push(`${path}.${name} is not in the sample`);
  return faults;
};

export const expectSameShape = (sample: unknown, actual: unknown, options: ShapeOptions = {}): void =>
  expect(faultsOf(sample, actual, "payload", options)).toEqual([]);
