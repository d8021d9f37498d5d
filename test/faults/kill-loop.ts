// In: rounds and a seed. Out: what was lost when the product was killed with SIGKILL in each round, at
// a random moment under load, and how soon after its next start it sent again.
import { productCommand, type ProductCommand } from "../harness/process";
import { seededRandom, wholeBetween } from "../harness/random";
import { reportOf, type LoopReport } from "./loop-report";
import { openPlantScene } from "./plant-scene";

/** In flight per channel: what a kill may have sent without having noted it. */
const IN_FLIGHT_PER_CHANNEL = 4;
const KILL_AFTER_MS = { least: 1, most: 500 };
/** One round in eight also kills it while it starts. */
const EARLY_KILL_SHARE = 0.125;
const EARLY_KILL_AFTER_MS = { least: 1, most: 120 };
const FAIL_SHARE = 0.03;

export interface KillLoopOptions {
  rounds: number;
  seed: number;
  command?: ProductCommand;
  /** Called after each round. */
  onRound?: (round: number) => void;
}

export const runKillLoop = async (options: KillLoopOptions): Promise<LoopReport> => {
  const { rounds, seed } = options;
  const random = seededRandom(seed);
  const scene = await openPlantScene({
    command: options.command ?? productCommand("source"),
    seed,
    failShare: FAIL_SHARE,
    sinkDelayMs: 0,
    copiesPerEnd: IN_FLIGHT_PER_CHANNEL,
  });
  try {
    for (let round = 1; round <= rounds; round++) {
      await Bun.sleep(wholeBetween(random, KILL_AFTER_MS.least, KILL_AFTER_MS.most));
      if (scene.product.exitCode !== null)
        throw new Error(`seed ${seed}: Andon ended by itself with ${scene.product.exitCode}`);
      scene.noteEnd();
      await scene.product.kill();
      if (random() < EARLY_KILL_SHARE) {
        scene.restartInSilence();
        await Bun.sleep(wholeBetween(random, EARLY_KILL_AFTER_MS.least, EARLY_KILL_AFTER_MS.most));
        scene.noteEnd();
        await scene.product.kill();
      }
      await scene.restart();
      options.onRound?.(round);
    }
    const verdict = await scene.conclude();
    if (verdict.exitCode !== 0) verdict.faults.push(`SIGTERM at the end: exit code ${verdict.exitCode}`);
    return reportOf(options, scene, verdict);
  } finally {
    await scene.close();
  }
};
