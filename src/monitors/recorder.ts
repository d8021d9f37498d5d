// In: results of monitors that change nothing for anybody. Out: their rows, a second of them in one write, so
// that thousands of probes cost little. A change of status does not go this way: it is committed at once.
import type { CancelTimer, Clock } from "../core/clock";
import type { Log } from "../core/log";
import type { Service } from "../lib/service";
import type { Engine, Statement } from "../store/engine";
import type { Monitor } from "./book";
import { addToSummaryStatements, saveResultStatement, saveStateStatement } from "./repository";
import type { Result } from "./schema";

export interface Recorder extends Service {
  /** The statements of a result, under the next number of its monitor: for a plan. */
  statementsOf(monitor: Monitor, result: Result): Statement[];
  /** Written within a second, with the state that the monitor has by then. */
  add(monitor: Monitor, result: Result): void;
  /** Only the state, within a second. */
  touch(monitor: Monitor): void;
  /** Resolves when all that was added is written, or could not be. */
  flush(): Promise<void>;
}

const FLUSH_MS = 1_000;

/** `start` does nothing; `stop` writes what is left. */
export const createRecorder = ({
  engine,
  clock,
  log,
}: {
  engine: Engine;
  clock: Clock;
  log: Log;
}): Recorder => {
  let waiting: { monitor: Monitor; statements: Statement[] }[] = [];
  const touched = new Set<Monitor>();
  let cancelTimer: CancelTimer | null = null;
  let writing: Promise<void> = Promise.resolve();

  const statementsOf: Recorder["statementsOf"] = (monitor, result) => {
    const { number, type } = monitor.record;
    monitor.lastSeq += 1;
    const saved = saveResultStatement(number, monitor.lastSeq, result);
    return type === "heartbeat" ? [saved] : [saved, ...addToSummaryStatements(number, result)];
  };

  const write = async (): Promise<void> => {
    const results = waiting;
    waiting = [];
    const statements = results.filter(({ monitor }) => !monitor.isGone).flatMap((one) => one.statements);
    for (const monitor of touched)
      if (!monitor.isGone)
        statements.push(saveStateStatement(monitor.record.number, monitor.state, monitor.lastSeq));
    touched.clear();
    if (statements.length === 0) return;
    try {
      // A kill takes a second of results at most: they say nothing that the next ones do not say.
      await engine.batch(statements, "process");
    } catch (error) {
      log.warn("results of monitors could not be written", { count: results.length, error });
    }
  };

  const flush = (): Promise<void> => {
    cancelTimer?.();
    cancelTimer = null;
    return (writing = writing.then(write));
  };

  const arm = (): void => {
    cancelTimer ??= clock.after(FLUSH_MS, () => void flush());
  };

  return {
    name: "results of monitors",
    statementsOf,
    add: (monitor, result) => {
      waiting.push({ monitor, statements: statementsOf(monitor, result) });
      touched.add(monitor);
      arm();
    },
    touch: (monitor) => {
      touched.add(monitor);
      arm();
    },
    flush,
    start: () => Promise.resolve(),
    stop: flush,
  };
};
