// In: a concluded scene. Out: the figures of a loop, and the same in words.
import type { Verdict } from "../harness/oracle";
import type { PlantScene } from "./plant-scene";

export interface LoopReport {
  rounds: number;
  seed: number;
  acknowledgedRequests: number;
  readings: number;
  alerts: number;
  acknowledgements: number;
  deliveries: number;
  /** Of secrets; acknowledged ones. */
  rotations: number;
  resumes: number;
  replays: number;
  copies: number;
  copiesAllowed: number;
  /** From each start to the first message after it. */
  firstSendsMs: number[];
  /** Empty when nothing was lost. */
  faults: string[];
}

export const reportOf = (
  { rounds, seed }: { rounds: number; seed: number },
  { plant, desk, firstSendsMs }: PlantScene,
  verdict: Verdict,
): LoopReport => ({
  rounds,
  seed,
  acknowledgedRequests: plant.acknowledgedRequests,
  readings: plant.records.reduce((sum, { readings }) => sum + readings.length, 0),
  alerts: verdict.alerts,
  acknowledgements: plant.records
    .flatMap(({ crossings }) => crossings)
    .filter(({ isAcknowledged }) => isAcknowledged).length,
  deliveries: verdict.deliveries,
  rotations: desk.rotations.length,
  resumes: desk.resumes,
  replays: desk.replays.filter(({ isAcknowledged }) => isAcknowledged).length,
  copies: verdict.copies,
  copiesAllowed: verdict.copiesAllowed,
  firstSendsMs: firstSendsMs(),
  faults: verdict.faults,
});

/** `p50 12 ms, worst 40 ms`. */
export const spread = (times: readonly number[]): string => {
  const sorted = times.toSorted((a, b) => a - b);
  const half = sorted[Math.floor(sorted.length / 2)];
  const worst = sorted.at(-1);
  return half === undefined || worst === undefined
    ? "none"
    : `p50 ${half.toFixed(0)} ms, worst ${worst.toFixed(0)} ms`;
};

export const describeReport = (report: LoopReport): string =>
  [
    `${report.rounds} rounds with seed ${report.seed}:`,
    `${report.acknowledgedRequests} requests acknowledged, ${report.readings} readings,`,
    `${report.alerts} alerts, ${report.acknowledgements} acknowledgements, ${report.deliveries} deliveries,`,
    `${report.rotations} rotations of secrets, ${report.resumes} resumes, ${report.replays} replays;`,
    `${report.copies} copies of at most ${report.copiesAllowed};`,
    `first send after a start ${spread(report.firstSendsMs)}`,
  ].join(" ");
