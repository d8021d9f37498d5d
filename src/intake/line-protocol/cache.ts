// In: the bytes before a line's fields. Out: what they were resolved to, without making a string: a
// hash table over bytes. A sender repeats the same few prefixes for ever.

/** One field of a known prefix. */
export interface KnownField<T> {
  key: Uint8Array;
  target: T;
}

export interface KnownPrefix<P, T> {
  readonly hash: number;
  readonly bytes: Uint8Array;
  readonly prefix: P;
  /** In the order in which they came first: the usual line has them in this order. */
  readonly fields: KnownField<T>[];
}

const EMPTY = 0;

export const HASH_START = (Math.random() * 0x7fffffff) | 0;

/** FNV-1a, one byte. Its start is random, so that nobody can prepare prefixes that collide. */
export const hashByte = (hash: number, byte: number): number => Math.imul(hash ^ byte, 0x01000193);

export class PrefixCache<P, T> {
  readonly #limit: number;
  #entries: KnownPrefix<P, T>[] = [];
  /** Index + 1 of an entry, or 0; a power of two long, at most half full. */
  #table = new Int32Array(1_024);

  /** Forgets everything when it grows beyond `limit`. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  find(bytes: Uint8Array, start: number, end: number, hash: number): KnownPrefix<P, T> | undefined {
    const mask = this.#table.length - 1;
    const length = end - start;
    for (let slot = spread(hash) & mask; ; slot = (slot + 1) & mask) {
      const index = this.#table[slot] as number;
      if (index === EMPTY) return undefined;
      const entry = this.#entries[index - 1] as KnownPrefix<P, T>;
      if (entry.hash !== hash || entry.bytes.length !== length) continue;
      const known = entry.bytes;
      let at = 0;
      while (at < length && known[at] === bytes[start + at]) at++;
      if (at === length) return entry;
    }
  }

  add(bytes: Uint8Array, hash: number, prefix: P): KnownPrefix<P, T> {
    if (this.#entries.length >= this.#limit) this.clear();
    const entry: KnownPrefix<P, T> = { hash, bytes: bytes.slice(), prefix, fields: [] };
    this.#entries.push(entry);
    if (this.#entries.length * 2 > this.#table.length) this.#grow();
    else this.#place(this.#entries.length);
    return entry;
  }

  clear(): void {
    this.#entries = [];
    this.#table.fill(EMPTY);
  }

  #place(index: number): void {
    const mask = this.#table.length - 1;
    let slot = spread((this.#entries[index - 1] as KnownPrefix<P, T>).hash) & mask;
    while (this.#table[slot] !== EMPTY) slot = (slot + 1) & mask;
    this.#table[slot] = index;
  }

  #grow(): void {
    this.#table = new Int32Array(this.#table.length * 2);
    for (let index = 1; index <= this.#entries.length; index++) this.#place(index);
  }
}

/** FNV's low bits alone spread badly. */
const spread = (hash: number): number => hash ^ (hash >>> 15);
