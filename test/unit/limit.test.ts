// In: threshold conditions. Out: proof of where each begins to hold and where it clears again.
import { describe, expect, test } from "bun:test";
import type { ThresholdCondition } from "../../src/rules/condition";
import { createLimit } from "../../src/rules/limit";

const condition = (more: Partial<ThresholdCondition>): ThresholdCondition => ({
  type: "threshold",
  metric: "temperature",
  operator: ">",
  threshold: 85,
  ...more,
});

describe("a limit without a clear value clears when it no longer holds", () => {
  const cases: [ThresholdCondition["operator"], number[], number[]][] = [
    [">", [85.1, 1e9], [85, 84.9, -3]],
    [">=", [85, 90], [84.999]],
    ["<", [84.9, -1], [85, 86]],
    ["<=", [85, 10], [85.001]],
    ["=", [85], [84.9, 85.1]],
    ["!=", [84, 86], [85]],
  ];
  for (const [operator, breaking, clear] of cases)
    test(`temperature ${operator} 85`, () => {
      const limit = createLimit(condition({ operator }));
      for (const value of breaking) {
        expect(limit.holds(value)).toBe(true);
        expect(limit.clears(value)).toBe(false);
      }
      for (const value of clear) {
        expect(limit.holds(value)).toBe(false);
        expect(limit.clears(value)).toBe(true);
      }
      expect(limit.boundOf(breaking[0] ?? 0)).toBe(85);
    });
});

describe("a clear value is strict on the far side", () => {
  test("below 40, clear above 50", () => {
    const limit = createLimit(condition({ operator: "<", threshold: 40, clear_threshold: 50 }));
    expect(limit.holds(39.9)).toBe(true);
    expect(limit.holds(40)).toBe(false);
    expect(limit.clears(45)).toBe(false);
    expect(limit.clears(50)).toBe(false);
    expect(limit.clears(50.01)).toBe(true);
  });

  test("above 85, clear below 80", () => {
    const limit = createLimit(condition({ clear_threshold: 80 }));
    expect(limit.clears(80)).toBe(false);
    expect(limit.clears(79.9)).toBe(true);
  });

  test("a deadband is the same as a distance", () => {
    const limit = createLimit(condition({ deadband: 5 }));
    expect(limit.clears(80)).toBe(false);
    expect(limit.clears(79.9)).toBe(true);
  });

  test("a deadband of nothing clears at the limit", () => {
    expect(createLimit(condition({ deadband: 0 })).clears(85)).toBe(true);
  });
});

describe("ranges", () => {
  test("outside: both bounds belong to the inside, and the broken bound is named", () => {
    const { threshold: _, ...base } = condition({ operator: "outside" });
    const limit = createLimit({ ...base, range: [10, 20] });
    expect([9.9, 10, 20, 20.1].map(limit.holds)).toEqual([true, false, false, true]);
    expect(limit.boundOf(5)).toBe(10);
    expect(limit.boundOf(25)).toBe(20);
    expect(limit.clears(10)).toBe(true);
  });

  test("outside with a deadband clears well inside only", () => {
    const { threshold: _, ...base } = condition({ operator: "outside" });
    const limit = createLimit({ ...base, range: [10, 20], deadband: 2 });
    expect([11, 12, 12.1, 17.9, 18].map(limit.clears)).toEqual([false, false, true, true, false]);
  });

  test("inside", () => {
    const { threshold: _, ...base } = condition({ operator: "inside" });
    const limit = createLimit({ ...base, range: [10, 20], deadband: 1 });
    expect([9, 10, 20, 21].map(limit.holds)).toEqual([false, true, true, false]);
    expect([8.9, 9, 21, 21.1].map(limit.clears)).toEqual([true, false, false, true]);
    expect(limit.boundOf(11)).toBe(10);
    expect(limit.boundOf(19)).toBe(20);
  });
});
