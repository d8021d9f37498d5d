// B1. In: 500 machines whose gateway sends 5,000 lines per request. Out: lines per second that were
// evaluated by 100 rules and stored, beside the bare program with the same client.
import { runJob } from "../harness/job";
import { createThresholdRule } from "../harness/remote-api";
import { rate, rateFigure, refuseRefusals, type Benchmark, type Context } from "./benchmark";
import type { LinesInput, LinesOutput } from "./clients/lines";
import { client, LIMIT, openFloor, openScene, TOKEN, withCleanUp, type Scene } from "./scene";

const MACHINES = 500;
/** Each rule concerns the machines of one cell: every reading is looked at by one rule. */
const RULES = 100;
const CONNECTIONS = 4;
const LINES_PER_REQUEST = 5_000;
const WARM_UP_MS = 1_500;
const FULL_MS = 60_000;
const QUICK_MS = 6_000;
const DAY_S = 86_400;

const input = (port: number, path: string, durationMs: number, firstSecond: number): LinesInput => ({
  port,
  path,
  token: TOKEN,
  machines: MACHINES,
  cells: RULES,
  connections: CONNECTIONS,
  linesPerRequest: LINES_PER_REQUEST,
  durationMs,
  firstSecond,
});

interface Loaded extends LinesOutput {
  /** Lines that were accepted in all, those before the measurement included. */
  all: number;
  /** Device time of the first line, in seconds since 1970. */
  firstSecond: number;
}

const load = async (port: number, path: string, durationMs: number, where: string): Promise<Loaded> => {
  // Four days back: a run of a minute writes many hours of device time.
  const firstSecond = Math.floor(Date.now() / 1_000) - 4 * DAY_S;
  const warmed = await runJob<LinesOutput>(client("lines"), input(port, path, WARM_UP_MS, firstSecond));
  refuseRefusals(where, warmed);
  const output = await runJob<LinesOutput>(
    client("lines"),
    input(port, path, durationMs, firstSecond + DAY_S),
  );
  refuseRefusals(where, output);
  return { ...output, all: warmed.lines + output.lines, firstSecond };
};

/** Counts what the product has, by its hours: every accepted line must be in one. */
const checkStored = async ({ api }: Scene, { all, firstSecond }: Loaded): Promise<void> => {
  const machines = await api.list("/machines");
  if (machines.length !== MACHINES)
    throw new Error(`${machines.length} machines are known instead of ${MACHINES}`);
  const query = new URLSearchParams({
    metric: "temperature",
    from: new Date(firstSecond * 1_000).toISOString(),
    resolution: "1h",
    max_points: "10000",
  });
  let stored = 0;
  for (const { id } of machines) {
    const answer = await api.call("GET", `/machines/${String(id)}/readings?${query}`);
    for (const { points } of answer["series"] as { points: { count?: number }[] }[])
      for (const { count } of points) stored += count ?? 1;
  }
  if (stored !== all) throw new Error(`Andon has ${stored} of ${all} accepted lines`);
};

const measureProduct = (context: Context, durationMs: number): Promise<{ lines: number; cores: number }> =>
  withCleanUp(async (own) => {
    const scene = own(await openScene(context.command));
    for (let cell = 0; cell < RULES; cell++)
      await createThresholdRule(scene.api, {
        name: `Temperature of cell ${cell}`,
        metric: "temperature",
        above: LIMIT,
        labels: { cell: `c${cell}` },
      });
    const from = performance.now();
    const usedBefore = scene.product.processorSeconds();
    const output = await load(scene.product.port, "/api/v2/write?precision=ns", durationMs, "Andon");
    const cores = (scene.product.processorSeconds() - usedBefore) / ((performance.now() - from) / 1_000);
    await checkStored(scene, output);
    return { lines: rate(output.lines, output.elapsedMs), cores };
  });

const measureFloor = (durationMs: number): Promise<number> =>
  withCleanUp(async (own) => {
    const floor = own(await openFloor("lines", { limit: LIMIT }));
    const output = await load(floor.port, "/write", durationMs, "the bare program");
    const { rows } = (await (await fetch(`http://127.0.0.1:${floor.port}/`)).json()) as { rows: number };
    if (rows < output.lines) throw new Error(`the bare program stored ${rows} of ${output.lines} lines`);
    return rate(output.lines, output.elapsedMs);
  });

export const lineProtocol: Benchmark = {
  id: "B1",
  title: "line protocol, 500 machines, 5,000 lines per request, 100 rules",
  run: async (context) => {
    const durationMs = context.isQuick ? QUICK_MS : FULL_MS;
    const floor = await measureFloor(Math.min(durationMs, FULL_MS / 3));
    const { lines, cores } = await measureProduct(context, durationMs);
    context.note(`B1: Andon used ${cores.toFixed(2)} cores; the client shares the machine.`);
    return [rateFigure("evaluated and stored", "lines/s", lines, floor, "≥ 0.4 of the floor")];
  },
};
