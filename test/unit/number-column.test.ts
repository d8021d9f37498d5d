// Columns of numbers as bytes: they come back exactly, and what sensors send takes little room.
import { describe, expect, test } from "bun:test";
import {
  ByteReader,
  ByteWriter,
  readColumn,
  readTimes,
  writeColumn,
  writeTimes,
} from "../../src/intake/samples/number-column";
import { decodeRun, encodeRun, mergeRuns, toRun } from "../../src/intake/samples/run";
import { seededRandom, wholeBetween } from "../harness/random";

const column = (values: readonly number[]): { bytes: number; back: number[] } => {
  const writer = new ByteWriter();
  writeColumn(writer, values, values.length);
  const bytes = writer.take();
  return { bytes: bytes.length, back: [...readColumn(new ByteReader(bytes), values.length)] };
};

describe("values", () => {
  test("random columns of every kind come back", () => {
    const random = seededRandom(3);
    for (let round = 0; round < 3_000; round++) {
      const decimals = wholeBetween(random, 0, 8);
      const size = 10 ** wholeBetween(random, -3, 16);
      const values = Array.from({ length: wholeBetween(random, 1, 50) }, () =>
        Number(((random() - 0.5) * size).toFixed(decimals)),
      );
      if (random() < 0.2) values.push(random() * size, Number.MAX_SAFE_INTEGER, 5e-324);
      // The sign of zero may be lost.
      expect(column(values).back.map((value) => value + 0)).toEqual(values.map((value) => value + 0));
    }
  });

  test("a decimal of a sensor takes two bytes, not eight", () => {
    const random = seededRandom(4);
    const values = Array.from({ length: 1_000 }, () => Number((60 + random() * 5).toFixed(1)));
    expect(column(values).bytes).toBeLessThan(2_000);
  });

  test("bytes that end too early are an error, never a wrong number", () => {
    const writer = new ByteWriter();
    writeColumn(writer, [1_000_000, 2_000_000, 3.25], 3);
    const bytes = writer.take();
    for (let length = 0; length < bytes.length; length++)
      expect(() => readColumn(new ByteReader(bytes.slice(0, length)), 3)).toThrow(RangeError);
  });
});

test("times at a steady rate take a byte each, and any others come back", () => {
  const writer = new ByteWriter();
  const steady = Array.from({ length: 1_000 }, (_, index) => 1_767_225_600_000 + index * 1_000);
  writeTimes(writer, steady, steady.length);
  const bytes = writer.take();
  expect(bytes.length).toBeLessThan(1_020);
  expect([...readTimes(new ByteReader(bytes), 1_000)]).toEqual(steady);
  const ends = [-62_135_596_800_000, -1, 0, 1, 253_402_300_799_999];
  writer.reset();
  writeTimes(writer, ends, ends.length);
  expect([...readTimes(new ByteReader(writer.take()), ends.length)]).toEqual(ends);
});

test("runs are merged as a map would: sorted, each time once, the newer value", () => {
  const random = seededRandom(5);
  for (let round = 0; round < 2_000; round++) {
    const part = (): [number, number][] =>
      Array.from({ length: wholeBetween(random, 0, 20) }, () => [
        wholeBetween(random, 0, 30),
        wholeBetween(random, 0, 999),
      ]);
    const runOf = (samples: [number, number][]) =>
      toRun(
        Float64Array.from(samples, ([time]) => time),
        Float64Array.from(samples, ([, value]) => value),
      );
    const [older, newer] = [part(), part()];
    const merged = mergeRuns(runOf(older), runOf(newer));
    const expected = [...new Map([...older, ...newer])].sort(([a], [b]) => a - b);
    expect([...merged.times].map((time, index) => [time, merged.values[index]])).toEqual(expected);
    if (merged.times.length > 0) expect(decodeRun(encodeRun(merged), merged.times.length)).toEqual(merged);
  }
});
