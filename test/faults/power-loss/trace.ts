// In: the output of `strace -f -y -xx`. Out: what happened to the files of one directory, and which
// commits were acknowledged, in order.

export type DiskEvent =
  | { kind: "create"; name: string; isTruncated: boolean }
  /** `offset` null: at the end of the file. */
  | { kind: "write"; name: string; offset: number | null; bytes: Uint8Array }
  | { kind: "truncate"; name: string; size: number }
  | { kind: "unlink"; name: string }
  | { kind: "rename"; from: string; to: string }
  /** What was written before the begin is safe from the end on. `name` null: the directory itself. */
  | { kind: "sync_begin"; id: number; name: string | null }
  | { kind: "sync_end"; id: number }
  | { kind: "ack"; ids: number[] };

/** Everything that changes a file or makes it durable, and the acknowledgements. */
export const TRACED_CALLS =
  "openat open creat pwrite64 pwritev pwritev2 write writev fsync fdatasync ftruncate truncate fallocate " +
  "unlink unlinkat rename renameat renameat2 copy_file_range link linkat";

/** Calls that this reader does not understand; on the traced directory they make the replay worthless. */
const UNKNOWN_CALLS = new Set([
  "pwritev",
  "pwritev2",
  "writev",
  "truncate",
  "fallocate",
  "copy_file_range",
  "link",
  "linkat",
  "creat",
]);

const fromHex = (text: string): Buffer => Buffer.from(text.replaceAll("\\x", ""), "hex");

const STRINGS = /"((?:\\x[0-9a-f]{2})*)"/g;
const HANDLE_PATH = /^\d+<((?:\\x[0-9a-f]{2})+)>/;
const LINE = /^(\d+)\s+(?:<\.\.\. (\w+) resumed>(.*)|(\w+)\((.*))$/s;

export class TraceReader {
  readonly events: DiskEvent[] = [];
  readonly #directory: string;
  /** Syncs that have begun, by thread. */
  readonly #open = new Map<string, number>();
  #syncs = 0;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** One line of the trace. Throws on a call that would make the replay wrong. */
  read(line: string): void {
    const match = LINE.exec(line);
    if (match === null) return;
    const [, thread = "", resumed, , call = "", rest = ""] = match;
    if (resumed !== undefined) return this.#endSync(thread, line);
    const failed = /= -1 E\w+/.test(rest.slice(-80));
    if (!failed) this.#readCall(thread, call, rest);
  }

  #readCall(thread: string, call: string, rest: string): void {
    const isUnfinished = rest.endsWith("<unfinished ...>");
    if (call === "fsync" || call === "fdatasync") {
      const name = this.#nameOfHandle(rest);
      if (name === undefined) return;
      const id = this.#syncs++;
      this.events.push({ kind: "sync_begin", id, name });
      if (isUnfinished) this.#open.set(thread, id);
      else this.events.push({ kind: "sync_end", id });
    } else if (call === "write") this.#readWrite(rest);
    else if (call === "pwrite64") {
      const name = this.#nameOfHandle(rest);
      if (typeof name !== "string") return;
      const offset = Number(/, (\d+)(?:\)\s+=| <unfinished)/.exec(rest.slice(-80))?.[1]);
      this.events.push({ kind: "write", name, offset, bytes: this.#strings(rest)[0] ?? new Uint8Array() });
    } else if (call === "ftruncate") {
      const name = this.#nameOfHandle(rest);
      const size = Number(/, (\d+)/.exec(rest.slice(rest.indexOf(">")))?.[1]);
      if (typeof name === "string") this.events.push({ kind: "truncate", name, size });
    } else if (UNKNOWN_CALLS.has(call)) {
      const isOurs =
        this.#nameOfHandle(rest) !== undefined || this.#names(rest).some((name) => name !== undefined);
      if (isOurs) throw new Error(`the replay does not know ${call}`);
    } else this.#readPaths(call, rest);
  }

  #readPaths(call: string, rest: string): void {
    const [first, second] = this.#names(rest);
    if (typeof first !== "string") return;
    if (call.startsWith("open")) {
      const isTruncated = rest.includes("O_TRUNC");
      if (rest.includes("O_CREAT")) this.events.push({ kind: "create", name: first, isTruncated });
    } else if (call.startsWith("unlink")) this.events.push({ kind: "unlink", name: first });
    else if (call.startsWith("rename") && typeof second === "string")
      this.events.push({ kind: "rename", from: first, to: second });
  }

  #readWrite(rest: string): void {
    const bytes = this.#strings(rest)[0] ?? new Uint8Array();
    const name = this.#nameOfHandle(rest);
    if (typeof name === "string") return void this.events.push({ kind: "write", name, offset: null, bytes });
    if (!rest.startsWith("1<")) return;
    const ids = [
      ...Buffer.from(bytes)
        .toString("latin1")
        .matchAll(/ack (\d+)\n/g),
    ].map(([, id]) => Number(id));
    if (ids.length > 0) this.events.push({ kind: "ack", ids });
  }

  #endSync(thread: string, line: string): void {
    const id = this.#open.get(thread);
    if (id === undefined) return;
    this.#open.delete(thread);
    if (line.trimEnd().endsWith("= 0")) this.events.push({ kind: "sync_end", id });
  }

  #strings(rest: string): Uint8Array[] {
    return [...rest.matchAll(STRINGS)].map(([, hex = ""]) => fromHex(hex));
  }

  #names(rest: string): (string | null | undefined)[] {
    return this.#strings(rest).map((bytes) => this.#nameOf(Buffer.from(bytes).toString()));
  }

  /** Of the file behind the call's first argument; null for the directory, undefined for all else. */
  #nameOfHandle(rest: string): string | null | undefined {
    const hex = HANDLE_PATH.exec(rest)?.[1];
    return hex === undefined ? undefined : this.#nameOf(fromHex(hex).toString());
  }

  #nameOf(path: string): string | null | undefined {
    if (path === this.#directory) return null;
    const prefix = `${this.#directory}/`;
    return path.startsWith(prefix) && !path.endsWith(" (deleted)") ? path.slice(prefix.length) : undefined;
  }
}
