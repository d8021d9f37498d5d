// In: line protocol as text. Out: what each line means, read one character after the other and without
// any of the parser's shortcuts: the reference that the fast one is compared with.

export interface SlowLine {
  measurement: string;
  tags: [string, string][];
  /** A number, or what the value is instead. */
  fields: [key: string, value: number | "text"][];
  /** As written, or null when the line has none. */
  timestamp: string | null;
}

class Cursor {
  readonly #text: string;
  at = 0;

  constructor(text: string, at: number) {
    this.#text = text;
    this.at = at;
  }

  here(): string {
    return this.#text[this.at] ?? "";
  }

  next(): string {
    return this.#text[this.at + 1] ?? "";
  }

  get isOver(): boolean {
    return this.at >= this.#text.length;
  }

  /** Text up to one of `stops` that no backslash precedes; `special` characters lose their backslash. */
  word(stops: string, special: string): string {
    let out = "";
    while (!this.isOver && this.here() !== "\n" && !stops.includes(this.here())) {
      if (this.here() === "\\" && this.next() !== "" && this.next() !== "\n") {
        out += special.includes(this.next()) ? this.next() : `\\${this.next()}`;
        this.at += 2;
      } else {
        out += this.here();
        this.at++;
      }
    }
    return out;
  }

  spaces(): void {
    while (this.here() === " ") this.at++;
  }
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const WHOLE = /^[+-]?\d+i$|^\+?\d+u$/;
const SPECIAL = /^[+-]?(nan|inf|infinity)$/i;

const valueOf = (word: string): number | null => {
  if (["t", "T", "true", "True", "TRUE"].includes(word)) return 1;
  if (["f", "F", "false", "False", "FALSE"].includes(word)) return 0;
  if (NUMBER.test(word)) return Number(word);
  if (WHOLE.test(word)) return Number(word.slice(0, -1));
  if (SPECIAL.test(word))
    return /nan/i.test(word)
      ? Number.NaN
      : word.startsWith("-")
        ? Number.NEGATIVE_INFINITY
        : Number.POSITIVE_INFINITY;
  return null;
};

const readLine = (cursor: Cursor): SlowLine | null => {
  const measurement = cursor.word(", ", ", ");
  const tags: [string, string][] = [];
  if (measurement === "") return null;
  while (cursor.here() === ",") {
    cursor.at++;
    const key = cursor.word(",= ", ",= ");
    if (key === "" || cursor.here() !== "=") return null;
    cursor.at++;
    const value = cursor.word(",= ", ",= ");
    if (value === "" || cursor.here() === "=" || tags.some(([known]) => known === key)) return null;
    tags.push([key, value]);
  }
  if (cursor.here() !== " ") return null;
  cursor.spaces();
  const fields: SlowLine["fields"] = [];
  for (;;) {
    const start = cursor.at;
    const key = cursor.word(",= ", ",= ");
    if (cursor.at === start || cursor.here() !== "=") return null;
    cursor.at++;
    if (cursor.here() === '"') {
      cursor.at++;
      while (!cursor.isOver && cursor.here() !== '"') cursor.at += cursor.here() === "\\" ? 2 : 1;
      if (cursor.isOver) return null;
      cursor.at++;
      fields.push([key, "text"]);
    } else {
      let word = "";
      while (!cursor.isOver && !", \n\r".includes(cursor.here())) {
        word += cursor.here();
        cursor.at++;
      }
      const value = valueOf(word);
      if (value === null) return null;
      fields.push([key, value]);
    }
    if (cursor.here() !== ",") break;
    cursor.at++;
  }
  if (!cursor.isOver && !" \r\n".includes(cursor.here())) return null;
  cursor.spaces();
  let timestamp = "";
  while (/[-\d]/.test(cursor.here())) {
    timestamp += cursor.here();
    cursor.at++;
  }
  while (cursor.here() === " " || cursor.here() === "\r") cursor.at++;
  if (!cursor.isOver && cursor.here() !== "\n") return null;
  if (timestamp !== "" && !/^-?\d+$/.test(timestamp)) return null;
  return { measurement, tags, fields, timestamp: timestamp === "" ? null : timestamp };
};

/** Per line that is neither blank nor a comment: its number, and null where it is bad. */
export const readSlowly = (text: string): { line: number; content: SlowLine | null }[] => {
  const lines: { line: number; content: SlowLine | null }[] = [];
  let at = 0;
  let line = 1;
  while (at < text.length) {
    const cursor = new Cursor(text, at);
    while (cursor.here() === " " || cursor.here() === "\t" || cursor.here() === "\r") cursor.at++;
    const start = cursor.at;
    const endOfLine = (from: number): number => {
      const end = text.indexOf("\n", from);
      return end === -1 ? text.length : end;
    };
    if (cursor.isOver) break;
    if (cursor.here() === "\n" || cursor.here() === "#") {
      at = endOfLine(start) + 1;
      line++;
      continue;
    }
    const content = readLine(cursor);
    lines.push({ line, content });
    const end = content === null ? endOfLine(start) : endOfLine(cursor.at);
    for (let index = start; index <= end; index++) if (text[index] === "\n") line++;
    at = end + 1;
  }
  return lines;
};
