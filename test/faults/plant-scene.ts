// In: a seed and how the product is run. Out: the scene of both loops: product on an empty directory,
// a sink with a synced log, four channels, a rule, a policy, a plant that reports all the time, and
// somebody who changes the channels meanwhile.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { judge, judgeFiles, untilSettled, type OracleChannel, type Verdict } from "../harness/oracle";
import { createChannelDesk, type ChannelDesk } from "../harness/channel-desk";
import { createPlant, PLANT_LIMIT, PLANT_METRIC, type Plant } from "../harness/plant";
import {
  BOOTSTRAP_TOKEN,
  freePort,
  removeProductFiles,
  startProduct,
  type Product,
  type ProductCommand,
} from "../harness/process";
import { createRemoteApi, createThresholdRule, createWebhookChannel } from "../harness/remote-api";
import { startSink, type SinkProcess } from "../harness/sink-handle";

const MACHINES = 16;
const SECRET = "a secret of the fault loops, 0123456789";
/** Short, and enough of them that chance alone gives nothing up. */
const RETRY_SECONDS = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1];
const ESCALATION_WAIT_MS = 600;
/** After the plant's last step: by then whatever is still open must have been escalated. */
const LAST_ESCALATION_MS = 3_000;
const SETTLE_LIMIT_MS = 120_000;
const ALL_EVENTS = ["alert.triggered", "alert.acknowledged", "alert.resolved", "alert.escalated"];

const CHANNELS = [
  { name: "Everything", events: ALL_EVENTS, line: null, pauseAfterFailures: null },
  { name: "Line 1", events: ALL_EVENTS, line: "l1", pauseAfterFailures: null },
  { name: "Triggers of line 2", events: ["alert.triggered"], line: "l2", pauseAfterFailures: 1 },
  {
    name: "Everything again",
    events: ["alert.triggered", "alert.resolved"],
    line: null,
    pauseAfterFailures: 1,
  },
] as const;

export interface SceneOptions {
  command: ProductCommand;
  seed: number;
  /** Share of messages that the sink answers with 503. */
  failShare: number;
  sinkDelayMs: number;
  /** Copies of messages per channel that one end of the process excuses. */
  copiesPerEnd: number;
}

export interface PlantScene {
  readonly plant: Plant;
  readonly desk: ChannelDesk;
  readonly sink: SinkProcess;
  product: Product;
  readonly dataDirectory: string;
  /** Starts it again on the same directory and port; the plant goes on once it is ready. */
  restart(): Promise<void>;
  /** The product answers: plant and desk go on. */
  resume(): void;
  /** Starts it again, by another command if one is given, and returns at once; the plant waits. */
  restartInSilence(command?: ProductCommand): void;
  /** Notes that the process ends now; the plant waits from here on. */
  noteEnd(): void;
  /** Ms from each start to the first message that the sink saw after it. */
  firstSendsMs(): number[];
  /** Finishes the plant, lets everything settle, stops the product, and asks the oracle. */
  conclude(): Promise<Verdict & { exitCode: number }>;
  close(): Promise<void>;
}

export const openPlantScene = async (options: SceneOptions): Promise<PlantScene> => {
  const root = mkdtempSync(join(tmpdir(), "andon-faults-"));
  const dataDirectory = join(root, "data");
  const port = freePort();
  const sink = await startSink({
    listeners: CHANNELS.length,
    logPath: join(root, "sink.log"),
    secret: SECRET,
    verifyEvery: 1,
    failShare: options.failShare,
    seed: options.seed,
    delayMs: options.sinkDelayMs,
  });
  const start = (command = options.command): Product => startProduct({ dataDirectory, port, command });
  const api = createRemoteApi(`http://127.0.0.1:${port}`, BOOTSTRAP_TOKEN);
  const product = start();
  const startedAt: number[] = [];
  const endedAt: number[] = [];
  const close = async (): Promise<void> => {
    plant.abandon();
    desk.abandon();
    await scene.product.kill();
    await sink.stop();
    removeProductFiles(dataDirectory);
    rmSync(root, { recursive: true, force: true });
  };

  const channels: OracleChannel[] = [];
  const setUp = async (): Promise<void> => {
    await product.ready();
    for (const [listener, { name, events, line, pauseAfterFailures }] of CHANNELS.entries()) {
      const id = await createWebhookChannel(api, {
        name,
        url: sink.url(listener),
        secret: SECRET,
        events: [...events],
        retry: RETRY_SECONDS,
        // Of every failure somebody hears, and every notice is a message more.
        ...(pauseAfterFailures === null ? {} : { pauseAfterFailures, failureChannelId: channels[0]?.id }),
        ...(line === null ? {} : { labels: { line } }),
      });
      channels.push({ id, listener, events, line, isEscalatedTo: listener === 0 });
    }
    await createThresholdRule(api, {
      name: "Too hot",
      metric: PLANT_METRIC,
      above: PLANT_LIMIT.above,
      clearBelow: PLANT_LIMIT.clearBelow,
    });
    await api.call("POST", "/escalation-policies", {
      name: "Nobody came",
      severity: "warning",
      wait_minutes: ESCALATION_WAIT_MS / 60_000,
      channel_id: channels[0]?.id,
      is_active: true,
    });
  };

  const plant = createPlant({ port, token: BOOTSTRAP_TOKEN, machines: MACHINES, seed: options.seed });
  const desk = createChannelDesk({
    port,
    token: BOOTSTRAP_TOKEN,
    seed: options.seed,
    secret: SECRET,
    channels,
  });
  const scene: PlantScene = {
    plant,
    desk,
    sink,
    product,
    dataDirectory,
    restart: async () => {
      scene.restartInSilence();
      startedAt.push(scene.product.startedAt);
      await scene.product.ready();
      scene.resume();
    },
    resume: () => {
      plant.resume();
      desk.resume();
    },
    restartInSilence: (command) => {
      scene.product = start(command);
    },
    noteEnd: () => {
      plant.expectSilence();
      desk.expectSilence();
      endedAt.push(performance.timeOrigin + performance.now());
    },
    firstSendsMs: () => {
      const log = sink.log();
      return startedAt.flatMap((from) => {
        const nextEnd = endedAt.find((at) => at > from) ?? Number.POSITIVE_INFINITY;
        const first = log.find(({ at }) => at > from && at < nextEnd);
        return first === undefined ? [] : [first.at - from];
      });
    },
    conclude: async () => {
      desk.calm();
      await plant.finish();
      await Bun.sleep(LAST_ESCALATION_MS);
      await untilSettled(api, SETTLE_LIMIT_MS);
      await desk.finish();
      const verdict = await judge({
        api,
        machines: plant.records,
        channels,
        log: sink.log(),
        desk,
        endedAt,
        copiesPerEnd: options.copiesPerEnd,
      });
      const { code } = await scene.product.stop();
      const faults = [...plant.faults, ...desk.faults, ...verdict.faults, ...judgeFiles(dataDirectory)];
      return { ...verdict, faults, exitCode: code };
    },
    close,
  };
  try {
    await setUp();
  } catch (error) {
    await close();
    throw error;
  }
  scene.resume();
  return scene;
};
