// In: a stop while a request waits for an endpoint and messages are under way. Out: proof that the whole
// program ends within the time that supervisors give it, and that what it had begun counts.
import { afterEach, expect, test } from "bun:test";
import { startApp, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { eventually } from "../harness/eventually";
import { openRecordingSink, type RecordingSink } from "../harness/recording-sink";
import { removeDirectory, temporaryDirectory } from "../harness/store";

/** Docker and systemd kill after 10 s at the earliest. */
const GIVEN_MS = 9_500;

let app: TestApp;
let sink: RecordingSink;
const directory = temporaryDirectory("andon-stop-");
afterEach(async () => {
  await app.stop();
  await sink.stop();
  removeDirectory(directory);
});

const channel = async (path: string): Promise<string> => {
  const { body } = await app.api("POST", "/notification-channels", {
    name: path,
    type: "webhook",
    config: { url: sink.url.replace("hook", path), timeout_seconds: 60 },
    events: path === "test" ? [] : null,
  });
  return body.id as string;
};

test("a request and a message that both hang cost the stop their time once, not one after the other", async () => {
  const clock = new FakeClock();
  sink = openRecordingSink();
  const config = { outboundAllow: [`127.0.0.1:${sink.port}`] };
  app = await startApp({ clock, config, directory });
  let finish = (): void => undefined;
  const slowly = new Promise<Response>((resolve) => (finish = () => resolve(new Response("ok"))));
  sink.answerWith(({ path }) =>
    path === "/slow" ? slowly.then((answer) => answer.clone()) : new Promise(() => undefined),
  );
  const tested = await channel("test");
  await channel("slow");
  await channel("never");
  await app.api("POST", "/alert-rules", {
    name: "hot",
    severity: "critical",
    is_active: true,
    selector: {},
    condition: { type: "threshold", metric: "temperature", operator: ">", threshold: 80 },
  });
  const testing = app.api("POST", `/notification-channels/${tested}/test`).catch(() => undefined);
  expect(
    (await app.api("POST", "/readings", { machine: "m", metric: "temperature", value: 90 })).status,
  ).toBe(202);
  await sink.waitFor(3);

  const stopped = app.app.stop();
  // One of them answers late, but in time.
  await clock.advance(5_000);
  finish();
  const { engine } = app.store;
  const delivered = { sql: "SELECT COUNT(*) FROM outbox WHERE status = 'delivered'" };
  await eventually(
    () => engine.query(delivered),
    ([row]) => row?.[0] === 1,
  );
  await clock.advance(GIVEN_MS - 5_000);
  // The clock stands still from here on: whatever needs more time hangs.
  await stopped;
  await testing;

  sink.answerWith(200);
  app = await startApp({ clock, config, directory });
  await sink.waitFor(4);
  await clock.settle();
  const paths = sink.received.map(({ path }) => path);
  expect(paths.filter((path) => path === "/slow").length).toBe(1);
  expect(paths.filter((path) => path === "/never").length).toBe(2);
});
