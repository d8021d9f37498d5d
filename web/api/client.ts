// In: a method, a path and a body. Out: the parsed answer, or an ApiError with words fit to show.
// The only place that calls fetch. It also learns the server's time and hears when a session ends.
import { learnServerTime } from "../controllers/clock";
import { text } from "../text/en";

export interface Page<T> {
  data: T[];
  next_cursor: string | null;
}

/** `status` 0: no answer at all (network, server down, time-out). */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  /** Dotted path of the request field at fault. */
  readonly field: string | null;
  readonly requestId: string | null;

  constructor(
    status: number,
    message: string,
    context: { code?: string; field?: string | null; requestId?: string | null } = {},
  ) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = context.code ?? "";
    this.field = context.field ?? null;
    this.requestId = context.requestId ?? null;
  }
}

const BASE = "/api/v1";
/** Tests of channels may take a minute; everything else answers within this. */
const DEADLINE_MS = 20_000;

const sessionEndListeners = new Set<() => void>();

/** Called whenever the server answers 401 to a call that needed a session. */
export const onSessionEnd = (listener: () => void): (() => void) => {
  sessionEndListeners.add(listener);
  return () => sessionEndListeners.delete(listener);
};

export type Query = Record<string, string | number | boolean | null | undefined>;

const withQuery = (path: string, query: Query | undefined): string => {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {}))
    if (value !== undefined && value !== null && value !== "") search.set(name, String(value));
  const text = search.toString();
  return `${BASE}${path}${text === "" ? "" : `?${text}`}`;
};

interface Problem {
  title?: string;
  detail?: string;
  code?: string;
  field?: string;
  request_id?: string;
}

const readProblem = async (response: Response): Promise<ApiError> => {
  let problem: Problem = {};
  try {
    problem = (await response.json()) as Problem;
  } catch {
    // A proxy in between may answer with HTML: the status has to do.
  }
  const message = problem.detail ?? problem.title ?? text.common.status(response.status);
  return new ApiError(response.status, message, {
    code: problem.code ?? "",
    field: problem.field ?? null,
    requestId: problem.request_id ?? null,
  });
};

export interface CallOptions {
  query?: Query;
  body?: unknown;
  signal?: AbortSignal;
  deadlineMs?: number;
  /** True where 401 is an ordinary answer, as for the login itself. */
  anonymous?: boolean;
}

/** Rejects with ApiError only, except that an abort by `signal` keeps its AbortError. */
export const call = async <T>(method: string, path: string, options: CallOptions = {}): Promise<T> => {
  const deadline = AbortSignal.timeout(options.deadlineMs ?? DEADLINE_MS);
  const signal = options.signal === undefined ? deadline : AbortSignal.any([options.signal, deadline]);
  const headers: Record<string, string> = { accept: "application/json" };
  if (options.body !== undefined) headers["content-type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(withQuery(path, options.query), {
      method,
      headers,
      body: options.body === undefined ? null : JSON.stringify(options.body),
      signal,
      credentials: "same-origin",
    });
  } catch (error) {
    if (options.signal?.aborted === true) throw error;
    throw new ApiError(0, deadline.aborted ? text.common.noAnswer : text.common.unreachable, {
      code: "unreachable",
    });
  }
  learnServerTime(response.headers.get("date"));
  if (response.status === 401 && options.anonymous !== true)
    for (const listener of sessionEndListeners) listener();
  if (!response.ok) throw await readProblem(response);
  if (response.status === 204) return undefined as T;
  try {
    return (await response.json()) as T;
  } catch {
    throw new ApiError(response.status, text.common.unreadable, { code: "unreadable" });
  }
};

export const get = <T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> =>
  call<T>("GET", path, { ...(query ? { query } : {}), ...(signal ? { signal } : {}) });
export const post = <T>(path: string, body: unknown = {}): Promise<T> => call<T>("POST", path, { body });
export const patch = <T>(path: string, body: unknown): Promise<T> => call<T>("PATCH", path, { body });
export const remove = (path: string): Promise<void> => call<void>("DELETE", path);

/** Follows cursors until the end or until `most` rows are there. */
export const all = async <T>(path: string, query: Query = {}, most = 2000): Promise<T[]> => {
  const rows: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await get<Page<T>>(path, { limit: 500, ...query, cursor });
    rows.push(...page.data);
    cursor = page.next_cursor;
  } while (cursor !== null && rows.length < most);
  return rows;
};
