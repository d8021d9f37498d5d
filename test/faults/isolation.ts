// F6. In: one after the other, each way in which an endpoint can misbehave, as 64 channels at once,
// beside a healthy one. Out: how long the healthy one waited for each alert, and the product's memory.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { shareOf } from "../harness/canary-client";
import { startServer } from "../harness/job";
import { BEHAVIOURS, type Misbehaviour } from "../harness/misbehaving-server";
import {
  BOOTSTRAP_TOKEN,
  freePort,
  mebibytes,
  productCommand,
  removeProductFiles,
  startProduct,
} from "../harness/process";
import { createRemoteApi, createThresholdRule, createWebhookChannel } from "../harness/remote-api";
import type { MisbehavingInput } from "./misbehaving-process";
import type { Tier } from "./tier";

const CHANNELS = 64;
const ALERTS = 100;
const PAUSE_MS = 40;
const LONGEST_WAIT_MS = 250;
const MOST_MEMORY_MIB = 512;
const ARRIVAL_LIMIT_MS = 10_000;
const METRIC = "load";

/** Tells when the message about a machine came. */
const openHealthy = () => {
  const waiting = new Map<string, (at: number) => void>();
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => {
      const at = performance.now();
      const { alert } = (await request.json()) as { alert: { machine_name: string } };
      waiting.get(alert.machine_name)?.(at);
      return new Response("ok");
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}/hook`,
    /** Rejects after a while. */
    messageAbout: (machine: string): Promise<number> =>
      new Promise((resolve, reject) => {
        const limit = setTimeout(() => reject(new Error(`nothing about ${machine}`)), ARRIVAL_LIMIT_MS);
        waiting.set(machine, (at) => {
          clearTimeout(limit);
          resolve(at);
        });
      }),
    stop: () => server.stop(true),
  };
};

export interface KindResult {
  kind: Misbehaviour | "none";
  /** Ms from each reading to its message at the healthy endpoint, sorted. */
  waitsMs: number[];
}

export interface IsolationOptions {
  kinds: readonly Misbehaviour[];
  channels: number;
  alerts: number;
  onKind?: (result: KindResult) => void;
}

export const runIsolation = async (
  options: IsolationOptions,
): Promise<{ results: KindResult[]; peakMib: number; how: string }> => {
  const command = productCommand("binary");
  const root = mkdtempSync(join(tmpdir(), "andon-isolation-"));
  const dataDirectory = join(root, "data");
  mkdirSync(dataDirectory);
  const portsPath = join(root, "ports.json");
  const bad = await startServer(join(import.meta.dir, "misbehaving-process.ts"), {
    portsPath,
  } satisfies MisbehavingInput);
  const ports = JSON.parse(readFileSync(portsPath, "utf8")) as Record<Misbehaviour, number>;
  const healthy = openHealthy();
  const product = startProduct({ dataDirectory, port: freePort(), command });
  const api = createRemoteApi(product.url, BOOTSTRAP_TOKEN);
  try {
    await product.ready();
    await createThresholdRule(api, { name: "Load", metric: METRIC, above: 90 });
    await createWebhookChannel(api, { name: "Healthy", url: healthy.url, events: ["alert.triggered"] });
    let machines = 0;
    const tell = async (): Promise<number> => {
      const machine = `machine-${++machines}`;
      const arrived = healthy.messageAbout(machine);
      const from = performance.now();
      await api.call("POST", "/readings", { machine, metric: METRIC, value: 95 });
      return (await arrived) - from;
    };
    const measure = async (kind: KindResult["kind"]): Promise<KindResult> => {
      const ids: string[] = [];
      for (let index = 0; kind !== "none" && index < options.channels; index++)
        ids.push(
          await createWebhookChannel(api, {
            name: `${kind} ${index}`,
            url: `http://127.0.0.1:${ports[kind]}/${index}`,
            events: ["alert.triggered"],
            retry: [1],
            timeoutSeconds: 2,
          }),
        );
      const waits: number[] = [];
      for (let alert = 0; alert < options.alerts; alert++) {
        waits.push(await tell());
        await Bun.sleep(PAUSE_MS);
      }
      for (const id of ids) await api.call("DELETE", `/notification-channels/${id}`);
      return { kind, waitsMs: waits.toSorted((a, b) => a - b) };
    };
    const results: KindResult[] = [];
    for (const kind of ["none", ...options.kinds] as const) {
      const result = await measure(kind);
      options.onKind?.(result);
      results.push(result);
    }
    return { results, peakMib: mebibytes(product.memory().peakBytes), how: command.description };
  } finally {
    await product.kill();
    await bad.stop();
    await healthy.stop();
    removeProductFiles(dataDirectory);
    rmSync(root, { recursive: true, force: true });
  }
};

const p99 = ({ waitsMs }: KindResult): number => shareOf(waitsMs, 0.99);

export const isolation: Tier = {
  name: "isolation",
  title: "64 endpoints of each misbehaviour beside a healthy one",
  obstacle: () => null,
  run: async ({ rounds, say }) => {
    const { results, peakMib, how } = await runIsolation({
      kinds: Object.keys(BEHAVIOURS) as Misbehaviour[],
      channels: CHANNELS,
      alerts: rounds ?? ALERTS,
      onKind: (result) =>
        say(
          `   ${result.kind}: p50 ${shareOf(result.waitsMs, 0.5).toFixed(0)} ms, p99 ${p99(result).toFixed(0)} ms`,
        ),
    });
    const worst = results.toSorted((a, b) => p99(b) - p99(a))[0] as KindResult;
    return {
      summary:
        `${results.length - 1} kinds: the healthy one waited longest beside ${worst.kind}, p99 ${p99(worst).toFixed(0)} ms ` +
        `(bar: ${LONGEST_WAIT_MS}); peak ${peakMib.toFixed(0)} MiB (${how})`,
      faults: [
        ...results
          .filter((result) => p99(result) > LONGEST_WAIT_MS)
          .map((result) => `beside ${result.kind} p99 ${p99(result).toFixed(0)} ms`),
        ...(peakMib > MOST_MEMORY_MIB ? [`${peakMib.toFixed(0)} MiB`] : []),
      ],
    };
  },
};
