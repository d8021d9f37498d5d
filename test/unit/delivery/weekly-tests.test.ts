// The weekly test of channels that want one: at most one a week, over restarts as well; a failure is
// journalled and told to the failure channel, and nobody else hears of anything.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { openDeliveryBench, principal, type DeliveryBench } from "../../harness/delivery";
import { registerType } from "../../harness/people-type";
import { openRecordingSink, type RecordingSink } from "../../harness/recording-sink";

const DAY_MS = 86_400_000;

let bench: DeliveryBench;
let sink: RecordingSink;
let notices: RecordingSink;

beforeEach(async () => {
  sink = openRecordingSink();
  notices = openRecordingSink();
  bench = await openDeliveryBench();
});

afterEach(async () => {
  await bench.close();
  await sink.stop();
  await notices.stop();
});

const run = async (): Promise<number> => {
  await bench.weeklyTests.run();
  await bench.worker.idle();
  return sink.received.length;
};

test("is sent when it is switched on and then once a week, whatever restarts there are", async () => {
  await bench.channel({ url: sink.url }, { weeklyTest: true });
  expect(await run()).toBe(1);
  expect(sink.received[0]?.json).toMatchObject({ event: "channel.test", test: true });
  for (let hour = 0; hour < 6 * 24; hour += 24) {
    await bench.clock.advance(DAY_MS);
    await bench.restart();
    expect(await run()).toBe(1);
  }
  await bench.clock.advance(DAY_MS - 1_000);
  expect(await run()).toBe(1);
  await bench.clock.advance(1_000);
  expect(await run()).toBe(2);
  expect(await run()).toBe(2);
  expect(await bench.rows("SELECT event, status FROM outbox")).toEqual([
    ["channel.test", "delivered"],
    ["channel.test", "delivered"],
  ]);
  expect(await bench.journal()).toEqual(["config.created"]);
});

test("not for a channel that wants none, is switched off, or was tested by hand this week", async () => {
  await bench.channel({ url: sink.url });
  await bench.channel({ url: sink.url }, { weeklyTest: true, isActive: false });
  const tested = await bench.channel({ url: sink.url }, { weeklyTest: true });
  await bench.service.test(principal, tested.id);
  expect(await run()).toBe(1);
  await bench.clock.advance(7 * DAY_MS);
  expect(await run()).toBe(2);
});

test("a type for people is sent its whole life cycle, also where it wakes somebody", async () => {
  registerType("test_weekly");
  await bench.channel({}, { type: "test_weekly", config: { url: sink.url }, weeklyTest: true });
  expect(await run()).toBe(3);
  expect(sink.received.map(({ json }) => json["event"])).toEqual([
    "alert.triggered",
    "alert.acknowledged",
    "alert.resolved",
  ]);
});

test("a failure is journalled and told to the failure channel; the channel's health stays as it was", async () => {
  const told = await bench.channel({ url: notices.url });
  const channel = await bench.channel({ url: sink.url }, { weeklyTest: true, failureChannelId: told.id });
  const other = await bench.channel({ url: sink.url }, { weeklyTest: true });
  sink.answerWith(500);
  expect(await run()).toBe(2);
  expect(channel).toMatchObject({ health: "active", lastTestSuccess: false });
  expect(other.lastTestSuccess).toBe(false);
  expect((await bench.journal()).filter((kind) => kind === "channel.test_failed")).toHaveLength(2);
  expect(notices.received).toHaveLength(1);
  expect(notices.received[0]?.json).toMatchObject({
    event: "channel.test_failed",
    channel: { id: channel.id, reason: expect.stringContaining("500") },
  });
  // Not again this week, and no retry of the test.
  await bench.clock.advance(DAY_MS);
  expect(await run()).toBe(2);
});

test("what the program did not live to see is not sent again, and shows as unknown", async () => {
  const channel = await bench.channel({ url: sink.url }, { weeklyTest: true });
  const { engine } = bench.testStore.store;
  const batch = engine.batch.bind(engine);
  let batches = 0;
  engine.batch = (statements, durability) => {
    // The claim goes through; then the process is as good as gone.
    if (++batches > 1) return Promise.reject(new Error("killed"));
    return batch(statements, durability);
  };
  await bench.weeklyTests.run();
  engine.batch = batch;
  await bench.restart();
  expect(bench.directory.get(channel.id)).toMatchObject({ lastTestSuccess: null });
  const before = sink.received.length;
  expect(await run()).toBe(before);
});

test("a clock that was years ahead does not put it off for years", async () => {
  const channel = await bench.channel({ url: sink.url }, { weeklyTest: true });
  const now = bench.clock.now();
  bench.clock.setWall(now + 3_650 * DAY_MS);
  expect(await run()).toBe(1);
  bench.clock.setWall(now);
  expect(await run()).toBe(2);
  expect(channel.lastTestAt).toBe(now);
  bench.clock.setWall(now - 3_600_000);
  expect(await run()).toBe(2);
});
