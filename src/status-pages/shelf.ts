// In: the view of a page and the list of its representations. Out: their bytes, ready to be sent: each is
// made once per view, when it is asked for first, and then held with its ETag and its compressed form.
import type { PageView } from "./view";

/** One file of a page. `render` depends on the view alone, so that the same view has the same bytes. */
export interface Representation {
  /** The path below the page, e.g. `api/v2/summary.json`; it is also the file's path in a mirror. */
  readonly name: string;
  readonly contentType: string;
  readonly render: () => string | Uint8Array | Promise<string | Uint8Array>;
  /** Not for mirrors: it would be of no use in a folder. */
  readonly isLiveOnly?: boolean;
  /** Of its own, where the policy of pages does not fit (pictures that others embed). */
  readonly headers?: Readonly<Record<string, string>>;
}

/** All representations of one kind, e.g. all badges. Cheap: nothing is rendered here. */
export type Family = (view: PageView) => Iterable<Representation>;

export interface ShelfFile {
  readonly name: string;
  readonly contentType: string;
  /** Quoted, as the header wants it. */
  readonly etag: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Null where compression gains nothing. */
  readonly gzip: Uint8Array<ArrayBuffer> | null;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Shelf {
  readonly view: PageView;
  /** Everything that it has, in a stable order. */
  readonly representations: readonly Representation[];
  /** Undefined for a name that it does not have. Rejects when a renderer fails; the next call tries again. */
  get(name: string): ShelfFile | Promise<ShelfFile> | undefined;
}

const COMPRESSIBLE = /^(?:text\/|application\/|image\/svg\+xml)/;
/** Smaller files fit into one packet anyway. */
const SMALLEST_COMPRESSED = 1_000;
/** A page is compressed once and sent often. */
const LEVEL = 6;

const encoder = new TextEncoder();

/** Its ETag follows from the bytes, so that a page built anew without a change is still known to browsers. */
export const toShelfFile = (
  { name, contentType, headers = {} }: Omit<Representation, "render">,
  content: string | Uint8Array,
): ShelfFile => {
  const bytes = typeof content === "string" ? encoder.encode(content) : new Uint8Array(content);
  const digest = new Bun.CryptoHasher("sha256").update(bytes).digest("base64url").slice(0, 22);
  const packed =
    COMPRESSIBLE.test(contentType) && bytes.byteLength >= SMALLEST_COMPRESSED
      ? Bun.gzipSync(bytes, { level: LEVEL })
      : null;
  const gzip = packed !== null && packed.byteLength < bytes.byteLength ? packed : null;
  return { name, contentType, etag: `"${digest}"`, bytes, gzip, headers };
};

export const createShelf = (view: PageView, families: readonly Family[]): Shelf => {
  const byName = new Map<string, Representation>();
  for (const family of families) for (const one of family(view)) byName.set(one.name, one);
  const files = new Map<string, ShelfFile | Promise<ShelfFile>>();

  const make = (one: Representation): ShelfFile | Promise<ShelfFile> => {
    const content = one.render();
    if (!(content instanceof Promise)) return toShelfFile(one, content);
    return content.then(
      (done) => {
        const file = toShelfFile(one, done);
        files.set(one.name, file);
        return file;
      },
      (error: unknown) => {
        files.delete(one.name);
        throw error;
      },
    );
  };

  return {
    view,
    representations: [...byName.values()],
    get: (name) => {
      const held = files.get(name);
      if (held !== undefined) return held;
      const one = byName.get(name);
      if (one === undefined) return undefined;
      const made = make(one);
      files.set(name, made);
      return made;
    },
  };
};
