// In: the name of a thread. Out: the thread, started the same way from source and in the executable.
// Adding one is a line here. Must stay in src/: its own address is what the paths are relative to.

/** Paths below src/. The build passes each as a further entry point: `WORKER_ENTRY_POINTS`. */
const WORKERS = {
  writer: "store/writer.worker.ts",
  checker: "store/checker.worker.ts",
  samples: "intake/samples/samples.worker.ts",
} as const;

export type WorkerName = keyof typeof WORKERS;

/**
 * From the repository's root, for `bun build --compile --root src src/main.ts ${these}`. With that
 * root the executable keeps them at the same place relative to itself as here relative to this file.
 */
export const WORKER_ENTRY_POINTS: readonly string[] = Object.values(WORKERS).map((path) => `src/${path}`);

/** A thread that can't be loaded says so through `onerror`, not by a throw. */
export const startWorker = (name: WorkerName): Worker =>
  new Worker(new URL(`./${WORKERS[name]}`, import.meta.url), { name });
