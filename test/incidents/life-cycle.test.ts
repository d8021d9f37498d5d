// The life cycle of incidents: every pair of statuses, against the table that the code goes by; and codes.
import { describe, expect, test } from "bun:test";
import { INCIDENT_STATUSES } from "../../src/core/events";
import { AppError } from "../../src/core/errors";
import { codeOf, numberOfCode } from "../../src/incidents/code";
import { isOpen, OPEN_STATUSES, stepOf, TRANSITIONS } from "../../src/incidents/life-cycle";

describe("the table", () => {
  for (const from of INCIDENT_STATUSES)
    for (const to of INCIDENT_STATUSES) {
      const row = TRANSITIONS.find((one) => one.from === from && one.to === to);
      test(`${from} to ${to}: ${row?.step ?? "refused"}`, () => {
        if (row !== undefined) expect(stepOf(from, to)).toBe(row.step);
        else expect(() => stepOf(from, to)).toThrow(AppError);
      });
    }

  test("only what is open ends, and only what is over begins anew", () => {
    for (const { from, to, step } of TRANSITIONS) {
      expect([from, to, step === "resolve"]).toEqual([from, to, isOpen(from) && !isOpen(to)]);
      expect([from, to, step === "reopen"]).toEqual([from, to, !isOpen(from) && isOpen(to)]);
    }
    expect(OPEN_STATUSES).toEqual(["investigating", "identified", "monitoring"]);
  });

  test("lists each pair once", () => {
    const pairs = TRANSITIONS.map(({ from, to }) => `${from} ${to}`);
    expect(new Set(pairs).size).toBe(pairs.length);
  });
});

describe("codes", () => {
  test("have the form that StatusPulse's sample has", () => {
    for (const number of [1, 2, 8_842, 999_999_999_999])
      expect(codeOf(number)).toMatch(new RegExp(`^INC-${number}-[A-Z]+$`));
  });

  test("of neighbours have different words, and 64 in a row are all different", () => {
    const words = new Set(Array.from({ length: 64 }, (_, index) => codeOf(index + 1).split("-")[2]));
    expect(words.size).toBe(64);
  });

  test("are read in any case, and only with their own word", () => {
    expect(numberOfCode(codeOf(8_842))).toBe(8_842);
    expect(numberOfCode(codeOf(7).toLowerCase())).toBe(7);
    for (const wrong of [
      `${codeOf(7)}X`,
      "INC-7-NOWORD",
      "INC--ALPHA",
      "INC-07-ALPHA",
      "7",
      "",
      codeOf(7).slice(1),
    ])
      expect(numberOfCode(wrong)).toBeUndefined();
  });
});
