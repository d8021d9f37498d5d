// In: a set of labels. Out: its fingerprint as Prometheus computes it, so that whoever compares
// fingerprints of Alertmanager's alerts can compare these as well.

/** FNV-1a of 64 bits, in halves of 32: offset basis, and the prime 2^40 + 0x1b3. */
const OFFSET = { high: 0xcbf29ce4, low: 0x84222325 };
const PRIME_LOW = 0x1b3;
const HALF = 2 ** 32;
/** Ends each name and each value; no UTF-8 text holds this byte. */
const SEPARATOR = Uint8Array.of(0xff);

const encoder = new TextEncoder();

/** 16 hexadecimal digits; labels count in the order of their names' code units. */
export const labelFingerprint = (labels: Readonly<Record<string, string>>): string => {
  let { high, low } = OFFSET;
  const add = (bytes: Uint8Array): void => {
    for (const byte of bytes) {
      low = (low ^ byte) >>> 0;
      const product = low * PRIME_LOW;
      high = (high * PRIME_LOW + Math.floor(product / HALF) + ((low << 8) >>> 0)) >>> 0;
      low = product >>> 0;
    }
  };
  for (const name of Object.keys(labels).sort()) {
    add(encoder.encode(name));
    add(SEPARATOR);
    add(encoder.encode(labels[name] ?? ""));
    add(SEPARATOR);
  }
  const digits = (half: number): string => half.toString(16).padStart(8, "0");
  return digits(high) + digits(low);
};
