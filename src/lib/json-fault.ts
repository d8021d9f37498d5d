// In: a text that should be JSON. Out: where it stops being JSON and why, for people: the parser of
// the runtime names no place.

export interface JsonFault {
  /** From 1. */
  line: number;
  column: number;
  /** What stands there, in words. */
  problem: string;
}

// RFC 8259. Sticky: each looks exactly at the place that it is given.
const SPACE = /[ \t\n\r]*/y;
// Raw control characters are exactly what a JSON string may not hold.
// oxlint-disable-next-line no-control-regex
const STRING = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;

/** Deeper ones are data that nobody writes by hand. */
const DEEPEST = 200;

class Fault extends Error {}

class Scanner {
  at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  fail(problem: string): never {
    throw new Fault(problem);
  }

  take(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.#text);
    if (match === null) return false;
    this.at += match[0].length;
    return true;
  }

  next(): string {
    this.take(SPACE);
    return this.#text[this.at] ?? "";
  }

  takeSign(sign: string): boolean {
    if (this.next() !== sign) return false;
    this.at++;
    return true;
  }

  value(depth: number): void {
    if (depth > DEEPEST) this.fail("is nested too deeply");
    const first = this.next();
    if (first === "{") this.members("}", depth, () => this.member());
    else if (first === "[") this.members("]", depth, () => undefined);
    else if (first === '"') this.string();
    else if (first === "") this.fail("the text ends where a value is missing");
    else if (!this.take(WORD) && !this.take(NUMBER)) this.fail(`a value is missing before ${quote(first)}`);
  }

  string(): void {
    if (!this.take(STRING)) this.fail("this string does not end, or holds a line break or a lone backslash");
  }

  member(): void {
    if (this.next() !== '"') this.fail("a name in double quotes is missing");
    this.string();
    if (!this.takeSign(":")) this.fail("a colon is missing");
  }

  members(end: string, depth: number, before: () => void): void {
    this.at++;
    if (this.takeSign(end)) return;
    do {
      before();
      this.value(depth + 1);
    } while (this.takeSign(","));
    if (!this.takeSign(end)) this.fail(`a comma or ${quote(end)} is missing`);
  }
}

const quote = (sign: string): string => `"${sign}"`;

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** Null when the text is JSON. */
export const findJsonFault = (text: string): JsonFault | null => {
  if (isJson(text)) return null;
  const scanner = new Scanner(text);
  let problem = "this is no JSON";
  try {
    scanner.value(0);
    if (scanner.next() !== "") problem = "there is more after the end";
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    problem = error.message;
  }
  const before = text.slice(0, scanner.at).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, problem };
};
