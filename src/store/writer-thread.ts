// In: the path of a checked database. Out: the writer thread, opened, and a watch over it: what it
// loses is opened again for a minute, then the process is told to end.
import { EXIT_CODE, StartupError } from "../core/errors";
import type { CancelTimer, Clock } from "../core/clock";
import type { Log } from "../core/log";
import { startWorker } from "../workers";
import { ballastPathIn } from "./ballast";
import { corrupt } from "./refusals";
import type { OpenMessage, ToWorker, WorkerEvent } from "./protocol";

/** The supervisor starts the process afresh after this long without a way to write. */
const WITHOUT_WRITER_MS = 60_000;

export interface WriterThreadOptions {
  path: string;
  directory: string;
  clock: Clock;
  log: Log;
  checkpointPages: number | undefined;
  /** The storage is lost for this process: it should end with the error's exit code. Called once. */
  onFatal: (error: StartupError) => void;
  /** The thread itself has ended: no answer will come. */
  onDead: () => void;
}

export interface WriterThread {
  readonly worker: Worker;
  /** For the engine, which receives all messages once it exists. */
  handle(event: WorkerEvent): void;
  /** Null while writing works. */
  readonly problem: string | null;
  /** Resolves when the file is closed and the thread has ended. */
  close(): Promise<void>;
}

const post = (worker: Worker, message: ToWorker): void => worker.postMessage(message);

const untilOpened = (worker: Worker, message: OpenMessage): Promise<void> =>
  new Promise((resolve, reject) => {
    worker.onmessage = () => resolve();
    worker.onerror = (event) => {
      const cause = new Error(event.message);
      const words = `The writer thread can't open ${message.path}: ${event.message}`;
      reject(new StartupError(EXIT_CODE.storageLost, words, cause));
    };
    post(worker, message);
  });

export const startWriterThread = async (options: WriterThreadOptions): Promise<WriterThread> => {
  const { clock, log, path } = options;
  const worker = startWorker("writer");
  try {
    await untilOpened(worker, {
      role: "open",
      path,
      ballastPath: ballastPathIn(options.directory),
      ...(options.checkpointPages === undefined ? {} : { checkpointPages: options.checkpointPages }),
    });
  } catch (error) {
    worker.terminate();
    throw error;
  }
  let problem: string | null = null;
  let cancelEnd: CancelTimer | undefined;
  let isFatal = false;
  let onClosed: (() => void) | undefined;

  const end = (error: StartupError): void => {
    cancelEnd?.();
    if (isFatal) return;
    isFatal = true;
    log.error(error.message, { exit_code: error.exitCode });
    options.onFatal(error);
  };
  const lost = (reason: string): StartupError =>
    new StartupError(
      EXIT_CODE.storageLost,
      `The database ${path} can't be written: ${reason}. Check the disk.`,
    );

  const onLost = (event: Extract<WorkerEvent, { event: "lost" }>): void => {
    const reason = `${event.message} (${event.code})`;
    problem = "the database can't be written";
    log.error("the writer lost the database", { code: event.code, reason: event.message });
    if (/^SQLITE_(CORRUPT|NOTADB)/.test(event.code)) end(corrupt(path, reason));
    else if (event.isFinal) end(lost(reason));
    else cancelEnd ??= clock.after(WITHOUT_WRITER_MS, () => end(lost(reason)));
  };

  const handle = (event: WorkerEvent): void => {
    if (event.event === "lost") onLost(event);
    else if (event.event === "restored") {
      problem = null;
      cancelEnd?.();
      cancelEnd = undefined;
      log.info("the writer has the database again");
    } else if (event.event === "ballast_released")
      log.error("the disk is full: the reserve of 64 MiB was given up; free some space now");
    else if (event.event === "closed") onClosed?.();
  };

  worker.onerror = (event) => {
    problem = "the writer thread has ended";
    options.onDead();
    onClosed?.();
    end(lost(event.message));
  };

  return {
    worker,
    handle,
    get problem() {
      return problem;
    },
    close: async () => {
      cancelEnd?.();
      await new Promise<void>((resolve) => {
        onClosed = resolve;
        post(worker, { role: "close" });
      });
      worker.terminate();
    },
  };
};
