// F6, over the whole application. In: a channel to each misbehaving endpoint, one alert, a healthy
// channel among them. Out: each delivery ends with the right outcome, and the healthy one has its message.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { startApp, type TestApp } from "../harness/app";
import { EXPECTED } from "../harness/misbehaving-outcomes";
import {
  openMisbehavingServer,
  type Misbehaviour,
  type MisbehavingServer,
} from "../harness/misbehaving-server";
import { openRecordingSink, type RecordingSink } from "../harness/recording-sink";

const KINDS = Object.keys(EXPECTED) as Misbehaviour[];

let run: TestApp;
let bad: MisbehavingServer;
let healthy: RecordingSink;
beforeAll(async () => {
  bad = await openMisbehavingServer();
  healthy = openRecordingSink();
  run = await startApp({ config: { outboundMode: "open" } });
});
afterAll(async () => {
  await run.stop();
  await healthy.stop();
  bad.stop();
});

const createChannel = async (name: string, url: string): Promise<string> => {
  const { body } = await run.api("POST", "/notification-channels", {
    name,
    type: "webhook",
    config: { url, retry: [], timeout_seconds: 1 },
    is_active: true,
    events: ["alert.triggered"],
  });
  return String(body.id);
};

test("every misbehaviour is told apart, and none keeps the alert from the healthy one", async () => {
  const channels = new Map<string, Misbehaviour>();
  for (const kind of KINDS)
    channels.set(await createChannel(kind, `http://127.0.0.1:${bad.port(kind)}/`), kind);
  const good = await createChannel("healthy", healthy.url);
  await run.api("POST", "/alert-rules", {
    name: "Hot",
    severity: "critical",
    is_active: true,
    selector: {},
    condition: { type: "threshold", metric: "temperature", operator: ">", threshold: 80 },
  });
  await run.api("POST", "/readings", { machine: "oven", metric: "temperature", value: 95 });
  await healthy.waitFor(1);
  expect(healthy.received[0]?.json["event"]).toBe("alert.triggered");

  const deliveries = async (): Promise<{ channel_id: string; status: string; outcome: string }[]> =>
    (await run.api("GET", "/deliveries?limit=500")).body.data;
  let rows = await deliveries();
  while (rows.some(({ status }) => status === "pending" || status === "sending")) rows = await deliveries();
  const outcomes = Object.fromEntries(
    rows
      .filter(({ channel_id }) => channel_id !== good)
      .map(({ channel_id, outcome }) => [channels.get(channel_id), outcome]),
  );
  expect(outcomes).toEqual(Object.fromEntries(KINDS.map((kind) => [kind, EXPECTED[kind].outcome])));
  expect(healthy.received).toHaveLength(1);
});
