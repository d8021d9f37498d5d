// In: where to send, how many machines, how long. Out: how many lines of line protocol were accepted.
// Each connection has machines of its own, and each request goes on where the one before ended.
import { answerJob } from "../../harness/job";
import { requestBytes, runLoad, type Answer } from "../../harness/load";
import { placesOf, writeDigits } from "./digits";

export interface LinesInput {
  port: number;
  path: string;
  token: string;
  machines: number;
  cells: number;
  connections: number;
  linesPerRequest: number;
  durationMs: number;
  /** Device time of the first lines, in seconds since 1970. */
  firstSecond: number;
}

export interface LinesOutput {
  lines: number;
  elapsedMs: number;
  refused: number;
  firstRefusal: Answer | null;
}

const SECOND_DIGITS = 10;
const MARK = "TTTTTTTTTT";
/** Several bodies with different values, sent in turn: no value is the one before. */
const VARIANTS = 4;

/** A gateway's report: every machine of the connection, second by second. */
const report = (input: LinesInput, connection: number, variant: number): Buffer => {
  const { machines, cells, connections, linesPerRequest, path, token } = input;
  const own = machines / connections;
  const lines = Array.from({ length: linesPerRequest }, (_, index) => {
    const machine = connection * own + (index % own);
    const value = 40 + ((index * 7 + variant * 13) % 400) / 10;
    return `line_metrics,cell=c${machine % cells},machine=m${machine} temperature=${value.toFixed(2)} ${MARK}000000000`;
  });
  return requestBytes({ method: "POST", path, token, body: lines.join("\n"), contentType: "text/plain" });
};

await answerJob<LinesInput, LinesOutput>(async (input) => {
  const { port, machines, connections, linesPerRequest, durationMs, firstSecond } = input;
  const own = machines / connections;
  const secondsPerRequest = linesPerRequest / own;
  const requests = Array.from({ length: connections }, (_, connection) =>
    Array.from({ length: VARIANTS }, (__, variant) => report(input, connection, variant)),
  );
  const places = requests.map((variants) => placesOf(variants[0] as Buffer, MARK));
  const turns = new Array<number>(connections).fill(0);
  const until = performance.now() + durationMs;
  const result = await runLoad({
    port,
    connections,
    next: (connection) => {
      if (performance.now() >= until) return null;
      const turn = turns[connection] as number;
      turns[connection] = turn + 1;
      const bytes = requests[connection]?.[turn % VARIANTS] as Buffer;
      const second = firstSecond + turn * secondsPerRequest;
      const ownPlaces = places[connection] as number[];
      for (let index = 0; index < ownPlaces.length; index++)
        writeDigits(bytes, ownPlaces[index] as number, SECOND_DIGITS, second + Math.floor(index / own));
      return bytes;
    },
  });
  return {
    lines: result.accepted * linesPerRequest,
    elapsedMs: result.elapsedMs,
    refused: result.refused,
    firstRefusal: result.firstRefusal,
  };
});
