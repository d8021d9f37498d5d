// In: nothing. Out: the threads of the program, as paths from this repository's root. The build
// passes each as a further entry point, which is what puts it into the executable.

export const WORKER_ENTRY_POINTS = ["src/store/writer.worker.ts"] as const;
