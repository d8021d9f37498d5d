// In: rounds and a seed. Out: what was lost or told twice when the product was stopped with SIGTERM in
// each round, with messages in flight to a slow endpoint, and how long it took to end.
import { productCommand, type ProductCommand } from "../harness/process";
import { seededRandom, wholeBetween } from "../harness/random";
import { reportOf, type LoopReport } from "./loop-report";
import { openPlantScene } from "./plant-scene";

const STOP_AFTER_MS = { least: 150, most: 600 };
/** Slow enough that every channel has messages in flight when the signal comes. */
const SINK_DELAY_MS = 40;
const EXIT_LIMIT_MS = 10_000;

export interface SigtermLoopOptions {
  rounds: number;
  seed: number;
  command?: ProductCommand;
  onRound?: (round: number) => void;
}

export interface SigtermReport extends LoopReport {
  /** Ms from each signal to the end of the process. */
  exitsMs: number[];
}

export const runSigtermLoop = async (options: SigtermLoopOptions): Promise<SigtermReport> => {
  const { rounds, seed } = options;
  const random = seededRandom(seed);
  const scene = await openPlantScene({
    command: options.command ?? productCommand("source"),
    seed,
    failShare: 0,
    sinkDelayMs: SINK_DELAY_MS,
    copiesPerEnd: 0,
  });
  const exitsMs: number[] = [];
  const faults: string[] = [];
  try {
    for (let round = 1; round <= rounds; round++) {
      await Bun.sleep(wholeBetween(random, STOP_AFTER_MS.least, STOP_AFTER_MS.most));
      scene.noteEnd();
      const { code, ms } = await scene.product.stop();
      exitsMs.push(ms);
      if (code !== 0) faults.push(`round ${round}: exit code ${code}`);
      if (ms > EXIT_LIMIT_MS) faults.push(`round ${round}: ${ms.toFixed(0)} ms to the end`);
      await scene.restart();
      options.onRound?.(round);
    }
    await scene.sink.setDelay(0);
    const verdict = await scene.conclude();
    const report = reportOf(options, scene, verdict);
    return { ...report, exitsMs, faults: [...faults, ...report.faults] };
  } finally {
    await scene.close();
  }
};
