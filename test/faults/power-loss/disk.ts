// In: what a process did to its files. Out: what the disk may hold if the power goes now: all that was
// synced, and of the rest any sectors and any first part of the renames, creations and removals.
import type { DiskEvent } from "./trace";

const SECTOR_BYTES = 512;

type Change = { offset: number; bytes: Uint8Array } | { size: number };

class SimulatedFile {
  #safe: Uint8Array = new Uint8Array();
  #pending: Change[] = [];
  /** As the process sees it. */
  #size = 0;

  write(offset: number | null, bytes: Uint8Array): void {
    const at = offset ?? this.#size;
    this.#pending.push({ offset: at, bytes });
    this.#size = Math.max(this.#size, at + bytes.length);
  }

  truncate(size: number): void {
    this.#pending.push({ size });
    this.#size = size;
  }

  get pending(): number {
    return this.#pending.length;
  }

  /** The first `count` changes are safe now. */
  keep(count: number): void {
    for (const change of this.#pending.slice(0, count)) this.#safe = apply(this.#safe, change, () => true);
    this.#pending = this.#pending.slice(count);
  }

  image(chance: number, random: () => number): Uint8Array {
    let content: Uint8Array = this.#safe.slice();
    for (const change of this.#pending) content = apply(content, change, () => random() < chance);
    return content;
  }
}

const apply = (content: Uint8Array, change: Change, isKept: () => boolean): Uint8Array => {
  if ("size" in change) return isKept() ? resized(content, change.size) : content;
  let result = content;
  const { offset, bytes } = change;
  for (let from = 0; from < bytes.length;) {
    const to = Math.min(bytes.length, from + SECTOR_BYTES - ((offset + from) % SECTOR_BYTES));
    if (isKept()) {
      if (result.length < offset + to) result = resized(result, offset + to);
      result.set(bytes.subarray(from, to), offset + from);
    }
    from = to;
  }
  return result;
};

const resized = (content: Uint8Array, size: number): Uint8Array => {
  const result = new Uint8Array(size);
  result.set(content.subarray(0, size));
  return result;
};

type Names = Map<string, SimulatedFile>;
type NameChange = (names: Names) => void;

export class SimulatedDisk {
  readonly #seen: Names = new Map();
  readonly #safe: Names = new Map();
  #pendingNames: NameChange[] = [];
  /** Begun syncs: the file (null: the directory) and how many changes they make safe. */
  readonly #syncs = new Map<number, { file: SimulatedFile | null; count: number }>();

  apply(event: DiskEvent): void {
    if (event.kind === "create") this.#create(event.name, event.isTruncated);
    else if (event.kind === "write") this.#seen.get(event.name)?.write(event.offset, event.bytes);
    else if (event.kind === "truncate") this.#seen.get(event.name)?.truncate(event.size);
    else if (event.kind === "unlink") this.#rename((names) => void names.delete(event.name));
    else if (event.kind === "rename")
      this.#rename((names) => {
        const file = names.get(event.from);
        if (file === undefined) return;
        names.delete(event.from);
        names.set(event.to, file);
      });
    else if (event.kind === "sync_begin") this.#beginSync(event.id, event.name);
    else if (event.kind === "sync_end") this.#endSync(event.id);
  }

  /** The files after the power came back. */
  image(random: () => number): Map<string, Uint8Array> {
    // None, all, half, or any share of what was not synced.
    const chance = [0, 1, 0.5, random()][Math.floor(random() * 4)] ?? 0;
    const names = new Map(this.#safe);
    const kept = chance === 0 ? 0 : Math.floor(random() * (this.#pendingNames.length + 1));
    for (const change of this.#pendingNames.slice(0, kept)) change(names);
    return new Map([...names].map(([name, file]) => [name, file.image(chance, random)]));
  }

  #create(name: string, isTruncated: boolean): void {
    const known = this.#seen.get(name);
    if (known === undefined) {
      const file = new SimulatedFile();
      this.#rename((names) => void names.set(name, file));
    } else if (isTruncated) known.truncate(0);
  }

  #rename(change: NameChange): void {
    change(this.#seen);
    this.#pendingNames.push(change);
  }

  #beginSync(id: number, name: string | null): void {
    if (name === null) return void this.#syncs.set(id, { file: null, count: this.#pendingNames.length });
    const file = this.#seen.get(name);
    if (file !== undefined) this.#syncs.set(id, { file, count: file.pending });
  }

  #endSync(id: number): void {
    const sync = this.#syncs.get(id);
    if (sync === undefined) return;
    this.#syncs.delete(id);
    if (sync.file !== null) return sync.file.keep(sync.count);
    for (const change of this.#pendingNames.slice(0, sync.count)) change(this.#safe);
    this.#pendingNames = this.#pendingNames.slice(sync.count);
  }
}
