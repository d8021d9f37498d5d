// In: a request's bytes of InfluxDB line protocol. Out: each reading given to the sink, each bad line
// with its number and reason. Works on the bytes: a known line makes no string and no object.
import { type KnownPrefix, HASH_START, hashByte, PrefixCache } from "./cache";
import { keyOf, readPrefix, type Prefix } from "./prefix";
import { guessPrecision, type Precision, SCALES } from "./precision";
import { NumberReader } from "./number-reader";

/** What lines are resolved to. `P`: a machine and labels; `T`: a series. */
export interface LineSink<P, T> {
  /** A text is the reason why lines with this prefix are refused. */
  openPrefix(prefix: Prefix): P | string;
  /** A text is the reason why lines with this field are refused. */
  openField(prefix: P, field: string): T | string;
  /** A number. `time` in ms. */
  take(target: T, time: number, value: number): void;
  /** NaN or infinite: no value, but a sign that the sensor is broken. */
  takeBad(target: T): void;
  /** A text: like `takeBad`, but nothing is registered for it. */
  takeText(prefix: P, field: string): void;
}

export interface LineError {
  /** From 1. */
  line: number;
  reason: string;
  /** The line's text, cut to 200 characters. */
  text: string;
}

export interface ParseResult {
  /** Lines with readings, good ones only. */
  accepted: number;
  rejected: number;
  /** Of the first hundred rejected lines. */
  errors: LineError[];
}

export interface ParseOptions {
  precision: Precision;
  /** For lines without a timestamp, in ms. */
  receivedAt: number;
}

const MAX_ERRORS = 100;
const MAX_ERROR_TEXT = 200;
const MAX_PREFIX_BYTES = 8_192;
/** Years 1 to 9999, in ms. */
const EARLIEST = -62_135_596_800_000;
const LATEST = 253_402_300_799_999;
/** Digits of a 64-bit whole number. */
const MAX_DIGITS = 19;

const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const QUOTE = 34;
const HASH = 35;
const COMMA = 44;
const MINUS = 45;
const ZERO = 48;
const NINE = 57;
const EQUALS = 61;
const BACKSLASH = 92;

const GOOD = 0;
const BAD = 1;
const TEXT = 2;

const decoder = new TextDecoder();

/** One per organization: it remembers the prefixes that it has seen. */
export class LineParser<P, T> {
  readonly #sink: LineSink<P, T>;
  readonly #cache: PrefixCache<P, T>;
  readonly #number = new NumberReader();
  #bytes: Uint8Array = new Uint8Array();
  #length = 0;
  #at = 0;
  #time = 0;
  #options: ParseOptions = { precision: "ns", receivedAt: 0 };
  // The fields of the line at hand: they count only once the whole line is good.
  readonly #targets: T[] = [];
  readonly #values: number[] = [];
  readonly #kinds: number[] = [];
  readonly #texts: string[] = [];
  #fields = 0;
  /** Fields of the line at hand that come for the first time: number, start and end of the key. */
  readonly #unknown: number[] = [];
  /** Of the line at hand, for its texts. */
  #textPrefix: P | undefined;
  #spansLines = false;

  constructor(sink: LineSink<P, T>, maxPrefixes = 200_000) {
    this.#sink = sink;
    this.#cache = new PrefixCache(maxPrefixes);
  }

  /** Call when what prefixes were resolved to is no longer true. */
  forget(): void {
    this.#cache.clear();
  }

  parse(bytes: Uint8Array, options: ParseOptions): ParseResult {
    this.#bytes = bytes;
    this.#length = bytes.length;
    this.#options = options;
    const result: ParseResult = { accepted: 0, rejected: 0, errors: [] };
    const end = bytes.length;
    let line = 0;
    for (let at = 0; at < end; at = this.#at) {
      let start = at;
      line++;
      while (start < end && (bytes[start] === SPACE || bytes[start] === TAB || bytes[start] === RETURN))
        start++;
      this.#at = start;
      if (start >= end) break;
      if (bytes[start] === NEWLINE) {
        this.#at = start + 1;
        continue;
      }
      if (bytes[start] === HASH) {
        this.#skipLine();
        continue;
      }
      const reason = this.#readLine();
      if (reason === null) {
        result.accepted++;
        this.#giveFields();
      } else {
        result.rejected++;
        // Behind the line that failed, even if a quote in it was never closed.
        this.#at = start;
        this.#skipLine();
        if (result.errors.length < MAX_ERRORS)
          result.errors.push({ line, reason, text: this.#textOf(start, this.#at) });
      }
      if (this.#spansLines) line += this.#newlinesWithin(start);
    }
    this.#bytes = new Uint8Array();
    return result;
  }

  /** Newlines inside quoted texts count as lines too; the last one ends the line. */
  #newlinesWithin(start: number): number {
    let newlines = 0;
    for (let at = start; at < this.#at - 1; at++) if (this.#bytes[at] === NEWLINE) newlines++;
    return newlines;
  }

  #skipLine(): void {
    const end = this.#bytes.indexOf(NEWLINE, this.#at);
    this.#at = end === -1 ? this.#length : end + 1;
  }

  #textOf(start: number, end: number): string {
    return decoder
      .decode(this.#bytes.subarray(start, Math.min(end, start + MAX_ERROR_TEXT)))
      .replace(/\r?\n?$/, "");
  }

  #giveFields(): void {
    for (let index = 0; index < this.#fields; index++) {
      const target = this.#targets[index] as T;
      if (this.#kinds[index] === GOOD) this.#sink.take(target, this.#time, this.#values[index] as number);
      else if (this.#kinds[index] === BAD) this.#sink.takeBad(target);
      else this.#sink.takeText(this.#textPrefix as P, this.#texts[index] as string);
    }
  }

  /** Null when the line is good: then `#fields` holds its fields, and `#at` is behind it. */
  #readLine(): string | null {
    const bytes = this.#bytes;
    const end = this.#length;
    const start = this.#at;
    this.#spansLines = false;
    let hash = HASH_START;
    let at = start;
    for (; at < end; at++) {
      const byte = bytes[at] as number;
      if (byte === SPACE || byte === NEWLINE) break;
      hash = hashByte(hash, byte);
      if (byte === BACKSLASH && at + 1 < end && bytes[at + 1] !== NEWLINE)
        hash = hashByte(hash, bytes[++at] as number);
    }
    if (at >= end || bytes[at] === NEWLINE) return "missing fields";
    let known = this.#cache.find(bytes, start, at, hash);
    if (known === undefined) {
      if (at - start > MAX_PREFIX_BYTES) return "measurement and tags are longer than 8 KiB";
      const prefix = readPrefix(bytes.subarray(start, at));
      if (typeof prefix === "string") return prefix;
      const opened = this.#sink.openPrefix(prefix);
      if (typeof opened === "string") return opened;
      known = this.#cache.add(bytes.subarray(start, at), hash, opened);
    }
    while (bytes[at] === SPACE) at++;
    this.#at = at;
    return this.#readFields(known) ?? this.#readTime() ?? this.#openUnknown(known);
  }

  /** Up to the space before the timestamp, or the end of the line. */
  #readFields(known: KnownPrefix<P, T>): string | null {
    const bytes = this.#bytes;
    const end = this.#length;
    this.#fields = 0;
    this.#unknown.length = 0;
    for (;;) {
      const keyStart = this.#at;
      const expected = known.fields[this.#fields];
      let target: T | undefined;
      if (expected !== undefined && this.#startsWith(expected.key)) {
        target = expected.target;
        this.#at += expected.key.length;
      } else {
        let at = keyStart;
        while (at < end && bytes[at] !== EQUALS) {
          const byte = bytes[at];
          if (byte === NEWLINE || byte === SPACE || byte === COMMA) break;
          at += byte === BACKSLASH && at + 1 < end && bytes[at + 1] !== NEWLINE ? 2 : 1;
        }
        if (at === keyStart) return "missing field key";
        if (at - keyStart > MAX_PREFIX_BYTES) return "field key is longer than 8 KiB";
        if (bytes[at] !== EQUALS) return "missing field value";
        this.#at = at;
      }
      const keyEnd = this.#at;
      this.#at++;
      const reason = this.#readValue(known, keyStart, keyEnd, target);
      if (reason !== null) return reason;
      if (bytes[this.#at] !== COMMA) return null;
      this.#at++;
    }
  }

  /** True when the key stands here, followed by `=`. */
  #startsWith(key: Uint8Array): boolean {
    const bytes = this.#bytes;
    const start = this.#at;
    for (let at = 0; at < key.length; at++) if (key[at] !== bytes[start + at]) return false;
    return bytes[start + key.length] === EQUALS;
  }

  #readValue(
    known: KnownPrefix<P, T>,
    keyStart: number,
    keyEnd: number,
    expected: T | undefined,
  ): string | null {
    const index = this.#fields;
    if (this.#bytes[this.#at] === QUOTE) {
      if (!this.#skipQuoted()) return "unbalanced quotes";
      this.#textPrefix = known.prefix;
      this.#texts[index] = keyOf(this.#bytes.subarray(keyStart, keyEnd));
      this.#kinds[index] = TEXT;
    } else {
      const value = this.#number.read(this.#bytes, this.#at, this.#length);
      if (this.#number.end < 0)
        return `invalid value of field ${keyOf(this.#bytes.subarray(keyStart, keyEnd))}`;
      this.#at = this.#number.end;
      const target = expected ?? this.#findTarget(known, keyStart, keyEnd);
      if (target === undefined) this.#unknown.push(index, keyStart, keyEnd);
      else this.#targets[index] = target;
      this.#kinds[index] = Number.isFinite(value) ? GOOD : BAD;
      this.#values[index] = value;
    }
    this.#fields = index + 1;
    return null;
  }

  #findTarget(known: KnownPrefix<P, T>, start: number, end: number): T | undefined {
    for (const { key, target } of known.fields)
      if (key.length === end - start && key.every((byte, at) => byte === this.#bytes[start + at]))
        return target;
    return undefined;
  }

  /** Only once the rest of the line is known to be good: what is opened is there for good. */
  #openUnknown(known: KnownPrefix<P, T>): string | null {
    for (let at = 0; at < this.#unknown.length; at += 3) {
      const [index, start, end] = this.#unknown.slice(at, at + 3) as [number, number, number];
      // A line may name a field twice.
      let target = this.#findTarget(known, start, end);
      if (target === undefined) {
        const key = this.#bytes.slice(start, end);
        const opened = this.#sink.openField(known.prefix, keyOf(key));
        if (typeof opened === "string") return opened;
        known.fields.push({ key, target: opened });
        target = opened;
      }
      this.#targets[index] = target;
    }
    return null;
  }

  #skipQuoted(): boolean {
    for (let at = this.#at + 1; at < this.#length; at++) {
      const byte = this.#bytes[at];
      if (byte === QUOTE) {
        this.#at = at + 1;
        return true;
      }
      if (byte === BACKSLASH) at++;
      if (this.#bytes[at] === NEWLINE) this.#spansLines = true;
    }
    return false;
  }

  /** The rest of the line. */
  #readTime(): string | null {
    const bytes = this.#bytes;
    const end = this.#length;
    let at = this.#at;
    if (at < end && bytes[at] !== SPACE && bytes[at] !== NEWLINE && bytes[at] !== RETURN)
      return "invalid field format";
    while (at < end && bytes[at] === SPACE) at++;
    const isNegative = bytes[at] === MINUS;
    const start = isNegative ? at + 1 : at;
    let stop = start;
    while (stop < end && (bytes[stop] as number) >= ZERO && (bytes[stop] as number) <= NINE) stop++;
    if (stop === start) {
      if (isNegative) return "invalid timestamp";
      this.#time = this.#options.receivedAt;
    } else if (!this.#setTime(start, stop, isNegative)) return "timestamp out of range";
    at = stop;
    while (at < end && (bytes[at] === SPACE || bytes[at] === RETURN)) at++;
    if (at < end && bytes[at] !== NEWLINE) return "invalid timestamp";
    this.#at = at + 1;
    return null;
  }

  #setTime(start: number, stop: number, isNegative: boolean): boolean {
    const bytes = this.#bytes;
    const { precision } = this.#options;
    let first = start;
    while (first < stop - 1 && bytes[first] === ZERO) first++;
    if (stop - first > MAX_DIGITS) return false;
    const scale = SCALES[precision === "auto" ? guessPrecision(this.#digits(first, stop)) : precision];
    const cut = Math.max(first, stop - scale.drop);
    let time = this.#digits(first, cut) * scale.factor;
    if (isNegative) {
      // The millisecond that the moment lies in begins before it.
      let hasRest = false;
      for (let at = cut; at < stop; at++) hasRest ||= bytes[at] !== ZERO;
      time = hasRest ? -time - 1 : 0 - time;
    }
    this.#time = time;
    return time >= EARLIEST && time <= LATEST;
  }

  /** Exact up to 15 digits; only the size matters beyond. */
  #digits(start: number, stop: number): number {
    let value = 0;
    for (let at = start; at < stop; at++) value = value * 10 + ((this.#bytes[at] as number) - ZERO);
    return value;
  }
}
