// In: where to send, how many machines, how long. Out: how many single readings were accepted. One
// reading per request, one request open per connection.
import { answerJob } from "../../harness/job";
import { requestBytes, runLoad, type Answer } from "../../harness/load";
import { placesOf, writeDigits } from "./digits";

export interface SinglesInput {
  port: number;
  path: string;
  token: string;
  /** A multiple of `connections`. */
  machines: number;
  connections: number;
  durationMs: number;
}

export interface SinglesOutput {
  readings: number;
  elapsedMs: number;
  refused: number;
  firstRefusal: Answer | null;
}

/** Minutes, seconds and milliseconds count up inside one hour: 3,600,000 readings per machine. */
const MARK = "MM:SS.mmm";
const HOUR = "2026-01-05T10";

const reading = ({ path, token }: SinglesInput, machine: number): Buffer =>
  requestBytes({
    method: "POST",
    path,
    token,
    body: `{"machine":"m${machine}","metric":"temperature","value":${40 + (machine % 30)}.5,"timestamp":"${HOUR}:${MARK}Z"}`,
  });

const stamp = (bytes: Buffer, at: number, step: number): void => {
  const seconds = Math.floor(step / 1_000);
  writeDigits(bytes, at, 2, Math.floor(seconds / 60) % 60);
  writeDigits(bytes, at + 3, 2, seconds % 60);
  writeDigits(bytes, at + 6, 3, step % 1_000);
};

await answerJob<SinglesInput, SinglesOutput>(async (input) => {
  const { port, machines, connections, durationMs } = input;
  const own = machines / connections;
  const requests = Array.from({ length: machines }, (_, machine) => reading(input, machine));
  const places = requests.map((bytes) => placesOf(bytes, MARK)[0] ?? 0);
  const turns = new Array<number>(connections).fill(0);
  const until = performance.now() + durationMs;
  const result = await runLoad({
    port,
    connections,
    next: (connection) => {
      if (performance.now() >= until) return null;
      const turn = turns[connection] as number;
      turns[connection] = turn + 1;
      const machine = connection * own + (turn % own);
      const bytes = requests[machine] as Buffer;
      stamp(bytes, places[machine] as number, Math.floor(turn / own));
      return bytes;
    },
  });
  return {
    readings: result.accepted,
    elapsedMs: result.elapsedMs,
    refused: result.refused,
    firstRefusal: result.firstRefusal,
  };
});
