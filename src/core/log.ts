// In: nothing. Out: the shape of the log; `operations/log.ts` writes it as JSON lines.

export type LogFields = Record<string, unknown>;

/** Fields are redacted before they are written; an `error` field may hold anything that was thrown. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A log whose every line also carries these fields. */
  child(fields: LogFields): Log;
}

/**
 * A field that is written as it stands, its address and query included: for the one-time set-up link,
 * which exists to be read there. Every other URL is cut to its origin.
 */
export class Plainly {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Writes nothing. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
};
