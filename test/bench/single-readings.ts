// B2. In: 32 connections that post one reading per request. Out: requests per second, each reading
// evaluated and stored before its answer, beside the bare program with the same client.
import { runJob } from "../harness/job";
import { createThresholdRule } from "../harness/remote-api";
import { rate, rateFigure, refuseRefusals, type Benchmark, type Context } from "./benchmark";
import type { SinglesInput, SinglesOutput } from "./clients/singles";
import { client, LIMIT, openFloor, openScene, TOKEN, withCleanUp } from "./scene";

const CONNECTIONS = 32;
const MACHINES = 512;
const WARM_UP_MS = 1_500;
const FULL_MS = 20_000;
const QUICK_MS = 4_000;

const load = async (port: number, durationMs: number, where: string): Promise<number> => {
  const input = (forMs: number): SinglesInput => ({
    port,
    path: "/api/v1/readings",
    token: TOKEN,
    machines: MACHINES,
    connections: CONNECTIONS,
    durationMs: forMs,
  });
  refuseRefusals(where, await runJob<SinglesOutput>(client("singles"), input(WARM_UP_MS)));
  const output = await runJob<SinglesOutput>(client("singles"), input(durationMs));
  refuseRefusals(where, output);
  return rate(output.readings, output.elapsedMs);
};

const measureProduct = (context: Context, durationMs: number): Promise<number> =>
  withCleanUp(async (own) => {
    const scene = own(await openScene(context.command));
    await createThresholdRule(scene.api, { name: "Temperature", metric: "temperature", above: LIMIT });
    return load(scene.product.port, durationMs, "Andon");
  });

/** Requests per second of the bare program. */
export const measureSinglesFloor = (durationMs: number): Promise<number> =>
  withCleanUp(async (own) => {
    const floor = own(await openFloor("singles", { limit: LIMIT }));
    return load(floor.port, durationMs, "the bare program");
  });

export const singleReadings: Benchmark = {
  id: "B2",
  title: "one reading per request, 32 connections",
  run: async (context) => {
    const durationMs = context.isQuick ? QUICK_MS : FULL_MS;
    const floor = await measureSinglesFloor(durationMs / 2);
    const value = await measureProduct(context, durationMs);
    return [rateFigure("evaluated and stored", "requests/s", value, floor, "≥ 0.4 of the floor")];
  },
};
