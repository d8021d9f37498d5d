// In: paths that are reported to, and a pace. Out: how many reports were accepted, and how fast. Without a pace
// each connection has one report open at a time; with one, the reports are spread evenly over time.
import { readFileSync } from "node:fs";
import { answerJob } from "../../harness/job";
import { openExchange, requestBytes, runLoad, type Answer } from "../../harness/load";

export interface PingsInput {
  port: number;
  /** A file with a path in each line: there may be more than arguments can hold. */
  pathsFile: string;
  connections: number;
  durationMs: number;
  /** Reports per second in all; null: as fast as they are answered. */
  perSecond: number | null;
}

export interface PingsOutput {
  accepted: number;
  refused: number;
  firstRefusal: Answer | null;
  elapsedMs: number;
}

const atPace = async (
  { port, connections, durationMs }: PingsInput,
  requests: readonly Uint8Array[],
  perSecond: number,
): Promise<PingsOutput> => {
  const exchanges = await Promise.all(Array.from({ length: connections }, () => openExchange(port)));
  const result: PingsOutput = { accepted: 0, refused: 0, firstRefusal: null, elapsedMs: 0 };
  const from = performance.now();
  /** Of one connection, which has one report open at a time. */
  const everyMs = (1_000 / perSecond) * connections;
  await Promise.all(
    exchanges.map(async (exchange, connection) => {
      for (let turn = 0; ; turn++) {
        const due = from + turn * everyMs + (everyMs * connection) / connections;
        if (due - from >= durationMs) return;
        if (due > performance.now()) await Bun.sleep(due - performance.now());
        const request = requests[(turn * connections + connection) % requests.length];
        if (request === undefined) return;
        const answer = await exchange.send(request);
        if (answer.status === 200) result.accepted++;
        else {
          result.refused++;
          result.firstRefusal ??= answer;
        }
      }
    }),
  );
  result.elapsedMs = performance.now() - from;
  for (const exchange of exchanges) exchange.close();
  return result;
};

await answerJob<PingsInput, PingsOutput>(async (input) => {
  const { port, connections, durationMs, perSecond } = input;
  const paths = readFileSync(input.pathsFile, "utf8").trimEnd().split("\n");
  const requests = paths.map((path) => requestBytes({ method: "GET", path }));
  if (perSecond !== null) return atPace(input, requests, perSecond);
  const until = performance.now() + durationMs;
  let turn = 0;
  const result = await runLoad({
    port,
    connections,
    next: () =>
      performance.now() >= until ? null : (requests[turn++ % requests.length] ?? new Uint8Array()),
  });
  const { accepted, refused, firstRefusal, elapsedMs } = result;
  return { accepted, refused, firstRefusal, elapsedMs };
});
