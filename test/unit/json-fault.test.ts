// Where a text stops being JSON. The judge of whether it is JSON at all is the runtime's own parser.
import { describe, expect, test } from "bun:test";
import { findJsonFault } from "../../src/lib/json-fault";
import { seededRandom } from "../harness/random";

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe("findJsonFault", () => {
  test("names line, column and problem", () => {
    const cases: [string, number, number, string][] = [
      ["", 1, 1, "the text ends where a value is missing"],
      ['{"a": }', 1, 7, 'a value is missing before "}"'],
      ['{\n  "a": 1\n  "b": 2\n}', 3, 3, 'a comma or "}" is missing'],
      ["{\n  a: 1\n}", 2, 3, "a name in double quotes is missing"],
      ['{"a" 1}', 1, 6, "a colon is missing"],
      ['{"a": "b\nc"}', 1, 7, "this string does not end, or holds a line break or a lone backslash"],
      ['["a" "b"]', 1, 6, 'a comma or "]" is missing'],
      ["[1,]", 1, 4, 'a value is missing before "]"'],
      ["{} x", 1, 4, "there is more after the end"],
      ["[01]", 1, 3, 'a comma or "]" is missing'],
      ["True", 1, 1, 'a value is missing before "T"'],
    ];
    for (const [text, line, column, problem] of cases)
      expect([text, findJsonFault(text)]).toEqual([text, { line, column, problem }]);
  });

  test("20,000 damaged texts: a fault exactly where the parser of the runtime finds one", () => {
    const random = seededRandom(11);
    const whole = JSON.stringify({ a: [1, -2.5e3, true, null, 'x"\\\u2028é'], b: { "": [] } }, null, 1);
    const signs = ['"', "\\", ",", ":", "{", "}", "[", "]", " ", "\n", "\t", "0", "-", "e", "t", "\u0001"];
    let faults = 0;
    for (let round = 0; round < 20_000; round++) {
      const at = Math.floor(random() * whole.length);
      const sign = signs[Math.floor(random() * signs.length)] ?? "";
      const text = whole.slice(0, at) + sign + whole.slice(at + Math.floor(random() * 2));
      const fault = findJsonFault(text);
      expect([text, fault === null]).toEqual([text, isJson(text)]);
      if (fault === null) continue;
      faults++;
      const lines = text.split("\n");
      expect(fault.line).toBeLessThanOrEqual(lines.length);
      expect(fault.column).toBeLessThanOrEqual((lines[fault.line - 1]?.length ?? 0) + 1);
      expect(fault.problem).not.toBe("this is no JSON");
    }
    expect(faults).toBeGreaterThan(5_000);
  });

  test("long strings and deep nesting end in an answer", () => {
    expect(findJsonFault(`["${"x".repeat(1_000_000)}"]`)).toBeNull();
    expect(findJsonFault(`["${'\\"'.repeat(500_000)}`)).toMatchObject({ line: 1, column: 2 });
    expect(findJsonFault("[".repeat(100_000))?.problem).toBe("is nested too deeply");
  });
});
