// T15, T16. Paths into payloads and patterns for words: what they reach, what they never reach, and that no
// input makes them slow.
import { describe, expect, test } from "bun:test";
import { parseDotPath, printDotPath, readDotPath, type DotPath } from "../../src/lib/dot-path";
import { createGlob } from "../../src/lib/glob";
import { seededRandom, wholeBetween } from "../harness/random";

const draw = (seed: number) => {
  const random = seededRandom(seed);
  const int = (below: number): number => wholeBetween(random, 0, below - 1);
  return { int, pick: <T>(choices: readonly T[]): T => choices[int(choices.length)] as T };
};

const walk = (value: unknown, text: string): unknown => {
  const path = parseDotPath(text);
  if (typeof path === "string") throw new Error(path);
  return readDotPath(value, path);
};

const FORBIDDEN = ["__proto__", "constructor", "prototype"];

describe("a path", () => {
  const payload = {
    data: { attributes: { current_status: "major" }, "a.b": 1, "with space": 2 },
    list: [{ state: "up" }, [["deep"]]],
    "": 3,
    empty: null,
    zero: 0,
  };

  test.each([
    ["data.attributes.current_status", "major"],
    ["list[0].state", "up"],
    ["list.0.state", "up"],
    ["list[1][0][0]", "deep"],
    ['data["a.b"]', 1],
    ["data['a.b']", 1],
    ["data.with space", 2],
    ["empty", null],
    ["zero", 0],
    ["list[2]", undefined],
    ["list.length", undefined],
    ["data.attributes.current_status.length", undefined],
    ["empty.more", undefined],
    ["nothing.at.all", undefined],
  ])("%s", (text, value) => {
    expect(walk(payload, text)).toEqual(value as never);
  });

  test.each([
    "",
    ".",
    "a.",
    ".a",
    "a..b",
    "a[",
    "a[]",
    "a[-1]",
    "a[x]",
    "a]b",
    "a[0]b",
    " a",
    "a ",
    "__proto__",
    "a.__proto__.b",
    "a.constructor",
    'a["prototype"]',
    "a['__proto__']",
    Array(17).fill("a").join("."),
    "a".repeat(501),
  ])("%p is none", (text) => {
    expect(parseDotPath(text)).toBeString();
  });

  test("is printed as it is read", () => {
    for (const text of ["a.b[0].c", 'a["x.y"].z', "[0][1]", 'a["sp ace"]', "a['q\"q']"]) {
      const path = parseDotPath(text) as DotPath;
      expect(parseDotPath(printDotPath(path))).toEqual(path);
    }
  });

  test("reaches nothing of a prototype, whatever path and payload are", () => {
    const before = JSON.stringify(Object.getOwnPropertyNames(Object.prototype).toSorted());
    const { pick, int } = draw(16);
    const names = [
      "a",
      "b",
      "0",
      "length",
      "toString",
      "valueOf",
      "hasOwnProperty",
      "__proto__",
      "constructor",
      "prototype",
    ];
    const grow = (depth: number): unknown => {
      const kind = depth === 0 ? int(3) : int(5);
      if (kind === 0) return null;
      if (kind === 1) return "text";
      if (kind === 2) return int(10);
      if (kind === 3) return Array.from({ length: int(4) }, () => grow(depth - 1));
      return JSON.parse(
        `{${Array.from({ length: int(4) }, () => `${JSON.stringify(pick(names))}:${JSON.stringify(grow(depth - 1))}`).join(",")}}`,
      );
    };
    const owns = (value: unknown): Set<unknown> => {
      const found = new Set<unknown>([value]);
      if (typeof value === "object" && value !== null)
        for (const inner of Object.values(value)) for (const one of owns(inner)) found.add(one);
      return found;
    };
    for (let round = 0; round < 20_000; round++) {
      const payload = grow(4);
      const path = Array.from({ length: 1 + int(5) }, () => pick(names));
      const found = readDotPath(payload, path);
      if (found !== undefined) expect(owns(payload).has(found)).toBe(true);
      const out = path.findIndex((name) => FORBIDDEN.includes(name));
      // Not even where the payload has such a name of its own.
      if (out !== -1) expect(found).toBeUndefined();
    }
    expect(JSON.stringify(Object.getOwnPropertyNames(Object.prototype).toSorted())).toBe(before);
  });
});

describe("a pattern", () => {
  test.each([
    ["sev-*", "sev-2", true],
    ["sev-*", "sev2", false],
    ["*down*", "it is down now", true],
    ["a*b*c", "a1b2c", true],
    ["a*b*c", "a1c2b", false],
    ["ab*ba", "aba", false],
    ["*", "", true],
    ["**", "x", true],
    ["plain", "plain", true],
    ["plain", "plains", false],
    [".*", "x", false],
    ["(a+)+$", "aaaa", false],
  ])("%s and %s", (pattern, text, fits) => {
    expect(createGlob(pattern)(text)).toBe(fits);
  });

  /** The plain definition, exponential and all, on short inputs. */
  const fitsSlowly = (pattern: string, text: string): boolean => {
    if (pattern === "") return text === "";
    if (pattern[0] === "*")
      return fitsSlowly(pattern.slice(1), text) || (text !== "" && fitsSlowly(pattern, text.slice(1)));
    return text !== "" && pattern[0] === text[0] && fitsSlowly(pattern.slice(1), text.slice(1));
  };

  test("means what it says, for random patterns and texts", () => {
    const { int, pick } = draw(15);
    for (let round = 0; round < 50_000; round++) {
      const pattern = Array.from({ length: int(7) }, () => pick(["a", "b", "*"])).join("");
      const text = Array.from({ length: int(9) }, () => pick(["a", "b"])).join("");
      expect([pattern, text, createGlob(pattern)(text)]).toEqual([pattern, text, fitsSlowly(pattern, text)]);
    }
  });

  test("looks at no character twice for each part", () => {
    // Backtracking would take 2^99 steps here: the test would never end.
    const nasty = createGlob("a*".repeat(99) + "b");
    expect(nasty("a".repeat(200))).toBe(false);
  });
});
