// In: the product as a process, killed with SIGKILL again and again under load. Out: nothing that was
// acknowledged is lost, everything is told, and copies stay within what was in flight.
import { expect, test } from "bun:test";
import { runKillLoop } from "./kill-loop";
import { describeReport } from "./loop-report";

const ROUNDS = 10;
const LIMIT_MS = 180_000;

test(
  "ten kills at random moments lose nothing",
  async () => {
    // A new seed each time finds more than the same one; a failure prints it.
    const seed = Math.floor(performance.timeOrigin) % 1_000_000;
    const report = await runKillLoop({ rounds: ROUNDS, seed });
    process.stdout.write(`${describeReport(report)}\n`);
    expect(report.faults, `seed ${seed}`).toEqual([]);
    expect(report.copies).toBeLessThanOrEqual(report.copiesAllowed);
    expect(report.alerts).toBeGreaterThan(0);
    expect(report.acknowledgements).toBeGreaterThan(0);
    expect(report.deliveries).toBeGreaterThan(report.alerts);
  },
  LIMIT_MS,
);
