// F9, delivery: whatever the wall clock is set to, a retry comes after its delay and not before; what is
// due stays due; nothing grows old, is sent in a burst or is lost; signatures have the time of the wall.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { AppError } from "../../../src/core/errors";
import { openDeliveryBench, type DeliveryBench } from "../../harness/delivery";
import { registerType } from "../../harness/people-type";
import { openRecordingSink, type RecordingSink } from "../../harness/recording-sink";
import { seededRandom } from "../../harness/random";

registerType("test_clock_people");

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const JUMPS: readonly (readonly [what: string, byMs: number])[] = [
  ["an hour ahead", HOUR_MS],
  ["an hour back", -HOUR_MS],
  ["ten years ahead", 3_650 * DAY_MS],
  ["two days back", -2 * DAY_MS],
  ["back to 1970", -Date.UTC(2026, 0, 1)],
];

let bench: DeliveryBench;
let sink: RecordingSink;

beforeEach(async () => {
  sink = openRecordingSink();
  bench = await openDeliveryBench();
});
afterEach(async () => {
  await bench.close();
  await sink.stop();
});

const settled = async (): Promise<number> => {
  await bench.worker.idle();
  await bench.clock.settle();
  await bench.worker.idle();
  return sink.received.length;
};
const set = (byMs: number): void => bench.clock.setWall(bench.clock.now() + byMs);
/** In steps, as time passes. */
const pass = async (ms: number): Promise<void> => {
  for (let left = ms; left > 0; left -= 1_000) {
    await bench.clock.advance(Math.min(left, 1_000));
    // Requests are real: a clock that went on would time them out.
    await bench.worker.idle();
  }
};

for (const [what, byMs] of JUMPS)
  describe(`set ${what}`, () => {
    test("a retry comes after its delay, to the second, and the next one as well", async () => {
      const channel = await bench.channel({ url: sink.url, retry: [120, 600] });
      sink.answerWith(500);
      const row = await bench.tell(channel);
      expect(await settled()).toBe(1);
      await pass(60_000);
      set(byMs);
      await pass(59_000);
      expect(await settled()).toBe(1);
      await pass(1_000);
      expect(await settled()).toBe(2);
      await pass(599_000);
      expect(await settled()).toBe(2);
      await pass(1_000);
      expect(await settled()).toBe(3);
      expect(await bench.statusOf(row)).toBe("failed");
      expect((await bench.journal()).filter((kind) => kind === "clock.jumped")).toHaveLength(1);
    });

    test("twenty retries are no burst, and none is lost", async () => {
      const channel = await bench.channel({ url: sink.url, retry: [600] });
      sink.answerWith(500);
      for (let count = 0; count < 20; count++) {
        await bench.tell(channel);
        await settled();
        await pass(1_000);
      }
      sink.answerWith(200);
      set(byMs);
      await pass(5_000);
      expect(await settled()).toBe(20);
      await pass(570_000);
      await settled();
      await pass(25_000);
      await settled();
      expect(await bench.rows("SELECT DISTINCT status, attempts FROM outbox")).toEqual([["delivered", 2]]);
      expect(sink.received).toHaveLength(40);
    });

    test("what was decided and not sent yet is sent at once, before and after a restart", async () => {
      const channel = await bench.channel({ url: sink.url });
      const { engine } = bench.testStore.store;
      const rows = [1, 2, 3].map(() => bench.plan(channel, bench.message()));
      await engine.batch(rows.map(bench.delivery.outbox.insertStatement));
      set(byMs);
      bench.worker.wake(channel.id);
      await pass(31_000);
      expect(await settled()).toBe(3);
    });

    test("an endpoint that asked for silence has it for as long as it asked", async () => {
      const channel = await bench.channel({ url: sink.url, retry: [30] });
      sink.answerWith(() => new Response(null, { status: 429, headers: { "Retry-After": "300" } }));
      await bench.tell(channel);
      expect(await settled()).toBe(1);
      set(byMs);
      await pass(100_000);
      sink.answerWith(200);
      await bench.tell(channel);
      await pass(199_000);
      expect(await settled()).toBe(1);
      await pass(1_000);
      expect(await settled()).toBe(3);
    });

    test("nothing grows old by it: people get messages, not a summary", async () => {
      const channel = await bench.channel({}, { type: "test_clock_people", config: { url: sink.url } });
      sink.answerWith(500);
      await bench.tell(channel);
      expect(await settled()).toBe(1);
      sink.answerWith(200);
      set(byMs);
      await pass(30_000);
      expect(await settled()).toBe(2);
      expect(sink.received.map(({ json }) => json["event"])).toEqual(["alert.triggered", "alert.triggered"]);
    });

    test("signatures have the wall's time, whatever it says", async () => {
      const channel = await bench.channel({ url: sink.url, secret: "a secret of the test" });
      set(byMs);
      await bench.tell(channel);
      await settled();
      expect(sink.received[0]?.headers["webhook-timestamp"]).toBe(
        String(Math.floor(bench.clock.now() / 1_000)),
      );
    });
  });

test("any sequence of jumps: each retry comes after its delay, in time that passes", async () => {
  for (const seed of [1, 2, 3]) {
    const random = seededRandom(seed);
    const channel = await bench.channel({ url: sink.url, retry: [60, 120, 240] });
    sink.answerWith(500);
    const before = sink.received.length;
    await bench.tell(channel);
    await settled();
    const seen: number[] = [];
    for (let second = 1; second <= 450; second++) {
      if (random() < 0.05) set(Math.round((random() - 0.5) * 4 * HOUR_MS));
      const known = sink.received.length;
      await bench.clock.advance(1_000);
      if ((await settled()) > known) seen.push(second);
    }
    expect([seed, seen]).toEqual([seed, [60, 180, 420]]);
    expect(sink.received.length - before).toBe(4);
  }
});

test("a start with a row that lies absurdly far ahead sends it now, and leaves an honest one alone", async () => {
  const channel = await bench.channel({ url: sink.url, retry: [6 * 86_400] });
  sink.answerWith(500);
  const rows = [await bench.tell(channel), await bench.tell(channel)];
  expect(await settled()).toBe(2);
  await bench.testStore.store.engine.batch([
    {
      sql: "UPDATE outbox SET next_attempt_at = next_attempt_at + ? WHERE seq = ?",
      params: [10 * 365 * DAY_MS, rows[0]!.seq],
    },
  ]);
  sink.answerWith(200);
  await bench.restart();
  expect(await settled()).toBe(3);
  expect(await bench.statusOf(rows[0]!)).toBe("delivered");
  expect(await bench.statusOf(rows[1]!)).toBe("pending");
});

test("storage refuses while the times are being moved: nothing is read before they are, and then all is sent", async () => {
  const channel = await bench.channel({ url: sink.url, retry: [60] });
  sink.answerWith(500);
  await bench.tell(channel);
  expect(await settled()).toBe(1);
  sink.answerWith(200);
  const { engine } = bench.testStore.store;
  const batch = engine.batch.bind(engine);
  engine.batch = () => Promise.reject(new AppError("storage_full", "full"));
  set(HOUR_MS);
  await pass(40_000);
  expect(sink.received).toHaveLength(1);
  engine.batch = batch;
  await pass(19_000);
  expect(await settled()).toBe(1);
  await pass(1_000);
  expect(await settled()).toBe(2);
});
