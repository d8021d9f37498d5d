// In: an HTTP response whose body nobody vouches for. Out: its first 4 KiB as text and its headers,
// cut to size. At most 64 KiB are read, nothing is decompressed, and it never throws.
import type { Failure } from "./failure";
import { classifyFailure } from "./failure";

const MOST_READ_BYTES = 65_536;
export const MOST_KEPT_BYTES = 4_096;
const MOST_HEADERS = 64;
const MOST_HEADER_BYTES = 8_192;

const decoder = new TextDecoder();

/** Names in lower case. Headers beyond 64 or 8 KiB are left out. */
export const headersOf = (response: Response): Record<string, string> => {
  const headers: Record<string, string> = {};
  let count = 0;
  let bytes = 0;
  response.headers.forEach((value, name) => {
    bytes += name.length + value.length;
    if (count++ < MOST_HEADERS && bytes <= MOST_HEADER_BYTES) headers[name] = value;
  });
  return headers;
};

export interface Answer {
  body: string;
  /** Why the body is incomplete; the status stands nevertheless. */
  broken: Failure | null;
  /** More than 64 KiB: the connection must be given up. */
  isCut: boolean;
}

/** Text of the first 4 KiB; a character that the cut splits is dropped. */
const textOf = (bytes: Uint8Array): string => {
  const text = decoder.decode(bytes.subarray(0, MOST_KEPT_BYTES));
  return bytes.length > MOST_KEPT_BYTES ? text.replace(/\uFFFD$/, "") : text;
};

/** `length` is the declared Content-Length, when there is one. */
export const readAnswer = async (response: Response, length: number | null): Promise<Answer> => {
  if (length !== null && length <= MOST_READ_BYTES) {
    try {
      if (length === 0) await response.arrayBuffer();
      return { body: length === 0 ? "" : textOf(await response.bytes()), broken: null, isCut: false };
    } catch (error) {
      return { body: "", broken: classifyFailure(error), isCut: false };
    }
  }
  const kept: Uint8Array[] = [];
  let keptBytes = 0;
  let read = 0;
  let broken: Failure | null = null;
  const reader = response.body?.getReader();
  try {
    while (reader !== undefined && read < MOST_READ_BYTES) {
      const { done, value } = await reader.read();
      if (done) break;
      read += value.length;
      // One byte more than is kept tells the cut from the end.
      if (keptBytes <= MOST_KEPT_BYTES) {
        const part = value.slice(0, MOST_KEPT_BYTES + 1 - keptBytes);
        kept.push(part);
        keptBytes += part.length;
      }
    }
  } catch (error) {
    broken = classifyFailure(error);
  }
  return { body: textOf(Buffer.concat(kept)), broken, isCut: read >= MOST_READ_BYTES };
};
