// In: parameters of a query. Out: proof of what is a time, a word or a cursor, and what is refused.
import { describe, expect, test } from "bun:test";
import { encodeCursor, isNumberKey, readPage } from "../../src/core/paging";
import { readTime, readWords } from "../../src/core/query";

describe("a time", () => {
  for (const [text, ms] of [
    ["2026-01-01", Date.UTC(2026, 0, 1)],
    ["2026-01-01T00:00Z", Date.UTC(2026, 0, 1)],
    ["2026-01-01T00:00:00.250Z", Date.UTC(2026, 0, 1) + 250],
    ["2026-01-01T01:00:00+01:00", Date.UTC(2026, 0, 1)],
    // A plus that was not encoded.
    ["2026-01-01T01:00:00 01:00", Date.UTC(2026, 0, 1)],
    ["1767225600000", 1_767_225_600_000],
    ["-1", -1],
    ["", undefined],
    [undefined, undefined],
  ] as const)
    test(`${text}`, () => {
      expect(readTime("from", text)).toBe(ms as number);
    });

  for (const text of [
    "now",
    "blah 1",
    "2026-01-01T00:00:00",
    "2026-13-01",
    "2026-02-30T00:00:00",
    "01/02/2026",
    "9999999999999999",
    "1e12",
  ])
    test(`${text} is none`, () => {
      expect(() => readTime("from", text)).toThrow("from must be a time");
    });
});

test("words are known ones, each once", () => {
  const known = ["a", "b"] as const;
  expect(readWords("w", "b, a,b,b", known)).toEqual(["b", "a"]);
  expect([readWords("w", "", known), readWords("w", undefined, known)]).toEqual([undefined, undefined]);
  expect(() => readWords("w", "a,,b", known)).toThrow("w takes a, b.");
});

test("a cursor is one that an answer gave", () => {
  expect(readPage({ cursor: encodeCursor(17) }, isNumberKey)).toEqual({ limit: 50, after: "17" });
  expect(readPage({ limit: 3, cursor: "" })).toEqual({ limit: 3, after: null });
  for (const cursor of ["x", encodeCursor("abc"), encodeCursor("")])
    expect(() => readPage({ cursor }, isNumberKey)).toThrow("cursor must be");
  for (const limit of [0, 501, 1.5]) expect(() => readPage({ limit })).toThrow("limit must be");
});
