// A channel's limit of attempts a minute, and an endpoint that asks for silence: what is too much waits,
// none of it is lost, the urgent goes first, others notice nothing, and a restart is no way round.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { SlidingWindow } from "../../../src/lib/sliding-window";
import { openDeliveryBench, principal, type DeliveryBench } from "../../harness/delivery";
import { registerType } from "../../harness/people-type";
import { openRecordingSink, type RecordingSink } from "../../harness/recording-sink";

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

/** Lets everything that may go now arrive. */
const settled = async (): Promise<number> => {
  await bench.worker.idle();
  await bench.clock.settle();
  await bench.worker.idle();
  return sink.received.length;
};

const tellMany = async (channel: Parameters<DeliveryBench["tell"]>[0], count: number): Promise<void> => {
  await bench.commit(
    Array.from({ length: count }, () => bench.plan(channel, bench.message("alert.acknowledged"))),
  );
};

const waitingOf = async (channelId: string): Promise<unknown> =>
  (
    await bench.rows("SELECT COUNT(*) FROM outbox WHERE channel_id = ? AND status = 'pending'", [channelId])
  )[0]?.[0];

describe("a limit of three a minute", () => {
  test("lets three go, and three more in each minute after, until all have gone", async () => {
    const channel = await bench.channel({ url: sink.url }, { rateLimitPerMinute: 3 });
    await tellMany(channel, 10);
    expect(await settled()).toBe(3);
    expect(await waitingOf(channel.id)).toBe(7);
    await bench.clock.advance(59_000);
    expect(await settled()).toBe(3);
    // Each step ends where messages go: a clock that went on would time them out.
    for (const [ms, sent] of [
      [1_000, 6],
      [60_000, 9],
      [60_000, 10],
    ] as const) {
      await bench.clock.advance(ms);
      expect(await settled()).toBe(sent);
    }
    expect(await waitingOf(channel.id)).toBe(0);
    expect(new Set(sink.received.map(({ headers }) => headers["webhook-id"])).size).toBe(10);
  });

  test("wakes at the right moment and not before: no timer runs in between but the look at the clock", async () => {
    const channel = await bench.channel({ url: sink.url }, { rateLimitPerMinute: 1 });
    await tellMany(channel, 3);
    expect(await settled()).toBe(1);
    let timers = 0;
    const { after } = bench.clock;
    bench.clock.after = (delayMs, run) => {
      timers++;
      return after.call(bench.clock, delayMs, run);
    };
    await bench.clock.advance(59_999);
    expect(await settled()).toBe(1);
    expect(timers).toBeLessThan(10);
    await bench.clock.advance(1);
    expect(await settled()).toBe(2);
  });

  test("a critical message overtakes what waits, and another channel is not held up", async () => {
    const limited = await bench.channel({ url: sink.url }, { rateLimitPerMinute: 2 });
    const free = await bench.channel({ url: sink.url });
    await tellMany(limited, 400);
    expect(await settled()).toBe(2);
    const urgent = await bench.tell(limited, bench.message("alert.triggered"), { urgency: 0 });
    await tellMany(free, 20);
    expect(await settled()).toBe(22);
    expect(await bench.statusOf(urgent)).toBe("pending");
    await bench.clock.advance(60_000);
    expect(await settled()).toBe(24);
    expect(await bench.statusOf(urgent)).toBe("delivered");
    expect(sink.received[22]?.headers["webhook-id"]).toBe(urgent.id);
  });

  test("retries and tests count as well", async () => {
    const channel = await bench.channel({ url: sink.url, retry: [10, 10, 10] }, { rateLimitPerMinute: 3 });
    await bench.service.test(principal, channel.id);
    sink.answerWith(500);
    await bench.tell(channel);
    expect(await settled()).toBe(2);
    await bench.clock.advance(10_000);
    expect(await settled()).toBe(3);
    await bench.clock.advance(49_000);
    expect(await settled()).toBe(3);
    await bench.clock.advance(1_000);
    expect(await settled()).toBe(4);
  });

  test("a restart begins no new minute", async () => {
    const channel = await bench.channel({ url: sink.url }, { rateLimitPerMinute: 3 });
    await tellMany(channel, 8);
    expect(await settled()).toBe(3);
    await bench.clock.advance(20_000);
    await bench.restart();
    expect(await settled()).toBe(3);
    await bench.clock.advance(39_000);
    expect(await settled()).toBe(3);
    await bench.clock.advance(1_000);
    expect(await settled()).toBe(6);
  });

  test("a higher limit applies at once, and what was sent before still counts", async () => {
    const channel = await bench.channel({ url: sink.url }, { rateLimitPerMinute: 3 });
    await tellMany(channel, 10);
    expect(await settled()).toBe(3);
    await bench.service.update(principal, channel.id, { rateLimitPerMinute: 5 });
    expect(await settled()).toBe(5);
    await bench.service.update(principal, channel.id, { rateLimitPerMinute: null });
    expect(await settled()).toBe(10);
  });
});

test("a type's own limit holds until the channel has one", async () => {
  registerType("test_limited", { behaviour: { rateLimitPerMinute: 2 } });
  const channel = await bench.channel({}, { type: "test_limited", config: { url: sink.url } });
  await tellMany(channel, 4);
  expect(await settled()).toBe(2);
  await bench.service.update(principal, channel.id, { rateLimitPerMinute: 3 });
  expect(await settled()).toBe(3);
});

describe("429 with Retry-After", () => {
  const tooMany = (seconds: number): Response =>
    new Response("slow down", { status: 429, headers: { "Retry-After": String(seconds) } });

  test("silences the whole channel until then, and no other; the retry counts on its schedule", async () => {
    const channel = await bench.channel({ url: sink.url, retry: [30, 30] });
    const other = await bench.channel({ url: sink.url });
    sink.answerWith((_request, count) => (count === 1 ? tooMany(90) : new Response("ok")));
    const first = await bench.tell(channel);
    expect(await settled()).toBe(1);
    await tellMany(channel, 5);
    await bench.tell(other);
    expect(await settled()).toBe(2);
    expect(await waitingOf(channel.id)).toBe(6);
    await bench.clock.advance(89_000);
    expect(await settled()).toBe(2);
    await bench.clock.advance(1_000);
    expect(await settled()).toBe(8);
    expect(await bench.statusOf(first)).toBe("delivered");
    expect(await bench.rows("SELECT tries, attempts FROM outbox WHERE seq = ?", [first.seq])).toEqual([
      [1, 2],
    ]);
  });

  test("is remembered over a restart, and forgotten when the channel is pointed elsewhere", async () => {
    const channel = await bench.channel({ url: sink.url, retry: [30] });
    sink.answerWith(() => tooMany(600));
    await bench.tell(channel);
    expect(await settled()).toBe(1);
    await bench.restart();
    sink.answerWith(200);
    await tellMany(bench.directory.get(channel.id)!, 2);
    expect(await settled()).toBe(1);
    await bench.service.update(principal, channel.id, { config: { url: `${sink.url}/other` } });
    expect(await settled()).toBe(3);
    expect(await bench.rows("SELECT quiet_until FROM channels WHERE id = ?", [channel.id])).toEqual([[null]]);
  });

  test("with a wait that the type reads from the body", async () => {
    registerType("test_asking", {
      judge: ({ statusCode, responseBody }) => ({
        outcome: statusCode === 200 ? "delivered" : "rate_limited",
        retry: statusCode !== 200,
        reason: "Too many.",
        ...(statusCode === 200
          ? {}
          : { retryAfterMs: (JSON.parse(responseBody) as { after: number }).after * 1_000 }),
      }),
    });
    const channel = await bench.channel({}, { type: "test_asking", config: { url: sink.url } });
    sink.answerWith(() => Response.json({ after: 45 }, { status: 429 }));
    await bench.tell(channel);
    expect(await settled()).toBe(1);
    sink.answerWith(200);
    await bench.tell(channel);
    await bench.clock.advance(44_000);
    expect(await settled()).toBe(1);
    await bench.clock.advance(1_000);
    expect(await settled()).toBe(3);
  });

  test("without a time, or of a 503, it is this message's matter only", async () => {
    const channel = await bench.channel({ url: sink.url, retry: [30] });
    for (const answer of [
      new Response(null, { status: 429 }),
      new Response(null, { status: 503, headers: { "Retry-After": "90" } }),
    ]) {
      const before = sink.received.length;
      sink.answerWith(() => answer.clone());
      await bench.tell(channel);
      expect(await settled()).toBe(before + 1);
      sink.answerWith(200);
      await bench.tell(channel);
      expect(await settled()).toBe(before + 2);
    }
  });
});

test("the window: at most so many in any stretch, whatever the times", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const limit = 1 + (seed % 7);
    let window = new SlidingWindow(limit, 60_000);
    const times: number[] = [];
    let now = 0;
    for (let step = 0; step < 200; step++) {
      now += ((seed * 7_919 + step * 104_729) % 9_000) + (step % 13 === 0 ? 70_000 : 0);
      if (step === 100) window = window.withLimit(limit).withLimit(limit);
      const wait = window.waitMs(now);
      if (wait > 0) {
        expect(window.waitMs(now + wait)).toBe(0);
        continue;
      }
      window.note(now);
      times.push(now);
    }
    for (const at of times)
      expect(times.filter((other) => other >= at && other < at + 60_000).length).toBeLessThanOrEqual(limit);
    expect(times.length).toBeGreaterThan(10);
  }
});
