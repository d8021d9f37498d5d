// In: where to post readings; this process also listens for the webhooks, so that one clock measures
// both ends. Out: the ms from each post to its message's arrival, one at a time with a pause between.
import type { Socket } from "bun";
import { announceAndAnswer } from "../../harness/job";
import { openExchange, requestBytes, type Answer } from "../../harness/load";
import { WireReader } from "../../harness/wire";

export interface LatencyInput {
  token: string;
  kind: "reading" | "alertmanager";
  count: number;
  /** Not counted: connections, caches and machines become known. */
  warmUp: number;
  pauseMs: number;
}

export interface LatencyTarget {
  port: number;
}

export interface LatencyOutput {
  latenciesMs: number[];
  /** Messages that did not come within the limit. */
  missing: number;
  firstRefusal: Answer | null;
}

const LIMIT_MS = 10_000;
const OK = Buffer.from("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");

interface Connection {
  reader: WireReader;
}

const arrivals = new Map<string, (at: number) => void>();
const MACHINE = /"(?:machine_name|machine)":"(a\d+)"/;

const receive = (socket: Socket<Connection>, body: Buffer): void => {
  const at = performance.now();
  void socket.write(OK);
  const machine = MACHINE.exec(body.toString("latin1"))?.[1] ?? "";
  arrivals.get(machine)?.(at);
  arrivals.delete(machine);
};

const sink = Bun.listen<Connection>({
  hostname: "127.0.0.1",
  port: 0,
  socket: {
    open: (socket) => {
      socket.setNoDelay(true);
      socket.data = { reader: new WireReader(({ body }) => receive(socket, body)) };
    },
    data: (socket, chunk) => socket.data.reader.push(chunk),
    error: () => undefined,
  },
});

const requestOf = ({ kind, token }: LatencyInput, machine: string): Buffer =>
  kind === "alertmanager"
    ? requestBytes({
        method: "POST",
        path: "/api/v2/alerts",
        token,
        body: JSON.stringify([{ labels: { alertname: "Pressure", machine, line: "l0" } }]),
      })
    : requestBytes({
        method: "POST",
        path: "/api/v1/readings",
        token,
        body: JSON.stringify([
          {
            machine,
            metric: "pressure",
            value: 96.5,
            timestamp: new Date().toISOString(),
            tags: { line: "l0" },
          },
        ]),
      });

await announceAndAnswer<LatencyInput, LatencyTarget, LatencyOutput>(sink.port, async (input, target) => {
  const exchange = await openExchange(target.port);
  const output: LatencyOutput = { latenciesMs: [], missing: 0, firstRefusal: null };
  for (let turn = 0; turn < input.warmUp + input.count; turn++) {
    const machine = `a${turn}`;
    const request = requestOf(input, machine);
    const { promise, resolve } = Promise.withResolvers<number | null>();
    const limit = setTimeout(() => resolve(null), LIMIT_MS);
    arrivals.set(machine, resolve);
    const from = performance.now();
    const answer = await exchange.send(request);
    if (answer.status >= 300) output.firstRefusal ??= answer;
    const at = await promise;
    clearTimeout(limit);
    if (at === null) output.missing++;
    else if (turn >= input.warmUp) output.latenciesMs.push(at - from);
    await Bun.sleep(input.pauseMs);
  }
  return output;
});
