// In: whatever a route, the framework or the parser threw. Out: one problem+json answer. The only
// switch from errors to answers: causes and surprises are logged here and never sent.
import { NotFoundError, ParseError, ValidationError } from "elysia";
import { AppError } from "../core/errors";
import type { Log } from "../core/log";
import { errorShapeOf } from "./error-shapes";
import { INTERNAL, type Problem, problemOf, problemResponse } from "./problem";
import { factsOf } from "./request-facts";
import { type Fault, faultOf, type SchemaError } from "./schema-faults";

export interface ErrorParts {
  log: Log;
  /** Methods that exist for a path that was asked for with another one; empty when there are none. */
  methodsOf: (path: string) => readonly string[];
}

interface FailedRequest {
  request: Request;
  path: string;
  error: unknown;
}

const MALFORMED: Problem = { status: 400, code: "malformed", detail: "The request could not be read." };

/** The framework forgets which query parameter held a number out of range: it is found by its value. */
const parameterWith = (url: string, value: unknown): string => {
  const query = url.indexOf("?");
  if (query === -1) return "";
  const names = [...new URLSearchParams(url.slice(query))]
    .filter(([, text]) => text === String(value) || Number(text) === value)
    .map(([name]) => name);
  return names.length === 1 ? (names[0] ?? "") : "";
};

const faultIn = (error: ValidationError, url: string): Fault | null => {
  const first = error.valueError as SchemaError | undefined;
  if (first === undefined) return null;
  if (error.type !== "property") return faultOf(first);
  const field = parameterWith(url, first.value);
  return faultOf({ ...first, path: field === "" ? "" : `/${field}` });
};

const WHERE: Record<string, string> = {
  query: "The query",
  params: "The path",
  headers: "A header",
  cookie: "A cookie",
};

const validationProblem = (error: ValidationError, url: string): Problem => {
  const fault = faultIn(error, url);
  if (fault === null)
    return { status: 422, code: "invalid", detail: `${WHERE[error.type] ?? "The body"} is not valid.` };
  return {
    status: 422,
    code: "invalid",
    detail: fault.detail,
    ...(fault.field === "" ? {} : { field: fault.field }),
  };
};

/** Elysia wraps what a parser hook throws. */
const unwrap = (error: unknown): unknown =>
  error instanceof ParseError && error.cause instanceof AppError ? error.cause : error;

const STACK_LINES = 6;

const describeCause = (error: unknown): Record<string, unknown> => {
  if (!(error instanceof Error)) return { cause: String(error) };
  const cause = error.cause === undefined ? {} : { cause: describeCause(error.cause) };
  return {
    error: error.name,
    reason: error.message,
    stack: error.stack
      ?.split("\n")
      .slice(1, STACK_LINES)
      .map((line) => line.trim()),
    ...cause,
  };
};

/** Give it to the root's `onError` before any `.use()`. */
export const createErrorHandler = ({ log, methodsOf }: ErrorParts) => {
  const internal = (failed: FailedRequest, error: unknown, requestId: string): Problem => {
    log.error("request failed", {
      request_id: requestId,
      method: failed.request.method,
      ...describeCause(error),
    });
    return INTERNAL;
  };

  const notFound = (failed: FailedRequest): { problem: Problem; headers?: Record<string, string> } => {
    const methods = methodsOf(failed.path);
    if (methods.length === 0 || methods.includes(failed.request.method))
      return { problem: { status: 404, code: "not_found", detail: "There is nothing under this path." } };
    const allow = methods.join(", ");
    return {
      problem: { status: 405, code: "method_not_allowed", detail: `This path takes ${allow}.` },
      headers: { allow },
    };
  };

  return (failed: FailedRequest): Response => {
    const { requestId } = factsOf(failed.request);
    const error = unwrap(failed.error);
    if (error instanceof AppError) {
      const problem = problemOf(error);
      if (problem.status >= 500 && error.kind !== "internal")
        log.warn("request not served", {
          request_id: requestId,
          code: problem.code,
          ...describeCause(error.cause),
        });
      if (error.kind === "internal") return problemResponse(internal(failed, error, requestId), requestId);
      return errorShapeOf(failed.path)?.(error) ?? problemResponse(problem, requestId);
    }
    if (error instanceof ValidationError) {
      if (error.type !== "response")
        return problemResponse(validationProblem(error, failed.request.url), requestId);
      // Our own answer did not fit its model: our fault, not the client's.
      const reason = faultIn(error, "")?.detail ?? "unknown";
      return problemResponse(
        internal(failed, new Error(`answer against its model: ${reason}`), requestId),
        requestId,
      );
    }
    if (error instanceof NotFoundError) {
      const { problem, headers } = notFound(failed);
      return problemResponse(problem, requestId, headers);
    }
    if (error instanceof ParseError) {
      log.debug("unreadable request", { request_id: requestId, ...describeCause(error.cause) });
      return problemResponse(MALFORMED, requestId);
    }
    return problemResponse(internal(failed, error, requestId), requestId);
  };
};
