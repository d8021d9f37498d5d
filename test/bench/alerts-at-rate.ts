// B5. In: 200 readings a second, each over the limit of a machine of its own. Out: the ms from the time at
// which each was due to the arrival of its webhook; alone, and while 100,000 deliveries are sent again.
import { runJob, startAppointment } from "../harness/job";
import { createThresholdRule, createWebhookChannel } from "../harness/remote-api";
import { startSink } from "../harness/sink-handle";
import { writeHistory } from "./backlog-rows";
import { percentile, refuseRefusals, type Benchmark, type Context, type Figure } from "./benchmark";
import type { AlertsOutput } from "./clients/alerts";
import type { LatencyInput, LatencyOutput, LatencyTarget } from "./clients/latency";
import { client, LIMIT, openScene, SECRET, TOKEN, withCleanUp } from "./scene";

const PER_SECOND = 200;
const FULL_SECONDS = 60;
const QUICK_SECONDS = 10;
/** Beside a replay: less than it takes. */
const REPLAY_SECONDS = 30;
const REPLAYED = 100_000;
const QUICK_REPLAYED = 30_000;
const WARM_UP = 200;

interface Course {
  seconds: number;
  /** So many deliveries to another endpoint are sent again meanwhile. */
  replayed: number;
}

const measure = (context: Context, { seconds, replayed }: Course): Promise<number[]> =>
  withCleanUp(async (own) => {
    const scene = own(await openScene(context.command));
    const { port } = scene.product;
    const count = seconds * PER_SECOND;
    const input: LatencyInput = {
      token: TOKEN,
      kind: "reading",
      count,
      warmUp: WARM_UP,
      pauseMs: 0,
      perSecond: PER_SECOND,
    };
    const appointment = await startAppointment<LatencyTarget, LatencyOutput>(client("latency"), input);
    const other = await startSink({ listeners: 1 });
    own({ close: () => other.stop() });
    await createThresholdRule(scene.api, { name: "Pressure", metric: "pressure", above: LIMIT });
    const otherId = await createWebhookChannel(scene.api, {
      name: "Other",
      url: other.url(0),
      secret: SECRET,
      events: ["alert.triggered"],
    });
    await scene.api.call("POST", "/readings", { machine: "press", metric: "pressure", value: 96.5 });
    if (!(await other.arrived(1, 15_000))) throw new Error("the first alert was not told");
    if (replayed > 0) {
      await scene.product.stop();
      writeHistory(scene.dataDirectory, replayed - 1);
      await scene.restartAfterKill();
      await scene.product.ready();
    }
    await scene.api.call("PATCH", `/notification-channels/${otherId}`, { events: ["alert.resolved"] });
    await createWebhookChannel(scene.api, {
      name: "Measured",
      url: `http://127.0.0.1:${appointment.port}/hook`,
      secret: SECRET,
      events: ["alert.triggered"],
    });
    const quiet = { port, token: TOKEN, kind: "quiet", alerts: WARM_UP + count, first: 0 } as const;
    refuseRefusals(
      "Andon",
      await runJob<AlertsOutput>(client("alerts"), { ...quiet, perRequest: 20, connections: 1, channels: 1 }),
    );
    if (replayed > 0)
      await scene.api.call("POST", "/deliveries/replay", { filter: { event: "alert.triggered" } });
    const output = await appointment.meet({ port });
    if (output.firstRefusal !== null)
      throw new Error(`refused with ${output.firstRefusal.status} ${output.firstRefusal.body}`);
    if (output.missing > 0) throw new Error(`${output.missing} messages did not arrive`);
    return output.latenciesMs;
  });

const figure = (what: string, value: number, goal: string): Figure => ({
  what,
  unit: "ms",
  value,
  floor: null,
  ratio: null,
  goal,
});

export const alertsAtRate: Benchmark = {
  id: "B5",
  title: "200 alerts a second: reading due → webhook received",
  run: async (context) => {
    const seconds = context.isQuick ? QUICK_SECONDS : FULL_SECONDS;
    const alone = await measure(context, { seconds, replayed: 0 });
    const replayed = context.isQuick ? QUICK_REPLAYED : REPLAYED;
    const beside = await measure(context, { seconds: Math.min(seconds, REPLAY_SECONDS), replayed });
    return [
      figure("p50", percentile(alone, 0.5), "–"),
      figure("p95", percentile(alone, 0.95), "≤ 30 ms"),
      figure("p95 beside a replay", percentile(beside, 0.95), "–"),
    ];
  },
};
