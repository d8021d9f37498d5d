// In: the recorded machine temperature where it is there, else nothing. Out: readings at 5-minute
// steps in their recorded order, with the two dips below 40 °F and the hour that stands twice.
// The recording (Numenta Anomaly Benchmark) is not part of the project: without it, a generated trace
// of the same shape and the same two dips takes its place.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface TraceReading {
  /** ms since 1970. */
  at: number;
  value: number;
}

const RECORDING = join(import.meta.dir, "../../../shared/data/machine_temperature_system_failure.csv");
const STEP_MS = 5 * 60_000;

export const hasRecording = existsSync(RECORDING);

/** `2013-12-02 21:15:00,73.96` per line, UTC. */
export const readRecording = (): TraceReading[] =>
  readFileSync(RECORDING, "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => {
      const [time, value] = line.split(",");
      return { at: Date.parse(`${time?.replace(" ", "T")}Z`), value: Number(value) };
    });

/** What the rule `temperature < 40, clear at > 50` finds in either trace. */
export const EPISODES = [
  { triggered: "2013-12-16T15:40:00.000Z", resolved: "2013-12-16T18:35:00.000Z" },
  { triggered: "2014-02-08T04:15:00.000Z", resolved: "2014-02-09T12:00:00.000Z" },
] as const;

const START = Date.parse("2013-12-02T21:15:00Z");
const END = Date.parse("2014-02-19T15:25:00Z");
const TWICE_FROM = Date.parse("2014-01-07T02:00:00Z");
const TWICE_TO = Date.parse("2014-01-07T03:00:00Z");

/** Below 40 at the start, between 40 and 50 now and then on the way, above 50 from the end on. */
const valueAt = (at: number, index: number): number => {
  const wobble = Math.sin(index / 17) * 6 + Math.sin(index / 3.1) * 1.5;
  for (const episode of EPISODES) {
    const from = Date.parse(episode.triggered);
    const to = Date.parse(episode.resolved);
    if (at >= from && at < to) return at === from ? 39.5 : 36 + Math.abs(wobble) * 1.6;
    if (at >= from - 2 * STEP_MS && at < from) return 44;
  }
  return 85 + wobble;
};

export const generateTrace = (): TraceReading[] => {
  const readings: TraceReading[] = [];
  const push = (at: number): void => {
    readings.push({ at, value: Number(valueAt(at, readings.length).toFixed(6)) });
  };
  for (let at = START; at <= END; at += STEP_MS) {
    push(at);
    // The clock was set back: the hour comes again, with its old times.
    if (at === TWICE_TO - STEP_MS)
      for (let again = TWICE_FROM; again < TWICE_TO; again += STEP_MS) push(again);
  }
  return readings;
};

/** One line of line protocol per reading, with its own time in ns. */
export const toLineProtocol = (readings: readonly TraceReading[], machine: string): string[] =>
  readings.map(({ at, value }) => `environment,machine=${machine} temperature=${value} ${at}000000`);
