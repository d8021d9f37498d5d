// In: columns of numbers. Out: compact bytes and back, bit for bit (but for the sign of zero).
// Sensors send decimals of few digits: those become whole numbers whose differences take a byte or two.

/** First byte of a column: plain float64 follows. Any smaller value is the number of decimals. */
const PLAIN = 255;
const MAX_DECIMALS = 6;
const POWERS = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];
/** Whole numbers below this are stored as such: twice the difference of two is still exact. */
const EXACT = 2 ** 51;

/** A byte buffer that grows; one is reused for many columns. */
export class ByteWriter {
  #bytes = new Uint8Array(4_096);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  reset(): void {
    this.#length = 0;
  }

  /** A copy of what was written. */
  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  float(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  /** Any whole number below 2^52 in size. */
  signed(value: number): void {
    this.unsigned(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** Seven bits per byte, the least significant first. */
  unsigned(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) + 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const larger = new Uint8Array(this.#bytes.length * 2);
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/** Reads in the order of writing; throws RangeError behind the end. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte(): number {
    return this.#view.getUint8(this.#at++);
  }

  float(): number {
    const value = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
    return value;
  }

  signed(): number {
    const value = this.unsigned();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  unsigned(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new RangeError("column cut short");
      if (byte < 0x80) return value + byte * scale;
      value += (byte - 0x80) * scale;
    }
  }
}

/** Decimals that write every value exactly, or -1. */
const decimalsOf = (values: ArrayLike<number>, count: number): number => {
  let decimals = 0;
  let power = 1;
  for (let index = 0; index < count; index++) {
    const value = values[index] as number;
    for (;;) {
      const whole = Math.round(value * power);
      if (whole / power === value) {
        if (whole >= EXACT || whole <= -EXACT) return -1;
        break;
      }
      if (++decimals > MAX_DECIMALS) return -1;
      power = POWERS[decimals] as number;
    }
  }
  // Values that fitted fewer decimals must still be exact with more.
  if (decimals > 0)
    for (let index = 0; index < count; index++) {
      const value = values[index] as number;
      const whole = Math.round(value * power);
      if (whole / power !== value || whole >= EXACT || whole <= -EXACT) return -1;
    }
  return decimals;
};

/** Finite numbers only. */
export const writeColumn = (writer: ByteWriter, values: ArrayLike<number>, count: number): void => {
  const decimals = decimalsOf(values, count);
  if (decimals < 0) {
    writer.byte(PLAIN);
    for (let index = 0; index < count; index++) writer.float(values[index] as number);
    return;
  }
  writer.byte(decimals);
  const power = POWERS[decimals] as number;
  let before = 0;
  for (let index = 0; index < count; index++) {
    const whole = Math.round((values[index] as number) * power);
    writer.signed(whole - before);
    before = whole;
  }
};

export const readColumn = (reader: ByteReader, count: number): Float64Array => {
  const values = new Float64Array(count);
  const decimals = reader.byte();
  if (decimals === PLAIN) {
    for (let index = 0; index < count; index++) values[index] = reader.float();
    return values;
  }
  const power = POWERS[decimals];
  if (power === undefined) throw new RangeError("unknown column");
  let whole = 0;
  for (let index = 0; index < count; index++) {
    whole += reader.signed();
    values[index] = whole / power;
  }
  return values;
};

/** Whole milliseconds in rising order: differences of differences, a byte each at a steady rate. */
export const writeTimes = (writer: ByteWriter, times: ArrayLike<number>, count: number): void => {
  let before = 0;
  let step = 0;
  for (let index = 0; index < count; index++) {
    const difference = (times[index] as number) - before;
    writer.signed(difference - step);
    // The first difference is the time itself and foretells nothing.
    step = index === 0 ? 0 : difference;
    before = times[index] as number;
  }
};

export const readTimes = (reader: ByteReader, count: number): Float64Array => {
  const times = new Float64Array(count);
  let time = 0;
  let step = 0;
  for (let index = 0; index < count; index++) {
    const difference = reader.signed() + step;
    time += difference;
    step = index === 0 ? 0 : difference;
    times[index] = time;
  }
  return times;
};
