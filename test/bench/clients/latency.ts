// In: where to post readings; this process also listens for the webhooks, so that one clock measures
// both ends. Out: the ms from each post to its message's arrival: one at a time with a pause between, or
// so many a second, whatever became of those before.
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
  /** Each is due at its time and counts from there, however late it can be posted. Without: one by one. */
  perSecond?: number;
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

/** Resolves with the arrival, or null after the limit. */
const expectArrival = (machine: string): Promise<number | null> =>
  new Promise((resolve) => {
    const limit = setTimeout(() => resolve(null), LIMIT_MS);
    arrivals.set(machine, (at) => {
      clearTimeout(limit);
      resolve(at);
    });
  });

type Exchange = Awaited<ReturnType<typeof openExchange>>;

/** `from` is when its time counts from. */
const post = async (
  input: LatencyInput,
  { exchange, turn, from }: { exchange: Exchange; turn: number; from: number },
  output: LatencyOutput,
): Promise<() => Promise<void>> => {
  const arrival = expectArrival(`a${turn}`);
  const answer = await exchange.send(requestOf(input, `a${turn}`));
  if (answer.status >= 300) output.firstRefusal ??= answer;
  return async () => {
    const at = await arrival;
    if (at === null) output.missing++;
    else if (turn >= input.warmUp) output.latenciesMs.push(at - from);
  };
};

const oneByOne = async (input: LatencyInput, port: number, output: LatencyOutput): Promise<void> => {
  const exchange = await openExchange(port);
  for (let turn = 0; turn < input.warmUp + input.count; turn++) {
    const arrived = await post(input, { exchange, turn, from: performance.now() }, output);
    await arrived();
    await Bun.sleep(input.pauseMs);
  }
};

/** Enough that none waits for a connection while the program keeps up. */
const CONNECTIONS = 32;

const atRate = async (
  input: LatencyInput,
  { port, perSecond }: { port: number; perSecond: number },
  output: LatencyOutput,
): Promise<void> => {
  const free = await Promise.all(Array.from({ length: CONNECTIONS }, () => openExchange(port)));
  const waiting: ((exchange: Exchange) => void)[] = [];
  const take = (): Promise<Exchange> => {
    // In turn: one that is not used for long would be closed.
    const exchange = free.shift();
    return exchange === undefined
      ? new Promise((resolve) => waiting.push(resolve))
      : Promise.resolve(exchange);
  };
  const giveBack = (exchange: Exchange): void => {
    const next = waiting.shift();
    if (next === undefined) free.push(exchange);
    else next(exchange);
  };
  const begun = performance.now();
  const running: Promise<void>[] = [];
  for (let turn = 0; turn < input.warmUp + input.count; turn++) {
    const from = begun + (turn * 1_000) / perSecond;
    while (performance.now() < from) await Bun.sleep(Math.max(0, from - performance.now()));
    running.push(
      take().then(async (exchange) => {
        const arrived = await post(input, { exchange, turn, from }, output);
        giveBack(exchange);
        await arrived();
      }),
    );
  }
  await Promise.all(running);
};

await announceAndAnswer<LatencyInput, LatencyTarget, LatencyOutput>(sink.port, async (input, { port }) => {
  const output: LatencyOutput = { latenciesMs: [], missing: 0, firstRefusal: null };
  const { perSecond } = input;
  if (perSecond === undefined) await oneByOne(input, port, output);
  else await atRate(input, { port, perSecond }, output);
  return output;
});
