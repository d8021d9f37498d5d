// In: the product as a process, stopped with SIGTERM while messages are in flight. Out: it ends in
// order and in time; nothing is lost and nothing is told twice.
import { expect, test } from "bun:test";
import { describeReport, spread } from "./loop-report";
import { runSigtermLoop } from "./sigterm-loop";

const ROUNDS = 3;
const LIMIT_MS = 180_000;

test(
  "three orderly stops with messages in flight lose nothing and repeat nothing",
  async () => {
    const seed = Math.floor(performance.timeOrigin) % 1_000_000;
    const report = await runSigtermLoop({ rounds: ROUNDS, seed });
    process.stdout.write(`${describeReport(report)}; exits ${spread(report.exitsMs)}\n`);
    expect(report.faults, `seed ${seed}`).toEqual([]);
    expect(report.copies).toBe(0);
    expect(report.alerts).toBeGreaterThan(0);
  },
  LIMIT_MS,
);
