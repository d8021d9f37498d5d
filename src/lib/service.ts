// In: nothing. Out: the shape of everything long-lived, so that start and stop are the same everywhere.

export interface Service {
  /** Appears in logs when a stop hangs. */
  readonly name: string;
  start(): Promise<void>;
  /** Safe to call twice, and before `start`. Resolves when nothing of the service runs any more. */
  stop(): Promise<void>;
}
