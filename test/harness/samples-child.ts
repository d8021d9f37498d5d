// In: a directory as argument. Out: a process that appends until it is killed, and prints the number of
// each batch once `append` has said that it is safe. Values tell which batch they came from.
import { systemClock } from "../../src/core/clock";
import { silentLog } from "../../src/core/log";
import { createSamples } from "../../src/intake/samples/samples";
import { batchOf } from "./samples";

const [directory = "", start = "0"] = process.argv.slice(2);
const samples = createSamples({
  directory,
  clock: systemClock,
  log: silentLog,
  retention: { rawDays: 7, minuteDays: 90, hourDays: 1_095 },
});
await samples.start();
process.stdout.write("ready\n");

const SERIES = 20;
const STEP_MS = 1_000;
const origin = Math.floor(systemClock.now() / 3_600_000) * 3_600_000 - 7_200_000;

for (let batch = Number(start); ; batch++) {
  // Each batch brings two new samples per series and replaces one of the batch before.
  const time = origin + batch * 2 * STEP_MS;
  const batches = Array.from({ length: SERIES }, (_, index) =>
    batchOf(index + 1, [
      [time - STEP_MS, batch],
      [time, batch],
      [time + STEP_MS, batch],
    ]),
  );
  await samples.append(batches, systemClock.now());
  process.stdout.write(`${batch} ${time}\n`);
  if (batch % 50 === 49) void samples.drain();
}
