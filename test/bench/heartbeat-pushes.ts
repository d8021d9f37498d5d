// B8, its second half. In: 16 connections that report for a thousand jobs, as fast as they are answered. Out:
// reports per second, each on disk before its answer.
import { runJob } from "../harness/job";
import { rate, refuseRefusals, type Benchmark } from "./benchmark";
import type { PingsInput, PingsOutput } from "./clients/pings";
import { createHeartbeats, writePaths } from "./monitored";
import { client, openScene, withCleanUp } from "./scene";

const CONNECTIONS = 16;
const JOBS = 1_000;
const WARM_UP_MS = 1_500;
const FULL_MS = 20_000;
const QUICK_MS = 4_000;

export const heartbeatPushes: Benchmark = {
  id: "B8",
  title: "heartbeat reports, 16 connections",
  run: (context) =>
    withCleanUp(async (own) => {
      const scene = own(await openScene(context.command));
      const paths = await createHeartbeats(scene.api, JOBS, 600);
      const load = (durationMs: number, some: readonly string[]): Promise<PingsOutput> => {
        const pathsFile = writePaths(scene.dataDirectory, "paths", some);
        const input: PingsInput = {
          port: scene.product.port,
          pathsFile,
          connections: CONNECTIONS,
          durationMs,
          perSecond: null,
        };
        return runJob<PingsOutput>(client("pings"), input);
      };
      const measure = async (durationMs: number, some: readonly string[]): Promise<number> => {
        const output = await load(durationMs, some);
        refuseRefusals("Andon", output);
        return rate(output.accepted, output.elapsedMs);
      };
      const durationMs = context.isQuick ? QUICK_MS : FULL_MS;
      await measure(WARM_UP_MS, paths);
      const many = await measure(durationMs, paths);
      const one = await measure(durationMs / 2, paths.slice(0, 1));
      const figure = { unit: "reports/s", floor: null, ratio: null, goal: "≥ 5,000/s durable" };
      return [
        { what: "of 1,000 jobs, durable", value: many, ...figure },
        { what: "of one job, durable", value: one, ...figure },
      ];
    }),
};
