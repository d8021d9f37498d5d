// In: bytes of HTTP/1.1 as they come from a socket. Out: whole requests or responses. Only what the
// harness itself needs: bodies have a Content-Length or are chunked, keep-alive, pipelining.

export interface WireMessage {
  /** The first line and the headers, without the empty line. */
  head: string;
  body: Buffer;
}

const HEAD_END = "\r\n\r\n";
const EMPTY = Buffer.alloc(0);

/** The value of a header of `head`, or undefined. `name` is lower-case. */
export const headerOf = (head: string, name: string): string | undefined => {
  const at = head.toLowerCase().indexOf(`\r\n${name}:`);
  if (at < 0) return undefined;
  const start = at + name.length + 3;
  const end = head.indexOf("\r\n", start);
  return head.slice(start, end < 0 ? undefined : end).trim();
};

interface Found {
  body: Buffer;
  /** Where the next message begins. */
  end: number;
}

const chunkedBody = (bytes: Buffer, from: number): Found | null => {
  const parts: Buffer[] = [];
  for (let at = from; ;) {
    const lineEnd = bytes.indexOf("\r\n", at, "latin1");
    if (lineEnd < 0) return null;
    const size = Number.parseInt(bytes.toString("latin1", at, lineEnd), 16);
    const start = lineEnd + 2;
    if (bytes.length < start + size + 2) return null;
    if (size === 0) return { body: Buffer.concat(parts), end: start + 2 };
    parts.push(bytes.subarray(start, start + size));
    at = start + size + 2;
  }
};

const CONTENT_LENGTH = /\r\ncontent-length: *(\d+)/i;
const CHUNKED = /\r\ntransfer-encoding: *chunked/i;

/** Collects bytes and hands out each message as soon as it is whole. */
export class WireReader {
  #bytes: Buffer = EMPTY;
  readonly #take: (message: WireMessage) => void;

  constructor(take: (message: WireMessage) => void) {
    this.#take = take;
  }

  /** A message's body is only valid until `take` returns. */
  push(chunk: Buffer): void {
    let bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    for (;;) {
      const headEnd = bytes.indexOf(HEAD_END, 0, "latin1");
      if (headEnd < 0) break;
      const head = bytes.toString("latin1", 0, headEnd);
      const found = this.#bodyOf(head, bytes, headEnd + HEAD_END.length);
      if (found === null) break;
      this.#take({ head, body: found.body });
      bytes = found.end === bytes.length ? EMPTY : bytes.subarray(found.end);
    }
    // The chunk's memory belongs to the socket: what is kept must be a copy.
    this.#bytes = bytes.length === 0 ? EMPTY : bytes === this.#bytes ? bytes : Buffer.from(bytes);
  }

  #bodyOf(head: string, bytes: Buffer, from: number): Found | null {
    const length = CONTENT_LENGTH.exec(head)?.[1];
    if (length !== undefined) {
      const end = from + Number(length);
      return bytes.length < end ? null : { body: bytes.subarray(from, end), end };
    }
    return CHUNKED.test(head) ? chunkedBody(bytes, from) : { body: EMPTY, end: from };
  }
}
