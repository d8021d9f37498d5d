// B4. In: 300 readings over a limit, one at a time, on an otherwise idle program. Out: the ms from
// posting each to the arrival of its webhook, measured by one process at both ends.
import { runJob, startAppointment } from "../harness/job";
import { createThresholdRule, createWebhookChannel } from "../harness/remote-api";
import { findAlertmanager, startAlertmanager } from "./alertmanager";
import { percentile, refuseRefusals, type Benchmark, type Context, type Figure } from "./benchmark";
import type { AlertsInput, AlertsOutput } from "./clients/alerts";
import type { LatencyInput, LatencyOutput, LatencyTarget } from "./clients/latency";
import { client, LIMIT, openFloor, openScene, SECRET, TOKEN, withCleanUp } from "./scene";

const FULL_COUNT = 300;
const QUICK_COUNT = 60;
const WARM_UP = 30;
const PAUSE_MS = 20;

const inputOf = (kind: LatencyInput["kind"], count: number): LatencyInput => ({
  token: TOKEN,
  kind,
  count,
  warmUp: WARM_UP,
  pauseMs: PAUSE_MS,
});

const meet = (kind: LatencyInput["kind"], count: number) =>
  startAppointment<LatencyTarget, LatencyOutput>(client("latency"), inputOf(kind, count));

const checked = (where: string, output: LatencyOutput): number[] => {
  if (output.firstRefusal !== null)
    throw new Error(`${where}: refused with ${output.firstRefusal.status} ${output.firstRefusal.body}`);
  if (output.missing > 0) throw new Error(`${where}: ${output.missing} messages did not arrive`);
  return output.latenciesMs;
};

const measureProduct = (context: Context, count: number): Promise<number[]> =>
  withCleanUp(async (own) => {
    const scene = own(await openScene(context.command));
    const { port } = scene.product;
    const appointment = await meet("reading", count);
    await createWebhookChannel(scene.api, {
      name: "Line 0",
      url: `http://127.0.0.1:${appointment.port}/hook`,
      secret: SECRET,
      events: ["alert.triggered"],
    });
    await createThresholdRule(scene.api, { name: "Pressure", metric: "pressure", above: LIMIT });
    const quiet: AlertsInput = {
      port,
      token: TOKEN,
      kind: "quiet",
      alerts: WARM_UP + count,
      first: 0,
      perRequest: 1,
      connections: 1,
      channels: 1,
    };
    refuseRefusals("Andon", await runJob<AlertsOutput>(client("alerts"), quiet));
    return checked("Andon", await appointment.meet({ port }));
  });

const measureFloor = (count: number): Promise<number[]> =>
  withCleanUp(async (own) => {
    const appointment = await meet("reading", count);
    const floor = own(
      await openFloor("alerts", { sinkPorts: [appointment.port], secret: SECRET, limit: LIMIT }),
    );
    return checked("the bare program", await appointment.meet({ port: floor.port }));
  });

const measureAlertmanager = (path: string, count: number): Promise<number[]> =>
  withCleanUp(async (own) => {
    const appointment = await meet("alertmanager", count);
    const other = own(await startAlertmanager(path, [`http://127.0.0.1:${appointment.port}/hook`]));
    return checked("Alertmanager", await appointment.meet({ port: other.port }));
  });

const figure = (what: string, share: number, value: number[], floor: number[], goal: string): Figure => ({
  what,
  unit: "ms",
  value: percentile(value, share),
  floor: percentile(floor, share),
  ratio: null,
  goal,
});

export const alertLatency: Benchmark = {
  id: "B4",
  title: "reading posted → webhook received, idle",
  run: async (context) => {
    const count = context.isQuick ? QUICK_COUNT : FULL_COUNT;
    const floor = await measureFloor(count);
    const value = await measureProduct(context, count);
    const alertmanager = findAlertmanager();
    if (alertmanager !== null) {
      const other = await measureAlertmanager(alertmanager, count);
      const [half, most] = [percentile(other, 0.5), percentile(other, 0.99)];
      context.note(
        `B4: Alertmanager, nothing durable: p50 ${half.toFixed(2)} ms, p99 ${most.toFixed(2)} ms.`,
      );
    }
    return [
      figure("p50", 0.5, value, floor, "≤ 2 ms, durable"),
      figure("p99", 0.99, value, floor, "≤ 10 ms, durable"),
    ];
  },
};
