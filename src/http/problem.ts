// In: what went wrong, as values. Out: the one shape of an error answer (RFC 9457 problem+json).
import { type AppError, ERROR_STATUS } from "../core/errors";

export interface Problem {
  status: number;
  /** Stable, for programs. */
  code: string;
  /** For the person who reads it: names the fix. */
  detail: string;
  field?: string;
  details?: Record<string, unknown>;
  retryAfterSeconds?: number;
}

const TITLES: Record<number, string> = {
  400: "Malformed request",
  401: "Sign-in needed",
  403: "Not allowed",
  404: "Not found",
  405: "Method not allowed",
  408: "Too slow",
  409: "Conflict",
  410: "Gone",
  413: "Too large",
  415: "Unsupported media type",
  421: "Unknown host",
  422: "Invalid request",
  429: "Too many requests",
  500: "Internal error",
  503: "Not available at the moment",
  507: "Storage is full",
};

export const problemOf = (error: AppError): Problem => ({
  status: ERROR_STATUS[error.kind],
  code: error.context.code ?? error.kind,
  detail: error.message,
  ...(error.context.field === undefined ? {} : { field: error.context.field }),
  ...(error.context.details === undefined ? {} : { details: error.context.details }),
  ...(error.context.retryAfterSeconds === undefined
    ? {}
    : { retryAfterSeconds: error.context.retryAfterSeconds }),
});

export const INTERNAL: Problem = {
  status: 500,
  code: "internal",
  detail: "Something went wrong inside Andon. The log has the cause under the request's ID.",
};

/** `headers` are added to those that every problem has. */
export const problemResponse = (
  problem: Problem,
  requestId: string,
  headers: Record<string, string> = {},
): Response => {
  const { status, code, detail, field, details, retryAfterSeconds } = problem;
  return new Response(
    JSON.stringify({
      type: `urn:andon:problem:${code}`,
      title: TITLES[status] ?? "Error",
      status,
      code,
      detail,
      ...(field === undefined ? {} : { field }),
      request_id: requestId,
      ...(details === undefined ? {} : { details }),
    }),
    {
      status,
      headers: {
        "content-type": "application/problem+json",
        ...(retryAfterSeconds === undefined ? {} : { "retry-after": String(Math.ceil(retryAfterSeconds)) }),
        ...(status === 401 ? { "www-authenticate": 'Bearer realm="andon"' } : {}),
        ...headers,
      },
    },
  );
};
