// B9. In: 32 connections that read a public status page of 50 services with 90 days of history. Out: answers per
// second, compressed as browsers ask for it, and beside it a bare program that answers with a constant of the
// same size.
import { runJob } from "../harness/job";
import { median, rate, rateFigure, type Benchmark, type Context, type Figure } from "./benchmark";
import type { PagesInput, PagesOutput } from "./clients/pages";
import { client, openFloor, openScene, withCleanUp, type Scene } from "./scene";
import { giveServicesAPast } from "./service-past";

const CONNECTIONS = 32;
const SERVICES = 50;
const GROUPS = 5;
const WARM_UP_MS = 1_500;
const FULL_MS = 15_000;
const QUICK_MS = 3_000;
const SMALL_BYTES = 2;

const READINGS = [
  { what: "the page", path: "/status/bench/", acceptsGzip: true },
  { what: "the page, not compressed", path: "/status/bench/", acceptsGzip: false },
  { what: "summary.json", path: "/status/bench/api/v2/summary.json", acceptsGzip: true },
] as const;

const load = async (port: number, path: string, more: { acceptsGzip: boolean; durationMs: number }) => {
  const input = (durationMs: number): PagesInput => ({
    port,
    path,
    acceptsGzip: more.acceptsGzip,
    connections: CONNECTIONS,
    durationMs,
  });
  await runJob<PagesOutput>(client("pages"), input(WARM_UP_MS));
  const output = await runJob<PagesOutput>(client("pages"), input(more.durationMs));
  if (output.oddity !== null) throw new Error(`${path}: ${output.oddity}`);
  return { perSecond: rate(output.answers, output.elapsedMs), bodyBytes: output.bodyBytes };
};

const measureFloor = (bodyBytes: number, durationMs: number): Promise<number> =>
  withCleanUp(async (own) => {
    const floor = own(await openFloor("constant", { bodyBytes }));
    return (await load(floor.port, "/", { acceptsGzip: true, durationMs })).perSecond;
  });

const furnish = async (scene: Scene): Promise<void> => {
  for (let index = 0; index < SERVICES; index++)
    await scene.api.call("POST", "/services", {
      name: `Service ${String(index + 1).padStart(2, "0")}`,
      group: `Line ${(index % GROUPS) + 1}`,
      description: "What it does, in a sentence.",
    });
  await scene.api.call("POST", "/status-pages", {
    name: "Bench",
    slug: "bench",
    groups: Array.from({ length: GROUPS }, (_, index) => `Line ${index + 1}`),
  });
  giveServicesAPast(scene.dataDirectory, Date.now());
  await scene.restartAfterKill();
  await scene.product.ready();
};

/** What is measured must be what is promised. */
const checkPage = async ({ product }: Scene): Promise<void> => {
  const text = await (await fetch(`http://127.0.0.1:${product.port}/status/bench/`)).text();
  const components = text.match(/Service \d\d/g)?.length ?? 0;
  const bars = text.match(/<rect\b|<li class="day|data-day/g)?.length ?? 0;
  if (components < SERVICES) throw new Error(`the page shows ${components} services (${bars} bars)`);
};

export const statusPage: Benchmark = {
  id: "B9",
  title: "public status page, 50 services, 90 days, 32 connections",
  run: (context: Context) =>
    withCleanUp(async (own) => {
      // Both in turns, since others may use the machine: what slows one of them slows the other.
      const durationMs = (context.isQuick ? QUICK_MS : FULL_MS) / context.runs;
      const scene = own(await openScene(context.command));
      await furnish(scene);
      await checkPage(scene);
      const figures: Figure[] = [];
      const small: number[] = [];
      for (const { what, path, acceptsGzip } of READINGS) {
        const values: number[] = [];
        const floors: number[] = [];
        let bodyBytes = 0;
        for (let run = 0; run < context.runs; run++) {
          const read = await load(scene.product.port, path, { acceptsGzip, durationMs });
          bodyBytes = read.bodyBytes;
          values.push(read.perSecond);
          floors.push(await measureFloor(bodyBytes, durationMs));
          small.push(await measureFloor(SMALL_BYTES, durationMs / 2));
        }
        const size = `${(bodyBytes / 1_000).toFixed(1)} kB`;
        figures.push(
          rateFigure(`${what}, ${size}`, "answers/s", median(values), median(floors), "≥ 0.3 of a constant"),
        );
      }
      context.note(
        `B9: the floor answers with as many bytes; with ${SMALL_BYTES} bytes it gives ${Math.round(median(small))} answers/s.`,
      );
      return figures;
    }),
};
