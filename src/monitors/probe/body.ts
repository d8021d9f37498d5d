// In: an HTTP answer whose body nobody vouches for. Out: the beginning of it as text, inflated where it was
// sent compressed; never more than the limit in memory.
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";

export interface BodyRead {
  /** Null when it broke off, or could not be inflated. */
  text: string | null;
  /** There is more, or nobody waited for the end: the connection must be given up. */
  isCut: boolean;
}

const INFLATE: Readonly<Record<string, typeof gunzipSync>> = {
  gzip: gunzipSync,
  "x-gzip": gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
};

const collect = async (response: Response, most: number): Promise<{ bytes: Uint8Array; isCut: boolean }> => {
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  while (reader !== undefined && size < most) {
    const { done, value } = await reader.read();
    if (done) return { bytes: Buffer.concat(parts), isCut: false };
    const part = value.length > most - size ? value.slice(0, most - size) : value;
    parts.push(part);
    size += part.length;
  }
  return { bytes: Buffer.concat(parts), isCut: reader !== undefined };
};

/** The label of `charset=`, where the platform knows it. */
const decoderOf = (contentType: string): TextDecoder => {
  const label = /charset\s*=\s*"?([\w.:-]+)/i.exec(contentType)?.[1];
  try {
    return new TextDecoder(label as Bun.Encoding | undefined);
  } catch {
    return new TextDecoder();
  }
};

/** What was asked for uncompressed and comes compressed all the same is inflated up to the limit. */
const plain = (bytes: Uint8Array, encoding: string, most: number): Uint8Array | null => {
  if (encoding === "" || encoding === "identity") return bytes;
  const inflate = INFLATE[encoding];
  if (inflate === undefined) return null;
  try {
    return inflate(bytes, { maxOutputLength: most });
  } catch {
    return null;
  }
};

/** Never rejects. */
export const readBody = async (response: Response, most: number): Promise<BodyRead> => {
  try {
    const { bytes, isCut } = await collect(response, most);
    const encoding = response.headers.get("content-encoding")?.trim().toLowerCase() ?? "";
    const inflated = plain(bytes, encoding, most);
    if (inflated === null) return { text: null, isCut };
    return { text: decoderOf(response.headers.get("content-type") ?? "").decode(inflated), isCut };
  } catch {
    return { text: null, isCut: true };
  }
};
