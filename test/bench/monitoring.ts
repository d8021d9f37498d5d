// B10. In: 10,000 heartbeats that report once a minute, and 1,000 HTTP monitors that are looked at once a
// minute. Out: the share of one processor core that this takes, all threads together.
import { runJob, startServer } from "../harness/job";
import { mebibytes } from "../harness/process";
import { refuseRefusals, type Benchmark } from "./benchmark";
import type { PingsInput, PingsOutput } from "./clients/pings";
import { createHeartbeats, createHttpMonitors, writePaths } from "./monitored";
import { client, openScene, withCleanUp } from "./scene";
import { join } from "node:path";

const HEARTBEATS = 10_000;
const MONITORS = 1_000;
const PERIOD_SECONDS = 60;
/** The first looks come at once; what counts is how it goes on. */
const SETTLE_MS = 70_000;
const QUICK_SETTLE_MS = 5_000;
const FULL_MS = 300_000;
const QUICK_MS = 30_000;
const CONNECTIONS = 8;

export const monitoring: Benchmark = {
  id: "B10",
  title: "10,000 heartbeats and 1,000 HTTP monitors at 60 s",
  run: (context) =>
    withCleanUp(async (own) => {
      const scene = own(await openScene(context.command));
      const site = await startServer(join(import.meta.dir, "floors/site.ts"), {});
      own({ close: () => site.stop() });
      const paths = await createHeartbeats(scene.api, HEARTBEATS, PERIOD_SECONDS);
      const pathsFile = writePaths(scene.dataDirectory, "paths", paths);
      const input = (durationMs: number): PingsInput => ({
        port: scene.product.port,
        pathsFile,
        connections: CONNECTIONS,
        durationMs,
        perSecond: HEARTBEATS / PERIOD_SECONDS,
      });
      await createHttpMonitors(scene.api, MONITORS, { port: site.port, intervalSeconds: PERIOD_SECONDS });
      const settled = await runJob<PingsOutput>(
        client("pings"),
        input(context.isQuick ? QUICK_SETTLE_MS : SETTLE_MS),
      );
      refuseRefusals("Andon", settled);
      const before = scene.product.processorSeconds();
      const from = performance.now();
      const output = await runJob<PingsOutput>(client("pings"), input(context.isQuick ? QUICK_MS : FULL_MS));
      refuseRefusals("Andon", output);
      const share = (scene.product.processorSeconds() - before) / ((performance.now() - from) / 1_000);
      const down = await scene.api.list("/monitors?status=down");
      if (down.length > 0) throw new Error(`${down.length} of them are said to be down, which they are not`);
      const figure = { floor: null, ratio: null };
      return [
        { what: "processor", unit: "% of a core", value: share * 100, ...figure, goal: "< 25 %" },
        {
          what: "memory",
          unit: "MiB",
          value: mebibytes(scene.product.memory().rssBytes),
          ...figure,
          goal: "",
        },
      ];
    }),
};
