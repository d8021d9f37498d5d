// In: the bytes of a field's value that is not a quoted text. Out: the number that it stands for and
// where it ends. Reads what Telegraf writes without making a string; the rest goes the exact way.

const PLUS = 43;
const MINUS = 45;
const DOT = 46;
const ZERO = 48;
const NINE = 57;
const LOWER_E = 101;
const UPPER_E = 69;
const LOWER_I = 105;
const LOWER_U = 117;

/** A mantissa of so many digits, scaled by a power of ten up to 22, is correctly rounded. */
const EXACT_DIGITS = 15;
const POWERS = Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);
/** No number of the field's own types is longer. */
const MAX_LENGTH = 400;

const WORDS: readonly (readonly [string, number])[] = [
  ["true", 1],
  ["True", 1],
  ["TRUE", 1],
  ["t", 1],
  ["T", 1],
  ["false", 0],
  ["False", 0],
  ["FALSE", 0],
  ["f", 0],
  ["F", 0],
];

/** Bytes after which a value has ended: comma, space, line end. */
const isEnd = (byte: number | undefined): boolean =>
  byte === undefined || byte === 44 || byte === 32 || byte === 10 || byte === 13;

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= NINE;

export class NumberReader {
  /** Index behind the value that was read last; -1 when it was none. */
  end = -1;

  /** NaN and ±Infinity are values, though not good ones. */
  read(bytes: Uint8Array, start: number, length: number): number {
    let at = start;
    const sign = bytes[at];
    if (sign === MINUS || sign === PLUS) at++;
    let mantissa = 0;
    let digits = 0;
    let whole = at;
    for (; at < length; at++) {
      const digit = (bytes[at] as number) - ZERO;
      if (digit < 0 || digit > 9) break;
      mantissa = mantissa * 10 + digit;
    }
    digits = at - whole;
    let exponent = 0;
    if (at < length && bytes[at] === DOT) {
      whole = ++at;
      for (; at < length; at++) {
        const digit = (bytes[at] as number) - ZERO;
        if (digit < 0 || digit > 9) break;
        mantissa = mantissa * 10 + digit;
      }
      exponent = whole - at;
      digits -= exponent;
    }
    if (digits === 0) return this.#readWord(bytes, start, length);
    const next = at < length ? bytes[at] : undefined;
    if (next === LOWER_E || next === UPPER_E) return this.#readExact(bytes, start, at, length);
    let end = at;
    if ((next === LOWER_I || (next === LOWER_U && sign !== MINUS)) && exponent === 0 && bytes[at - 1] !== DOT)
      end++;
    if (!isEnd(end < length ? bytes[end] : undefined)) return this.#fail();
    this.end = end;
    if (digits > EXACT_DIGITS) return this.#exact(bytes, start, at);
    const size = exponent === 0 ? mantissa : mantissa / (POWERS[-exponent] as number);
    return sign === MINUS ? -size : size;
  }

  #fail(): number {
    this.end = -1;
    return Number.NaN;
  }

  /** `at`: the exponent's letter. */
  #readExact(bytes: Uint8Array, start: number, at: number, length: number): number {
    let end = at + 1;
    if (bytes[end] === MINUS || bytes[end] === PLUS) end++;
    if (!isDigit(end < length ? bytes[end] : undefined)) return this.#fail();
    while (end < length && isDigit(bytes[end])) end++;
    if (!isEnd(end < length ? bytes[end] : undefined)) return this.#fail();
    this.end = end;
    return this.#exact(bytes, start, end);
  }

  #exact(bytes: Uint8Array, start: number, end: number): number {
    if (end - start > MAX_LENGTH) return this.#fail();
    return Number(String.fromCharCode(...bytes.subarray(start, end)));
  }

  #readWord(bytes: Uint8Array, start: number, length: number): number {
    let end = start;
    while (end < length && !isEnd(bytes[end]) && end - start <= 10) end++;
    const word = String.fromCharCode(...bytes.subarray(start, end));
    this.end = end;
    for (const [spelling, value] of WORDS) if (word === spelling) return value;
    const match = /^([+-]?)(nan|inf|infinity)$/i.exec(word);
    if (match === null) return this.#fail();
    if (match[2]?.toLowerCase() === "nan") return Number.NaN;
    return match[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
}
