// B7. In: fifty webhook endpoints that accept and never answer, beside a healthy one; every alert is
// told to all. Out: how long the healthy one waits, with and without the fifty.
import { runJob, startAppointment } from "../harness/job";
import { createThresholdRule, createWebhookChannel } from "../harness/remote-api";
import { startSink } from "../harness/sink-handle";
import { percentile, refuseRefusals, type Benchmark, type Context } from "./benchmark";
import type { AlertsOutput } from "./clients/alerts";
import type { LatencyOutput, LatencyTarget } from "./clients/latency";
import { client, LIMIT, openScene, SECRET, TOKEN, withCleanUp } from "./scene";

const HANGING = 50;
const FULL_COUNT = 400;
const QUICK_COUNT = 80;
const WARM_UP = 20;
const PAUSE_MS = 50;

/** The ms from each reading to the healthy endpoint's message. */
const measure = (context: Context, count: number, hanging: number): Promise<number[]> =>
  withCleanUp(async (own) => {
    const scene = own(await openScene(context.command));
    const { port } = scene.product;
    const appointment = await startAppointment<LatencyTarget, LatencyOutput>(client("latency"), {
      token: TOKEN,
      kind: "reading",
      count,
      warmUp: WARM_UP,
      pauseMs: PAUSE_MS,
    });
    const urls = [`http://127.0.0.1:${appointment.port}/hook`];
    if (hanging > 0) {
      const sink = await startSink({ listeners: hanging, manner: "hang" });
      own({ close: () => sink.stop() });
      urls.push(...sink.ports.map((_, index) => sink.url(index)));
    }
    for (const [index, url] of urls.entries())
      await createWebhookChannel(scene.api, {
        name: index === 0 ? "Healthy" : `Hangs ${index}`,
        url,
        secret: SECRET,
        events: ["alert.triggered"],
      });
    await createThresholdRule(scene.api, { name: "Pressure", metric: "pressure", above: LIMIT });
    refuseRefusals(
      "Andon",
      await runJob<AlertsOutput>(client("alerts"), {
        port,
        token: TOKEN,
        kind: "quiet",
        alerts: WARM_UP + count,
        first: 0,
        perRequest: 20,
        connections: 1,
        channels: 1,
      }),
    );
    const output = await appointment.meet({ port });
    if (output.firstRefusal !== null)
      throw new Error(`refused with ${output.firstRefusal.status} ${output.firstRefusal.body}`);
    if (output.missing > 0) throw new Error(`${output.missing} messages did not reach the healthy endpoint`);
    return output.latenciesMs;
  });

export const isolation: Benchmark = {
  id: "B7",
  title: "50 endpoints that hang, one healthy, 51 messages per alert",
  run: async (context) => {
    const count = context.isQuick ? QUICK_COUNT : FULL_COUNT;
    const alone = await measure(context, count, 0);
    const beside = await measure(context, count, HANGING);
    context.note("B7: the floor is the same endpoint without the fifty.");
    return [
      {
        what: "healthy p50",
        unit: "ms",
        value: percentile(beside, 0.5),
        floor: percentile(alone, 0.5),
        ratio: null,
        goal: "–",
      },
      {
        what: "healthy p99",
        unit: "ms",
        value: percentile(beside, 0.99),
        floor: percentile(alone, 0.99),
        ratio: null,
        goal: "< 250 ms",
      },
    ];
  },
};
