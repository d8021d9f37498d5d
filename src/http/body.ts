// In: a request with a body and a limit. Out: its bytes, text or JSON, never more than the limit in
// memory, or AppError `too_large` / `unsupported_media`. The only place that reads request bodies.
import { gunzip } from "node:zlib";
import { AppError } from "../core/errors";
import { parseJson } from "./json-guard";
import { extendTimeout } from "./request-facts";

/** Of everything but ingest. */
export const BODY_LIMIT_BYTES = 1024 * 1024;
/** Of ingest, as sent and inflated: what senders of telemetry take as the usual limit. */
export const INGEST_LIMIT_BYTES = 20 * 1024 * 1024;
/** What compression may win beyond what would be taken uncompressed anyway. */
const INFLATE_RATIO = 10;
const ALWAYS_INFLATED_BYTES = 4 * 1024 * 1024;

/**
 * A whole body has to come within the idle time-out of 10 s, dripping or not. Senders of telemetry,
 * whose credentials are known by then, may sit behind a cellular modem: they get more, but not for ever.
 */
const SLOWEST_BYTES_PER_SECOND = 4 * 1024;
const USUAL_BODY_SECONDS = 10;
const LONGEST_BODY_SECONDS = 120;

const describeLimit = (bytes: number): string =>
  bytes >= 1024 * 1024 ? `${Math.floor(bytes / (1024 * 1024))} MiB` : `${Math.floor(bytes / 1024)} KiB`;

export const tooLarge = (limitBytes: number): AppError =>
  new AppError(
    "too_large",
    `The body is larger than ${describeLimit(limitBytes)}. Send it in smaller parts.`,
  );

/** The Content-Length header; null when it is absent (a chunked body). */
export const declaredLength = (request: Request): number | null => {
  const header = request.headers.get("content-length");
  return header === null ? null : Number(header);
};

const incomplete = (cause: unknown): never => {
  throw new AppError("malformed", "The body did not arrive whole and in time.", {
    code: "body_incomplete",
    cause,
  });
};

/** Before the first byte of an ingest body is waited for. */
const allowForSlowLinks = (request: Request, length: number | null): void => {
  const seconds =
    length === null
      ? LONGEST_BODY_SECONDS
      : USUAL_BODY_SECONDS + Math.ceil(length / SLOWEST_BYTES_PER_SECOND);
  if (length === null || length > USUAL_BODY_SECONDS * SLOWEST_BYTES_PER_SECOND)
    extendTimeout(request, Math.min(seconds, LONGEST_BODY_SECONDS));
};

const collect = async (
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  limitBytes: number,
): Promise<Uint8Array<ArrayBuffer>> => {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch(incomplete);
    if (done) break;
    size += value.byteLength;
    if (size > limitBytes) {
      await reader.cancel();
      throw tooLarge(limitBytes);
    }
    chunks.push(value);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
};

/** The bytes as sent, whatever their encoding. */
export const readBytes = async (request: Request, limitBytes: number): Promise<Uint8Array<ArrayBuffer>> => {
  const length = declaredLength(request);
  if (length !== null && length > limitBytes) throw tooLarge(limitBytes);
  if (limitBytes > BODY_LIMIT_BYTES) allowForSlowLinks(request, length);
  // The HTTP parser holds a client to its Content-Length; without one the bytes are counted here.
  if (length !== null) return new Uint8Array(await request.arrayBuffer().catch(incomplete));
  return request.body === null ? new Uint8Array() : collect(request.body, limitBytes);
};

/**
 * The last bytes of a body of any length, as sent: what jobs print may be endless, and its end says how they
 * ended. What did not arrive is not missed.
 */
export const readTail = async (request: Request, limitBytes: number): Promise<Uint8Array | null> => {
  if (request.body === null) return null;
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      chunks.push(next.value);
      size += next.value.byteLength;
      while (size - (chunks[0]?.byteLength ?? 0) >= limitBytes) size -= chunks.shift()?.byteLength ?? 0;
    }
  } catch {
    // The job's report is what counts; its text is what came of it.
  }
  const all = Buffer.concat(chunks);
  return all.byteLength === 0 ? null : new Uint8Array(all.subarray(-limitBytes));
};

/** How far a compressed ingest body may inflate: a bomb is worth no more than what it weighs. */
export const inflatedLimit = (sentBytes: number): number =>
  Math.min(INGEST_LIMIT_BYTES, Math.max(ALWAYS_INFLATED_BYTES, sentBytes * INFLATE_RATIO));

/** Off the serving thread. Throws AppError `too_large` or `malformed`. */
export const inflateGzip = (bytes: Uint8Array, limitBytes: number): Promise<Uint8Array<ArrayBuffer>> =>
  new Promise((resolve, reject) => {
    gunzip(bytes, { maxOutputLength: limitBytes }, (error, inflated) => {
      if (error === null) resolve(inflated);
      else if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") reject(tooLarge(limitBytes));
      else
        reject(
          new AppError("malformed", "The body is not valid gzip.", { code: "malformed_gzip", cause: error }),
        );
    });
  });

/** `null` for identity. Throws `unsupported_media` for anything but gzip, and for gzip unless allowed. */
export const contentEncoding = (request: Request, allowGzip: boolean): "gzip" | null => {
  const header = request.headers.get("content-encoding")?.trim().toLowerCase();
  if (header === undefined || header === "" || header === "identity") return null;
  if (header === "gzip" && allowGzip) return "gzip";
  throw new AppError(
    "unsupported_media",
    allowGzip
      ? "Only gzip is accepted as Content-Encoding."
      : "A compressed body is accepted only by ingest.",
    { code: "unsupported_encoding" },
  );
};

const isJson = (contentType: string): boolean =>
  contentType === "application/json" ||
  (contentType.startsWith("application/") && contentType.endsWith("+json"));

const decoder = new TextDecoder();

/**
 * The parsed JSON of a request, or undefined when it has no body. `contentType` comes without
 * parameters. Ingest may be long and gzipped.
 */
export const readJson = async (
  request: Request,
  contentType: string,
  isIngest: boolean,
): Promise<unknown> => {
  const length = declaredLength(request);
  if (length === 0 || request.body === null) return undefined;
  const limit = isIngest ? INGEST_LIMIT_BYTES : BODY_LIMIT_BYTES;
  if (length !== null && length > limit) throw tooLarge(limit);
  const encoding = contentEncoding(request, isIngest);
  if (!isJson(contentType.toLowerCase()))
    throw new AppError("unsupported_media", "Send the body as JSON with Content-Type: application/json.", {
      code: "json_expected",
    });
  if (encoding === null && length !== null) {
    if (isIngest) allowForSlowLinks(request, length);
    return parseJson(await request.text().catch(incomplete));
  }
  const bytes = await readBytes(request, limit);
  // A chunked request may turn out to have no body at all.
  if (bytes.byteLength === 0) return undefined;
  const plain = encoding === "gzip" ? await inflateGzip(bytes, inflatedLimit(bytes.byteLength)) : bytes;
  return parseJson(decoder.decode(plain));
};
