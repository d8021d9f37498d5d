// In: a set of labels. Out: its fingerprint as Prometheus computes it, so that whoever compares
// fingerprints of Alertmanager's alerts can compare these as well.

/** FNV-1a of 64 bits: offset basis and prime. */
const OFFSET = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;
const MASK = 0xffffffffffffffffn;
/** Ends each name and each value; no UTF-8 text holds this byte. */
const SEPARATOR = Uint8Array.of(0xff);

const encoder = new TextEncoder();

/** 16 hexadecimal digits; labels count in the order of their names' code units. */
export const labelFingerprint = (labels: Readonly<Record<string, string>>): string => {
  let hash = OFFSET;
  const add = (bytes: Uint8Array): void => {
    for (const byte of bytes) hash = ((hash ^ BigInt(byte)) * PRIME) & MASK;
  };
  for (const name of Object.keys(labels).sort()) {
    add(encoder.encode(name));
    add(SEPARATOR);
    add(encoder.encode(labels[name] ?? ""));
    add(SEPARATOR);
  }
  return hash.toString(16).padStart(16, "0");
};
