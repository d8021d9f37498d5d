// B6. In: 100,000 due deliveries in the file of a product that was killed. Out: the ms from the start
// of the process to the first message, to the last one, its highest memory, and how it answered
// people meanwhile.
import { join } from "node:path";
import { mebibytes, wallTime, type Product } from "../harness/process";
import { createThresholdRule, createWebhookChannel, type RemoteApi } from "../harness/remote-api";
import { startSink, type SinkProcess } from "../harness/sink-handle";
import { startServer } from "../harness/job";
import { percentile, type Benchmark, type Context, type Figure } from "./benchmark";
import { writeBacklog } from "./backlog-rows";
import { LIMIT, openFloor, openScene, SECRET, withCleanUp } from "./scene";

const CHANNELS = 8;
const FULL_ROWS = 100_000;
const QUICK_ROWS = 20_000;
const DRAIN_LIMIT_MS = 300_000;
const PROBE_PAUSE_MS = 25;
const VERIFY_EVERY = 500;
/** As large as a message of the product. */
const FLOOR_BODY_BYTES = 1_200;

interface Drained {
  readyMs: number;
  firstMs: number;
  drainedMs: number;
  peakMiB: number;
  probesMs: number[];
}

const openSink = async (): Promise<SinkProcess & { close(): Promise<void> }> => {
  const sink = await startSink({ listeners: CHANNELS, verifyEvery: VERIFY_EVERY, secret: SECRET });
  return { ...sink, close: () => sink.stop() };
};

const tellOnce = async (api: RemoteApi, sink: SinkProcess): Promise<void> => {
  for (let line = 0; line < CHANNELS; line++)
    await createWebhookChannel(api, {
      name: `Line ${line}`,
      url: sink.url(line),
      secret: SECRET,
      events: ["alert.triggered"],
    });
  await createThresholdRule(api, { name: "Pressure", metric: "pressure", above: LIMIT });
  await api.call("POST", "/readings", { machine: "press", metric: "pressure", value: 96.5 });
  if (!(await sink.arrived(CHANNELS, 15_000))) throw new Error("the first alert was not told");
};

/** How long a person waits for a list while the backlog drains. */
const probe = async (api: RemoteApi, isOver: () => boolean): Promise<number[]> => {
  const times: number[] = [];
  while (!isOver()) {
    const from = performance.now();
    await api.call("GET", "/alerts?limit=10");
    times.push(performance.now() - from);
    await Bun.sleep(PROBE_PAUSE_MS);
  }
  return times;
};

const watch = async (api: RemoteApi, product: Product, sink: SinkProcess, rows: number): Promise<Drained> => {
  const readyMs = await product.ready();
  let isOver = false;
  const probes = probe(api, () => isOver);
  const isDrained = await sink.arrived(rows, DRAIN_LIMIT_MS);
  isOver = true;
  const probesMs = await probes;
  const counts = await sink.counts();
  if (!isDrained) throw new Error(`only ${counts.distinct} of ${rows} messages arrived`);
  if (counts.badSignatures > 0) throw new Error(`${counts.badSignatures} signatures were wrong`);
  return {
    readyMs,
    firstMs: (counts.firstAt ?? Number.NaN) - product.startedAt,
    drainedMs: (counts.lastAt ?? Number.NaN) - product.startedAt,
    peakMiB: mebibytes(product.memory().peakBytes),
    probesMs,
  };
};

const measureProduct = (context: Context, rows: number): Promise<Drained> =>
  withCleanUp(async (own) => {
    const sink = own(await openSink());
    const scene = own(await openScene(context.command));
    await tellOnce(scene.api, sink);
    await scene.product.kill();
    writeBacklog(scene.dataDirectory, rows);
    await sink.forget();
    await scene.restartAfterKill();
    return watch(scene.api, scene.product, sink, rows);
  });

/** The ms that the bare program takes from its start to the last message. */
const measureFloor = (rows: number): Promise<number> =>
  withCleanUp(async (own) => {
    const sink = own(await openSink());
    const input = { sinkPorts: sink.ports, secret: SECRET, bodyBytes: FLOOR_BODY_BYTES };
    const filled = own(await openFloor("drain", { ...input, fill: rows }));
    const from = wallTime();
    const program = join(import.meta.dir, "floors/drain.ts");
    const server = await startServer(program, { ...input, fill: 0, directory: filled.directory });
    own({ close: () => server.stop() });
    if (!(await sink.arrived(rows, DRAIN_LIMIT_MS))) throw new Error("the bare program did not drain");
    return ((await sink.counts()).lastAt ?? Number.NaN) - from;
  });

const figure = (what: string, unit: string, value: number, goal: string): Figure => ({
  what,
  unit,
  value,
  floor: null,
  ratio: null,
  goal,
});

export const backlog: Benchmark = {
  id: "B6",
  title: "restart after kill -9 with 100,000 due deliveries, 8 channels",
  run: async (context) => {
    const rows = context.isQuick ? QUICK_ROWS : FULL_ROWS;
    const floorMs = await measureFloor(rows);
    const drained = await measureProduct(context, rows);
    context.note(
      `B6: ready after ${drained.readyMs.toFixed(0)} ms; a list was answered meanwhile with p50 ` +
        `${percentile(drained.probesMs, 0.5).toFixed(1)} ms, p99 ${percentile(drained.probesMs, 0.99).toFixed(1)} ms.`,
    );
    return [
      figure("start → first send", "ms", drained.firstMs, "< 500 ms"),
      {
        ...figure("start → drained", "s", drained.drainedMs / 1_000, "< 10 s"),
        floor: floorMs / 1_000,
        ratio: floorMs / drained.drainedMs,
      },
      figure("highest memory", "MiB", drained.peakMiB, "< 256 MB"),
    ];
  },
};
