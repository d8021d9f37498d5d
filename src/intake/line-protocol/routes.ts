// In: the write calls of InfluxDB 1, 2 and 3, as Telegraf and the client libraries make them. Out: the
// answers that make these senders do the right thing: split, wait, or drop what can never be taken.
//
// Telegraf's v2 output splits on 413, waits on 429, 502, 503 and 504 and drops the batch on any other
// 4xx. Its v1 output drops on every 4xx, so there a wait is always 503, never 429; and it also drops
// when an error text has the words "partial write", which therefore stand only where they are true.
import { Elysia, t } from "elysia";
import { AppError, ERROR_STATUS } from "../../core/errors";
import type { AccessPlugin } from "../../http/access";
import { writeErrorsAs } from "../../http/error-shapes";
import {
  contentEncoding,
  inflatedLimit,
  inflateGzip,
  INGEST_LIMIT_BYTES,
  readBytes,
  tooLarge,
} from "../../http/body";
import type { LineIntake } from "./line-intake";
import type { LineError, ParseResult } from "./parse";
import { type Precision, precisionOf } from "./precision";

/** As sent, compressed or not. */
const BODY_LIMIT_BYTES = 4 * 1024 * 1024;
/** Reasons that one answer names. */
const NAMED_ERRORS = 10;
/** For what is busy or full, where the cause names no time. */
const RETRY_SECONDS = 5;

type Dialect = "v1" | "v2" | "v3";

const readLines = async (request: Request): Promise<Uint8Array> => {
  const encoding = contentEncoding(request, true);
  const bytes = await readBytes(request, encoding === null ? INGEST_LIMIT_BYTES : BODY_LIMIT_BYTES);
  if (encoding === null) {
    if (bytes.byteLength > BODY_LIMIT_BYTES) throw tooLarge(BODY_LIMIT_BYTES);
    return bytes;
  }
  return inflateGzip(bytes, inflatedLimit(bytes.byteLength));
};

const readPrecision = (text: string | undefined, dialect: Dialect): Precision => {
  if (text === undefined || text === "") return dialect === "v3" ? "auto" : "ns";
  const precision = precisionOf(text);
  if (precision === undefined)
    throw new AppError(
      "malformed",
      "invalid precision; valid precision units are ns, us, ms, s, m, h and auto",
    );
  return precision;
};

const nameErrors = (errors: readonly LineError[], rejected: number): string => {
  const named = errors.slice(0, NAMED_ERRORS).map(({ line, reason }) => `line ${line}: ${reason}`);
  const more = rejected - named.length;
  return `${named.join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
};

const answer = (status: number, body: unknown, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });

const wireError = ({ line, reason, text }: LineError) => ({
  original_line: text,
  line_number: line,
  error_message: reason,
});

/** Some lines could not be taken; the good ones are stored unless `isAllOrNothing`. */
const answerRejected = (dialect: Dialect, result: ParseResult, isAllOrNothing: boolean): Response => {
  const { accepted, rejected, errors } = result;
  const named = nameErrors(errors, rejected);
  if (dialect === "v3")
    return isAllOrNothing
      ? answer(400, {
          error: "parsing failed for write_lp endpoint",
          data: errors.slice(0, 1).map(wireError)[0],
        })
      : answer(400, { error: "partial write of line protocol occurred", data: errors.map(wireError) });
  const message = accepted > 0 ? `partial write: ${named} dropped=${rejected}` : `unable to parse: ${named}`;
  return dialect === "v1"
    ? answer(400, { error: message }, { "x-influxdb-error": headerText(message) })
    : answer(400, { code: "invalid", message, line: errors[0]?.line ?? 0 });
};

/** Reasons may quote names of any script; a header takes only Latin ones. */
const headerText = (text: string): string => text.replace(/[^\x20-\x7e]/g, "?").slice(0, 500);

const V2_CODES: Readonly<Record<number, string>> = {
  400: "invalid",
  401: "unauthorized",
  403: "forbidden",
  413: "request too large",
  415: "unsupported media type",
  422: "unprocessable entity",
  429: "too many requests",
  503: "unavailable",
};

/** A full disk and too many requests are waits; each dialect has its own word for them. */
const statusOf = (error: AppError, dialect: Dialect): number => {
  if (error.kind === "storage_full") return 503;
  if (error.kind === "rate_limited") return dialect === "v1" ? 503 : 429;
  if (error.kind === "conflict") return 503;
  return ERROR_STATUS[error.kind];
};

const answerError = (error: AppError, dialect: Dialect): Response => {
  const status = statusOf(error, dialect);
  const isWait = status === 429 || status === 503;
  const headers = {
    ...(isWait ? { "retry-after": String(Math.ceil(error.context.retryAfterSeconds ?? RETRY_SECONDS)) } : {}),
    ...(status === 401 ? { "www-authenticate": 'Bearer realm="andon"' } : {}),
  };
  if (dialect === "v2")
    return answer(status, { code: V2_CODES[status] ?? "internal error", message: error.message }, headers);
  return answer(status, { error: error.message }, headers);
};

/** By path: also what fails before the handler, such as a missing token, is written for the sender. */
const PATHS = { "/api/v2/write": "v2", "/write": "v1", "/query": "v1", "/api/v3/write_lp": "v3" } as const;

const WriteQuery = t.Object({
  precision: t.Optional(t.String()),
  accept_partial: t.Optional(t.String()),
});

const detailOf = (summary: string) => ({
  summary,
  tags: ["Line protocol"],
  requestBody: { required: true, content: { "text/plain": { schema: { type: "string" as const } } } },
  responses: {
    204: { description: "All lines are stored" },
    400: { description: "The good lines are stored, the others are named" },
    413: { description: "Send it in smaller parts" },
    503: { description: "Wait as long as Retry-After says, then send it again" },
  },
});

export const lineProtocolRoutes = (access: AccessPlugin, lines: LineIntake) => {
  const write = async (
    dialect: Dialect,
    tenantId: string,
    request: Request,
    query: { precision?: string | undefined; accept_partial?: string | undefined },
  ): Promise<Response> => {
    const precision = readPrecision(query.precision, dialect);
    const isAllOrNothing = dialect === "v3" && query.accept_partial === "false";
    const result = await lines.take(tenantId, await readLines(request), { precision, isAllOrNothing });
    return result.rejected === 0
      ? new Response(null, { status: 204 })
      : answerRejected(dialect, result, isAllOrNothing);
  };

  for (const [path, dialect] of Object.entries(PATHS))
    writeErrorsAs(path, (error) => answerError(error, dialect));

  return (
    new Elysia()
      .use(access)
      .post(
        "/api/v2/write",
        ({ principal, request, query }) => write("v2", principal.tenantId, request, query),
        {
          access: "ingest",
          parse: "none",
          query: WriteQuery,
          detail: detailOf("Write as to InfluxDB 2"),
        },
      )
      .post("/write", ({ principal, request, query }) => write("v1", principal.tenantId, request, query), {
        access: "ingest",
        parse: "none",
        query: WriteQuery,
        detail: detailOf("Write as to InfluxDB 1"),
      })
      .post(
        "/api/v3/write_lp",
        ({ principal, request, query }) => write("v3", principal.tenantId, request, query),
        {
          access: "ingest",
          parse: "none",
          query: WriteQuery,
          detail: detailOf("Write as to InfluxDB 3"),
        },
      )
      // CREATE DATABASE and the like: there is nothing to create, and the sender may go on.
      .post("/query", () => NO_RESULTS, {
        access: "ingest",
        parse: "none",
        response: EmptyResults,
        detail: { summary: "Answer CREATE DATABASE as InfluxDB 1 does", tags: ["Line protocol"] },
      })
      .get("/query", () => NO_RESULTS, {
        access: "ingest",
        response: EmptyResults,
        detail: { summary: "Answer CREATE DATABASE as InfluxDB 1 does", tags: ["Line protocol"] },
      })
      .get("/ping", () => PONG.clone(), {
        access: "public",
        detail: { summary: "Is it there? As InfluxDB answers", tags: ["Line protocol"] },
      })
      .head("/ping", () => PONG.clone(), {
        access: "public",
        detail: { hide: true },
      })
  );
};

const EmptyResults = t.Object({ results: t.Array(t.Object({ statement_id: t.Integer() })) });
const NO_RESULTS = { results: [{ statement_id: 0 }] };
const PONG = new Response(null, { status: 204, headers: { "x-influxdb-version": "1.8-andon" } });
