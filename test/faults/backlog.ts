// F8. In: how many due deliveries lie in the file of a product that was killed. Out: how soon it
// listens, sends and lets a critical alert overtake them, what it costs, and how people fare meanwhile.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeBacklog } from "../bench/backlog-rows";
import { shareOf } from "../harness/canary-client";
import { judgeFiles } from "../harness/oracle";
import {
  BOOTSTRAP_TOKEN,
  freePort,
  mebibytes,
  productCommand,
  removeProductFiles,
  startProduct,
  wallTime,
} from "../harness/process";
import {
  createRemoteApi,
  createThresholdRule,
  createWebhookChannel,
  type RemoteApi,
} from "../harness/remote-api";
import { startSink, type SinkProcess } from "../harness/sink-handle";
import type { Tier } from "./tier";

const ROWS = 100_000;
const CHANNELS = 8;
const LIMIT = 90;
const SECRET = "a secret of the backlog, 0123456789";
/** Keeps the backlog there while the critical alert comes: four in flight on each of eight channels. */
const SINK_DELAY_MS = 10;
const OBSERVED_MS = 6_000;
const OVERTAKE_AFTER_MS = 2_000;
const PROBE_PAUSE_MS = 20;
const DRAIN_LIMIT_MS = 600_000;

const BARS = { listeningMs: 2_000, firstMs: 500, overtakeMs: 1_000, listP99Ms: 250, peakMib: 256 };

interface Figures {
  listeningMs: number;
  firstMs: number;
  overtakeMs: number;
  listP99Ms: number;
  peakMib: number;
  drainedMs: number;
}

const prepare = async (api: RemoteApi, sink: SinkProcess): Promise<void> => {
  for (let index = 0; index < CHANNELS; index++)
    await createWebhookChannel(api, {
      name: `Line ${index}`,
      url: sink.url(index),
      secret: SECRET,
      events: ["alert.triggered"],
    });
  await createThresholdRule(api, { name: "Pressure", metric: "pressure", above: LIMIT });
  await createThresholdRule(api, { name: "Fire", metric: "smoke", above: LIMIT, severity: "critical" });
  await api.call("POST", "/readings", { machine: "press", metric: "pressure", value: 96.5 });
  if (!(await sink.arrived(CHANNELS, 30_000))) throw new Error("the first alert was not told");
};

/** Ms from the reading to the message on the last of the channels. */
const overtake = async (api: RemoteApi, sink: SinkProcess): Promise<number> => {
  const from = wallTime();
  await api.call("POST", "/readings", { machine: "press", metric: "smoke", value: 99 });
  const [alert] = (await api.call("GET", "/alerts?severity=critical"))["data"] as { id: string }[];
  for (const limit = wallTime() + 60_000; ;) {
    const arrived = sink.log().filter(({ alertId }) => alertId === alert?.id);
    if (arrived.length >= CHANNELS) return Math.max(...arrived.map(({ at }) => at)) - from;
    if (wallTime() > limit)
      throw new Error(`the critical alert reached ${arrived.length} of ${CHANNELS} channels`);
    await Bun.sleep(50);
  }
};

const probe = async (api: RemoteApi, isOver: () => boolean): Promise<number[]> => {
  const times: number[] = [];
  while (!isOver()) {
    const from = performance.now();
    await api.call("GET", "/alerts?limit=20");
    times.push(performance.now() - from);
    await Bun.sleep(PROBE_PAUSE_MS);
  }
  return times.toSorted((a, b) => a - b);
};

const measure = async (rows: number): Promise<{ figures: Figures; faults: string[]; how: string }> => {
  const command = productCommand("binary");
  const root = mkdtempSync(join(tmpdir(), "andon-backlog-"));
  const dataDirectory = join(root, "data");
  mkdirSync(dataDirectory);
  const port = freePort();
  const api = createRemoteApi(`http://127.0.0.1:${port}`, BOOTSTRAP_TOKEN);
  const sink = await startSink({
    listeners: CHANNELS,
    secret: SECRET,
    verifyEvery: 100,
    logPath: join(root, "sink.log"),
  });
  let product = startProduct({ dataDirectory, port, command });
  try {
    await product.ready();
    await prepare(api, sink);
    await product.kill();
    writeBacklog(dataDirectory, rows);
    await sink.forget();
    await sink.setDelay(SINK_DELAY_MS);

    product = startProduct({ dataDirectory, port, command });
    const listeningMs = await product.ready();
    let isOver = false;
    const probes = probe(api, () => isOver);
    await Bun.sleep(OVERTAKE_AFTER_MS);
    const overtakeMs = await overtake(api, sink);
    await Bun.sleep(Math.max(0, OBSERVED_MS - (wallTime() - product.startedAt)));
    isOver = true;
    const lists = await probes;
    await sink.setDelay(0);
    const faults: string[] = [];
    if (!(await sink.arrived(rows + CHANNELS, DRAIN_LIMIT_MS))) faults.push("not everything arrived");
    const counts = await sink.counts();
    if (counts.badSignatures > 0) faults.push(`${counts.badSignatures} signatures were wrong`);
    if (counts.distinct !== rows + CHANNELS) faults.push(`${counts.distinct} messages of ${rows + CHANNELS}`);
    const peakMib = mebibytes(product.memory().peakBytes);
    await product.stop();
    faults.push(...judgeFiles(dataDirectory));
    return {
      figures: {
        listeningMs,
        firstMs: (counts.firstAt ?? Number.NaN) - product.startedAt,
        overtakeMs,
        listP99Ms: shareOf(lists, 0.99),
        peakMib,
        drainedMs: (counts.lastAt ?? Number.NaN) - product.startedAt,
      },
      faults,
      how: command.description,
    };
  } finally {
    await product.kill();
    await sink.stop();
    removeProductFiles(dataDirectory);
    rmSync(root, { recursive: true, force: true });
  }
};

export const backlog: Tier = {
  name: "backlog",
  title: "restart after kill -9 with 100,000 due deliveries, and a critical alert behind them",
  obstacle: () => null,
  run: async ({ rounds }) => {
    const rows = rounds ?? ROWS;
    const { figures, faults, how } = await measure(rows);
    const slow = (Object.keys(BARS) as (keyof typeof BARS)[])
      .filter((name) => !(figures[name] <= BARS[name]))
      .map((name) => `${name} ${figures[name].toFixed(0)} is over ${BARS[name]}`);
    const { listeningMs, firstMs, overtakeMs, listP99Ms, peakMib, drainedMs } = figures;
    return {
      summary:
        `${rows} due: listening after ${listeningMs.toFixed(0)} ms, first send ${firstMs.toFixed(0)} ms, the critical ` +
        `alert on ${CHANNELS} channels ${overtakeMs.toFixed(0)} ms, lists p99 ${listP99Ms.toFixed(0)} ms, peak ` +
        `${peakMib.toFixed(0)} MiB, drained ${(drainedMs / 1_000).toFixed(1)} s (${how})`,
      faults: [...faults, ...slow],
    };
  },
};
