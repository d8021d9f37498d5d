// In: the files that a browser may ask for. Out: one archive of them for the executable, and back.
// Layout: length of the index (4 bytes, big endian), the index as JSON, the bytes one after the other.

export interface AssetFile {
  /** As in the URL, e.g. `/assets/index-x8y7.js`. */
  readonly path: string;
  readonly contentType: string;
  /** The name changes with the content, so a browser may keep it for ever. */
  readonly isImmutable: boolean;
  /** Quoted, as the header wants it. */
  readonly etag: string;
  /** `bytes` are compressed. */
  readonly isGzip: boolean;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export type AssetSet = ReadonlyMap<string, AssetFile>;

interface IndexEntry extends Omit<AssetFile, "bytes"> {
  readonly size: number;
}

const LENGTH_BYTES = 4;

/** What gains from compression; pictures and fonts are compressed already. */
const COMPRESSIBLE = /^(?:text\/|application\/(?:javascript|json|manifest\+json)|image\/svg\+xml)/;

/** Compresses where it helps, and derives the ETag from the content. */
export const toAssetFile = (file: {
  path: string;
  contentType: string;
  isImmutable: boolean;
  bytes: Uint8Array<ArrayBuffer>;
}): AssetFile => {
  const hash = new Bun.CryptoHasher("sha256").update(file.bytes).digest("base64url").slice(0, 22);
  const packed = COMPRESSIBLE.test(file.contentType) ? Bun.gzipSync(file.bytes, { level: 9 }) : null;
  const isGzip = packed !== null && packed.byteLength < file.bytes.byteLength;
  return { ...file, etag: `"${hash}"`, isGzip, bytes: isGzip ? packed : file.bytes };
};

export const toAssetSet = (files: readonly AssetFile[]): AssetSet =>
  new Map(files.map((file) => [file.path, file]));

export const encodePack = (files: readonly AssetFile[]): Uint8Array => {
  const index: IndexEntry[] = files.map(({ bytes, ...rest }) => ({ ...rest, size: bytes.byteLength }));
  const head = new TextEncoder().encode(JSON.stringify(index));
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setUint32(0, head.byteLength);
  return Buffer.concat([length, head, ...files.map((file) => file.bytes)]);
};

/** The files share the archive's memory. */
export const decodePack = (pack: Uint8Array<ArrayBuffer>): AssetFile[] => {
  const headLength = new DataView(pack.buffer, pack.byteOffset).getUint32(0);
  const head = pack.subarray(LENGTH_BYTES, LENGTH_BYTES + headLength);
  let at = LENGTH_BYTES + headLength;
  return (JSON.parse(new TextDecoder().decode(head)) as IndexEntry[]).map(({ size, ...rest }) => {
    const bytes = pack.subarray(at, at + size);
    at += size;
    return { ...rest, bytes };
  });
};
