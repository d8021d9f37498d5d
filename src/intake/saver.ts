// In: series and machines whose last value, watermark or contact changed. Out: their rows, at most a
// second later and off the path of the requests. What a crash takes away here is found again: the
// next reading brings it.
import type { CancelTimer, Clock } from "../core/clock";
import type { Log } from "../core/log";
import type { Service } from "../lib/service";
import type { Engine, Statement } from "../store/engine";
import type { MachineRecord, SeriesRecord } from "./records";
import { saveContactStatement, saveSeriesRecordStatement } from "./repository";

export interface Saver extends Service {
  markSeries(series: SeriesRecord): void;
  markMachine(machine: MachineRecord): void;
  /** Writes what is marked now. */
  flush(): Promise<void>;
}

/** The longest that a row lags behind. */
const FLUSH_MS = 1_000;
/** Of one batch: other writers get their turn between two. */
const CHUNK = 500;

export const createSaver = (parts: { engine: Engine; clock: Clock; log: Log }): Saver => {
  const { engine, clock, log } = parts;
  let series = new Set<SeriesRecord>();
  let machines = new Set<MachineRecord>();
  let cancel: CancelTimer | null = null;
  let flushing: Promise<void> = Promise.resolve();
  let isStopped = false;

  const arm = (): void => {
    if (cancel !== null || isStopped) return;
    cancel = clock.after(FLUSH_MS, () => {
      cancel = null;
      void flush();
    });
  };

  const write = async (): Promise<void> => {
    const takenSeries = series;
    const takenMachines = machines;
    series = new Set();
    machines = new Set();
    const statements: Statement[] = [];
    for (const one of takenMachines) if (!one.isRemoved) statements.push(saveContactStatement(one));
    for (const one of takenSeries) if (!one.isRemoved) statements.push(saveSeriesRecordStatement(one));
    try {
      for (let at = 0; at < statements.length; at += CHUNK)
        await engine.batch(statements.slice(at, at + CHUNK), "process");
    } catch (error) {
      log.warn("last values could not be saved; tried again", { error });
      for (const one of takenSeries) series.add(one);
      for (const one of takenMachines) machines.add(one);
      arm();
    }
  };

  const flush = (): Promise<void> => (flushing = flushing.then(write));

  return {
    name: "last values",
    markSeries: (one) => {
      series.add(one);
      arm();
    },
    markMachine: (one) => {
      machines.add(one);
      arm();
    },
    flush,
    start: async () => undefined,
    stop: async () => {
      if (isStopped) return;
      isStopped = true;
      cancel?.();
      await flush();
    },
  };
};
