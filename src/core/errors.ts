// In: what went wrong, as a kind. Out: AppError, the one error type that crosses slices.
// `http/errors.ts` turns a kind into a status and a problem+json answer; causes are logged, never sent.

/** Each kind of error and the HTTP status that it is answered with. */
export const ERROR_STATUS = {
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  gone: 410,
  too_large: 413,
  unsupported_media: 415,
  invalid: 422,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
  storage_full: 507,
} as const;

export type ErrorKind = keyof typeof ERROR_STATUS;

/** What an answer may say beside the message. */
export interface ErrorContext {
  /** Dotted path of the request field at fault, e.g. `config.url`. */
  field?: string;
  /** Stable machine code; defaults to the kind. */
  code?: string;
  /** Facts that are safe to send. */
  details?: Record<string, unknown>;
  /** Seconds for a Retry-After header. */
  retryAfterSeconds?: number;
  /** Logged, never sent. */
  cause?: unknown;
}

/** The message is written for the person who reads the answer: it names the fix. */
export class AppError extends Error {
  readonly kind: ErrorKind;
  readonly context: ErrorContext;

  constructor(kind: ErrorKind, message: string, context: ErrorContext = {}) {
    super(message, { cause: context.cause });
    this.name = "AppError";
    this.kind = kind;
    this.context = context;
  }
}

/** Another tenant's ID and an unknown ID give this same answer. */
export const notFound = (what: string): AppError => new AppError("not_found", `There is no such ${what}.`);

/** 422 with the dotted path of the field. */
export const invalid = (field: string, message: string): AppError =>
  new AppError("invalid", message, { field });

/** Of any kind, or of this one. */
export const isAppError = (error: unknown, kind?: ErrorKind): error is AppError =>
  error instanceof AppError && (kind === undefined || error.kind === kind);

/** Start-up refusals; the process ends with this code. */
export const EXIT_CODE = {
  usage: 2,
  corruptDatabase: 3,
  secondInstance: 4,
  newerSchema: 5,
  unwritableDataDirectory: 6,
  portInUse: 7,
  databaseMissing: 8,
  storageLost: 9,
  secretKey: 10,
} as const;

/** Thrown during start-up only: the message names the option or file and the fix. */
export class StartupError extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "StartupError";
    this.exitCode = exitCode;
  }
}
