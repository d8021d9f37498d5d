// B3. In: 20,000 readings over a limit, each of another machine, told to one of eight signed webhook
// channels. Out: alerts per second from the first post to the last webhook, all of it durable: of a
// program that has just started, and of one that has told as many before.
import { runJob } from "../harness/job";
import { createThresholdRule, createWebhookChannel } from "../harness/remote-api";
import { startSink, type SinkProcess } from "../harness/sink-handle";
import { findAlertmanager, startAlertmanager } from "./alertmanager";
import { median, rate, rateFigure, refuseRefusals, type Benchmark, type Context } from "./benchmark";
import type { AlertsInput, AlertsOutput } from "./clients/alerts";
import { client, LIMIT, openFloor, openScene, SECRET, TOKEN, withCleanUp } from "./scene";

const CHANNELS = 8;
const PER_REQUEST = 20;
const CONNECTIONS = 8;
const FULL_ALERTS = 20_000;
const QUICK_ALERTS = 4_000;
const ARRIVAL_LIMIT_MS = 180_000;
/** Signatures are checked on a sample: the sink shares the two cores. */
const VERIFY_EVERY = 50;

const input = (port: number, kind: AlertsInput["kind"], alerts: number, first = 0): AlertsInput => ({
  port,
  token: TOKEN,
  kind,
  alerts,
  first,
  perRequest: PER_REQUEST,
  connections: CONNECTIONS,
  channels: CHANNELS,
});

const openSink = async (isSigned: boolean): Promise<SinkProcess & { close(): Promise<void> }> => {
  const sink = await startSink({
    listeners: CHANNELS,
    ...(isSigned ? { verifyEvery: VERIFY_EVERY, secret: SECRET } : {}),
  });
  return { ...sink, close: () => sink.stop() };
};

interface Contestant {
  where: string;
  port: number;
  kind: AlertsInput["kind"];
  /** Its messages carry a webhook-id. */
  hasIds: boolean;
}

/** Alerts per second, from the first byte sent to the last message received. */
interface Rates {
  /** The first ones after the start. */
  cold: number;
  /** As many again: a plant's program has been running for long, and what it runs is compiled by then. */
  warm: number;
}

const measure = async (contestant: Contestant, sink: SinkProcess, alerts: number): Promise<Rates> => {
  const rateFrom = async (first: number): Promise<number> => {
    await sink.forget();
    const job = input(contestant.port, contestant.kind, alerts, first);
    const { firstAt, lastAt } = await tellAll(contestant, sink, job);
    return rate(alerts, lastAt - firstAt);
  };
  return { cold: await rateFrom(0), warm: await rateFrom(alerts) };
};

/** Wall times of the first byte sent and of the last message received. */
const tellAll = async (
  { where, hasIds }: Contestant,
  sink: SinkProcess,
  job: AlertsInput,
): Promise<{ firstAt: number; lastAt: number }> => {
  const output = await runJob<AlertsOutput>(client("alerts"), job);
  refuseRefusals(where, output);
  if (output.acceptedAlerts !== job.alerts)
    throw new Error(`${where}: ${output.acceptedAlerts} of ${job.alerts} alerts were accepted`);
  const limit = performance.now() + ARRIVAL_LIMIT_MS;
  let counts = await sink.counts();
  while ((hasIds ? counts.distinct : counts.requests) < job.alerts) {
    if (performance.now() > limit)
      throw new Error(`${where}: only ${counts.distinct} of ${job.alerts} messages arrived`);
    await Bun.sleep(25);
    counts = await sink.counts();
  }
  if (counts.badSignatures > 0) throw new Error(`${where}: ${counts.badSignatures} signatures were wrong`);
  return { firstAt: output.firstAt, lastAt: counts.lastAt ?? Number.NaN };
};

const measureProduct = (context: Context, alerts: number): Promise<Rates> =>
  withCleanUp(async (own) => {
    const sink = own(await openSink(true));
    const scene = own(await openScene(context.command));
    for (let line = 0; line < CHANNELS; line++)
      await createWebhookChannel(scene.api, {
        name: `Line ${line}`,
        url: sink.url(line),
        secret: SECRET,
        events: ["alert.triggered"],
        labels: { line: `l${line}` },
      });
    await createThresholdRule(scene.api, { name: "Pressure", metric: "pressure", above: LIMIT });
    const { port } = scene.product;
    refuseRefusals("Andon", await runJob<AlertsOutput>(client("alerts"), input(port, "quiet", 2 * alerts)));
    return measure({ where: "Andon", port, kind: "breach", hasIds: true }, sink, alerts);
  });

const measureFloor = (alerts: number): Promise<Rates> =>
  withCleanUp(async (own) => {
    const sink = own(await openSink(true));
    const floor = own(await openFloor("alerts", { sinkPorts: sink.ports, secret: SECRET, limit: LIMIT }));
    const contestant = { where: "the bare program", port: floor.port, kind: "breach", hasIds: true } as const;
    return measure(contestant, sink, alerts);
  });

const measureAlertmanager = (path: string, alerts: number): Promise<Rates> =>
  withCleanUp(async (own) => {
    const sink = own(await openSink(false));
    const urls = sink.ports.map((_, line) => sink.url(line));
    const other = own(await startAlertmanager(path, urls));
    const contestant = {
      where: "Alertmanager",
      port: other.port,
      kind: "alertmanager",
      hasIds: false,
    } as const;
    return measure(contestant, sink, alerts);
  });

export const alertThroughput: Benchmark = {
  id: "B3",
  title: "rule fires → journal, outbox → signed webhook received, 8 channels",
  run: async (context) => {
    const alerts = context.isQuick ? QUICK_ALERTS : FULL_ALERTS;
    const alertmanager = findAlertmanager();
    const values: Rates[] = [];
    const floors: Rates[] = [];
    const others: Rates[] = [];
    for (let run = 0; run < context.runs; run++) {
      floors.push(await measureFloor(alerts));
      values.push(await measureProduct(context, alerts));
      if (alertmanager !== null) others.push(await measureAlertmanager(alertmanager, alerts));
    }
    const warm = (rates: readonly Rates[]): number => median(rates.map((one) => one.warm));
    const cold = (rates: readonly Rates[]): number => median(rates.map((one) => one.cold));
    const figures = [
      rateFigure("told, durable", "alerts/s", warm(values), warm(floors), "≥ 0.5 of the floor"),
      rateFigure("the first after a start", "alerts/s", cold(values), cold(floors), ""),
    ];
    if (alertmanager === null) context.note("B3: Alertmanager is not installed, nothing to compare with.");
    else
      figures.push({
        what: "against Alertmanager",
        unit: "alerts/s",
        value: warm(values),
        floor: warm(others),
        ratio: warm(values) / warm(others),
        goal: "≥ 2 × Alertmanager (in memory, unsigned)",
      });
    return figures;
  },
};
